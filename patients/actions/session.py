from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import NoteKind, User
from rehab.roles import Capability, can

from .. import readings
from ..models import Addendum, Episode, ExerciseLog, Patient, Plan, Prescription, TreatmentSession
from ..models.log import How
from ..readings.session import exercises_done
from .log import log_exercise
from .note import (
    WORDS,
    Done,
    Status,
    checked,
    exercises_ticked,
    fields_of,
    has_words,
    read,
    saved_meanwhile,
    too_late,
    write_exercises,
)

# A first contact is sometimes written down before the episode is.
BEFORE_THE_EPISODE = timedelta(days=7)


@transaction.atomic
def start_session(
    *,
    patient: Patient,
    episode: Episode,
    on: date,
    kind: str,
    by: User,
    at: datetime,
    plan: Plan | None = None,
) -> TreatmentSession:
    """The draft of a session note, with where the plan stood on its date.

    Somebody who has a draft of that patient and day already gets that one. Raises Refused with the field: a date in the
    future, more than a week before the episode or after its end; an episode or plan of another patient.
    """
    check_author(by, patient)
    _check_date(episode, on, patient.clinic.date_at(at))
    if episode.patient_id != patient.pk or (plan is not None and plan.patient_id != patient.pk):
        raise Refused("another_patient", _("That belongs to another patient."))
    if kind not in TreatmentSession.Kind:
        raise Refused("no_kind", _("Choose what kind of session it was."), field="kind")
    mine = TreatmentSession.objects.filter(patient=patient, physiotherapist=by, on=on, status=Status.DRAFT)
    if there := mine.first():
        return there
    position = plan.position(on) if plan else None
    session = TreatmentSession(
        patient=patient,
        episode=episode,
        plan=plan,
        physiotherapist=by,
        kind=kind,
        on=on,
        note_kind=patient.clinic.note_kind,
        phase=position.phase if position else None,
        day=position.day if position else None,
        saved_at=at,
        saved_by=by,
        by=by,
        at=at,
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError:  # the same tap, twice at once
        return mine.get()
    audit.record("session.start", session, by=by, at=at)
    return session


@transaction.atomic
def save_session(
    *,
    session: TreatmentSession,
    version: int,
    by: User,
    at: datetime,
    done: Sequence[Done] | None = None,
    **fields: Any,
) -> TreatmentSession:
    """Write a draft: `fields` are any of `fields_of` its kind, `done` (None: as it was) the exercises of the session.

    `version` is the one that the form showed. Raises Conflict where the note was saved, signed or discarded meanwhile:
    its `now` has `version`, `saved_by` (a name), `saved_at` and `differences`, both texts field by field. The same
    content sent twice is no conflict. Raises Refused, with the field, for what a note cannot hold.
    """
    if unknown := set(fields) - set(fields_of(session.note_kind)):
        raise TypeError(f"no such field: {sorted(unknown)}")
    check_author(by, session.patient)
    content = {name: checked(name, value) for name, value in fields.items()}
    exercises = None if done is None else exercises_ticked(session, done)
    drafts = TreatmentSession.objects.filter(pk=session.pk, version=version, status=Status.DRAFT)
    if not drafts.update(version=version + 1, saved_at=at, saved_by=by, **content):
        return saved_meanwhile(session, content, exercises)
    if exercises is not None:
        write_exercises(session, exercises)
    audit.record("session.save", session, by=by, at=at, fields=[*content, *([] if done is None else ["exercises"])])
    if session.version != version:
        return read(session)
    # Nobody has written since this row was read: what stands now needs no other look.
    for name, value in content.items():
        setattr(session, name, value)
    session.version, session.saved_at, session.saved_by = version + 1, at, by
    return session


@transaction.atomic
def sign_session(
    *,
    session: TreatmentSession,
    version: int,
    by: User,
    at: datetime,
    done: Sequence[Done] | None = None,
    **fields: Any,
) -> TreatmentSession:
    """Save a draft and close it for good. Only who wrote it signs it, and not without a word, where it holds words.

    What was done here of what the plan asks for that day counts as done, unless it is on record already. Raises as
    `save_session` does; whatever is refused, nothing is saved.
    """
    if session.physiotherapist_id != by.pk:
        raise Refused("not_yours", _("Only %(name)s can sign this note.") % {"name": session.physiotherapist.name})
    session = save_session(session=session, version=version, by=by, at=at, done=done, **fields)
    if not has_words(session):
        says = {
            NoteKind.FULL: _("There is no text yet: write something under S, O, A or P before you sign."),
            NoteKind.SHORT: _("There is no text yet: write the note before you sign."),
        }
        raise Refused("empty_note", says[NoteKind(session.note_kind)], field=WORDS[session.note_kind][0])
    _log_what_was_done(session, by=by, at=at)
    # What was sent may have been on record already, so nothing has locked the row: what is signed is what was read.
    drafts = TreatmentSession.objects.filter(pk=session.pk, version=session.version, status=Status.DRAFT)
    if not drafts.update(status=Status.SIGNED, signed_at=at, signed_by=by):
        raise too_late(read(session))
    audit.record("session.sign", session, by=by, at=at, fields=["status"])
    return read(session)


@transaction.atomic
def discard_session(*, session: TreatmentSession, version: int, by: User, at: datetime) -> TreatmentSession:
    """Put a draft aside; it stays on record. Raises Refused for somebody else's, Conflict for one saved meanwhile."""
    if session.physiotherapist_id != by.pk:
        raise Refused("not_yours", _("Only %(name)s can discard this note.") % {"name": session.physiotherapist.name})
    drafts = TreatmentSession.objects.filter(pk=session.pk, version=version, status=Status.DRAFT)
    if not drafts.update(status=Status.DISCARDED):
        raise too_late(read(session))
    audit.record("session.discard", session, by=by, at=at, fields=["status"])
    return read(session)


@transaction.atomic
def add_addendum(*, session: TreatmentSession, kind: str, text: str, by: User, at: datetime) -> Addendum:
    """Say something of a signed note afterwards; the note stays as it was. The same words sent twice are said once."""
    check_author(by, session.patient)
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.status != Status.SIGNED:
        raise Refused("not_signed", _("Only a signed note takes an addition. Change the draft itself."))
    if kind not in Addendum.Kind or kind == Addendum.Kind.ENTERED_IN_ERROR:  # that one hides the note: its own act
        raise Refused("no_kind", _("Choose what kind of addition it is."), field="kind")
    text = checked("text", text)
    if not text:
        raise Refused("empty", _("Write what is to be added."), field="text")
    last = session.addenda.last()
    if last is not None and (last.kind, last.text, last.by_id) == (kind, text, by.pk):
        return last
    addendum = Addendum.objects.create(session=session, kind=kind, text=text, by=by, at=at)
    audit.record("session.addendum", addendum, by=by, at=at)
    return addendum


def may_write(user: User, patient: Patient) -> bool:
    """Whether this person writes notes about the patient: a physiotherapist of the patient's clinic."""
    return can(user, Capability.TREAT) and user.clinic_id == patient.clinic_id


def tick_of(session: TreatmentSession, row: Prescription) -> UUID:
    """The id under which a note logs an exercise as done."""
    return uuid5(session.public_id, str(row.public_id))


def check_author(by: User, patient: Patient) -> None:
    if not may_write(by, patient):
        raise Refused("no_physiotherapist", _("Only a physiotherapist of the clinic writes session notes."))


def _check_date(episode: Episode, on: date, today: date) -> None:
    if on > today:
        raise Refused("in_the_future", _("A session note is of today or an earlier day."), field="on")
    first = episode.opened_on - BEFORE_THE_EPISODE
    if on < first:
        raise Refused(
            "before_the_episode",
            _("That is before this episode: its notes begin on %(day)s.") % {"day": date_format(first, "j F Y")},
            field="on",
        )
    if episode.closed_on is not None and on > episode.closed_on:
        raise Refused("episode_closed", _("This episode was closed before that day."), field="on")


def _log_what_was_done(session: TreatmentSession, *, by: User, at: datetime) -> None:
    if session.plan is None:
        return
    done, on = exercises_done(session), session.on
    of_day = readings.load(session.patient, session.plan, on, on)
    for row in of_day.in_force(on):
        said = {log.status for log in of_day.logs_of(row, on)}
        if row.wording_key in done and ExerciseLog.Status.DONE not in said:
            log_exercise(
                patient=session.patient,
                prescription=row,
                on=on,
                occasion=None,
                client_id=tick_of(session, row),
                status=ExerciseLog.Status.DONE,
                how=How.IN_CLINIC,
                by=by,
                at=at,
            )
