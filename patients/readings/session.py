"""What a session note is written beside: the exercises it can tick, and what happened since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.db.models import Q

from rehab.dosage import Dosage
from rehab.sentences import dosage_words

from ..adherence import DayKind
from ..models import Patient, Plan, PlanPhase, Prescription, SessionExercise, TreatmentSession, Visit
from ..moves import TABLE, Act, Situation
from ..progression import Position, Refusal, State
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
    signed = patient.sessions.of_this_patient().filter(status=TreatmentSession.Status.SIGNED, on__lte=on)
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


@dataclass(frozen=True, slots=True)
class WhereNow:
    """Where the plan of a note stands today, and the acts of every day that can follow from there."""

    plan: Plan
    position: Position
    phase: PlanPhase | None
    acts: tuple[Act, ...]


# What is decided from a note; the rest is done from the chart.
_OF_EVERY_DAY = (Act.MOVE_ON, Act.STAY, Act.STOP, Act.START_AGAIN)


def where_now(since: SinceLast, plan: Plan | None, today: date) -> WhereNow | None:
    """The decision line of a note. What was read of the days since the last note is not read again."""
    if plan is None:
        return None
    position = since.readings.position(today) if since.readings else plan.position(today)
    phases = since.readings.phases if since.readings else list(plan.phases.select_related("source"))
    phase = next((row for row in phases if row.number == position.phase), None)
    paused = position.state is State.PAUSED
    answers = TABLE[Situation.PAUSED_RUNNING if paused else Situation(position.state)]
    acts = [act for act in _OF_EVERY_DAY if not isinstance(answers[act], Refusal)]
    is_last = phase is phases[-1]
    return WhereNow(plan, position, phase, tuple(act for act in acts if not (is_last and act is Act.MOVE_ON)))


def next_visit(patient: Patient, at: datetime) -> Visit | None:
    """The next visit that is booked from now on, or else the first one that is due."""
    rows = patient.visits.filter(Q(state=Visit.State.BOOKED, starts_at__gt=at) | Q(state=Visit.State.DUE))
    # "booked" sorts before "due".
    return rows.select_related("physiotherapist", "follow_up").order_by("state", "starts_at", "due_on", "pk").first()


def visits_without_note(patient: Patient, on: date) -> list[Visit]:
    """The visits of a day that were booked or kept and have no session note yet."""
    midnight = datetime.combine(on, time.min, tzinfo=patient.clinic.zone)
    rows = patient.visits.filter(
        state__in=[Visit.State.BOOKED, Visit.State.ATTENDED],
        starts_at__gte=midnight,
        starts_at__lt=datetime.combine(on + timedelta(days=1), time.min, tzinfo=patient.clinic.zone),
    )
    without = rows.filter(Q(session__isnull=True) | Q(session__status=TreatmentSession.Status.DISCARDED))
    return list(without.select_related("physiotherapist").order_by("starts_at", "pk"))


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


@dataclass(frozen=True, slots=True)
class Here:
    """What was done of an exercise in a session: a remark, and the amounts that were other than the plan's."""

    note: str = ""
    amounts: Mapping[str, Any] = field(default_factory=dict)

    def words(self, planned: Dosage | None) -> str:
        """The dose of today only, if it was one, and the remark."""
        dose = dosage_words(replace(planned, **self.amounts)) if planned and self.amounts else ""
        return ": ".join(filter(None, (dose, self.note)))


def done_here(session: TreatmentSession) -> list[tuple[str, str]]:
    """The exercises on record, each its name and what is to say of it, in the order in which they were ticked."""
    rows = session.exercises.select_related("revision", "own_exercise", "prescription").order_by("pk")
    return [(row.what.name, _here(row).words(_planned(row))) for row in rows]


def exercises_done(session: TreatmentSession) -> dict[int, Here]:
    """The exercises that a session has on record, by wording."""
    return {row.wording_key: _here(row) for row in session.exercises.all()}


def exercises_text(session: TreatmentSession, exercises: Mapping[int, Here]) -> str:
    """The exercises of a session in words, one a line, for two texts beside each other."""
    rows: list[SessionExercise | Prescription] = list(
        session.exercises.select_related("revision", "own_exercise", "prescription")
    )
    of = {row.wording_key: row for row in [*rows, *offered_exercises(session)]}
    lines = []
    for key, here in exercises.items():
        row = of[key]
        lines.append(": ".join(filter(None, (row.what.name, here.words(_planned(row))))))
    return "\n".join(sorted(lines))


def _here(row: SessionExercise) -> Here:
    return Here(row.note, row.amounts)


def _planned(row: SessionExercise | Prescription) -> Dosage | None:
    """The dose of the plan."""
    prescription = row if isinstance(row, Prescription) else row.prescription
    return prescription.dosage if prescription else None
