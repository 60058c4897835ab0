"""What the end of a plan means beyond the clock: visits called off, and what the patient keeps.

Inside the transaction of `decide`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from rehab.errors import Conflict, Refused
from rehab.models import User

from ..models import Decision, KeptExercise, Plan, Visit, VisitEvent
from ..visits import Step
from .visit_steps import step

LONGEST_READING = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Farewell:
    """`cancels` are booked visits that are called off, `keeps` prescriptions that the patient goes on with, both by
    their ids; until `readable_until`, or for good, the patient may read the plan."""

    cancels: Collection[UUID] = ()
    keeps: Collection[UUID] = ()
    readable_until: date | None = None


def carry_out(plan: Plan, ending: Decision, farewell: Farewell, *, by: User, at: datetime) -> None:
    """Do what the form of ending said. The caller has locked the plan.

    Raises Conflict where a visit is no longer booked, Refused for an exercise that is not this plan's and for a date
    that is over or absurd.
    """
    today = plan.patient.clinic.date_at(at)
    until = farewell.readable_until
    if until is not None and not today <= until <= today + LONGEST_READING:
        raise Refused("readable_until", _("Choose until when the patient may read the plan."), field="readable")
    plan.readable_until = until
    plan.save(update_fields=["readable_until"])
    _cancel(plan, farewell.cancels, by=by, at=at)
    kept = list(plan.prescriptions.standing().filter(public_id__in=farewell.keeps).order_by("position", "pk"))
    if len(kept) != len(set(farewell.keeps)):
        raise Refused("not_of_the_plan", _("One of these exercises is not in the plan any more."), field="keeps")
    KeptExercise.objects.bulk_create(KeptExercise(decision=ending, prescription=row) for row in kept)


def _cancel(plan: Plan, ids: Collection[UUID], *, by: User, at: datetime) -> None:
    rows = Visit.objects.select_for_update(of=("self",)).filter(patient=plan.patient, public_id__in=ids)
    visits = list(rows.select_related("physiotherapist").order_by("pk"))
    if len(visits) != len(set(ids)) or any(visit.state != Visit.State.BOOKED for visit in visits):
        raise Conflict("visit_moved_on", _("One of these visits has changed meanwhile. Look again, then decide."))
    for visit in visits:
        visit.patient = plan.patient
        step(visit, Step.CANCEL, by=by, at=at, cause=VisitEvent.Cause.PLAN_ENDED)
