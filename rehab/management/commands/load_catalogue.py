"""Load the shipped protocol and conditions into the clinic's catalogue."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rehab.actions.catalogue import load_catalogue
from rehab.models import Clinic


class Command(BaseCommand):
    help = "Copy the shipped exercises, template and conditions into every clinic. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        for clinic in Clinic.objects.order_by("pk"):
            administrator = clinic.users.filter(is_administrator=True, is_active=True).order_by("pk").first()
            if administrator is None:
                raise CommandError(f"{clinic.name} has no administrator in whose name to load it.")
            loaded = load_catalogue(clinic=clinic, by=administrator, at=at)
            self.stdout.write(
                f"{clinic.name}: {loaded.revisions} exercises, {loaded.versions} template versions, "
                f"{loaded.conditions} conditions written"
            )
            if loaded.waits:
                self.stdout.write("  A newer version of the template waits until its draft is published.")
