from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rehab.actions.catalogue import load_catalogue
from rehab.actions.clinic import create_clinic
from rehab.actions.icd import load_codes
from rehab.forms.account import ClinicForm, PersonForm
from rehab.management.asking import answers, said_in_a_sentence
from rehab.models import IcdCode

CLINIC = {
    "name": "the clinic's name",
    "time_zone": "a name such as Europe/Berlin",
    "country": "two letters",
    "phone": "the number that patients call",
    "emergency_number": "such as 112 or 911",
    "hours": "opening hours, in words",
}
PERSON = (
    ("name", "the first person's name"),
    ("email", "their e-mail"),
    ("password", "asked for if it is not given"),
)


class Command(BaseCommand):
    help = (
        "Found a clinic with its exercises, template and conditions. "
        "The first person is administrator and physiotherapist. Asks for what is not given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, says in CLINIC.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=says)
        for name, says in PERSON:
            parser.add_argument(f"--user-{name}", help=says)

    def handle(self, *args: Any, **options: Any) -> None:
        clinic = answers(ClinicForm, {name: options[name] for name in CLINIC})
        person = answers(PersonForm, {name: options[f"user_{name}"] for name, _says in PERSON})
        with said_in_a_sentence():
            self._create(clinic, person)
        words = {"name": clinic["name"], "email": person["email"]}
        self.stdout.write(_("%(name)s is founded. %(email)s can sign in.") % words)

    def _create(self, clinic: dict[str, Any], person: dict[str, Any]) -> None:
        at = timezone.now()
        with transaction.atomic():
            made, user = create_clinic(
                **clinic,
                first_user_name=person["name"],
                first_user_email=person["email"],
                first_user_password=person["password"],
                at=at,
            )
            if not IcdCode.objects.exists():
                load_codes()
            load_catalogue(clinic=made, by=user, at=at)
