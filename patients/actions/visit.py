from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from ..models import Episode, TreatmentSession, Visit, VisitEvent
from ..visits import Step
from .appointment import APPOINTMENT, lock_physiotherapist, one_at_a_time, set_appointment
from .episode import lock_open_episode
from .session import start_session
from .sight import keep_in_sight
from .visit_steps import check_step, day_of, lock, step
from .visit_steps import open_visit as open_visit  # where others look for it
from .what_next import follow, undo

Cause = VisitEvent.Cause


@transaction.atomic
def add_visit(
    *,
    episode: Episode,
    physiotherapist: User,
    starts_at: datetime,
    minutes: int,
    by: User,
    at: datetime,
    anyway: Collection[str] = (),
) -> Visit:
    """Book a treatment visit that no protocol asked for. The same sent twice is one visit.

    Raises Refused as `book_visit` does.
    """
    visit = Visit(patient=episode.patient, episode=episode, kind=Visit.Kind.TREATMENT, state=Visit.State.BOOKED)
    lock_physiotherapist(physiotherapist, episode.patient.clinic)  # first: of the same sent twice the second waits here
    lock_open_episode(episode)
    appointment = {"physiotherapist": physiotherapist, "starts_at": starts_at, "minutes": minutes}
    if there := Visit.objects.filter(episode=episode, kind=visit.kind, state=visit.state, by=by, **appointment).first():
        return there
    set_appointment(visit, physiotherapist, starts_at, minutes, at=at, anyway=anyway)
    with one_at_a_time():
        return open_visit(visit, by=by, at=at)


@transaction.atomic
def book_visit(
    *,
    visit: Visit,
    seen: int,
    physiotherapist: User,
    starts_at: datetime,
    minutes: int,
    by: User,
    at: datetime,
    anyway: Collection[str] = (),
) -> Visit:
    """Give a visit that is due its appointment: a moment, a length in minutes, a physiotherapist of the clinic.

    `seen` is the number of the last event that the form showed. Raises Conflict where there is a later one. Raises
    Refused, with the field, for a date before today or more than a year off, a length that is none, somebody who is no
    active physiotherapist of the clinic, and a patient who has another visit at that moment. Raises Clashes where the
    appointment overlaps another visit, or falls on an hour, a day or an absence that is closed for it: `anyway` names
    those that are known and accepted.
    """
    return _appoint(visit, Step.BOOK, seen, physiotherapist, starts_at, minutes, anyway, by=by, at=at)


@transaction.atomic
def move_visit(
    *,
    visit: Visit,
    seen: int,
    physiotherapist: User,
    starts_at: datetime,
    minutes: int,
    by: User,
    at: datetime,
    anyway: Collection[str] = (),
) -> Visit:
    """Give a booked visit another appointment. Raises as `book_visit` does."""
    return _appoint(visit, Step.MOVE, seen, physiotherapist, starts_at, minutes, anyway, by=by, at=at)


@transaction.atomic
def attend_visit(*, visit: Visit, seen: int, by: User, at: datetime, session: TreatmentSession | None = None) -> Visit:
    """Mark a booked visit as kept, on its day or later, with the session note of that day if there is one.

    Raises Conflict for a stale page; Refused before the visit's day, and for a note of another patient, of another
    day, of another visit, or discarded.
    """
    visit = lock(visit, seen)
    held_on = day_of(visit)
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
    keep_in_sight(visit.episode, by=by, at=at)
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
    visit = lock(visit, seen)
    if visit.session is not None and visit.session.status != TreatmentSession.Status.DISCARDED:
        raise Refused("has_a_note", _("This visit has its session note already."))
    _check_note(visit, session, day_of(visit))
    visit.session = session
    step(visit, Step.NOTE, by=by, at=at, fields=("session",))
    return visit


@transaction.atomic
def note_visit_anew(*, visit: Visit, seen: int, kind: str, by: User, at: datetime) -> tuple[Visit, TreatmentSession]:
    """Start the session note of a visit that was kept without one. Raises as `note_visit` does."""
    session = _note_of_the_day(visit, kind, by=by, at=at)
    return note_visit(visit=visit, seen=seen, session=session, by=by, at=at), session


@transaction.atomic
def miss_visit(
    *,
    visit: Visit,
    seen: int,
    by: User,
    at: datetime,
    what_next: str = "",
    next_on: date | None = None,
    reason: str = "",
) -> Visit:
    """Mark a booked visit as missed, once its time has come, and do what comes next; see `what_next.follow`.

    Raises Conflict for a stale page, Refused before its time and for a next that cannot be.
    """
    visit = lock(visit, seen)
    if visit.starts_at is not None and visit.starts_at > at:
        raise Refused("not_yet", _("This visit has not begun yet. If the patient cannot come, cancel or move it."))
    reason = reason.strip()
    step(visit, Step.MISS, what_next=what_next, reason=reason, by=by, at=at)
    follow(visit, what_next, next_on, reason, by=by, at=at)
    return visit


@transaction.atomic
def cancel_visit(
    *,
    visit: Visit,
    seen: int,
    cause: str,
    by: User,
    at: datetime,
    what_next: str = "",
    next_on: date | None = None,
    reason: str = "",
) -> Visit:
    """Call off a visit that is due or booked, and do what comes next; `cause` says who did: the patient or the clinic.

    Raises as `miss_visit` does.
    """
    visit = lock(visit, seen)
    if cause not in {Cause.PATIENT, Cause.CLINIC}:
        raise Refused("no_cause", _("Say who cancels it: the patient or the clinic."), field="cause")
    reason = reason.strip()
    step(visit, Step.CANCEL, cause=cause, what_next=what_next, reason=reason, by=by, at=at)
    follow(visit, what_next, next_on, reason, by=by, at=at)
    return visit


@transaction.atomic
def answer_visit(
    *,
    visit: Visit,
    seen: int,
    what_next: str,
    by: User,
    at: datetime,
    next_on: date | None = None,
    reason: str = "",
) -> Visit:
    """Say of a visit that was missed or cancelled what comes instead, or say it anew. Raises as `miss_visit` does."""
    visit = lock(visit, seen)
    if not what_next:
        raise Refused("no_next", _("Say what comes next."), field="what_next")
    reason = reason.strip()
    step(visit, Step.ANSWER, what_next=what_next, reason=reason, by=by, at=at)
    follow(visit, what_next, next_on, reason, by=by, at=at)
    return visit


@transaction.atomic
def take_back_visit(*, visit: Visit, seen: int, by: User, at: datetime, reason: str = "") -> Visit:
    """Make a visit that was marked as attended or missed by mistake booked again, while no note hangs on it.

    Raises Conflict for a stale page; Refused where there is a note, and for who came without an appointment.
    """
    visit = lock(visit, seen)
    check_step(visit, Step.TAKE_BACK)
    if visit.session is not None and visit.session.status != TreatmentSession.Status.DISCARDED:
        raise Refused("has_a_note", _("This visit has a session note, so it took place. Discard the note first."))
    if visit.unplanned:
        raise Refused("unplanned", _("There was no appointment, so there is none to go back to."))
    if visit.state == Visit.State.MISSED:
        undo(visit, by=by, at=at)
    with one_at_a_time():
        step(visit, Step.TAKE_BACK, reason=reason.strip(), by=by, at=at)
    return visit


def _appoint(
    visit: Visit,
    act: Step,
    seen: int,
    physiotherapist: User,
    starts_at: datetime,
    minutes: int,
    anyway: Collection[str],
    *,
    by: User,
    at: datetime,
) -> Visit:
    visit = lock(visit, seen)
    check_step(visit, act)
    set_appointment(visit, physiotherapist, starts_at, minutes, at=at, anyway=anyway)
    with one_at_a_time():
        step(visit, act, by=by, at=at, fields=APPOINTMENT)
    return visit


def _note_of_the_day(visit: Visit, kind: str, *, by: User, at: datetime) -> TreatmentSession:
    """The note is written before the visit is locked, as a decision locks the plan first and its visits after it."""
    on = day_of(visit) or visit.patient.clinic.date_at(at)
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
