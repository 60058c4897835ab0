"""Every open episode with no visit ahead gets a date on which somebody looks again: a week from now."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def look_again(apps, schema_editor):
    episodes = apps.get_model("patients", "Episode").objects.using(schema_editor.connection.alias)
    out_of_sight = episodes.filter(closed_on__isnull=True, look_again_on__isnull=True).exclude(
        visits__state__in=["due", "booked"]
    )
    out_of_sight.update(look_again_on=(timezone.now() + timedelta(days=7)).date())


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_the_clinics_day")]

    operations = [migrations.RunPython(look_again, migrations.RunPython.noop)]
