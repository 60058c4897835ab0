"""The plan clock: where a plan stands on a date, worked out from its phases and its decisions.

Plan days count from 1 and week = (day - 1) // 7 + 1. Nothing here reads a clock or a database: every function
takes the date it is asked about. `spans()` is the clock; everything else reads what it gives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Protocol, TypeVar


class Kind(StrEnum):
    """The decisions that reach the clock."""

    START = "start"
    STAY = "stay"
    PAUSE = "pause"
    RESUME = "resume"
    ADVANCE = "advance"
    REGRESS = "regress"
    COMPLETE = "complete"
    DISCONTINUE = "discontinue"


class State(StrEnum):
    NOT_STARTED = "not_started"
    RUNNING = "running"
    STAYING = "staying"
    PAUSED = "paused"
    AWAITING_REVIEW = "awaiting_review"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


LIVE = frozenset({State.RUNNING, State.STAYING, State.PAUSED, State.AWAITING_REVIEW})
ENDED = frozenset({State.COMPLETED, State.DISCONTINUED})


class Refusal(StrEnum):
    """Every reason why a decision, its date or an act is refused: the closed list behind the sentences."""

    # by the clock
    NO_START = "no_start"
    STARTS_ONCE = "starts_once"
    BEFORE_START = "before_start"
    PLAN_ENDED = "plan_ended"
    PAUSED = "paused"
    ALREADY_PAUSED = "already_paused"
    ALREADY_STAYING = "already_staying"
    NOTHING_TO_RESUME = "nothing_to_resume"
    NO_LATER_PHASE = "no_later_phase"
    NOT_THE_NEXT_PHASE = "not_the_next_phase"
    NO_PHASE_NAMED = "no_phase_named"
    NO_SUCH_PHASE = "no_such_phase"
    NOT_AN_EARLIER_PHASE = "not_an_earlier_phase"
    UNKNOWN_KIND = "unknown_kind"
    # by the rules about dates (`decision_dates.check_date`)
    NOT_STARTED = "not_started"
    NOT_ON_THE_START = "not_on_the_start"
    TOO_FAR_BACK = "too_far_back"
    BEFORE_THE_LAST_DECISION = "before_the_last_decision"
    IN_THE_FUTURE = "in_the_future"
    TOO_FAR_AHEAD = "too_far_ahead"
    ABSENCE_WITHOUT_END = "absence_without_end"
    ABSENCE_ENDS_TOO_SOON = "absence_ends_too_soon"
    # by the table of acts (`moves.TABLE`)
    ALREADY_RUNNING = "already_running"
    NOT_STOPPED = "not_stopped"
    REVIEW_FIRST = "review_first"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """One phase of a plan in whole weeks, both ends included; `last_week` None is open (only the last)."""

    number: int
    first_week: int
    last_week: int | None
    needs_review: bool = False

    @property
    def first_day(self) -> int:
        return (self.first_week - 1) * 7 + 1

    @property
    def last_day(self) -> int | None:
        return None if self.last_week is None else self.last_week * 7


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """One decision that stands; `kind` is a `Kind` or the same word as a plain string."""

    kind: str
    on: date
    to_phase: int | None = None


class DecisionRefused(ValueError):
    """A decision cannot stand: `code` says why, `decision` which one (None: the ledger as a whole)."""

    def __init__(self, code: Refusal, decision: PlanDecision | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.decision = decision


class SpanRow(Protocol):
    """What is read of a span, so a stored row of the plan will do as well as a `Span`."""

    @property
    def state(self) -> str: ...
    @property
    def phase(self) -> int: ...
    @property
    def first_on(self) -> date: ...
    @property
    def last_on(self) -> date | None: ...
    @property
    def first_day(self) -> int: ...
    @property
    def moves(self) -> bool: ...
    @property
    def phase_since(self) -> date: ...
    @property
    def state_since(self) -> date: ...


Row = TypeVar("Row", bound=SpanRow)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of dates, both ends included (`last_on` None: open), with one state and one phase.

    `first_day` is the clock's reading on `first_on`; it then gains a day each day if it `moves`, else stands.
    """

    state: State
    phase: int
    first_on: date
    last_on: date | None
    first_day: int
    moves: bool
    phase_since: date
    state_since: date


@dataclass(frozen=True, slots=True)
class Position:
    """Where a plan stands on a date; before the start all but `state` are None.

    `review_on`: the day the review falls due, or, when awaiting it, the day this wait began.
    `next_phase_on`: the day the next phase opens by itself, if nothing else is decided.
    """

    state: State
    phase: int | None = None
    week: int | None = None
    day: int | None = None
    week_in_phase: int | None = None
    phase_since: date | None = None
    state_since: date | None = None
    review_on: date | None = None
    next_phase_on: date | None = None


def position(phases: Sequence[PhaseSpan], decisions: Sequence[PlanDecision], on: date) -> Position:
    """Where the plan stands on the date `on`. Raises as `spans` does, also for decisions after `on`."""
    return position_from(phases, span_on(spans(phases, decisions), on), on)


def span_on(spans: Sequence[Row], on: date) -> Row | None:
    """The span that covers `on`, or None before the start."""
    return next((span for span in reversed(spans) if span.first_on <= on), None)


def position_from(phases: Sequence[PhaseSpan], span: SpanRow | None, on: date) -> Position:
    """The position on `on` from the one span that covers it (None: the plan has not started by then)."""
    if span is None:
        return Position(State.NOT_STARTED)
    if on < span.first_on or (span.last_on is not None and on > span.last_on):
        raise ValueError(f"the span from {span.first_on} does not cover {on}")
    state = State(span.state)
    phase = phases[span.phase - 1]
    day = _reading(span, on)
    week = (day - 1) // 7 + 1
    review_on = span.state_since if state is State.AWAITING_REVIEW else None
    next_phase_on = None
    if state is State.RUNNING and span.moves and phase.last_day is not None:
        day_after = on + timedelta(days=phase.last_day - day + 1)
        if phase.needs_review:
            review_on = day_after
        elif phase.number < len(phases):
            next_phase_on = day_after
    return Position(
        state=state,
        phase=phase.number,
        week=week,
        day=day,
        week_in_phase=week - phase.first_week + 1,
        phase_since=span.phase_since,
        state_since=span.state_since,
        review_on=review_on,
        next_phase_on=next_phase_on,
    )


def spans(phases: Sequence[PhaseSpan], decisions: Sequence[PlanDecision]) -> tuple[Span, ...]:
    """The whole course of a plan from its start on, as contiguous spans of which the last is open.

    `decisions` are those that stand, in the ledger's order; they count by date, those of one date in that
    order. What follows the last of them is what comes if nothing else is decided. A span is split where the
    state, the phase or the clock's pace changes and where the clock jumps. Raises `DecisionRefused` if the
    decisions cannot stand together, and a plain `ValueError` if the phases are not a protocol's.
    """
    _check_phases(phases)
    runs: list[Span] = []
    clock: _Clock | None = None
    in_order = sorted(decisions, key=lambda decision: decision.on)
    for on, todays in groupby(in_order, key=lambda decision: decision.on):
        if clock is not None:
            course = [run for run in _course(phases, clock) if run.first_on <= on]
            runs += [_cut(run, on) for run in course if run.first_on < on]
            clock = _at(course[-1], clock, on)
        for decision in todays:
            clock = _started(phases, in_order) if clock is None else _decided(phases, clock, decision)
    if clock is None:
        raise DecisionRefused(Refusal.NO_START)
    return _joined([*runs, *_course(phases, clock)])


@dataclass(frozen=True, slots=True)
class _Clock:
    """The clock on one date. A live one that stands is paused or past its phase's last day."""

    state: State
    phase: int
    on: date
    day: int
    moves: bool
    phase_since: date
    interrupted: "_Clock | None" = None


def _check_phases(phases: Sequence[PhaseSpan]) -> None:
    next_week: int | None = 1
    for number, phase in enumerate(phases, start=1):
        if phase.number != number or phase.first_week != next_week:
            raise ValueError(f"phase {phase.number} does not follow from the one before it")
        if phase.last_week is not None and phase.last_week < phase.first_week:
            raise ValueError(f"phase {phase.number} ends before it begins")
        next_week = None if phase.last_week is None else phase.last_week + 1
    if not phases:
        raise ValueError("a plan has at least one phase")


def _reading(span: SpanRow, on: date) -> int:
    return span.first_day + (on - span.first_on).days if span.moves else span.first_day


def _course(phases: Sequence[PhaseSpan], clock: _Clock) -> Iterator[Span]:
    """How the clock goes on from its date if nothing else is decided."""
    while clock.moves:
        phase = phases[clock.phase - 1]
        if phase.last_day is None:
            break
        last_on = clock.on + timedelta(days=phase.last_day - clock.day)
        yield _run(clock, last_on)
        clock = _after(phases, clock, phase.last_day, last_on + timedelta(days=1))
    yield _run(clock, None)


def _after(phases: Sequence[PhaseSpan], clock: _Clock, last_day: int, on: date) -> _Clock:
    """A moving clock on the date after its phase's last day."""
    phase = phases[clock.phase - 1]
    if clock.state is State.RUNNING and not phase.needs_review and phase.number < len(phases):
        return _opened(phases[phase.number], on)
    waits = clock.state is State.RUNNING and phase.needs_review
    state = State.AWAITING_REVIEW if waits else clock.state
    return replace(clock, state=state, on=on, day=last_day, moves=False)


def _opened(phase: PhaseSpan, on: date) -> _Clock:
    return _Clock(State.RUNNING, phase.number, on, phase.first_day, moves=True, phase_since=on)


def _run(clock: _Clock, last_on: date | None) -> Span:
    return Span(clock.state, clock.phase, clock.on, last_on, clock.day, clock.moves, clock.phase_since, clock.on)


def _cut(run: Span, on: date) -> Span:
    """The run as it is when something is decided on the date `on`, which it does not reach any more."""
    return run if run.last_on is not None and run.last_on < on else replace(run, last_on=on - timedelta(days=1))


def _at(run: Span, clock: _Clock, on: date) -> _Clock:
    """The clock on the date `on`, which lies in `run`, before anything is decided that day."""
    return _Clock(run.state, run.phase, on, _reading(run, on), run.moves, run.phase_since, clock.interrupted)


def _joined(runs: Sequence[Span]) -> tuple[Span, ...]:
    """Runs as the dates show them: what decisions of one day made and unmade again leaves no seam."""
    joined: list[Span] = []
    for run in runs:
        before = joined[-1] if joined else None
        if before is not None and before.state is run.state:
            run = replace(run, state_since=before.state_since)
            seamless = replace(run, first_on=before.first_on, first_day=before.first_day, last_on=before.last_on)
            if seamless == before and _reading(before, run.first_on) == run.first_day:
                joined[-1] = replace(before, last_on=run.last_on)
                continue
        joined.append(run)
    return tuple(joined)


def _started(phases: Sequence[PhaseSpan], in_order: Sequence[PlanDecision]) -> _Clock:
    first = in_order[0]
    if first.kind != Kind.START:
        starts = any(decision.kind == Kind.START for decision in in_order)
        raise DecisionRefused(Refusal.BEFORE_START if starts else Refusal.NO_START, first)
    number = 1 if first.to_phase is None else first.to_phase
    if not 1 <= number <= len(phases):
        raise DecisionRefused(Refusal.NO_SUCH_PHASE, first)
    return _opened(phases[number - 1], first.on)


def _decided(phases: Sequence[PhaseSpan], clock: _Clock, decision: PlanDecision) -> _Clock:
    """The clock after one more decision of its date."""
    refusal = _refusal(phases, clock, decision)
    if refusal is not None:
        raise DecisionRefused(refusal, decision)
    match Kind(decision.kind):
        case Kind.STAY:
            return replace(clock, state=State.STAYING)
        case Kind.PAUSE:
            return replace(clock, state=State.PAUSED, moves=False, interrupted=clock)
        case Kind.RESUME if clock.interrupted is not None:
            return replace(clock.interrupted, on=decision.on)
        case Kind.RESUME:
            return _released(phases, clock)
        case Kind.ADVANCE:
            return _opened(phases[clock.phase], decision.on)
        case Kind.REGRESS:
            return _opened(phases[(decision.to_phase or 1) - 1], decision.on)
        case Kind.COMPLETE:
            return replace(clock, state=State.COMPLETED, moves=False, interrupted=None)
        case _:
            return replace(clock, state=State.DISCONTINUED, moves=False, interrupted=None)


def _released(phases: Sequence[PhaseSpan], clock: _Clock) -> _Clock:
    """The clock on the day a stay ends: one that had stood past the phase's last day waits or goes on."""
    phase = phases[clock.phase - 1]
    if clock.moves:
        return replace(clock, state=State.RUNNING)
    if phase.needs_review:
        return replace(clock, state=State.AWAITING_REVIEW)
    return replace(clock, state=State.RUNNING, moves=phase.number < len(phases))


def _refusal(phases: Sequence[PhaseSpan], clock: _Clock, decision: PlanDecision) -> Refusal | None:
    """Why the clock, as it stands, does not take the decision; None if it does."""
    if decision.kind not in set(Kind):
        return Refusal.UNKNOWN_KIND
    kind = Kind(decision.kind)
    if kind is Kind.START:
        return Refusal.STARTS_ONCE
    if clock.state in ENDED:
        return Refusal.PLAN_ENDED
    if clock.state is State.PAUSED and kind is Kind.PAUSE:
        return Refusal.ALREADY_PAUSED
    if clock.state is State.PAUSED and kind in {Kind.STAY, Kind.ADVANCE, Kind.REGRESS}:
        return Refusal.PAUSED
    if clock.state is State.STAYING and kind is Kind.STAY:
        return Refusal.ALREADY_STAYING
    if kind is Kind.RESUME and clock.state not in {State.PAUSED, State.STAYING}:
        return Refusal.NOTHING_TO_RESUME
    if kind is Kind.ADVANCE:
        return _refusal_to_advance(phases, clock, decision.to_phase)
    if kind is Kind.REGRESS:
        return _refusal_to_regress(phases, clock, decision.to_phase)
    return None


def _refusal_to_advance(phases: Sequence[PhaseSpan], clock: _Clock, to_phase: int | None) -> Refusal | None:
    if clock.phase == len(phases):
        return Refusal.NO_LATER_PHASE
    if to_phase is not None and to_phase != clock.phase + 1:
        return Refusal.NOT_THE_NEXT_PHASE
    return None


def _refusal_to_regress(phases: Sequence[PhaseSpan], clock: _Clock, to_phase: int | None) -> Refusal | None:
    if to_phase is None:
        return Refusal.NO_PHASE_NAMED
    if not 1 <= to_phase <= len(phases):
        return Refusal.NO_SUCH_PHASE
    if to_phase > clock.phase:
        return Refusal.NOT_AN_EARLIER_PHASE
    return None
