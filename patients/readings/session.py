"""What a session note is written beside: the exercises it can tick, and what happened since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from ..adherence import DayKind
from ..models import Patient, Plan, Prescription, TreatmentSession
from .days import Day, Readings, load

LONGEST_LOOK_BACK = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class SinceLast:
    """What a patient did between the last signed note (None: this is the first) and a date.

    `first` to `last`, both included, at most four weeks; `readings` are None where no plan ran or no day lies between.
    `mornings` are the answers of those days, the oldest first; `worst` is the worst pain while exercising.
    """

    note: TreatmentSession | None
    first: date
    last: date
    readings: Readings | None
    done: int = 0
    expected: int = 0
    no_report: int = 0
    mornings: tuple[int, ...] = ()
    worst: int | None = None

    @property
    def days(self) -> list[Day]:
        return self.readings.days(self.first, self.last) if self.readings else []

    def days_done(self, prescription: Prescription) -> int:
        """On how many of these days an exercise was done at home or here."""
        return self.readings.done_count(prescription, self.first, self.last) if self.readings else 0


def since_last(patient: Patient, plan: Plan | None, on: date, *, but: TreatmentSession | None = None) -> SinceLast:
    """What happened since the last signed note up to the day before `on`; `but` is the note that is being written."""
    signed = patient.sessions.filter(status=TreatmentSession.Status.SIGNED, on__lte=on)
    earlier = signed.exclude(pk=but.pk) if but else signed
    note = earlier.select_related("physiotherapist").first()
    last = on - timedelta(days=1)
    first = max(note.on if note else date.min, plan.start_on if plan else date.min, on - LONGEST_LOOK_BACK)
    if plan is None or first > last:
        return SinceLast(note, first, last, None)
    readings = load(patient, plan, first, last)
    figures = readings.adherence(first, last)
    answers = readings.check_ins.values()
    worst = [row.pain_exercising for row in answers if row.pain_exercising is not None]
    kinds = list(readings.day_kinds(first, last).values())
    return SinceLast(
        note,
        first,
        last,
        readings,
        done=round(figures.counted),
        expected=ceil(figures.expected),
        no_report=kinds.count(DayKind.NO_REPORT),
        mornings=tuple(row.pain_morning for row in answers if row.pain_morning is not None),
        worst=max(worst, default=None),
    )


def offered_exercises(session: TreatmentSession) -> list[Prescription]:
    """What can be ticked in a session: what was prescribed on its date in the phase of that date, in order."""
    if session.plan is None or session.phase is None:
        return []
    rows = session.plan.prescriptions.standing().filter(phase__number=session.phase, since__lte=session.on)
    in_force = (
        rows.exclude(until__lt=session.on)
        .select_related("revision__exercise", "own_exercise", "phase")
        .order_by("position", "pk")
    )
    return list({row.wording_key: row for row in in_force}.values())


def exercises_done(session: TreatmentSession) -> dict[int, str]:
    """The exercises that a session has on record: the note of each, by wording."""
    return {row.wording_key: row.note for row in session.exercises.all()}


def exercises_text(session: TreatmentSession, exercises: Mapping[int, str]) -> str:
    """The exercises of a session in words, one a line, for two texts beside each other."""
    names = {row.wording_key: row.what.name for row in offered_exercises(session)}
    names |= {row.wording_key: row.what.name for row in session.exercises.select_related("revision", "own_exercise")}
    lines = [f"{names[key]}: {note}" if note else names[key] for key, note in exercises.items()]
    return "\n".join(sorted(lines))
