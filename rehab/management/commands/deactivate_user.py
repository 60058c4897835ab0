from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from rehab.actions.user import deactivate
from rehab.management.asking import administrator, said_in_a_sentence
from rehab.models import User


class Command(BaseCommand):
    help = "Take away the sign-in of somebody who leaves. What they did stays on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, help="the e-mail of an administrator of the clinic")
        parser.add_argument("--email", required=True, help="the e-mail of the person who leaves")

    def handle(self, *args: Any, **options: Any) -> None:
        with said_in_a_sentence():
            by = administrator(options["by"])
            email = options["email"].strip().lower()
            user = User.objects.filter(clinic=by.clinic, email=email, is_active=True).first()
            if user is None:
                raise CommandError(_("Nobody of the clinic signs in with %(email)s.") % {"email": email})
            if user == by:
                raise CommandError(_("Nobody takes away their own sign-in. Ask another administrator."))
            deactivate(user=user, by=by, at=timezone.now())
        self.stdout.write(_("%(email)s can no longer sign in.") % {"email": email})
