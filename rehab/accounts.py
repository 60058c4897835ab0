"""How people sign in: what allauth is told."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _


class Adapter(DefaultAccountAdapter):
    """Accounts are made by the clinic, never by whoever comes along."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MaximumLength:
    """A password validator: argon2 reads every byte, so there is an end to how many it is given."""

    max_length = 128

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("A password has at most %(max)s characters.") % {"max": self.max_length}
