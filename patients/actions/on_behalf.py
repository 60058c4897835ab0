"""What staff enter for a patient, many reports at once: a sheet of paper, a telephone call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from .. import readings
from ..models import Patient, Plan, Prescription
from .checkin import KEEP, Keep, Pain, check_in
from .occasion import (
    MOST_OCCASIONS,
    Entry,
    Said,
    Status,
    changed_meanwhile,
    check_asking,
    check_own,
    check_said,
    lock_plan,
    span_on,
    what_it_says,
    write,
)
from .report import check_date, check_note, provenance


@dataclass(frozen=True, slots=True)
class Change:
    """One occasion to be said otherwise than the page showed it: `said` None takes it back. `was` is the client id of
    what the page showed, None where it showed nothing."""

    prescription: UUID
    on: date
    occasion: int
    said: Said | None
    was: UUID | None = None


@dataclass(frozen=True, slots=True)
class PainChange:
    """A date's answer to be said otherwise than the page showed it (`was`: exercising, morning)."""

    on: date
    was: tuple[int | None, int | None]
    pain_exercising: Pain = KEEP
    pain_morning: Pain = KEEP
    note: str | Literal[Keep.KEEP] = KEEP


@transaction.atomic
def enter_reports(
    *,
    patient: Patient,
    plan: Plan,
    changes: Sequence[Change],
    answers: Sequence[PainChange] = (),
    how: str,
    client_id: UUID,
    by: User,
    at: datetime,
) -> int:
    """Enter what was changed on a page of a patient's reports: all of it or, if refused, none. How many rows it wrote.

    Each row's id is made of `client_id`, so the same page counts once, and what stands already as it is said is left
    alone. Raises Refused as `log_exercise` and `check_in` do, and Conflict where something else was said of an occasion
    or a date than the page showed.
    """
    plan = lock_plan(patient, plan.pk)
    written = _enter_logs(patient, plan, changes, how=how, client_id=client_id, by=by, at=at) if changes else 0
    for answer in answers:
        written += _enter_answer(patient, answer, how=how, client_id=client_id, by=by, at=at)
    return written


def _enter_logs(
    patient: Patient, plan: Plan, changes: Sequence[Change], *, how: str, client_id: UUID, by: User, at: datetime
) -> int:
    dates = {change.on for change in changes}
    days = readings.load(patient, plan, min(dates), max(dates))
    asked = {on: _asked(patient, plan, days, on, by=by, at=at) for on in dates}
    came = {on: provenance(patient, on, how=how, made_at=None, by=by, at=at) for on in dates}
    entries = {on: Entry(patient, by, at, *came[on]) for on in dates}
    ids = {change: uuid5(client_id, f"{change.prescription} {change.on} {change.occasion}") for change in changes}
    rows = list(
        patient.logs.filter(
            Q(client_id__in=ids.values()) | Q(prescription__plan=plan, on__in=dates, superseded_at__isnull=True)
        )
    )
    known = {row.client_id for row in rows}
    standing = {(row.prescription_id, row.on, row.occasion): row for row in rows if row.superseded_at is None}
    written = 0
    for change in changes:
        prescription = asked[change.on].get(change.prescription)
        if prescription is None:
            raise Refused("not_in_force", _("This exercise was not in the plan on that day."))
        if not 1 <= change.occasion <= MOST_OCCASIONS:
            raise Refused("occasion", _("There is no such time of the day."))
        before = standing.get((prescription.pk, change.on, change.occasion))
        said = _checked(prescription, change.said)
        stands = what_it_says(before) if before is not None and before.status != Status.WITHDRAWN else None
        if ids[change] in known or stands == change.said:
            continue
        if before is not None and stands is not None:
            if before.client_id != change.was:
                raise changed_meanwhile()
            check_own(patient, before, by)
        write(entries[change.on], prescription, change.on, change.occasion, ids[change], said, replaces=before)
        written += 1
    return written


def _asked(
    patient: Patient, plan: Plan, days: readings.Readings, on: date, *, by: User, at: datetime
) -> dict[UUID, Prescription]:
    """What can be said of a date, by address. Raises Refused where nothing can."""
    check_date(patient, on, by=by, at=at, earliest=plan.start_on)
    check_asking(span_on(plan, on))
    return {row.public_id: row for row in days.in_force(on)}


def _checked(prescription: Prescription, said: Said | None) -> Said:
    if said is None:
        return Said(Status.WITHDRAWN)
    check_note(said.note)
    check_said(prescription, said)
    return said


def _enter_answer(patient: Patient, answer: PainChange, *, how: str, client_id: UUID, by: User, at: datetime) -> int:
    id_of_row = uuid5(client_id, answer.on.isoformat())
    rows = list(patient.check_ins.filter(Q(client_id=id_of_row) | Q(on=answer.on, superseded_at__isnull=True)))
    if any(row.client_id == id_of_row for row in rows):
        return 0
    row = next((row for row in rows if row.on == answer.on), None)
    stands = (row.pain_exercising, row.pain_morning) if row is not None else (None, None)
    wanted = tuple(
        was if given is KEEP else given
        for was, given in zip(stands, (answer.pain_exercising, answer.pain_morning), strict=True)
    )
    if stands != answer.was and stands != wanted:
        raise changed_meanwhile()
    made = check_in(
        patient=patient,
        on=answer.on,
        client_id=id_of_row,
        by=by,
        at=at,
        pain_exercising=answer.pain_exercising,
        pain_morning=answer.pain_morning,
        note=answer.note,
        how=how,
    )
    return int(made.client_id == id_of_row)
