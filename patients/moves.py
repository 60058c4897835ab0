"""What a person may do with a plan: the ledger entries that each act needs, or why it cannot be done.

The table is total: every situation of a plan answers every act. Which dates a decision may have is said in
`decision_dates`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from .progression import DecisionRefused, Kind, PhaseSpan, PlanDecision, Refusal, State, position

WITHDRAW: Final = "withdraw"
Entry = Kind | Literal["withdraw"]
Answer = tuple[Entry, ...] | Refusal


class Act(StrEnum):
    CARRY_ON = "carry_on"
    STAY = "stay"
    STOP = "stop"
    START_AGAIN = "start_again"
    GO_BACK = "go_back"
    MOVE_ON = "move_on"
    FINISH = "finish"
    END_EARLY = "end_early"
    TAKE_BACK = "take_back"


class Situation(StrEnum):
    """A state of the plan, told apart where the same act needs other entries: by what a pause interrupted,
    and by whether a plan that has not begun has been ended."""

    NOT_STARTED = "not_started"
    ENDED_BEFORE_START = "ended_before_start"
    RUNNING = "running"
    STAYING = "staying"
    AWAITING_REVIEW = "awaiting_review"
    PAUSED_RUNNING = "paused_running"
    PAUSED_STAYING = "paused_staying"
    PAUSED_AWAITING_REVIEW = "paused_awaiting_review"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


_LIVE: dict[Act, Answer] = {
    Act.FINISH: (Kind.COMPLETE,),
    Act.END_EARLY: (Kind.DISCONTINUE,),
    Act.TAKE_BACK: (WITHDRAW,),
}
_ACTIVE = _LIVE | {
    Act.STOP: (Kind.PAUSE,),
    Act.START_AGAIN: Refusal.NOT_STOPPED,
    Act.GO_BACK: (Kind.REGRESS,),
    Act.MOVE_ON: (Kind.ADVANCE,),
}
_PAUSED = _LIVE | {
    Act.STOP: Refusal.ALREADY_PAUSED,
    Act.START_AGAIN: (Kind.RESUME,),
    Act.GO_BACK: (Kind.RESUME, Kind.REGRESS),
    Act.MOVE_ON: (Kind.RESUME, Kind.ADVANCE),
}
_AHEAD: dict[Act, Answer] = dict.fromkeys(Act, Refusal.NOT_STARTED) | {
    Act.END_EARLY: (Kind.DISCONTINUE,),
    Act.TAKE_BACK: (WITHDRAW,),
}
_OVER: dict[Act, Answer] = dict.fromkeys(Act, Refusal.PLAN_ENDED) | {Act.TAKE_BACK: (WITHDRAW,)}

TABLE: Mapping[Situation, Mapping[Act, Answer]] = {
    Situation.NOT_STARTED: _AHEAD,
    Situation.ENDED_BEFORE_START: _OVER,
    Situation.RUNNING: _ACTIVE | {Act.CARRY_ON: Refusal.ALREADY_RUNNING, Act.STAY: (Kind.STAY,)},
    Situation.STAYING: _ACTIVE | {Act.CARRY_ON: (Kind.RESUME,), Act.STAY: Refusal.ALREADY_STAYING},
    Situation.AWAITING_REVIEW: _ACTIVE | {Act.CARRY_ON: Refusal.REVIEW_FIRST, Act.STAY: (Kind.STAY,)},
    Situation.PAUSED_RUNNING: _PAUSED | {Act.CARRY_ON: (Kind.RESUME,), Act.STAY: (Kind.RESUME, Kind.STAY)},
    Situation.PAUSED_STAYING: _PAUSED | {Act.CARRY_ON: (Kind.RESUME, Kind.RESUME), Act.STAY: (Kind.RESUME,)},
    Situation.PAUSED_AWAITING_REVIEW: _PAUSED
    | {Act.CARRY_ON: Refusal.REVIEW_FIRST, Act.STAY: (Kind.RESUME, Kind.STAY)},
    Situation.COMPLETED: _OVER,
    Situation.DISCONTINUED: _OVER,
}


def situation(phases: Sequence[PhaseSpan], standing: Sequence[PlanDecision], on: date) -> Situation:
    """The row of the table for the plan on the date `on`. Raises as `progression.spans` does."""
    state = position(phases, standing, on).state
    if state is State.NOT_STARTED:
        ended = any(decision.kind in {Kind.COMPLETE, Kind.DISCONTINUE} for decision in standing)
        return Situation.ENDED_BEFORE_START if ended else Situation.NOT_STARTED
    if state is State.PAUSED:
        so_far = [decision for decision in standing if decision.on <= on]
        given_back = position(phases, [*so_far, PlanDecision(Kind.RESUME, on)], on).state
        return Situation(f"paused_{given_back}")
    return Situation(state)


def choices(phases: Sequence[PhaseSpan], standing: Sequence[PlanDecision], on: date) -> dict[Act, Answer]:
    """For each act the ledger entries that do it on the date `on`, in order, or why it cannot be done then.

    The table's row, less what this plan has none of: a later phase to move on to, an entry to take back. What
    is planned for later and would not fit any more is named by `decision_dates.in_the_way`.
    """
    found = dict(TABLE[situation(phases, standing, on)])
    if len(standing) == 1:
        found[Act.TAKE_BACK] = Refusal.NOTHING_TO_TAKE_BACK
    if position(phases, standing, on).phase == len(phases) and not isinstance(found[Act.MOVE_ON], Refusal):
        found[Act.MOVE_ON] = Refusal.NO_LATER_PHASE
    return found


def entries(
    act: Act,
    phases: Sequence[PhaseSpan],
    standing: Sequence[PlanDecision],
    on: date,
    *,
    to_phase: int | None = None,
    until: date | None = None,
) -> tuple[PlanDecision, ...]:
    """The decisions that do `act` on the date `on`; TAKE_BACK makes none: it withdraws.

    `to_phase` is the phase that GO_BACK goes to and that MOVE_ON expects. `until` makes of STOP an absence
    whose end is known: the exercises start again on that date. A plan that has not begun by `on` is ended on
    the date of its start. Raises `DecisionRefused` with the code why not.
    """
    if act is Act.TAKE_BACK or (until is not None and act is not Act.STOP):
        raise ValueError(f"no decisions for {act} until {until}")
    answer = choices(phases, standing, on)[act]
    if isinstance(answer, Refusal):
        raise DecisionRefused(answer)
    start_on = next(decision.on for decision in standing if decision.kind == Kind.START)
    made = [
        PlanDecision(kind, max(on, start_on), to_phase if kind in {Kind.ADVANCE, Kind.REGRESS} else None)
        for kind in answer
    ]
    if until is not None:
        made.append(PlanDecision(Kind.RESUME, until))
    return tuple(made)
