"""Where a plan stands today, what may be decided about it and where each decision would lead. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from ..adherence import Adherence, DayKind
from ..budget import Budget, budget
from ..decision_dates import in_the_way, planned
from ..models import Decision, Patient, Plan, PlanPhase, Prescription
from ..models.plan import CLOCK_KINDS, standing
from ..moves import WITHDRAW, Act, Answer, choices, entries
from ..phase_dates import PhaseDates, phase_dates
from ..progression import ENDED, PlanDecision, Position, Refusal, State, position
from .days import Readings, load

DAYS_SHOWN = 28
FORTNIGHT = 14
# After a longer stop somebody says where to go on.
LONG_STOP = 7
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlanReading:
    """One plan on the date `today`: its whole ledger, oldest first, and its last four weeks. Made by `read_plan`."""

    plan: Plan
    today: date
    ledger: Sequence[Decision]
    days: Readings

    @property
    def sequence(self) -> int:
        """The number of the last entry, which a form posts back."""
        return self.ledger[-1].sequence

    @cached_property
    def position(self) -> Position:
        return self.days.position(self.today)

    @property
    def state(self) -> State:
        """Of a plan that ended before its start the end, which the clock shows on that date only."""
        return State.DISCONTINUED if self.ended and self.position.state not in ENDED else self.position.state

    @property
    def ended(self) -> bool:
        return self.plan.ended_on is not None

    @property
    def phase(self) -> PlanPhase | None:
        """The phase that the plan stands in; None before its start."""
        return self.days.phase(self.position.phase)

    @property
    def present(self) -> PlanPhase:
        """The same, and before the start the phase that the plan starts in."""
        return self.phase or self.days.phases[(self.ledger[0].to_phase or 1) - 1]

    @property
    def weeks(self) -> int | None:
        """How many weeks the present phase has; None where it is open."""
        last = self.present.last_week
        return None if last is None else last - self.present.first_week + 1

    @cached_property
    def budget(self) -> Budget:
        """What a day of the present phase asks for: optional exercises left out, a choice as one."""
        asked: dict[object, Prescription] = {}
        for row in self.exercises(self.present.number):
            if not row.optional and row.until is None:
                asked.setdefault(row.choice or row.pk, row)
        limit = self.plan.patient.clinic.day_minutes_budget
        return budget((row.dosage for row in asked.values()), limit)

    @property
    def following(self) -> PlanPhase | None:
        """The phase after the present one."""
        return self.days.phase(self.present.number + 1)

    @cached_property
    def standing(self) -> list[Decision]:
        return standing(self.ledger)

    @property
    def last_act(self) -> list[Decision]:
        """What taking back would take back: the entries of the latest act that stands."""
        return [row for row in self.standing if row.act == self.standing[-1].act]

    @cached_property
    def choices(self) -> dict[Act, Answer]:
        """For each act the entries that do it today, or why not. A change of exercises can be taken back, too."""
        found = choices(self.days.phase_spans, self._clock, self.today)
        only_started = self.standing[-1].kind == Decision.Kind.START
        found[Act.TAKE_BACK] = Refusal.NOTHING_TO_TAKE_BACK if only_started else (WITHDRAW,)
        return found

    @cached_property
    def offered(self) -> list[Act]:
        """The acts that can be done today, each once: what only starts again goes by that name."""
        again = self.choices[Act.START_AGAIN]
        return [
            act
            for act, answer in self.choices.items()
            if not isinstance(answer, Refusal) and (act is Act.START_AGAIN or answer != again)
        ]

    @property
    def may_plan_absence(self) -> bool:
        """Before its start a plan takes an absence that lies ahead, though nothing is to be stopped today."""
        return self.position.state is State.NOT_STARTED and not self.ended

    @cached_property
    def absence(self) -> list[Decision]:
        """The absence that lies ahead, its stop and its end; empty where none does."""
        return next((rows for rows in self._planned if rows[0].kind == Decision.Kind.PAUSE), [])

    @cached_property
    def planned_end(self) -> Decision | None:
        """The entry that ends the stop in force on a date ahead."""
        return next((rows[0] for rows in self._planned if rows[0].kind == Decision.Kind.RESUME), None)

    @property
    def days_stopped(self) -> int:
        since = self.position.state_since
        return (self.today - since).days if since and self.position.state is State.PAUSED else 0

    @property
    def asks_where_to_go_on(self) -> bool:
        return self.days_stopped > LONG_STOP

    def after(self, act: Act, *, to_phase: int | None = None) -> Position:
        """Where the plan would stand today after an act. Raises DecisionRefused for one that is not offered."""
        made = self._entries(act, to_phase)
        away = set(in_the_way(self.days.phase_spans, self._clock, made, self.today))
        kept = [decision for place, decision in enumerate(self._clock) if place not in away]
        return position(self.days.phase_spans, [*kept, *made], made[0].on)

    def in_the_way(self, act: Act, *, to_phase: int | None = None) -> list[Decision]:
        """What is planned ahead and would be taken back with an act of today."""
        made = self._entries(act, to_phase)
        return [self._clock_rows[place] for place in in_the_way(self.days.phase_spans, self._clock, made, self.today)]

    def after_taking_back(self, rows: Sequence[Decision]) -> Position:
        """Where the plan would stand today without these entries."""
        gone = {row.pk for row in rows}
        kept = [row.for_the_clock() for row in self._clock_rows if row.pk not in gone]
        return position(self.days.phase_spans, kept, self.today)

    def exercises(self, phase: int) -> list[Prescription]:
        """What a phase of the plan prescribes today or from a date ahead, in order."""
        return [row for row in self.days.prescriptions if row.phase.number == phase and not self._is_over(row)]

    @property
    def exercise_count(self) -> int:
        """How many exercises the present phase asks for; a choice of one is one."""
        rows = [row for row in self.exercises(self.present.number) if row.until is None]
        return len({row.choice or row.pk for row in rows})

    @cached_property
    def phase_dates(self) -> tuple[PhaseDates, ...]:
        return phase_dates(self.days.phase_spans, self.days.course, self.today)

    @property
    def calendar_week(self) -> int | None:
        """The week since the start by the calendar; None before it and after the end."""
        if self.today < self.plan.start_on or self.ended:
            return None
        return (self.today - self.plan.start_on).days // 7 + 1

    @property
    def weeks_behind(self) -> int:
        """How many weeks the clock is behind the calendar, counted from the phase it started in; 0 where it is not."""
        if self.calendar_week is None or self.position.week is None:
            return 0
        started_in = self.days.phases[(self.ledger[0].to_phase or 1) - 1]
        return max(started_in.first_week - 1 + self.calendar_week - self.position.week, 0)

    @property
    def fortnight(self) -> Adherence:
        """What was asked and done on the fourteen days up to yesterday."""
        return self.days.adherence(self.today - FORTNIGHT * DAY, self.today - DAY)

    @property
    def days_without_report(self) -> int:
        """Of the same fourteen days those on which something was due and nothing was said; rest days are none."""
        kinds = self.days.day_kinds(self.today - FORTNIGHT * DAY, self.today - DAY)
        return sum(kind is DayKind.NO_REPORT for kind in kinds.values())

    def latest(self, name: str) -> tuple[date, int] | None:
        """The newest answer to `pain_morning` or `pain_exercising`, and its date."""
        answers = ((on, getattr(row, name)) for on, row in self.days.check_ins.items())
        return max(((on, pain) for on, pain in answers if pain is not None), default=None)

    def evidence(self) -> dict[str, Any]:
        """What somebody who decides today has before them, as the ledger keeps it."""
        fortnight, found = self.fortnight, self.position
        kept: dict[str, Any] = {"state": str(found.state), "phase": found.phase, "week": found.week, "day": found.day}
        if fortnight.days:
            kept["done"] = fortnight.counted_shown
            kept["asked"] = fortnight.expected_shown
            kept["days_without_report"] = self.days_without_report
        for name in ("pain_morning", "pain_exercising"):
            if answer := self.latest(name):
                kept[name], kept[f"{name}_on"] = answer[1], answer[0].isoformat()
        return kept

    @cached_property
    def _clock_rows(self) -> list[Decision]:
        return [row for row in self.standing if row.kind in CLOCK_KINDS]

    @property
    def _clock(self) -> list[PlanDecision]:
        return [row.for_the_clock() for row in self._clock_rows]

    @property
    def _planned(self) -> list[list[Decision]]:
        return [[self._clock_rows[place] for place in group] for group in planned(self._clock, self.today)]

    def _entries(self, act: Act, to_phase: int | None) -> tuple[PlanDecision, ...]:
        if act is Act.MOVE_ON:
            to_phase = self.present.number + 1
        elif act is Act.GO_BACK:
            to_phase = to_phase or self.present.number
        return entries(act, self.days.phase_spans, self._clock, self.today, to_phase=to_phase)

    def _is_over(self, row: Prescription) -> bool:
        return row.until is not None and row.until < self.today


def read_plan(patient: Patient, plan: Plan, today: date) -> PlanReading:
    """A plan as it stands today, in four queries."""
    ledger = list(plan.decisions.select_related("by", "withdraws"))
    return PlanReading(plan, today, ledger, load(patient, plan, today - DAYS_SHOWN * DAY, today, ledger=ledger))
