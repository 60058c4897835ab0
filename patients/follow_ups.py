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
    """The latest round of a follow-up as it stands: due (movable), off (see `Due`), booked, or closed."""

    key: int
    round: int
    state: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that is to be due on a date: a new round, or the standing one at another date.

    `due_on` None: the standing one is off, because the plan no longer leads to it unless a person decides so.
    """

    key: int
    round: int
    due_on: date | None
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

    A fixed day never moves. A phase's end is read from the spans; while the plan stays, is stopped or waits, what is
    due keeps its date. A phase that was left before its end pulls its visit to its last day. What lies behind a review
    is off until the plan has passed it, and so is the round of a time in a phase that was taken back. A booked visit is
    left alone. Coming to the same phase's end again opens a new round.
    """
    # A plan that starts later is read on its first day: what it will ask for is known already.
    on = max(on, start_on)
    now = span_on(spans, on)
    if now is None or now.state in ENDED:
        return ()
    latest = {row.key: row for row in standing}
    ends = {row.number: row.last_on for row in phase_dates(phases, spans, on)}
    changes: list[Due] = []
    for follow_up in asked:
        last = latest.get(follow_up.key)
        if follow_up.day is not None:
            if last is None:
                changes.append(Due(follow_up.key, 1, start_on + timedelta(days=follow_up.day), True))
        elif follow_up.phase is not None:
            change = None
            if last is not None and last.state == "due" and _is_off(follow_up.phase, last, phases, spans, now):
                change = Due(follow_up.key, last.round, None, False)
            elif now.state == State.RUNNING:
                change = _at_the_end(
                    follow_up.key, follow_up.phase, last, ends.get(follow_up.phase), phases, spans, now.phase
                )
            if change is not None:
                changes.append(change)
    return tuple(changes)


def _is_off(phase: int, last: Standing, phases: Sequence[PhaseSpan], spans: Sequence[SpanRow], now: SpanRow) -> bool:
    """Whether the plan no longer leads to this round: a review lies before it, or its time in the phase never was."""
    if phase > now.phase:
        return any(between.needs_review for between in phases[now.phase - 1 : phase - 1])
    return last.round > _times(phase, spans)


def _times(phase: int, spans: Sequence[SpanRow]) -> int:
    """How often the plan has come to a phase, or will by itself."""
    return len({span.phase_since for span in spans if span.phase == phase})


def _at_the_end(
    key: int,
    phase: int,
    last: Standing | None,
    ends_on: date | None,
    phases: Sequence[PhaseSpan],
    spans: Sequence[SpanRow],
    present: int,
) -> Due | None:
    """What changes for the visit at the end of `phase`, which is `ends_on` (None: nobody can tell).

    `present` is the phase that the plan stands in.
    """
    if ends_on is None:
        return None
    if phase < present:
        left_early = last is not None and last.state == "due" and ends_on < last.due_on
        return Due(key, last.round, ends_on, False) if last and left_early else None
    if last is None:
        return Due(key, 1, ends_on, True)
    if last.state == "off":
        return Due(key, last.round, ends_on, False)
    if last.state == "due":
        return Due(key, last.round, ends_on, False) if last.due_on != ends_on else None
    if last.state == "booked":
        return None
    comes_again = _times(phase, spans) > last.round
    is_new = comes_again and last.due_on < _earliest_end(phases[phase - 1], spans, ends_on)
    return Due(key, last.round + 1, ends_on, True) if is_new else None


def _earliest_end(phase: PhaseSpan, spans: Sequence[SpanRow], ends_on: date) -> date:
    """When the phase would end had nothing delayed it: what was due before that belongs to an earlier time in it."""
    at_the_end = span_on(spans, ends_on)
    since = at_the_end.phase_since if at_the_end else ends_on
    return since + timedelta(days=(phase.last_day or phase.first_day) - phase.first_day)
