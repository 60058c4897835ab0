"""What the note of a session can hold, and both texts where two people wrote it. Inside an action's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from rehab.dosage import AMOUNTS, problems
from rehab.errors import Conflict, Refused
from rehab.models import NoteKind
from rehab.sentences import dosage_problem

from ..models import Prescription, SessionExercise, TreatmentSession
from ..readings.session import Here, exercises_done, exercises_text, offered_exercises

SOAP = ("subjective", "objective", "assessment", "plan_text")
PAINS = ("pain_before", "pain_after")
# The words that a note holds; one that is kept elsewhere holds none, and is signed without.
WORDS: Mapping[str, tuple[str, ...]] = {NoteKind.FULL: SOAP, NoteKind.SHORT: ("text",), NoteKind.ELSEWHERE: ()}
LONGEST_TEXT = 20_000
LONGEST_NOTE = 200  # of an exercise
LONGEST_SESSION = 480  # minutes
Status = TreatmentSession.Status


@dataclass(frozen=True, slots=True)
class Done:
    """An exercise as somebody ticked it in a session."""

    prescription: Prescription
    note: str = ""
    # Of today only, where it was another dose than the plan's: by the names of a dosage.
    amounts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a note that somebody saved meanwhile: what it says now, and what was typed beside it."""

    field: str
    theirs: str
    yours: str


def fields_of(note_kind: str) -> tuple[str, ...]:
    """The fields of a note, by what the clinic's notes held when it was begun."""
    return ("kind", "minutes", *PAINS, *WORDS[note_kind], "treatment")


def has_words(session: TreatmentSession) -> bool:
    """Whether a note says enough to be signed."""
    words = WORDS[session.note_kind]
    return not words or any(getattr(session, name).strip() for name in words)


def checked(name: str, value: Any) -> Any:
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
    if "\x00" in text:
        raise Refused("no_text", _("There is a character in this text that cannot be kept."), field=name)
    if len(text) > LONGEST_TEXT:
        raise Refused(
            "too_long",
            _("That is longer than %(longest)s characters. Please shorten it.") % {"longest": f"{LONGEST_TEXT:,}"},
            field=name,
        )
    return text


def exercises_ticked(session: TreatmentSession, done: Sequence[Done]) -> dict[int, Here]:
    """What was done of each exercise ticked, by wording. A dose that was changed meanwhile is the same exercise."""
    allowed = {row.wording_key for row in offered_exercises(session)} | set(exercises_done(session))
    for item in done:
        of_plan = session.plan_id is not None and item.prescription.plan_id == session.plan_id
        if not of_plan or item.prescription.wording_key not in allowed:
            raise Refused("not_in_force", _("One of these exercises was not in the plan on that day."), field="done")
        if len(item.note.strip()) > LONGEST_NOTE:
            raise Refused(
                "long_note", _("A remark has at most %(longest)s characters.") % {"longest": LONGEST_NOTE}, field="done"
            )
    return {item.prescription.wording_key: Here(item.note.strip(), _other_amounts(item)) for item in done}


def _other_amounts(item: Done) -> dict[str, int]:
    """The amounts that differ from the plan's. Raises Refused for a dose that cannot be done."""
    if unknown := set(item.amounts) - set(AMOUNTS):
        raise TypeError(f"no such amount: {sorted(unknown)}")
    planned = item.prescription.dosage
    for problem in problems(replace(planned, **item.amounts)):
        raise Refused(f"dosage_{problem.code}", dosage_problem(problem.code), field="done")
    return {name: amount for name, amount in item.amounts.items() if amount != getattr(planned, name)}


def write_exercises(session: TreatmentSession, exercises: Mapping[int, Here]) -> None:
    """Make the exercises on record those given: what was done of each, by wording."""
    there = {row.wording_key: row for row in session.exercises.all()}
    if {key: Here(row.note, row.amounts) for key, row in there.items()} == exercises:
        return
    offered = {row.wording_key: row for row in offered_exercises(session)}
    session.exercises.filter(pk__in=[row.pk for key, row in there.items() if key not in exercises]).delete()
    for key, here in exercises.items():
        if key not in there:
            of = {"revision_id": key} if key > 0 else {"own_exercise_id": -key}
            SessionExercise.objects.create(
                session=session, prescription=offered.get(key), note=here.note, amounts=dict(here.amounts), **of
            )
        elif (there[key].note, there[key].amounts) != (here.note, here.amounts):
            session.exercises.filter(pk=there[key].pk).update(note=here.note, amounts=dict(here.amounts))


def saved_meanwhile(
    session: TreatmentSession, content: Mapping[str, Any], exercises: Mapping[int, Here] | None
) -> TreatmentSession:
    """The note as it stands, if that is just what was sent; else raises Conflict with both texts."""
    stands = read(session)
    differences = [
        Difference(name, _shown(stands, name, getattr(stands, name)), _shown(stands, name, value))
        for name, value in content.items()
        if getattr(stands, name) != value
    ]
    there = exercises_done(stands)
    if exercises is not None and exercises != there:
        differences.append(Difference("done", exercises_text(stands, there), exercises_text(stands, exercises)))
    if differences or stands.status != Status.DRAFT:
        raise too_late(stands, differences)
    return stands


def too_late(stands: TreatmentSession, differences: Sequence[Difference] = ()) -> Conflict:
    """What somebody is told who saves, signs or discards a draft that is another one by now."""
    sentences = {
        Status.DRAFT: _("This note was saved meanwhile. Nothing of yours is lost: look at both, then save again."),
        Status.SIGNED: _("This note is signed, so it stays as it is. What is new goes into an addition."),
        Status.DISCARDED: _("This note was discarded meanwhile."),
        Status.CLOSED: _("This draft was closed without a signature meanwhile, so it stays as it is."),
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


def read(session: TreatmentSession) -> TreatmentSession:
    """The note as it stands now."""
    rows = TreatmentSession.objects.select_related(
        "patient__clinic", "physiotherapist", "saved_by", "signed_by", "closed_by", "plan"
    )
    return rows.get(pk=session.pk)
