"""How people sign in: what allauth is told, and how long a session lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import idle
from .actions import user as actions
from .models import User

STAFF_SESSION = timedelta(hours=12)
SHARED_PHONE_SESSION = timedelta(minutes=30)
OWN_PHONE_SESSION = timedelta(days=90)
# A session that lasts from its last use is written once a minute at most, not with every request.
ROLLS_EVERY = timedelta(minutes=1)

# The demo's accounts, shown on its sign-in page.
DEMO_PASSWORD = "four-phases-demo"  # noqa: S105  # nosec B105
DEMO_ACCOUNTS = (
    ("admin@example.com", gettext_lazy("Administrator")),
    ("physio@example.com", gettext_lazy("Physiotherapist")),
    ("desk@example.com", gettext_lazy("Front desk")),
    ("patient@example.com", gettext_lazy("Patient")),
)


def begin_session(request: HttpRequest, *, own_phone: bool, at: datetime) -> None:
    """Set how long the session of the person who has just signed in lasts.

    Staff: 12 hours from now, whatever they do. Everyone else: from the last use, 90 days on a phone of their own and 30
    minutes elsewhere.
    """
    if request.user.is_staff_member:
        request.session.set_expiry(at + STAFF_SESSION)
        idle.begin(request, at=at)
        return
    lasts = OWN_PHONE_SESSION if own_phone else SHARED_PHONE_SESSION
    request.session.set_expiry(int(lasts.total_seconds()))
    request.session["used"] = int(at.timestamp())


def roll_session(request: HttpRequest, *, at: datetime) -> None:
    """Let a session that lasts from its last use begin anew."""
    used = request.session.get("used")
    if used is not None and at.timestamp() - used >= ROLLS_EVERY.total_seconds():
        request.session["used"] = int(at.timestamp())


class Adapter(DefaultAccountAdapter):
    """Accounts are made by the clinic, never by whoever comes along."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("This e-mail address and password do not go together. Check both."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Please wait five minutes, then try again."),
        "enter_current_password": gettext_lazy("This is not your password of today."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        return False  # pages only: no JSON that says what a page does not

    def is_safe_url(self, url: str) -> bool:
        # allauth lets every allowed host pass, and a clinic may allow a whole domain.
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        actions.sign_in(user=user, at=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        actions.set_password(user=user, password=password, by=user, at=timezone.now())
        # Who has just proved the mailbox or the old password need not wait for the limit to pass.
        if user.email:
            self._delete_login_attempts_cached_email(self.request, email=user.email)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts per host name, and so would give five more tries for each name that the server answers to.
        return str(credentials["email"]).lower()


class MaximumLength:
    """A password validator: argon2 reads every byte, so there is an end to how many it is given."""

    max_length = 128

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("A password has at most %(max)s characters.") % {"max": self.max_length}
