from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import Clinic, User
from rehab.roles import Capability, can

from .. import sentences
from ..models import Episode, TreatmentSession, Visit, VisitEvent
from ..visits import Step, StepRefused, after
from .session import start_session

SHORTEST, LONGEST = 5, 480  # minutes
FURTHEST = timedelta(days=366)
APPOINTMENT = ("physiotherapist", "starts_at", "minutes")
Cause = VisitEvent.Cause


@transaction.atomic
def add_visit(
    *, episode: Episode, physiotherapist: User, starts_at: datetime, minutes: int, by: User, at: datetime
) -> Visit:
    """Book a treatment visit that no protocol asked for. The same sent twice is one visit.

    Raises Refused as `book_visit` does.
    """
    if episode.closed_on is not None:
        raise Refused("episode_closed", _("This episode is closed. Start a new one for a new course of care."))
    visit = Visit(patient=episode.patient, episode=episode, kind=Visit.Kind.TREATMENT, state=Visit.State.BOOKED)
    _set_appointment(visit, physiotherapist, starts_at, minutes, at)
    appointment = {name: getattr(visit, name) for name in APPOINTMENT}
    if there := Visit.objects.filter(episode=episode, kind=visit.kind, state=visit.state, by=by, **appointment).first():
        return there
    with _one_at_a_time():
        return open_visit(visit, by=by, at=at)


@transaction.atomic
def book_visit(
    *, visit: Visit, seen: int, physiotherapist: User, starts_at: datetime, minutes: int, by: User, at: datetime
) -> Visit:
    """Give a visit that is due its appointment: a moment, a length in minutes, a physiotherapist of the clinic.

    `seen` is the number of the last event that the form showed. Raises Conflict where there is a later one. Raises
    Refused, with the field, for a date before today or more than a year off, a length that is none, somebody who is no
    active physiotherapist of the clinic, and a patient who has another visit at that moment.
    """
    return _appoint(visit, Step.BOOK, seen, physiotherapist, starts_at, minutes, by=by, at=at)


@transaction.atomic
def move_visit(
    *, visit: Visit, seen: int, physiotherapist: User, starts_at: datetime, minutes: int, by: User, at: datetime
) -> Visit:
    """Give a booked visit another appointment. Raises as `book_visit` does."""
    return _appoint(visit, Step.MOVE, seen, physiotherapist, starts_at, minutes, by=by, at=at)


@transaction.atomic
def attend_visit(*, visit: Visit, seen: int, by: User, at: datetime, session: TreatmentSession | None = None) -> Visit:
    """Mark a booked visit as kept, on its day or later, with the session note of that day if there is one.

    Raises Conflict for a stale page; Refused before the visit's day, and for a note of another patient, of another
    day, of another visit, or discarded.
    """
    visit = _lock(visit, seen)
    held_on = _day_of(visit)
    if held_on is not None and held_on > visit.patient.clinic.date_at(at):
        raise Refused(
            "not_yet",
            _("This visit is on %(day)s. It can be marked as attended on that day.")
            % {"day": date_format(held_on, "j F Y")},
        )
    if session is not None:
        _check_note(visit, session, held_on)
        visit.session = session
    step(visit, Step.ATTEND, by=by, at=at, fields=("session",) if session else ())
    return visit


@transaction.atomic
def attend_with_new_note(
    *, visit: Visit, seen: int, kind: str, by: User, at: datetime
) -> tuple[Visit, TreatmentSession]:
    """Mark a booked visit as kept and start its session note. Raises as `attend_visit` and `start_session` do."""
    session = _note_of_the_day(visit, kind, by=by, at=at)
    return attend_visit(visit=visit, seen=seen, session=session, by=by, at=at), session


@transaction.atomic
def note_visit(*, visit: Visit, seen: int, session: TreatmentSession, by: User, at: datetime) -> Visit:
    """Link a visit that was kept without a note to its session note. Raises as `attend_visit` does."""
    visit = _lock(visit, seen)
    if visit.session is not None and visit.session.status != TreatmentSession.Status.DISCARDED:
        raise Refused("has_a_note", _("This visit has its session note already."))
    _check_note(visit, session, _day_of(visit))
    visit.session = session
    step(visit, Step.NOTE, by=by, at=at, fields=("session",))
    return visit


@transaction.atomic
def note_visit_anew(*, visit: Visit, seen: int, kind: str, by: User, at: datetime) -> tuple[Visit, TreatmentSession]:
    """Start the session note of a visit that was kept without one. Raises as `note_visit` does."""
    session = _note_of_the_day(visit, kind, by=by, at=at)
    return note_visit(visit=visit, seen=seen, session=session, by=by, at=at), session


@transaction.atomic
def miss_visit(*, visit: Visit, seen: int, by: User, at: datetime, reason: str = "") -> Visit:
    """Mark a booked visit as missed, once its time has come. Raises Conflict for a stale page, Refused before."""
    visit = _lock(visit, seen)
    if visit.starts_at is not None and visit.starts_at > at:
        raise Refused("not_yet", _("This visit has not begun yet. If the patient cannot come, cancel or move it."))
    step(visit, Step.MISS, by=by, at=at, reason=reason.strip())
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, seen: int, cause: str, by: User, at: datetime, reason: str = "") -> Visit:
    """Call off a visit that is due or booked; `cause` says who did: the patient or the clinic."""
    visit = _lock(visit, seen)
    if cause not in {Cause.PATIENT, Cause.CLINIC}:
        raise Refused("no_cause", _("Say who cancels it: the patient or the clinic."), field="cause")
    step(visit, Step.CANCEL, by=by, at=at, cause=cause, reason=reason.strip())
    return visit


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
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Take a visit, locked by the caller and with `fields` already set on it, one step further. Raises Refused."""
    try:
        state = after(visit.state, act)
    except StepRefused as refused:
        raise Refused("visit_step", sentences.visit_step_refused(refused.state, refused.step)) from refused
    from_state, visit.state = visit.state, state
    visit.last_sequence += 1
    visit.save(update_fields=["state", "last_sequence", *fields])
    _event(visit, from_state=from_state, cause=cause, reason=reason, by=by, at=at)
    audit.record(f"visit.{act}", visit, by=by, at=at, fields=["state", *fields])


def set_due_on(visit: Visit, due_on: date, *, by: User, at: datetime) -> None:
    """Give a visit that is still due another date. The caller has locked it."""
    visit.due_on = due_on
    visit.last_sequence += 1
    visit.save(update_fields=["due_on", "last_sequence"])
    _event(visit, from_state=visit.state, by=by, at=at)
    audit.record("visit.due_on", visit, by=by, at=at, fields=["due_on"])


def _event(visit: Visit, *, from_state: str, by: User, at: datetime, cause: str = "", reason: str = "") -> None:
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
        reason=reason,
        by=by,
        at=at,
    )


def _lock(visit: Visit, seen: int) -> Visit:
    """The visit's row, locked until the transaction ends. Raises Conflict where it has moved on since it was seen."""
    rows = Visit.objects.select_for_update(of=("self",))
    visit = rows.select_related("patient__clinic", "physiotherapist", "session").get(pk=visit.pk)
    if visit.last_sequence != seen:
        meanwhile = visit.events.filter(sequence__gt=seen).select_related("by")
        raise Conflict(
            "stale",
            _("This visit has changed since you opened the page. Look at what happened, then decide again."),
            now={"events": [sentences.visit_event_line(event) for event in meanwhile]},
        )
    return visit


def _appoint(
    visit: Visit,
    act: Step,
    seen: int,
    physiotherapist: User,
    starts_at: datetime,
    minutes: int,
    *,
    by: User,
    at: datetime,
) -> Visit:
    visit = _lock(visit, seen)
    _set_appointment(visit, physiotherapist, starts_at, minutes, at)
    with _one_at_a_time():
        step(visit, act, by=by, at=at, fields=APPOINTMENT)
    return visit


def _set_appointment(visit: Visit, physiotherapist: User, starts_at: datetime, minutes: int, at: datetime) -> None:
    clinic = visit.patient.clinic
    _check_day(clinic, clinic.date_at(starts_at), clinic.date_at(at))
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(
            "no_such_length",
            _("A visit takes between %(shortest)s and %(longest)s minutes.")
            % {"shortest": SHORTEST, "longest": LONGEST},
            field="minutes",
        )
    if not can(physiotherapist, Capability.TREAT) or physiotherapist.clinic_id != clinic.pk:
        raise Refused(
            "no_physiotherapist", _("Choose an active physiotherapist of the clinic."), field="physiotherapist"
        )
    visit.physiotherapist, visit.starts_at, visit.minutes = physiotherapist, starts_at, minutes


def _check_day(clinic: Clinic, on: date, today: date) -> None:
    if on < today:
        raise Refused("in_the_past", _("That day is over. A visit is booked for today or later."), field="on")
    if on - today > FURTHEST:
        raise Refused("too_far_ahead", _("That is more than a year ahead. Is the year right?"), field="on")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """What the database refuses here is a second appointment of the patient at one moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("two_at_once", _("This patient has another visit booked for that time."), field="time") from error


def _day_of(visit: Visit) -> date | None:
    return visit.patient.clinic.date_at(visit.starts_at) if visit.starts_at else None


def _note_of_the_day(visit: Visit, kind: str, *, by: User, at: datetime) -> TreatmentSession:
    """The note is written before the visit is locked, as a decision locks the plan first and its visits after it."""
    on = _day_of(visit) or visit.patient.clinic.date_at(at)
    plan = visit.patient.plans.filter(ended_on__isnull=True).first()
    return start_session(patient=visit.patient, episode=visit.episode, plan=plan, on=on, kind=kind, by=by, at=at)


def _check_note(visit: Visit, session: TreatmentSession, held_on: date | None) -> None:
    session = TreatmentSession.objects.get(pk=session.pk)  # discarded meanwhile?
    taken = Visit.objects.filter(session=session).exclude(pk=visit.pk).exists()
    if session.patient_id != visit.patient_id or session.status == TreatmentSession.Status.DISCARDED:
        raise Refused("no_such_note", _("Choose a session note of this patient."), field="note")
    if session.on != held_on:
        raise Refused("another_day", _("That note is of another day than the visit."), field="note")
    if taken:
        raise Refused("note_taken", _("That note belongs to another visit."), field="note")
