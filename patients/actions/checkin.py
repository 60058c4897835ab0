from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import User

from ..models import CheckIn, Patient
from .report import check_date, check_note, provenance

WORST_PAIN = 10


class Keep(Enum):
    """What is not asked this time stays as it was answered."""

    KEEP = "keep"


KEEP = Keep.KEEP
Pain = int | None | Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check-in says; None is no answer."""

    pain_exercising: int | None
    pain_morning: int | None
    note: str


@transaction.atomic
def check_in(
    *,
    patient: Patient,
    on: date,
    client_id: UUID,
    by: User,
    at: datetime,
    pain_exercising: Pain = KEEP,
    pain_morning: Pain = KEEP,
    note: str | Literal[Keep.KEEP] = KEEP,
    how: str | None = None,
    made_at: datetime | None = None,
) -> CheckIn:
    """Record a patient's answer for a date, 0 to 10 each, None for no answer; in every state of a plan and without one.

    What is not given stays as it was answered. A second answer for the date is a correction: a new row in the place of
    the old one. The same `client_id` is recorded once; with other content it is a Conflict. Raises Refused for a date
    that this person may not report on and for what is no whole number from 0 to 10.
    """
    locked = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    rows = list(locked.check_ins.filter(Q(client_id=client_id) | Q(on=on, superseded_at__isnull=True)))
    standing = next((row for row in rows if row.on == on and row.superseded_at is None), None)
    before = _answer(standing) if standing else Answer(None, None, "")
    answer = Answer(
        _pain(pain_exercising, before.pain_exercising, "pain_exercising"),
        _pain(pain_morning, before.pain_morning, "pain_morning"),
        before.note if note is KEEP else check_note(note),
    )
    known = next((row for row in rows if row.client_id == client_id), None)
    if known is not None:
        if known.on == on and _repeats(known, pain_exercising, pain_morning, note):
            return known
        raise Conflict("said_already", _("Another answer is on record already. Look at the page as it is now."))
    first_plan = locked.plans.order_by("start_on").first()
    check_date(locked, on, by=by, at=at, earliest=first_plan.start_on if first_plan else None)
    if answer == before:
        if standing is None:
            raise Refused("no_answer", _("There is no answer yet. Choose a number."))
        return standing
    how, made_at = provenance(locked, on, how=how, made_at=made_at, by=by, at=at)
    if standing is not None:
        standing.superseded_at = at
        standing.save(update_fields=["superseded_at"])
    row = CheckIn.objects.create(
        patient=locked,
        on=on,
        client_id=client_id,
        pain_exercising=answer.pain_exercising,
        pain_morning=answer.pain_morning,
        note=answer.note,
        how=how,
        made_at=made_at,
        at=at,
        by=by,
        replaces=standing,
    )
    audit.record(
        "check_in.correct" if standing else "check_in.create", row, by=by, at=at, fields=_changed(before, answer)
    )
    return row


def _answer(row: CheckIn) -> Answer:
    return Answer(row.pain_exercising, row.pain_morning, row.note)


def _pain(given: Pain, before: int | None, field: str) -> int | None:
    if given is KEEP:
        return before
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= WORST_PAIN:
        raise Refused("pain", _("Choose a whole number from 0 to 10."), field=field)
    return given


def _repeats(row: CheckIn, pain_exercising: Pain, pain_morning: Pain, note: str | Literal[Keep.KEEP]) -> bool:
    """Whether a row says what is given; what is not given is not compared."""
    return (
        pain_exercising in (KEEP, row.pain_exercising)
        and pain_morning in (KEEP, row.pain_morning)
        and (note is KEEP or note.strip() == row.note)
    )


def _changed(before: Answer, after: Answer) -> list[str]:
    return [name for name in Answer.__slots__ if getattr(before, name) != getattr(after, name)]
