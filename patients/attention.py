"""Who needs somebody, and why: the reasons for which an episode stands in a caseload, as a table in order of urgency.

Missing is never zero: pain that nobody answered and days that nobody reported are no figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from .adherence import ASKING
from .progression import ENDED, State

DAY = timedelta(days=1)
# Pain is judged by the newest answers, and measured against those of the plan's first week.
ANSWERS = 3
FIRST_DAYS = 7
RISE = 2
# What is calm enough to move on, over as many days.
CALM_PAIN = 3
FORTNIGHT = 14
# So near a phase that opens or a review wants a visit.
SOON = 3 * DAY
# From a day or two nobody judges how much was done.
DAYS_TO_JUDGE = 3
# How much less must be done for it to be worse than it was.
BAND = 25

Pain = tuple[date, int]


class Reason(StrEnum):
    """Why somebody is needed, the most urgent first."""

    STOPPED_BY_PAIN = "stopped_by_pain"
    PAIN_WORSE = "pain_worse"
    LOOK_AGAIN = "look_again"
    CHECK_DUE = "check_due"
    VISIT_MISSED = "visit_missed"
    NOTHING_AHEAD = "nothing_ahead"
    VISIT_UNSAID = "visit_unsaid"
    NOTE_OPEN = "note_open"
    OPENS_SOON = "opens_soon"
    SILENT = "silent"
    LITTLE_DONE = "little_done"


@dataclass(frozen=True, slots=True)
class Limits:
    """The clinic's thresholds."""

    pain: int = 5
    good: int = 80  # percent done
    low: int = 50
    silent_days: int = 3
    keeps_notes: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one episode on the date `on`. Pain is what was answered, in any order.

    `asked_on` and `said_on`: of the last days those on which the plan asked for something, and those on which the
    patient said anything. `mornings` and `exercising` are the answers of the last two weeks, `first_mornings` those of
    the plan's first seven days. `done_week` and `done_fortnight` are percent or None for no figure.
    """

    on: date
    state: State | None = None  # None: without a plan
    is_closed: bool = False
    by_phone: bool = True
    stopped_by_pain: bool = False
    state_since: date | None = None
    look_again_on: date | None = None  # of a closed episode the recall
    seen_on: date | None = None  # the last visit that took place, or signed note
    review_on: date | None = None
    next_phase_on: date | None = None
    mornings: Sequence[Pain] = ()
    first_mornings: Sequence[int] = ()
    exercising: Sequence[Pain] = ()
    asked_on: frozenset[date] = frozenset()
    said_on: frozenset[date] = frozenset()
    done_week: int | None = None
    days_week: int = 0
    done_fortnight: int | None = None
    booked_on: Sequence[date] = ()  # that are not over
    due_on: Sequence[date] = ()
    missed_on: date | None = None  # the last visit, if it was missed and nobody said what comes instead
    unsaid_on: Sequence[date] = ()  # over, and nobody said whether it took place
    drafts_on: Sequence[date] = ()
    unwritten_on: Sequence[date] = ()  # took place, and there is no note


@dataclass(frozen=True, slots=True)
class Found:
    """A reason with its evidence: figures and dates, by name.

    `level` says how bad it is, or how new: a reason that was answered is back at once when it is higher than it was.
    """

    reason: Reason
    level: int = 0
    evidence: Mapping[str, int | date | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reason was dealt with, until a date, when it was at this level."""

    reason: str
    until: date
    level: int


def reasons(case: Case, limits: Limits) -> tuple[Found, ...]:
    """Every reason that holds, the most urgent first. A closed episode has none but its recall."""
    held = [Reason.LOOK_AGAIN] if case.is_closed else list(Reason)
    found = (TABLE[reason](case, limits) for reason in held)
    return tuple(each for each in found if each is not None)


def ready(case: Case, limits: Limits) -> bool:
    """Good news: a check is due and nothing speaks against moving on.

    Over fourteen days the worst pain while exercising was answered, its median at most 3 and none over the limit, and
    the clinic's good share was done. Pain that is worse speaks against it.
    """
    pains = [pain for on, pain in case.exercising if case.on - FORTNIGHT * DAY <= on <= case.on]
    return (
        TABLE[Reason.CHECK_DUE](case, limits) is not None
        and TABLE[Reason.PAIN_WORSE](case, limits) is None
        and bool(pains)
        and median(pains) <= CALM_PAIN
        and max(pains) <= limits.pain
        and case.done_fortnight is not None
        and case.done_fortnight >= limits.good
    )


def still_asks(found: Found, answers: Iterable[Answer], on: date) -> bool:
    """Whether a reason shows on a date: nobody has dealt with it until a later one, or it is worse than it was then.

    `answers` in the order in which they were given; of one reason the latest counts.
    """
    latest = [answer for answer in answers if answer.reason == found.reason][-1:]
    return all(on >= answer.until or found.level > answer.level for answer in latest)


def _stopped_by_pain(case: Case, limits: Limits) -> Found | None:
    if case.state is not State.PAUSED or not case.stopped_by_pain:
        return None
    since = case.state_since or case.on
    over = [pain for on, pain in case.mornings if on >= since and pain > limits.pain]
    return Found(Reason.STOPPED_BY_PAIN, max(over, default=0), {"since": since})


def _pain_worse(case: Case, limits: Limits) -> Found | None:
    mornings, exercising = _newest(case.mornings), _newest(case.exercising)
    kinds = []
    if _over(mornings, limits):
        kinds.append(("mornings", mornings))
    elif _risen(mornings, case.first_mornings):
        kinds.append(("risen", mornings))
    if _over(exercising, limits):
        kinds.append(("exercising", exercising))
    if not kinds:
        return None
    kind, shown = kinds[0]
    evidence: dict[str, int | date | str] = {"kind": kind, "pains": ", ".join(str(pain) for _, pain in shown)}
    evidence |= {"limit": limits.pain, "last_on": shown[-1][0]}
    if kind == "risen":
        evidence["first"] = round(median(case.first_mornings))
    return Found(Reason.PAIN_WORSE, max(pain for _, pains in kinds for _, pain in pains), evidence)


def _newest(pains: Sequence[Pain]) -> list[Pain]:
    """The last three answers, the newest last."""
    return sorted(pains)[-ANSWERS:]


def _over(newest: Sequence[Pain], limits: Limits) -> bool:
    return sum(pain > limits.pain for _, pain in newest) >= ANSWERS - 1


def _risen(newest: Sequence[Pain], first: Sequence[int]) -> bool:
    last_two = newest[-2:]
    return len(last_two) == 2 and bool(first) and all(pain >= median(first) + RISE for _, pain in last_two)


def _look_again(case: Case, limits: Limits) -> Found | None:
    """The date has come, and nobody has seen the patient on it or since."""
    if case.look_again_on is None or case.look_again_on > case.on:
        return None
    if case.seen_on is not None and case.seen_on >= case.look_again_on:
        return None
    kind = "recall" if case.is_closed else case.state or "no_plan"
    evidence: dict[str, int | date | str] = {"on": case.look_again_on, "kind": str(kind)}
    if case.state in {State.STAYING, State.PAUSED} and case.state_since:
        evidence["since"] = case.state_since
    return Found(Reason.LOOK_AGAIN, case.look_again_on.toordinal(), evidence)


def _check_due(case: Case, limits: Limits) -> Found | None:
    if case.state is not State.AWAITING_REVIEW:
        return None
    since = case.review_on or case.state_since or case.on
    return Found(Reason.CHECK_DUE, since.toordinal(), {"since": since})


def _visit_missed(case: Case, limits: Limits) -> Found | None:
    if case.missed_on is None:
        return None
    return Found(Reason.VISIT_MISSED, case.missed_on.toordinal(), {"on": case.missed_on})


def _nothing_ahead(case: Case, limits: Limits) -> Found | None:
    """Nothing is booked, and nothing is due from today on: what was due before and is not booked counts as nothing."""
    if case.booked_on or any(on >= case.on for on in case.due_on):
        return None
    late = max(case.due_on, default=None)
    state = "no_plan" if case.state is None else "ended" if case.state in ENDED else "plan"
    evidence: dict[str, int | date | str] = {"kind": state}
    if late is not None:
        evidence["due_on"] = late
    return Found(Reason.NOTHING_AHEAD, late.toordinal() if late else 0, evidence)


def _visit_unsaid(case: Case, limits: Limits) -> Found | None:
    if not case.unsaid_on:
        return None
    on = max(case.unsaid_on)
    return Found(Reason.VISIT_UNSAID, on.toordinal(), {"on": on, "number": len(case.unsaid_on)})


def _note_open(case: Case, limits: Limits) -> Found | None:
    missing = list(case.unwritten_on) if limits.keeps_notes else []
    days = [*case.drafts_on, *missing]
    if not days:
        return None
    kind = "draft" if case.drafts_on else "missing"
    on = min(case.drafts_on) if case.drafts_on else min(missing)
    return Found(Reason.NOTE_OPEN, max(days).toordinal(), {"kind": kind, "on": on, "number": len(days)})


def _opens_soon(case: Case, limits: Limits) -> Found | None:
    coming = [(on, kind) for on, kind in ((case.review_on, "review"), (case.next_phase_on, "phase")) if on]
    soon = [(on, kind) for on, kind in coming if case.on < on <= case.on + SOON]
    if case.state is not State.RUNNING or not soon:
        return None
    on, kind = min(soon)
    if any(booked <= on for booked in case.booked_on):
        return None
    return Found(Reason.OPENS_SOON, on.toordinal(), {"on": on, "kind": kind})


def _silent(case: Case, limits: Limits) -> Found | None:
    """Of those who report by phone, and whom the plan asks: not a word on so many days up to yesterday, on all of which
    it asked."""
    if not case.by_phone or case.state not in ASKING or case.on in case.said_on:
        return None
    days, on = 0, case.on - DAY
    while on in case.asked_on and on not in case.said_on:
        days, on = days + 1, on - DAY
    if days < limits.silent_days:
        return None
    # A new silence, after a word in between, is a new reason; one that lasts is not. Further back nothing is known.
    level = on.toordinal() if on >= case.on - FORTNIGHT * DAY else 0
    return Found(Reason.SILENT, level, {"days": days})


def _little_done(case: Case, limits: Limits) -> Found | None:
    if case.done_week is None or case.done_week >= limits.low or case.days_week < DAYS_TO_JUDGE:
        return None
    return Found(Reason.LITTLE_DONE, (100 - case.done_week) // BAND, {"percent": case.done_week})


TABLE: Mapping[Reason, Callable[[Case, Limits], Found | None]] = {
    Reason.STOPPED_BY_PAIN: _stopped_by_pain,
    Reason.PAIN_WORSE: _pain_worse,
    Reason.LOOK_AGAIN: _look_again,
    Reason.CHECK_DUE: _check_due,
    Reason.VISIT_MISSED: _visit_missed,
    Reason.NOTHING_AHEAD: _nothing_ahead,
    Reason.VISIT_UNSAID: _visit_unsaid,
    Reason.NOTE_OPEN: _note_open,
    Reason.OPENS_SOON: _opens_soon,
    Reason.SILENT: _silent,
    Reason.LITTLE_DONE: _little_done,
}
