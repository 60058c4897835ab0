from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import User
from rehab.roles import Capability, can

from ..models import Addendum, Episode, Patient, Plan, Prescription, SessionExercise, TreatmentSession
from ..readings.session import exercises_done, exercises_text, offered_exercises

SOAP = ("subjective", "objective", "assessment", "plan_text")
TEXTS = (*SOAP, "treatment")
PAINS = ("pain_before", "pain_after")
FIELDS = ("kind", "minutes", *PAINS, *TEXTS)
LONGEST_TEXT = 20_000
LONGEST_NOTE = 200  # of an exercise
LONGEST_SESSION = 480  # minutes
# A first contact is sometimes written down before the episode is.
BEFORE_THE_EPISODE = timedelta(days=7)
Status = TreatmentSession.Status


@dataclass(frozen=True, slots=True)
class Done:
    """An exercise as somebody ticked it in a session."""

    prescription: Prescription
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a note that somebody saved meanwhile: what it says now, and what was typed beside it."""

    field: str
    theirs: str
    yours: str


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
    _check_author(by, patient)
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
    """Write a draft: `fields` are any of FIELDS, `done` (None: as it was) the exercises of the session.

    `version` is the one that the form showed. Raises Conflict where the note was saved, signed or discarded meanwhile:
    its `now` has `version`, `saved_by` (a name), `saved_at` and `differences`, both texts field by field. The same
    content sent twice is no conflict. Raises Refused, with the field, for what a note cannot hold.
    """
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"no such field: {sorted(unknown)}")
    _check_author(by, session.patient)
    content = {name: _checked(name, value) for name, value in fields.items()}
    exercises = None if done is None else _exercises(session, done)
    drafts = TreatmentSession.objects.filter(pk=session.pk, version=version, status=Status.DRAFT)
    if not drafts.update(version=version + 1, saved_at=at, saved_by=by, **content):
        return _saved_meanwhile(session, content, exercises)
    if exercises is not None:
        _write_exercises(session, exercises)
    audit.record("session.save", session, by=by, at=at, fields=[*content, *([] if done is None else ["exercises"])])
    return _read(session)


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
    """Save a draft and close it for good. Only who wrote it signs it, and not without a word under S, O, A or P.

    Raises as `save_session` does; whatever is refused, nothing is saved.
    """
    if session.physiotherapist_id != by.pk:
        raise Refused("not_yours", _("Only %(name)s can sign this note.") % {"name": session.physiotherapist.name})
    session = save_session(session=session, version=version, by=by, at=at, done=done, **fields)
    if not any(getattr(session, name).strip() for name in SOAP):
        raise Refused(
            "empty_note",
            _("There is no text yet: write something under S, O, A or P before you sign."),
            field="subjective",
        )
    _close(session, Status.SIGNED, signed_at=at, signed_by=by)
    audit.record("session.sign", session, by=by, at=at, fields=["status"])
    return _read(session)


@transaction.atomic
def discard_session(*, session: TreatmentSession, version: int, by: User, at: datetime) -> TreatmentSession:
    """Put a draft aside; it stays on record. Raises Refused for somebody else's, Conflict for one saved meanwhile."""
    if session.physiotherapist_id != by.pk:
        raise Refused("not_yours", _("Only %(name)s can discard this note.") % {"name": session.physiotherapist.name})
    drafts = TreatmentSession.objects.filter(pk=session.pk, version=version, status=Status.DRAFT)
    if not drafts.update(status=Status.DISCARDED):
        raise _too_late(_read(session), [])
    audit.record("session.discard", session, by=by, at=at, fields=["status"])
    return _read(session)


@transaction.atomic
def add_addendum(*, session: TreatmentSession, kind: str, text: str, by: User, at: datetime) -> Addendum:
    """Say something of a signed note afterwards; the note stays as it was. The same words sent twice are said once."""
    _check_author(by, session.patient)
    session = TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.status != Status.SIGNED:
        raise Refused("not_signed", _("Only a signed note takes an addition. Change the draft itself."))
    if kind not in Addendum.Kind:
        raise Refused("no_kind", _("Choose what kind of addition it is."), field="kind")
    text = _checked("text", text)
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


def _check_author(by: User, patient: Patient) -> None:
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


def _checked(name: str, value: Any) -> Any:
    """What a field of a note is stored as. Raises Refused, with the field, for what it cannot hold."""
    if name in PAINS:
        if value is not None and not (isinstance(value, int) and 0 <= value <= 10):
            raise Refused("no_pain", _("Pain is a whole number from 0 to 10."), field=name)
        return value
    if name == "minutes":
        if value is not None and not (isinstance(value, int) and 1 <= value <= LONGEST_SESSION):
            raise Refused(
                "no_minutes",
                _("Minutes: a whole number from 1 to %(longest)s.") % {"longest": LONGEST_SESSION},
                field=name,
            )
        return value
    if name == "kind":
        if value not in TreatmentSession.Kind:
            raise Refused("no_kind", _("Choose what kind of session it was."), field=name)
        return value
    text = str(value).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(
            "too_long",
            _("That is longer than %(longest)s characters. Please shorten it.") % {"longest": f"{LONGEST_TEXT:,}"},
            field=name,
        )
    return text


def _exercises(session: TreatmentSession, done: Sequence[Done]) -> dict[int, str]:
    """The note of each exercise ticked, by revision. A dose that was changed meanwhile is the same exercise."""
    ticked = {item.prescription.revision_id: item.note.strip() for item in done}
    allowed = {row.revision_id for row in offered_exercises(session)} | set(exercises_done(session))
    for item in done:
        of_plan = session.plan_id is not None and item.prescription.plan_id == session.plan_id
        if not of_plan or item.prescription.revision_id not in allowed:
            raise Refused("not_in_force", _("One of these exercises was not in the plan on that day."), field="done")
        if len(item.note.strip()) > LONGEST_NOTE:
            raise Refused(
                "long_note", _("A remark has at most %(longest)s characters.") % {"longest": LONGEST_NOTE}, field="done"
            )
    return ticked


def _write_exercises(session: TreatmentSession, exercises: Mapping[int, str]) -> None:
    there = exercises_done(session)
    if there == exercises:
        return
    by_revision = {row.revision_id: row for row in offered_exercises(session)}
    session.exercises.exclude(revision_id__in=exercises).delete()
    for revision_id, note in exercises.items():
        if revision_id not in there:
            SessionExercise.objects.create(
                session=session, prescription=by_revision.get(revision_id), revision_id=revision_id, note=note
            )
        elif there[revision_id] != note:
            session.exercises.filter(revision_id=revision_id).update(note=note)


def _saved_meanwhile(
    session: TreatmentSession, content: Mapping[str, Any], exercises: Mapping[int, str] | None
) -> TreatmentSession:
    """The note as it stands, if that is just what was sent; else raises Conflict with both texts."""
    stands = _read(session)
    differences = [
        Difference(name, _shown(stands, name, getattr(stands, name)), _shown(stands, name, value))
        for name, value in content.items()
        if getattr(stands, name) != value
    ]
    there = exercises_done(stands)
    if exercises is not None and exercises != there:
        differences.append(Difference("done", exercises_text(stands, there), exercises_text(stands, exercises)))
    if differences or stands.status != Status.DRAFT:
        raise _too_late(stands, differences)
    return stands


def _too_late(stands: TreatmentSession, differences: Sequence[Difference]) -> Conflict:
    sentences = {
        Status.DRAFT: _("This note was saved meanwhile. Nothing of yours is lost: look at both, then save again."),
        Status.SIGNED: _("This note is signed, so it stays as it is. What is new goes into an addition."),
        Status.DISCARDED: _("This note was discarded meanwhile."),
    }
    now = {
        "version": stands.version,
        "saved_by": stands.saved_by.name,
        "saved_at": stands.saved_at,
        "differences": list(differences),
    }
    return Conflict(f"was_{stands.status}", sentences[Status(stands.status)], now=now)


def _shown(session: TreatmentSession, name: str, value: Any) -> str:
    if name == "kind":
        return str(TreatmentSession.Kind(value).label)
    return "" if value is None else str(value)


def _close(session: TreatmentSession, status: str, **columns: Any) -> None:
    TreatmentSession.objects.filter(pk=session.pk, status=Status.DRAFT).update(status=status, **columns)


def _read(session: TreatmentSession) -> TreatmentSession:
    rows = TreatmentSession.objects.select_related(
        "patient__clinic", "physiotherapist", "saved_by", "signed_by", "plan"
    )
    return rows.get(pk=session.pk)
