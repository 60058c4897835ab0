"""One patient's chart, read in a number of queries that does not depend on how long the record is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db.models import Prefetch

from ..adherence import Adherence
from ..models import (
    Decision,
    Episode,
    ExerciseLog,
    Handover,
    Invitation,
    Patient,
    Plan,
    PlanPhase,
    Prescription,
    TreatmentSession,
    Visit,
)
from .attendance import NONE_MISSED, Attendance, attendance_of
from .days import Day
from .plan import DAY, DAYS_SHOWN, FORTNIGHT, PlanReading, read_plan

# What a panel shows before "all".
ENTRIES_SHOWN = 12
VISITS_SHOWN = 5


HANDOVERS = Prefetch("handovers", Handover.objects.select_related("from_user", "to_user"))


class NoSuchPlan(LookupError):
    """The patient has no plan of that address."""


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise of the present phase: how it went on the fourteen days up to yesterday, when it hurt last."""

    prescription: Prescription
    done: Adherence
    hurt_on: date | None
    starts_later: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: the entry, and the number of the one that took it back."""

    decision: Decision
    taken_back_by: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """What the patient wrote on a date, and of which exercise."""

    on: date
    text: str
    exercise: str = ""


@dataclass(frozen=True)
class Chart:
    """Everything on the chart of `patient` at the moment `at`. Made by `read_chart`."""

    patient: Patient
    at: datetime
    today: date
    episodes: list[Episode] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    episode: Episode | None = None
    now: PlanReading | None = None
    visits: list[Visit] = field(default_factory=list)
    attendance: Attendance = NONE_MISSED
    note: TreatmentSession | None = None
    invitation: Invitation | None = None

    @property
    def age(self) -> int:
        return self.patient.age_on(self.today)

    @property
    def open_plan(self) -> Plan | None:
        return next((plan for plan in self.plans if plan.ended_on is None), None)

    @cached_property
    def last_shown(self) -> date:
        """Yesterday, or today once something was said of it: a day that is not over is not one without a report."""
        if self.now is None:
            return self.today - DAY
        days = self.now.days
        return self.today if days.logs_on(self.today) or self.today in days.check_ins else self.today - DAY

    @cached_property
    def days(self) -> list[Day]:
        if self.now is None:
            return []
        return self.now.days.days(self.last_shown - (DAYS_SHOWN - 1) * DAY, self.last_shown)

    @cached_property
    def exercises(self) -> list[ExerciseRow]:
        """Those of the present phase."""
        if self.now is None or self.now.ended:
            return []
        return [self._exercise(row, self.now) for row in self.now.exercises(self.now.present.number)]

    @cached_property
    def later(self) -> list[tuple[PlanPhase, list[Prescription]]]:
        """The phases still ahead, each with what is prescribed in it already."""
        now = self.now
        if now is None or now.ended:
            return []
        ahead = [phase for phase in now.days.phases if phase.number > now.present.number]
        return [(phase, now.exercises(phase.number)) for phase in ahead]

    @cached_property
    def notes(self) -> list[Note]:
        """What the patient wrote on the days shown, the newest first."""
        if self.now is None:
            return []
        days = self.now.days
        names = {row.pk: row.what.name for row in days.prescriptions}
        logs = [Note(log.on, log.note, names.get(log.prescription_id, "")) for log in days.logs if log.note]
        answers = [Note(on, row.note) for on, row in days.check_ins.items() if row.note]
        return sorted([*logs, *answers], key=lambda note: note.on, reverse=True)

    @cached_property
    def entries(self) -> list[Entry]:
        """The ledger, the newest first."""
        if self.now is None:
            return []
        taken_back = {row.withdraws_id: row.sequence for row in self.now.ledger if row.withdraws_id}
        return [Entry(row, taken_back.get(row.pk)) for row in reversed(self.now.ledger)]

    @cached_property
    def coming(self) -> list[Visit]:
        """What is booked from now on, in order, then what is due and not booked."""
        booked = [row for row in self.visits if row.state == Visit.State.BOOKED and self._starts(row) >= self.at]
        due = [row for row in self.visits if row.state == Visit.State.DUE]
        return sorted(booked, key=self._starts) + sorted(due, key=lambda row: (row.due_on or self.today, row.pk))

    @cached_property
    def past(self) -> list[Visit]:
        """The other ones, the newest first: a booked one whose hour is over still waits to be closed."""
        ahead = {row.pk for row in self.coming}
        rows = [row for row in self.visits if row.pk not in ahead]
        return sorted(rows, key=lambda row: (self._day(row), row.pk), reverse=True)

    @cached_property
    def courses(self) -> list[tuple[Episode, list[Plan]]]:
        """The episodes, open ones first, each with its plans."""
        plans = {key: list(rows) for key, rows in groupby(self._by_episode, key=lambda plan: plan.episode_id)}
        return [(episode, plans.get(episode.pk, [])) for episode in self.episodes]

    @property
    def _by_episode(self) -> Sequence[Plan]:
        return sorted(self.plans, key=lambda plan: plan.episode_id)

    def _exercise(self, row: Prescription, now: PlanReading) -> ExerciseRow:
        days = now.days
        done = days.adherence_of(row, self.today - FORTNIGHT * DAY, self.today - DAY)
        hurt = [
            log.on
            for log in days.logs
            if log.of_exercise == row.exercise_key  # type: ignore[attr-defined]  # annotated by `load`
            and (log.hurt or log.reason == ExerciseLog.Reason.PAIN)
        ]
        return ExerciseRow(row, done, max(hurt, default=None), starts_later=row.since > self.today)

    def _starts(self, row: Visit) -> datetime:
        return row.starts_at or self.at

    def _day(self, row: Visit) -> date:
        if row.starts_at:
            return self.patient.clinic.date_at(row.starts_at)
        return row.due_on or self.today


def read_chart(patient: Patient, *, at: datetime, plan: UUID | None = None) -> Chart:
    """The chart of a patient with `clinic` at hand: of the open episode and plan, or of the plan with that address.

    Raises NoSuchPlan for one that the patient has not.
    """
    today = patient.clinic.date_at(at)
    episodes = sorted(
        patient.episodes.select_related("lead", "icd_code", "follows").prefetch_related(HANDOVERS),
        key=lambda row: row.closed_on is not None,
    )
    plans = list(patient.plans.select_related("version__template"))
    shown = _shown(plans, episodes, plan)
    episode = next((row for row in episodes if shown and row.pk == shown.episode_id), None)
    return Chart(
        patient=patient,
        at=at,
        today=today,
        episodes=episodes,
        plans=plans,
        episode=episode or next(iter(episodes), None),
        now=read_plan(patient, shown, today) if shown else None,
        visits=list(patient.visits.select_related("follow_up", "physiotherapist")),
        attendance=attendance_of(patient),
        note=patient.sessions.of_this_patient()
        .exclude(status=TreatmentSession.Status.DISCARDED)
        .select_related("physiotherapist")
        .first(),
        invitation=next((row for row in patient.invitations.order_by("-pk")[:1] if row.standing(at) == "open"), None),
    )


def _shown(plans: Sequence[Plan], episodes: Sequence[Episode], wanted: UUID | None) -> Plan | None:
    """The plan that was asked for; else the open one, or the last one of the episode that is open."""
    if wanted is not None:
        found = next((row for row in plans if row.public_id == wanted), None)
        if found is None:
            raise NoSuchPlan(wanted)
        return found
    still_open = next((row for row in plans if row.ended_on is None), None)
    first = episodes[0].pk if episodes else None
    return still_open or next((row for row in plans if row.episode_id == first), None)
