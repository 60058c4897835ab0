"""What a plan asked for, what was reported, and what is due: missing is not zero.

The caller leaves optional prescriptions out and folds the choices of one into one. Done on a date that asked
for nothing counts for nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from .progression import PhaseSpan, PlanDecision, SpanRow, State, spans

ASKING = frozenset({State.RUNNING, State.STAYING, State.AWAITING_REVIEW})
WEEK = 7


@dataclass(frozen=True, slots=True)
class PrescribedSpan:
    """A prescription in one phase from `since` to `until`, both included (None: the phase's own bounds).

    `rest_between` and `exercise` matter to `day_kinds` alone: prescriptions of one exercise carry the same
    `exercise`, so that a changed dosage does not forget what was done yesterday.
    """

    id: int
    phase: int
    times_per_day: int
    days_per_week: int
    since: date | None = None
    until: date | None = None
    rest_between: bool = False
    exercise: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was said of one occasion of a prescription: done, or not done."""

    prescription: int
    on: date
    done: bool


class Adherence(NamedTuple):
    """`expected` and `counted` in occasions, to six places; `percent` 0 to 100, or None for no figure.

    `days`: dates on which anything was asked. `days_reported`: of those, with any report on something asked.
    """

    expected: float
    counted: float
    percent: int | None
    days: int
    days_reported: int

    @property
    def expected_shown(self) -> int:
        """The figure for "done 6 of 14": rounded up to whole occasions."""
        return ceil(self.expected)

    @property
    def counted_shown(self) -> int:
        """The other figure, rounded up alike: of what counts for a part of a week, something was done."""
        return ceil(self.counted)


class Due(StrEnum):
    TODAY = "today"
    REST = "rest"


class DayKind(StrEnum):
    DONE = "done"
    NOT_DONE = "not_done"
    REST = "rest"
    NO_REPORT = "no_report"
    NOT_ASKED = "not_asked"


def adherence(
    phases: Sequence[PhaseSpan],
    decisions: Sequence[PlanDecision],
    prescriptions: Sequence[PrescribedSpan],
    reports: Collection[Report],
    first: date,
    last: date,
) -> Adherence:
    """What was asked and done from `first` to `last`, both included. Raises as `progression.spans` does.

    Cut into weeks of seven days from `first`: a prescription expects times per day × days per week × its
    days / 7 a week, and what was done counts up to its times per day each day and up to what is expected each
    week, so neither a good day nor a good week makes up for another. No figure where nothing was expected or
    nothing that was asked was reported: silence is not a zero.
    """
    return adherence_over(spans(phases, decisions), prescriptions, reports, first, last)


def adherence_over(
    course: Sequence[SpanRow],
    prescriptions: Sequence[PrescribedSpan],
    reports: Collection[Report],
    first: date,
    last: date,
) -> Adherence:
    """`adherence` from the plan's spans, which a list of plans loads once for its page."""
    phase_on = _phases_asking(course, first, last)
    done = Counter((report.prescription, report.on) for report in reports if report.done)
    expected = counted = Fraction(0)
    asked: set[tuple[int, date]] = set()
    for week in _weeks(first, last):
        for prescription in prescriptions:
            days = [on for on in week if _asks(prescription, on, phase_on)]
            asked.update((prescription.id, on) for on in days)
            of_week = Fraction(prescription.times_per_day * prescription.days_per_week * len(days), WEEK)
            of_days = Fraction(sum(min(done[prescription.id, on], prescription.times_per_day) for on in days))
            expected += of_week
            counted += min(of_days, of_week)
    reported = {report.on for report in reports if (report.prescription, report.on) in asked}
    return Adherence(
        expected=round(float(expected), 6),
        counted=round(float(counted), 6),
        percent=floor(100 * counted / expected + Fraction(1, 2)) if expected and reported else None,
        days=len({on for _, on in asked}),
        days_reported=len(reported),
    )


def due(days_per_week: int, rest_between: bool, done_on: Collection[date], on: date) -> Due:
    """Whether an exercise is due on `on`, from the dates on which it was done (others than the six before are
    not looked at, so what is done today stays today's)."""
    if days_per_week >= WEEK:
        return Due.TODAY
    six_days_before = {on - timedelta(days=back) for back in range(1, WEEK)}
    if len(six_days_before.intersection(done_on)) >= days_per_week:
        return Due.REST
    if rest_between and on - timedelta(days=1) in done_on:
        return Due.REST
    return Due.TODAY


def day_kinds(
    course: Sequence[SpanRow],
    prescriptions: Sequence[PrescribedSpan],
    reports: Collection[Report],
    first: date,
    last: date,
) -> dict[date, DayKind]:
    """What each date from `first` to `last` was, in order: what was said comes before what was asked.

    `reports` reach back six days before `first`, or the rest days of the first week cannot be told; those on
    prescriptions that are left out (optional ones) are welcome, as anything done makes a day done.
    """
    phase_on = _phases_asking(course, first, last)
    exercise_of = {prescription.id: _exercise(prescription) for prescription in prescriptions}
    done_on: dict[tuple[bool, int], set[date]] = {exercise: set() for exercise in exercise_of.values()}
    said: dict[date, bool] = {}
    for report in reports:
        said[report.on] = said.get(report.on, False) or report.done
        if report.done and report.prescription in exercise_of:
            done_on[exercise_of[report.prescription]].add(report.on)
    kinds = {}
    for on in _dates(first, last):
        if on in said:
            kinds[on] = DayKind.DONE if said[on] else DayKind.NOT_DONE
            continue
        asked = [prescription for prescription in prescriptions if _asks(prescription, on, phase_on)]
        verdicts = {due(each.days_per_week, each.rest_between, done_on[_exercise(each)], on) for each in asked}
        if not verdicts:
            kinds[on] = DayKind.NOT_ASKED
        else:
            kinds[on] = DayKind.NO_REPORT if Due.TODAY in verdicts else DayKind.REST
    return kinds


def _exercise(prescription: PrescribedSpan) -> tuple[bool, int]:
    named = prescription.exercise is not None
    return (named, prescription.exercise if prescription.exercise is not None else prescription.id)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=day) for day in range((last - first).days + 1))


def _weeks(first: date, last: date) -> Iterator[list[date]]:
    dates = list(_dates(first, last))
    return (dates[start : start + WEEK] for start in range(0, len(dates), WEEK))


def _phases_asking(course: Sequence[SpanRow], first: date, last: date) -> dict[date, int]:
    """The phase whose prescriptions are asked for, by date; dates that ask for nothing are not in it."""
    return {
        on: span.phase
        for span in course
        if span.state in ASKING
        for on in _dates(max(first, span.first_on), min(last, span.last_on or last))
    }


def _asks(prescription: PrescribedSpan, on: date, phase_on: dict[date, int]) -> bool:
    return (
        phase_on.get(on) == prescription.phase
        and (prescription.since is None or prescription.since <= on)
        and (prescription.until is None or on <= prescription.until)
    )
