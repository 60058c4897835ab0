from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .base import Addressed
from .clinic import Clinic


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> models.QuerySet["User"]:
        # Every request asks for the zone of the person's clinic.
        return super().get_queryset().select_related("clinic")

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, Addressed):
    """An account: an address and a hash. That it belongs to a patient is not known here."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="users")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_physiotherapist = models.BooleanField(_("physiotherapist"), default=False)
    is_front_desk = models.BooleanField(_("front desk"), default=False)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    # Raised to end every session of this person at once.
    session_epoch = models.PositiveIntegerField(default=0)
    # A colleague who leaves keeps the sign-in until everything of theirs is handed over.
    leaving_since = models.DateField(_("leaving since"), null=True, blank=True)
    uses_keys = models.BooleanField(_("single-letter keys"), default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email=Lower(F("email"))), name="user_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff_member(self) -> bool:
        return self.is_physiotherapist or self.is_front_desk or self.is_administrator

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        # Django's own hash covers the password; the epoch lets "sign out everywhere" end sessions without touching it.
        return salted_hmac(
            "rehab.User.session", f"{self.password}|{self.session_epoch}", secret=secret, algorithm="sha256"
        ).hexdigest()
