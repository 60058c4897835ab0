from __future__ import annotations

from datetime import datetime

from rehab.models import FollowUp, User

from ..follow_ups import Asked, Due, Standing, renewed
from ..models import Plan, Visit, VisitEvent
from ..progression import ENDED
from ..visits import Step
from .visit_steps import open_visit, set_due_on, step


def renew_due_visits(plan: Plan, *, by: User, at: datetime) -> None:
    """Work the due visits out anew from the plan's spans, after a decision. The caller has locked the plan.

    A plan that has ended has its due visits cancelled; they are due again where its end is taken back. So it is with
    what the plan no longer leads to. What is booked stays booked: only a person calls off an appointment.
    """
    on = plan.patient.clinic.date_at(at)
    latest = _latest_rounds(plan)
    if plan.position(max(on, plan.start_on)).state in ENDED:
        for visit in latest.values():
            if visit.state == Visit.State.DUE:
                step(visit, Step.CANCEL, by=by, at=at, cause=VisitEvent.Cause.PLAN_ENDED)
        return
    for visit in latest.values():
        if visit.state == Visit.State.CANCELLED and _last_event(visit).cause == VisitEvent.Cause.PLAN_ENDED:
            _renew(visit, by=by, at=at)
    follow_ups = {row.pk: row for row in FollowUp.objects.filter(version=plan.version).select_related("phase")}
    changes = renewed(
        [Asked(row.pk, row.day, row.phase.number if row.phase else None) for row in follow_ups.values()],
        [Standing(key, row.round, _state(row), row.due_on) for key, row in latest.items() if row.due_on],
        plan.phase_spans(),
        list(plan.spans.all()),
        plan.start_on,
        on,
    )
    for change in changes:
        _carry_out(change, plan, latest.get(change.key), follow_ups[change.key], by=by, at=at)


def _carry_out(change: Due, plan: Plan, standing: Visit | None, follow_up: FollowUp, *, by: User, at: datetime) -> None:
    """Open the visit of a new round, or call off, bring back or move the one that stands."""
    if standing is None or change.is_new:
        visit = Visit(
            patient=plan.patient,
            episode=plan.episode,
            plan=plan,
            follow_up=follow_up,
            round=change.round,
            kind=Visit.Kind.FOLLOW_UP,
            state=Visit.State.DUE,
            due_on=change.due_on,
        )
        open_visit(visit, by=by, at=at)
    elif change.due_on is None:
        step(standing, Step.CANCEL, by=by, at=at, cause=VisitEvent.Cause.NOT_AHEAD)
    else:
        if standing.state == Visit.State.CANCELLED:
            _renew(standing, by=by, at=at)
        if standing.due_on != change.due_on:
            set_due_on(standing, change.due_on, by=by, at=at)


def _renew(visit: Visit, *, by: User, at: datetime) -> None:
    """Have a visit due again. An appointment that was called off is not booked again by it: its events keep it."""
    visit.starts_at = visit.minutes = visit.physiotherapist = None
    step(visit, Step.RENEW, by=by, at=at, fields=("starts_at", "minutes", "physiotherapist"))


def _latest_rounds(plan: Plan) -> dict[int, Visit]:
    """The latest round of each follow-up, locked: whoever books one of them meanwhile waits, or is waited for."""
    rows = plan.visits.select_for_update().filter(follow_up__isnull=False).order_by("round", "pk")
    return {row.follow_up_id: row for row in rows if row.follow_up_id}


def _state(visit: Visit) -> str:
    """The state as `renewed` reads it: what the plan itself called off is not closed but off."""
    is_off = visit.state == Visit.State.CANCELLED and _last_event(visit).cause == VisitEvent.Cause.NOT_AHEAD
    return "off" if is_off else visit.state


def _last_event(visit: Visit) -> VisitEvent:
    return visit.events.latest("sequence")
