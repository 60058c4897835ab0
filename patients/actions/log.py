from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from .. import readings
from ..models import ExerciseLog, Patient, Plan, Prescription
from .occasion import (
    MOST_OCCASIONS,
    Entry,
    Said,
    Status,
    changed_meanwhile,
    check,
    check_asking,
    check_own,
    check_said,
    lock,
    lock_plan,
    next_free,
    span_on,
    the_same,
    what_it_says,
    write,
)
from .report import check_date, check_note, provenance


@transaction.atomic
def log_exercise(
    *,
    patient: Patient,
    prescription: Prescription,
    on: date,
    occasion: int | None,
    client_id: UUID,
    status: str,
    by: User,
    at: datetime,
    how: str | None = None,
    made_at: datetime | None = None,
    reason: str = "",
    variant: str = "",
    hurt: bool | None = None,
    note: str = "",
) -> ExerciseLog:
    """Record one occasion of one prescription on one date: done, or not done and why.

    `occasion` None takes the next free number. The same `client_id`, or the same occasion, with the same content is
    recorded once and answered with the row that is there; with other content it is a Conflict (see `correct_log`).
    Raises Refused for a date or a prescription that nothing can be said of: the future, too long ago, before the start,
    exercises stopped, not in force then, somebody else's.
    """
    said = Said(status, reason, variant, hurt, check_note(note))
    prescription = lock(patient, prescription)
    rows = list(
        patient.logs.filter(Q(client_id=client_id) | Q(prescription=prescription, on=on, superseded_at__isnull=True))
    )
    known = next((row for row in rows if row.client_id == client_id), None)
    if known is not None:
        return the_same(known, prescription, on, occasion, said)
    check(patient, prescription, on, by=by, at=at)
    check_said(prescription, said)
    if occasion is None:
        occasion = next_free(rows)
    elif not 1 <= occasion <= MOST_OCCASIONS:
        raise Refused("occasion", _("There is no such time of the day."), field="occasion")
    standing = next((row for row in rows if row.occasion == occasion), None)
    if standing is not None and standing.status != Status.WITHDRAWN:
        return the_same(standing, prescription, on, occasion, said)
    how, made_at = provenance(patient, on, how=how, made_at=made_at, by=by, at=at)
    entry = Entry(patient, by, at, how, made_at)
    return write(entry, prescription, on, occasion, client_id, said, replaces=standing)


@transaction.atomic
def correct_log(
    *,
    patient: Patient,
    log: ExerciseLog,
    client_id: UUID,
    status: str,
    by: User,
    at: datetime,
    how: str | None = None,
    made_at: datetime | None = None,
    reason: str = "",
    variant: str = "",
    hurt: bool | None = None,
    note: str = "",
) -> ExerciseLog:
    """Say something else of an occasion than `log` says: a new row in its place; both stay on record.

    Raises as `log_exercise` does, and Conflict where `log` is not what stands any more.
    """
    said = Said(status, reason, variant, hurt, check_note(note))
    prescription = lock(patient, log.prescription)
    known = patient.logs.filter(client_id=client_id).first()
    if known is not None:
        return the_same(known, prescription, log.on, log.occasion, said)
    log = patient.logs.get(pk=log.pk)
    if log.superseded_at is not None or log.status == Status.WITHDRAWN:
        raise changed_meanwhile()
    if what_it_says(log) == said:
        return log
    check(patient, prescription, log.on, by=by, at=at)
    check_said(prescription, said)
    check_own(patient, log, by)
    how, made_at = provenance(patient, log.on, how=how, made_at=made_at, by=by, at=at)
    entry = Entry(patient, by, at, how, made_at)
    return write(entry, prescription, log.on, log.occasion, client_id, said, replaces=log)


@transaction.atomic
def withdraw_log(*, patient: Patient, log: ExerciseLog, client_id: UUID, by: User, at: datetime) -> ExerciseLog:
    """Take back what was said of an occasion: a row *withdrawn* in its place. Taken back twice, it is once.

    Raises Refused for a date too long ago and for what staff recorded, Conflict where something else stands meanwhile.
    """
    lock(patient, log.prescription)
    return _withdraw(patient, log, client_id, by=by, at=at)


@transaction.atomic
def log_all(
    *,
    patient: Patient,
    plan: Plan,
    on: date,
    client_id: UUID,
    by: User,
    at: datetime,
    shown: Collection[UUID] | None = None,
) -> list[ExerciseLog]:
    """Record as done all that is due on a date and that nothing was said of: all of it or, if refused, none.

    `shown` are the addresses of the prescriptions that the person saw (None: all of them): what was prescribed
    meanwhile is not done, and of a choice of one it says which. Each row's id is made of `client_id`, so the same tap
    counts once. Raises as `log_exercise` does.
    """
    plan = lock_plan(patient, plan.pk)
    check_date(patient, on, by=by, at=at, earliest=plan.start_on)
    check_asking(span_on(plan, on))
    day = readings.load(patient, plan, on, on)
    how, made_at = provenance(patient, on, how=None, made_at=None, by=by, at=at)
    entry = Entry(patient, by, at, how, made_at)
    wanted = [row for asked in day.due_today(on) if (row := _wanted(asked, day, on, shown)) is not None]
    ids = {
        (row.pk, occasion): uuid5(client_id, f"{row.public_id} {occasion}")
        for row in wanted
        for occasion in range(1, row.times_per_day + 1)
    }
    there = list(
        patient.logs.filter(
            Q(client_id__in=ids.values()) | Q(prescription__in=wanted, on=on, superseded_at__isnull=True)
        )
    )
    said_already = {row.client_id for row in there}
    standing = {(row.prescription_id, row.occasion): row for row in there if row.superseded_at is None}
    written = []
    for row in wanted:
        for occasion in range(1, row.times_per_day + 1):
            before = standing.get((row.pk, occasion))
            id_of_row = ids[row.pk, occasion]
            if id_of_row in said_already or (before is not None and before.status != Status.WITHDRAWN):
                continue
            written.append(write(entry, row, on, occasion, id_of_row, Said(Status.DONE), replaces=before))
    return written


@transaction.atomic
def undo_all(
    *, patient: Patient, plan: Plan, on: date, logs: Collection[UUID], client_id: UUID, by: User, at: datetime
) -> list[ExerciseLog]:
    """Take back several rows of a date, given by their client ids as the page showed them: all of them or none.

    Raises as `withdraw_log` does.
    """
    plan = lock_plan(patient, plan.pk)
    rows = patient.logs.filter(client_id__in=logs, on=on, prescription__plan=plan).order_by("pk")
    return [_withdraw(patient, row, uuid5(client_id, str(row.client_id)), by=by, at=at) for row in rows]


def _wanted(
    asked: readings.Asked, day: readings.Readings, on: date, shown: Collection[UUID] | None
) -> Prescription | None:
    """Which of the options "all done" means: the one shown. None where it was not shown or another one was done."""
    if asked.is_choice and any(day.logs_of(row, on) for row in asked.options):
        return None
    if shown is None:
        return None if asked.is_choice else asked.first
    options = [row for row in asked.options if row.public_id in shown]
    return options[0] if len(options) == 1 else None


def _withdraw(patient: Patient, log: ExerciseLog, client_id: UUID, *, by: User, at: datetime) -> ExerciseLog:
    log = patient.logs.select_related("prescription__plan").get(pk=log.pk)
    if log.status == Status.WITHDRAWN:
        return log
    if log.superseded_at is not None:
        following = patient.logs.filter(replaces=log, status=Status.WITHDRAWN).first()
        if following is None:
            raise changed_meanwhile()
        return following
    check_date(patient, log.on, by=by, at=at, earliest=log.prescription.plan.start_on)
    check_own(patient, log, by)
    how, made_at = provenance(patient, log.on, how=None, made_at=None, by=by, at=at)
    entry = Entry(patient, by, at, how, made_at)
    said = Said(Status.WITHDRAWN)
    return write(entry, log.prescription, log.on, log.occasion, client_id, said, replaces=log)
