"""The steps of a visit as a table. Pure: no database, no clock, no language."""

from enum import StrEnum


class Step(StrEnum):
    BOOK = "book"
    MOVE = "move"
    ATTEND = "attend"
    MISS = "miss"
    CANCEL = "cancel"
    RENEW = "renew"  # the plan that had ended goes on, so its visit is due again


class VisitState(StrEnum):
    DUE = "due"
    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


# Every pair of state and step that is not here is refused.
TRANSITIONS: dict[tuple[VisitState, Step], VisitState] = {
    (VisitState.DUE, Step.BOOK): VisitState.BOOKED,
    (VisitState.DUE, Step.CANCEL): VisitState.CANCELLED,
    (VisitState.BOOKED, Step.MOVE): VisitState.BOOKED,
    (VisitState.BOOKED, Step.ATTEND): VisitState.ATTENDED,
    (VisitState.BOOKED, Step.MISS): VisitState.MISSED,
    (VisitState.BOOKED, Step.CANCEL): VisitState.CANCELLED,
    (VisitState.CANCELLED, Step.RENEW): VisitState.DUE,
}


class StepRefused(ValueError):
    """A visit in `state` cannot take `step`."""

    def __init__(self, state: VisitState, step: Step) -> None:
        super().__init__(f"{state} {step}")
        self.state = state
        self.step = step


def after(state: str, step: str) -> VisitState:
    """The state that a step leads to. Raises StepRefused."""
    pair = (VisitState(state), Step(step))
    if pair not in TRANSITIONS:
        raise StepRefused(*pair)
    return TRANSITIONS[pair]
