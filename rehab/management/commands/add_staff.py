from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from rehab.actions.user import add_staff
from rehab.forms.account import PersonForm
from rehab.management.asking import administrator, answers, said_in_a_sentence

ROLES = ("physiotherapist", "administrator")


class Command(BaseCommand):
    help = "Add a physiotherapist or administrator to a clinic. Asks for what is not given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, help="the e-mail of an administrator of the clinic")
        parser.add_argument("--name", help="the new person's name")
        parser.add_argument("--email", help="their e-mail")
        parser.add_argument("--password", help="asked for if it is not given")
        for role in ROLES:
            parser.add_argument(f"--{role}", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        roles = [f"is_{role}" for role in ROLES if options[role]]
        if not roles:
            raise CommandError(_("Give at least one role: --physiotherapist, --administrator."))
        with said_in_a_sentence():
            by = administrator(options["by"])
            person = answers(PersonForm, {name: options[name] for name in ("name", "email", "password")})
            add_staff(clinic=by.clinic, roles=roles, by=by, at=timezone.now(), **person)
        self.stdout.write(_("%(email)s can sign in.") % {"email": person["email"]})
