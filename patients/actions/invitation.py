from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from rehab import audit
from rehab.actions import user as accounts
from rehab.errors import Refused
from rehab.models import User

from ..models import Invitation, Patient

# No 0, O, 1, I or L, which look alike on paper; no vowels, so that no word comes about.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 10
LIFETIME = timedelta(days=14)


def normal(code: str) -> str:
    """A code as it was typed, without the dash, spaces and small letters; empty where it cannot be one."""
    letters = "".join(code.split()).replace("-", "").upper()
    return letters if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else ""


@transaction.atomic
def invite(*, patient: Patient, by: User, at: datetime) -> tuple[Invitation, str]:
    """A new one-time code for this patient, as (its row, the code in two groups); an open one is revoked.

    Only here is the code ever known: the row keeps a keyed hash. Raises Refused for a patient in the archive.
    """
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    if patient.archived_at is not None:
        raise Refused("archived", _("This record is in the archive. Take it out before you give access."))
    _revoke_open(patient, by=by, at=at)
    code = "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
    invitation = Invitation.objects.create(
        patient=patient, code_hash=_hash(code), expires_at=at + LIFETIME, by=by, at=at
    )
    audit.record("invitation.create", invitation, by=by, at=at)
    return invitation, f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


@transaction.atomic
def revoke(*, patient: Patient, by: User, at: datetime) -> bool:
    """Make the patient's open code worthless. True if there was one."""
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    return _revoke_open(patient, by=by, at=at)


def redeem(*, code: str, birth_year: int, at: datetime) -> User:
    """The patient's account, for a code and the year of birth; it is made at the first code and found at later ones.

    Uses the code up. Raises Refused, with one and the same sentence for a code that is unknown, used, expired, revoked
    or dead and for the wrong year; a wrong year is counted, and the fifth kills the code.
    """
    # The count must outlive the refusal, so the refusal is raised outside the transaction.
    user = _redeem(code=code, birth_year=birth_year, at=at)
    if user is None:
        raise Refused(
            "code_refused",
            _(
                "This code and year do not work. Check both. "
                "A code works only once. If it still fails, ask your clinic for a new code."
            ),
        )
    return user


@transaction.atomic
def _redeem(*, code: str, birth_year: int, at: datetime) -> User | None:
    code_hash = _hash(normal(code))
    known = Invitation.objects.filter(code_hash=code_hash).first()
    if known is None:
        return None
    # The patient's row is the lock of everything here, so two requests at once use a code once.
    rows = Patient.objects.select_for_update(of=("self",)).select_related("clinic", "user")
    patient = rows.get(pk=known.patient_id)
    invitation = patient.invitations.get(pk=known.pk)
    if invitation.standing(at) != "open" or patient.archived_at is not None:
        return None
    if patient.birth_date.year != birth_year:
        Invitation.objects.filter(pk=invitation.pk).update(failures=F("failures") + 1)
        return None
    user = patient.user or _first_account(patient, by=None, at=at)
    if not user.is_active:
        return None
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    audit.record("invitation.redeem", invitation, by=user, at=at)
    return user


@transaction.atomic
def set_email(*, patient: Patient, email: str, by: User, at: datetime) -> None:
    """The address with which this patient may sign in, beside the code; empty for none. Makes the account if need be.

    Raises Refused where somebody already signs in with it.
    """
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic", "user").get(pk=patient.pk)
    if patient.user is None and not email.strip():
        return
    user = patient.user or _first_account(patient, by=by, at=at)
    accounts.set_email(user=user, email=email, by=by, at=at)


@transaction.atomic
def end_phones(*, patient: Patient, by: User, at: datetime) -> bool:
    """Sign the patient out of every phone, as for a lost one. True if the patient has an account."""
    if patient.user is None:
        return False
    accounts.end_sessions(user=patient.user, by=by, at=at)
    return True


def _first_account(patient: Patient, *, by: User | None, at: datetime) -> User:
    """An account without address and password for a patient whose row the caller holds."""
    user = accounts.new_account(clinic=patient.clinic, name=patient.name, email=None, password=None, roles=(), at=at)
    patient.user = user
    patient.save(update_fields=["user"])
    audit.record("user.create", user, by=by or user, at=at)
    audit.record("patient.account", patient, by=by or user, at=at, fields=["user"])
    return user


def _revoke_open(patient: Patient, *, by: User, at: datetime) -> bool:
    invitation = patient.invitations.filter(used_at__isnull=True, revoked_at__isnull=True).first()
    if invitation is None:
        return False
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation.revoke", invitation, by=by, at=at)
    return True


def _hash(code: str) -> str:
    return salted_hmac("patients.invitation", code, algorithm="sha256").hexdigest()
