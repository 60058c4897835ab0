from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.icd import fold
from rehab.models import Clinic, User

from ..finding import searchable
from ..models import Patient

EARLIEST_BIRTH = date(1900, 1, 1)
DETAILS = ("name", "birth_date", "number", "phone", "email", "contact")


@transaction.atomic
def add_patient(
    *,
    clinic: Clinic,
    name: str,
    birth_date: date,
    by: User,
    at: datetime,
    number: str = "",
    phone: str = "",
    email: str = "",
    contact: str = "",
) -> Patient:
    """Put a person on the clinic's record.

    Raises Refused with the field: no name, a birth date in the future or before 1900, a number that another has.
    """
    patient = Patient(clinic=clinic, by=by, at=at)
    details = {"name": name, "birth_date": birth_date, "number": number}
    _set(patient, {**details, "phone": phone, "email": email, "contact": contact}, at=at)
    _save(patient, None)
    audit.record("patient.add", patient, by=by, at=at)
    return patient


@transaction.atomic
def correct_patient(*, patient: Patient, by: User, at: datetime, **fields: Any) -> Patient:
    """Put a person's details right: `fields` are any of DETAILS. Raises Refused as `add_patient` does."""
    if unknown := set(fields) - set(DETAILS):
        raise TypeError(f"no such detail: {sorted(unknown)}")
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    changed = _set(patient, fields, at=at)
    if changed:
        _save(patient, changed)
        audit.record("patient.correct", patient, by=by, at=at, fields=changed)
    return patient


def _set(patient: Patient, fields: dict[str, Any], *, at: datetime) -> list[str]:
    """Set what differs, tidied; the names of what does. Raises Refused for what cannot be."""
    tidy = {name: _tidy(name, value) for name, value in fields.items()}
    changed = [name for name, value in tidy.items() if getattr(patient, name) != value]
    for name in changed:
        setattr(patient, name, tidy[name])
    if not fold(patient.name):
        raise Refused("no_name", _("Give the name."), field="name")
    if patient.birth_date > patient.clinic.date_at(at):
        raise Refused("born_in_the_future", _("The birth date is in the future."), field="birth_date")
    if patient.birth_date < EARLIEST_BIRTH:
        raise Refused("born_too_early", _("Check the year: this is before 1900."), field="birth_date")
    return changed


def _tidy(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.strip() if name == "contact" else " ".join(value.split())


def _save(patient: Patient, changed: list[str] | None) -> None:
    """Write a new patient (None) or what changed of one, with what the search reads of it."""
    # One letter can fold into many, so what is stored for the search is cut to its column.
    patient.sort_name = fold(patient.name)[:240]
    patient.search_name = searchable(patient.number, patient.name)[:240]
    try:
        with transaction.atomic():
            patient.save(update_fields=changed and [*changed, "sort_name", "search_name"])
    except IntegrityError as error:
        raise Refused("number_taken", _("Another patient of the clinic has this number."), field="number") from error
