from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..models import Clinic, User
from ..roles import ROLES

COLUMNS = {role.column for role in ROLES}


def new_account(
    *,
    clinic: Clinic,
    name: str,
    email: str | None,
    password: str | None,
    roles: Collection[str],
    at: datetime,
) -> User:
    """An account without its audit row, which the caller writes. Raises Refused where the address is taken."""
    if unknown := set(roles) - COLUMNS:
        raise ValueError(f"no such role: {sorted(unknown)}")
    address = _free_address(email)
    user = User(clinic=clinic, name=name, email=address, created_at=at, **dict.fromkeys(roles, True))
    user.set_password(password)  # None: no password, so only a code signs in
    user.save(force_insert=True)
    return user


def _free_address(email: str | None, *, but: User | None = None) -> str | None:
    address = (email or "").strip().lower()
    others = User.objects.filter(email=address)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if address and others.exists():
        raise Refused("email_taken", _("Somebody already signs in with this e-mail address."), field="email")
    return address or None


@transaction.atomic
def add_staff(
    *,
    clinic: Clinic,
    name: str,
    email: str,
    password: str | None,
    roles: Collection[str],
    by: User,
    at: datetime,
) -> User:
    """Add a person of the clinic's staff with `roles` (columns of `roles.ROLES`, at least one)."""
    if not roles:
        raise Refused("no_role", _("Give the person at least one role."), field="roles")
    user = new_account(clinic=clinic, name=name, email=email, password=password, roles=roles, at=at)
    audit.record("user.create", user, by=by, at=at, fields=roles)
    return user


@transaction.atomic
def sign_in(*, user: User, at: datetime) -> None:
    """Note that this person signed in. The session is the web's affair."""
    audit.record("user.sign_in", user, by=user, at=at)


@transaction.atomic
def set_password(*, user: User, password: str, by: User, at: datetime) -> None:
    """A new password, checked by the caller. Every session of the person ends, as each is tied to the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("user.set_password", user, by=by, at=at, fields=["password"])


@transaction.atomic
def set_email(*, user: User, email: str, by: User, at: datetime) -> None:
    """The address with which this person signs in; empty for none.

    Where there was another address before, its password goes too, and every session ends: whoever read that mailbox may
    have set it. Raises Refused where the address is taken.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    address = _free_address(email, but=user)
    if address == user.email:
        return
    fields = ["email"]
    if user.email is not None:
        user.set_unusable_password()
        fields.append("password")
    user.email = address
    user.save(update_fields=fields)
    audit.record("user.set_email", user, by=by, at=at, fields=fields)


@transaction.atomic
def deactivate(*, user: User, by: User, at: datetime) -> None:
    """Take away the sign-in. Every session of the person ends with their next request."""
    User.objects.filter(pk=user.pk).update(is_active=False, session_epoch=F("session_epoch") + 1)
    audit.record("user.deactivate", user, by=by, at=at, fields=["is_active"])


@transaction.atomic
def end_sessions(*, user: User, by: User, at: datetime) -> None:
    """Sign the person out everywhere, this session included."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    audit.record("user.end_sessions", user, by=by, at=at, fields=["session_epoch"])


@transaction.atomic
def set_keys(*, user: User, on: bool, by: User, at: datetime) -> None:
    """Single-letter keys on or off, for this person."""
    if user.uses_keys == on:
        return
    user.uses_keys = on
    user.save(update_fields=["uses_keys"])
    audit.record("user.set_keys", user, by=by, at=at, fields=["uses_keys"])
