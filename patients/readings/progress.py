"""How it went so far: mornings with their gaps, the calendar of what was done, days on which anything was. Read in a
number of queries, and of rows, that the length of the record does not change: so many weeks, and two counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q

from ..adherence import DayKind
from ..models import ExerciseLog, Patient, Plan, PlanPhase
from .days import DAY, Day, Readings, load

WEEKS_SHOWN = 12
MOST_WEEKS = 60
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday: its days (None: not in the plan, or still ahead), and the phase that opens in it."""

    first: date
    days: list[Day | None]
    opens: PlanPhase | None

    @property
    def done(self) -> int:
        return sum(day is not None and day.kind == "done" for day in self.days)


@dataclass(frozen=True)
class Progress:
    """A patient's plan so far. `weeks` the newest first; `earlier` says that there are weeks before those shown."""

    patient: Patient
    today: date
    plan: Plan | None
    days: list[Day] = field(default_factory=list)
    weeks: list[Week] = field(default_factory=list)
    earlier: bool = False
    active: int = 0  # days on which anything was done, in this plan
    active_ever: int = 0  # and in every plan

    @property
    def is_ahead(self) -> bool:
        return self.plan is not None and self.plan.start_on > self.today

    @property
    def says_anything(self) -> bool:
        """Whether anything was said on the days shown."""
        return any(day.kind in {DayKind.DONE, DayKind.NOT_DONE} or _has_pain(day) for day in self.days)

    @property
    def mornings(self) -> list[int]:
        """The answers of the days shown, the oldest first."""
        return [day.pain_morning for day in self.days if day.pain_morning is not None]


def read_progress(patient: Patient, *, at: datetime, all_weeks: bool = False) -> Progress:
    """The plan that is open, else the last one: its last weeks, or as many as there are, up to a bound."""
    today = patient.clinic.date_at(at)
    plans = patient.plans.order_by(F("ended_on").desc(nulls_first=True), "-start_on", "-pk")
    plan = plans.first()
    if plan is None or plan.start_on > today:
        return Progress(patient, today, plan)
    last = min(today, plan.ended_on) if plan.ended_on else today
    last = max(last, plan.start_on)
    monday = last - timedelta(days=last.weekday())
    first = max(plan.start_on, monday - WEEK * ((MOST_WEEKS if all_weeks else WEEKS_SHOWN) - 1))
    readings = load(patient, plan, first, last)
    days = readings.days(first, last)
    if last == today and days and days[-1].kind == DayKind.NO_REPORT and not _has_pain(days[-1]):
        days.pop()  # a day that is not over is not one without a report
    active, ever = _active(patient, plan)
    return Progress(
        patient=patient,
        today=today,
        plan=plan,
        days=days,
        weeks=_weeks(days, first, last, readings),
        earlier=first > plan.start_on,
        active=active,
        active_ever=ever,
    )


def _has_pain(day: Day) -> bool:
    """Whether a question about pain was answered, with no pain at all as well."""
    return day.pain_morning is not None or day.pain_exercising is not None


def _active(patient: Patient, plan: Plan) -> tuple[int, int]:
    done = patient.logs.filter(
        status=ExerciseLog.Status.DONE, superseded_at__isnull=True, prescription__voided_by__isnull=True
    )
    found = done.aggregate(
        ever=Count("on", distinct=True), now=Count("on", distinct=True, filter=Q(prescription__plan=plan))
    )
    return found["now"], found["ever"]


def _weeks(days: list[Day], first: date, last: date, readings: Readings) -> list[Week]:
    """The newest first; `opens` is the phase whose weeks follow, so that each stands under its own."""
    by_date = {day.date: day for day in days}
    weeks: list[Week] = []
    monday = last - timedelta(days=last.weekday())
    above: int | None = None
    while monday > first - WEEK:
        of_week = [by_date.get(monday + DAY * number) for number in range(7)]
        numbers = [day.phase for day in of_week if day is not None and day.phase is not None]
        opens = numbers[-1] if numbers and numbers[-1] != above else None
        above = numbers[-1] if numbers else above
        weeks.append(Week(monday, of_week, readings.phase(opens)))
        monday -= WEEK
    return weeks
