"""Who may report on which date, and how a report reached the record: the same for exercises and for check-ins."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from ..models import How, Patient
from ..models.log import PATIENTS_GO_BACK

LONGEST_NOTE = 2000
# What staff may say of a report that they enter; a patient's own is live or late, and that is worked out.
BY_STAFF = frozenset({How.ON_BEHALF, How.PAPER, How.IN_CLINIC})


def is_own(patient: Patient, by: User) -> bool:
    """Whether the patient speaks of themselves."""
    return patient.user_id is not None and patient.user_id == by.pk


def check_date(patient: Patient, on: date, *, by: User, at: datetime, earliest: date | None) -> None:
    """Raises Refused for a date that nobody, or this person, may report on.

    Nobody: the future. A patient: today and the seven days before. Staff: back to `earliest`, the plan's start.
    """
    today = patient.clinic.date_at(at)
    if on > today:
        raise Refused("future", _("That day has not come yet. Come back to it then."), field="on")
    if is_own(patient, by) or earliest is None:
        if on < today - PATIENTS_GO_BACK:
            raise Refused("too_long_ago", _("You can fill in today and the seven days before it."), field="on")
    elif on < earliest:
        raise Refused("before_start", _("That is before the plan’s start."), field="on")


def provenance(
    patient: Patient, on: date, *, how: str | None, made_at: datetime | None, by: User, at: datetime
) -> tuple[str, datetime]:
    """How a report of `on` reached the record, and when it was made. Raises Refused for a way that is not staff's."""
    made = min(made_at, at) if made_at else at
    if is_own(patient, by):
        return (How.LIVE if patient.clinic.date_at(made) == on else How.LATE), made
    said = how or How.ON_BEHALF
    if said not in BY_STAFF:
        raise Refused("how", _("Say how you know: for the patient, from paper or in the clinic."), field="how")
    return said, made


def check_note(note: str) -> str:
    """The note without blanks around it. Raises Refused where it is too long."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Refused("note_too_long", _("Keep it to %d characters.") % LONGEST_NOTE, field="note")
    return note
