"""What every act about a visit is made of: its row locked, a step of the table, the event and the audit row of it."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import User

from .. import sentences
from ..models import Visit, VisitEvent
from ..visits import Step, StepRefused, after


def open_visit(visit: Visit, *, by: User, at: datetime) -> Visit:
    """Write a new visit with its first event. The caller's transaction."""
    visit.by, visit.at, visit.last_sequence = by, at, 1
    visit.save(force_insert=True)
    _event(visit, from_state="", by=by, at=at)
    audit.record("visit.create", visit, by=by, at=at, fields=["state"])
    return visit


def step(
    visit: Visit,
    act: Step,
    *,
    by: User,
    at: datetime,
    cause: str = "",
    what_next: str = "",
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Take a visit, locked by the caller and with `fields` already set on it, one step further. Raises Refused."""
    from_state = visit.state
    check_step(visit, act)
    visit.state = after(visit.state, act)
    visit.last_sequence += 1
    visit.save(update_fields=["state", "last_sequence", *fields])
    _event(visit, from_state=from_state, cause=cause, what_next=what_next, reason=reason, by=by, at=at)
    audit.record(f"visit.{act}", visit, by=by, at=at, fields=["state", *fields])


def check_step(visit: Visit, act: Step) -> None:
    """Raises Refused, with the sentence, where a visit cannot take a step."""
    try:
        after(visit.state, act)
    except StepRefused as refused:
        raise Refused("visit_step", sentences.visit_step_refused(refused.state, refused.step)) from refused


def set_due_on(visit: Visit, due_on: date, *, by: User, at: datetime) -> None:
    """Give a visit that is still due another date. The caller has locked it."""
    visit.due_on = due_on
    visit.last_sequence += 1
    visit.save(update_fields=["due_on", "last_sequence"])
    _event(visit, from_state=visit.state, by=by, at=at)
    audit.record("visit.due_on", visit, by=by, at=at, fields=["due_on"])


def lock(visit: Visit, seen: int) -> Visit:
    """The visit's row, locked until the transaction ends. Raises Conflict where it has moved on since it was seen."""
    rows = Visit.objects.select_for_update(of=("self",))
    visit = rows.select_related("patient__clinic", "physiotherapist", "session", "episode").get(pk=visit.pk)
    if visit.last_sequence != seen:
        meanwhile = visit.events.filter(sequence__gt=seen).select_related("by")
        raise Conflict(
            "stale",
            _("This visit has changed since you opened the page. Look at what happened, then decide again."),
            now={"events": [sentences.visit_event_line(event) for event in meanwhile]},
        )
    return visit


def day_of(visit: Visit) -> date | None:
    """The clinic's date of an appointment."""
    return visit.patient.clinic.date_at(visit.starts_at) if visit.starts_at else None


def _event(
    visit: Visit,
    *,
    from_state: str,
    by: User,
    at: datetime,
    cause: str = "",
    what_next: str = "",
    reason: str = "",
) -> None:
    VisitEvent.objects.create(
        visit=visit,
        sequence=visit.last_sequence,
        from_state=from_state,
        to_state=visit.state,
        starts_at=visit.starts_at,
        minutes=visit.minutes,
        physiotherapist=visit.physiotherapist,
        due_on=visit.due_on,
        cause=cause,
        what_next=what_next,
        reason=reason,
        by=by,
        at=at,
    )
