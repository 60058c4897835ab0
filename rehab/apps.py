from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class RehabConfig(AppConfig):
    name = "rehab"
    verbose_name = _("Clinic and catalogue")

    def ready(self) -> None:
        from . import freeze

        freeze.register_rules(freeze.REHAB)
        # The one use of signals: triggers would break a migration that remakes their table, so they step aside for it.
        pre_migrate.connect(freeze.before_migrate, dispatch_uid="freeze.before_migrate")
        post_migrate.connect(freeze.after_migrate, dispatch_uid="freeze.after_migrate")
        register(freeze.check_triggers, Tags.database)
