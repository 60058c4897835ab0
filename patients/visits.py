"""The steps of a visit as a table, and the moment that a clinic's calendar names. Pure: no database, no clock."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Step(StrEnum):
    BOOK = "book"
    MOVE = "move"
    ATTEND = "attend"
    NOTE = "note"  # a visit that was kept gets its session note afterwards
    MISS = "miss"
    CANCEL = "cancel"
    RENEW = "renew"  # the plan that had ended goes on, so its visit is due again
    TAKE_BACK = "take_back"  # it was marked as attended or missed by mistake
    ANSWER = "answer"  # what comes instead of it is said, or said anew


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
    (VisitState.ATTENDED, Step.NOTE): VisitState.ATTENDED,
    (VisitState.CANCELLED, Step.RENEW): VisitState.DUE,
    (VisitState.ATTENDED, Step.TAKE_BACK): VisitState.BOOKED,
    (VisitState.MISSED, Step.TAKE_BACK): VisitState.BOOKED,
    (VisitState.MISSED, Step.ANSWER): VisitState.MISSED,
    (VisitState.CANCELLED, Step.ANSWER): VisitState.CANCELLED,
}


class StepRefused(ValueError):
    """A visit in `state` cannot take `step`."""

    def __init__(self, state: VisitState, step: Step) -> None:
        super().__init__(f"{state} {step}")
        self.state = state
        self.step = step


class NoSuchHour(ValueError):
    """The clinic's clock skips that hour on that date."""


def after(state: str, step: str) -> VisitState:
    """The state that a step leads to. Raises StepRefused."""
    pair = (VisitState(state), Step(step))
    if pair not in TRANSITIONS:
        raise StepRefused(*pair)
    return TRANSITIONS[pair]


def may(state: str, step: str) -> bool:
    """Whether a visit in this state can take the step."""
    return (VisitState(state), Step(step)) in TRANSITIONS


def moment(on: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clinic's clock shows this date and time.

    Of an hour that comes twice, when clocks go back, the first is meant. Raises NoSuchHour for one that is skipped.
    """
    shown = datetime.combine(on, clock.replace(tzinfo=None), tzinfo=zone)
    found = shown.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != shown.replace(tzinfo=None):
        raise NoSuchHour
    return found
