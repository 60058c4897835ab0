"""One occasion of one prescription on one date: its lock, its checks, its next row. Inside an action's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import User

from ..adherence import ASKING
from ..models import ExerciseLog, Patient, Plan, PlanSpan, Prescription
from ..progression import State
from .report import check_date, is_own

MOST_OCCASIONS = 20
Status = ExerciseLog.Status


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one occasion. `variant` is a key of the exercise's variants; `hurt` None is no answer."""

    status: str
    reason: str = ""
    variant: str = ""
    hurt: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who records, when, and how it came."""

    patient: Patient
    by: User
    at: datetime
    how: str
    made_at: datetime


def lock_plan(patient: Patient, plan_id: int) -> Plan:
    plan = Plan.objects.select_for_update().filter(pk=plan_id, patient=patient).first()
    if plan is None:
        raise Refused("not_yours", _("This exercise is not in your plan."))
    return plan


def lock(patient: Patient, prescription: Prescription) -> Prescription:
    """The prescription as it is once its plan is locked: what a decision closed meanwhile is seen."""
    plan = lock_plan(patient, prescription.plan_id)
    row = Prescription.objects.select_related("phase", "revision", "own_exercise").get(pk=prescription.pk)
    row.plan = plan
    return row


def span_on(plan: Plan, on: date) -> PlanSpan | None:
    return plan.spans.filter(first_on__lte=on).order_by("first_on").last()


def check(patient: Patient, prescription: Prescription, on: date, *, by: User, at: datetime) -> None:
    """Whether something can be said of a prescription on a date, by this person."""
    plan = prescription.plan
    check_date(patient, on, by=by, at=at, earliest=plan.start_on)
    span = span_on(plan, on)
    check_asking(span)
    in_force = (
        prescription.voided_by_id is None
        and prescription.since <= on
        and (prescription.until is None or on <= prescription.until)
        and span is not None
        and span.phase == prescription.phase.number
    )
    if not in_force:
        raise Refused("not_in_force", _("This exercise was not in the plan on that day."))


def check_asking(span: PlanSpan | None) -> None:
    if span is None:
        raise Refused("before_start", _("That is before the plan’s start."), field="on")
    if span.state == State.PAUSED:
        raise Refused("paused", _("Exercises were stopped on that day, so there is nothing to fill in."))
    if span.state not in ASKING:
        raise Refused("plan_ended", _("The plan had ended by that day."))


def check_said(prescription: Prescription, said: Said) -> None:
    if said.status not in {Status.DONE, Status.NOT_DONE}:
        raise Refused("status", _("Say if it was done or not."), field="status")
    if said.status == Status.NOT_DONE and said.reason not in ExerciseLog.Reason.values:
        raise Refused("reason", _("Say why not. Choose one."), field="reason")
    if said.status == Status.DONE and said.reason:
        raise Refused("reason_for_done", _("What was done needs no reason."), field="reason")
    variants = {variant["key"] for variant in prescription.what.variants}
    if said.variant and said.variant not in variants:
        raise Refused("variant", _("Choose one of the ways that are listed."), field="variant")


def check_own(patient: Patient, log: ExerciseLog, by: User) -> None:
    """A patient changes what the patient said; what was noted in the clinic, the clinic changes."""
    if is_own(patient, by) and log.by_id != by.pk:
        raise Refused("not_by_you", _("Your clinic noted this for you. Call us if it is wrong."))


def what_it_says(log: ExerciseLog) -> Said:
    return Said(log.status, log.reason, log.variant, log.hurt, log.note)


def the_same(log: ExerciseLog, prescription: Prescription, on: date, occasion: int | None, said: Said) -> ExerciseLog:
    """The row that is there, if it says what is said now."""
    of = (log.prescription_id, log.on, log.occasion)
    if of == (prescription.pk, on, log.occasion if occasion is None else occasion) and what_it_says(log) == said:
        return log
    raise changed_meanwhile()


def changed_meanwhile() -> Conflict:
    return Conflict("said_already", _("Something else is on record for this already. Look at the page as it is now."))


def next_free(rows: Sequence[ExerciseLog]) -> int:
    taken = {row.occasion for row in rows if row.superseded_at is None and row.status != Status.WITHDRAWN}
    free = next((number for number in range(1, MOST_OCCASIONS + 1) if number not in taken), None)
    if free is None:
        raise Refused("occasion", _("That is more often than can be noted for one day."), field="occasion")
    return free


def write(
    entry: Entry,
    prescription: Prescription,
    on: date,
    occasion: int,
    client_id: UUID,
    said: Said,
    *,
    replaces: ExerciseLog | None,
) -> ExerciseLog:
    if replaces is not None:
        freed = ExerciseLog.objects.filter(pk=replaces.pk, superseded_at__isnull=True).update(superseded_at=entry.at)
        if not freed:
            raise changed_meanwhile()
    try:
        row = ExerciseLog.objects.create(
            patient=entry.patient,
            prescription=prescription,
            on=on,
            occasion=occasion,
            client_id=client_id,
            status=said.status,
            reason=said.reason,
            variant=said.variant,
            hurt=said.hurt,
            note=said.note,
            how=entry.how,
            made_at=entry.made_at,
            at=entry.at,
            by=entry.by,
            replaces=replaces,
        )
    except IntegrityError as error:  # the same id, on another plan of this patient, at the same moment
        raise changed_meanwhile() from error
    audit.record(f"log.{said.status}", row, by=entry.by, at=entry.at)
    return row
