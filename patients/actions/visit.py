from __future__ import annotations

from datetime import date, datetime

from rehab import audit
from rehab.errors import Refused
from rehab.models import User

from .. import sentences
from ..models import Visit, VisitEvent
from ..visits import Step, StepRefused, after


def open_visit(visit: Visit, *, by: User, at: datetime) -> Visit:
    """Write a new visit with its first event. The caller's transaction."""
    visit.by, visit.at, visit.last_sequence = by, at, 1
    visit.save(force_insert=True)
    _event(visit, from_state="", reason="", by=by, at=at)
    audit.record("visit.create", visit, by=by, at=at, fields=["state"])
    return visit


def step(visit: Visit, act: Step, *, by: User, at: datetime, reason: str = "", fields: tuple[str, ...] = ()) -> None:
    """Take a visit, locked by the caller and with `fields` already set on it, one step further. Raises Refused."""
    try:
        state = after(visit.state, act)
    except StepRefused as refused:
        raise Refused("visit_step", sentences.visit_step_refused(refused.state, refused.step)) from refused
    from_state, visit.state = visit.state, state
    visit.last_sequence += 1
    visit.save(update_fields=["state", "last_sequence", *fields])
    _event(visit, from_state=from_state, reason=reason, by=by, at=at)
    audit.record(f"visit.{act}", visit, by=by, at=at, fields=["state", *fields])


def set_due_on(visit: Visit, due_on: date, *, by: User, at: datetime) -> None:
    """Give a visit that is still due another date. The caller has locked its plan."""
    visit.due_on = due_on
    visit.last_sequence += 1
    visit.save(update_fields=["due_on", "last_sequence"])
    _event(visit, from_state=visit.state, reason="", by=by, at=at)
    audit.record("visit.due_on", visit, by=by, at=at, fields=["due_on"])


def _event(visit: Visit, *, from_state: str, reason: str, by: User, at: datetime) -> None:
    VisitEvent.objects.create(
        visit=visit,
        sequence=visit.last_sequence,
        from_state=from_state,
        to_state=visit.state,
        starts_at=visit.starts_at,
        due_on=visit.due_on,
        reason=reason,
        by=by,
        at=at,
    )
