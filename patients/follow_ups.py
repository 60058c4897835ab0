"""When the visits that a protocol asks for fall due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .phase_dates import phase_dates
from .progression import ENDED, PhaseSpan, SpanRow, State, span_on


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up of the template: on a calendar `day` after the start, or at the end of `phase` (a number)."""

    key: int
    day: int | None
    phase: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest round of a follow-up as it stands: due (movable), booked, or closed."""

    key: int
    round: int
    state: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that is to be due on a date: a new round, or the standing one at another date."""

    key: int
    round: int
    due_on: date
    is_new: bool


def renewed(
    asked: Sequence[Asked],
    standing: Sequence[Standing],
    phases: Sequence[PhaseSpan],
    spans: Sequence[SpanRow],
    start_on: date,
    on: date,
) -> tuple[Due, ...]:
    """What changes among a plan's due visits after a decision, as of the date `on`.

    A fixed day never moves. A phase's end is read from the spans; while the plan stays, is stopped or waits, what is due
    keeps its date. A booked visit is left alone. Coming to the same phase's end again opens a new round.
    """
    latest = {row.key: row for row in standing}
    # A plan that starts later is read on its first day: what it will ask for is known already.
    now = span_on(spans, max(on, start_on))
    if now is None or now.state in ENDED:
        return ()
    ends = {row.number: row.last_on for row in phase_dates(phases, spans, max(on, start_on))}
    changes: list[Due] = []
    for follow_up in asked:
        last = latest.get(follow_up.key)
        if follow_up.day is not None:
            if last is None:
                changes.append(Due(follow_up.key, 1, start_on + timedelta(days=follow_up.day), True))
            continue
        if follow_up.phase is None or follow_up.phase < now.phase or now.state != State.RUNNING:
            continue
        due_on = ends.get(follow_up.phase)
        if due_on is None:
            continue
        if last is None:
            changes.append(Due(follow_up.key, 1, due_on, True))
        elif last.state == "due":
            if last.due_on != due_on:
                changes.append(Due(follow_up.key, last.round, due_on, False))
        elif last.state != "booked" and last.due_on < _passage_since(follow_up.phase, spans, now, due_on):
            changes.append(Due(follow_up.key, last.round + 1, due_on, True))
    return tuple(changes)


def _passage_since(phase: int, spans: Sequence[SpanRow], now: SpanRow, due_on: date) -> date:
    """Since when the plan is, or will be, in the phase whose end falls on `due_on`."""
    if phase == now.phase:
        return now.phase_since
    at_the_end = span_on(spans, due_on)
    return at_the_end.phase_since if at_the_end else due_on
