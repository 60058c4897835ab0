"""The dates of a plan's phases, as a screen shows them: what was, what is, and what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from .progression import ENDED, LIVE, PhaseSpan, SpanRow, State, span_on


class When(StrEnum):
    PAST = "past"
    PRESENT = "present"
    AHEAD = "ahead"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """The dates of one phase as a screen shows them; see `phase_dates`."""

    number: int
    when: When
    first_on: date | None
    last_on: date | None


def phase_dates(phases: Sequence[PhaseSpan], spans: Sequence[SpanRow], on: date) -> tuple[PhaseDates, ...]:
    """The first and last date of each phase, in order, as they look on the date `on`.

    * past: when the plan was last in it.
    * present: since when; `last_on` is its last day if that lies ahead and follows from what is decided (a
      phase that needs review ends, for this, the day before the review). None where only a person can end it:
      staying, stopped without a date, awaiting review, an open phase.
    * ahead: the dates predicted if nothing else is decided; both None where a review, a stay or a pause is in
      the way, so that a screen shows weeks only. An open phase has no `last_on`.
    * never: passed over, or not reached before the plan ended.
    """
    now = span_on(spans, on)
    ended = any(span.state in ENDED for span in spans)
    return tuple(_dates_of(phase, _visits(spans, phase.number), now, ended, on) for phase in phases)


def _visits(spans: Sequence[SpanRow], number: int) -> list[list[SpanRow]]:
    """The plan's times in a phase, oldest first, each as its spans; a phase started again is a new visit."""
    live = [span for span in spans if span.phase == number and span.state in LIVE]
    return [list(visit) for _, visit in groupby(live, key=lambda span: span.phase_since)]


def _dates_of(
    phase: PhaseSpan, visits: Sequence[Sequence[SpanRow]], now: SpanRow | None, ended: bool, on: date
) -> PhaseDates:
    begun = [visit for visit in visits if visit[0].first_on <= on]
    ahead = [visit for visit in visits if visit[0].first_on > on]
    if now is not None and now.state in LIVE and now.phase == phase.number:
        return PhaseDates(phase.number, When.PRESENT, now.phase_since, _last_on(begun[-1], on))
    if now is None or now.phase < phase.number:
        if ahead:
            return PhaseDates(phase.number, When.AHEAD, ahead[0][0].first_on, _last_on(ahead[0], on))
        if not ended:
            return PhaseDates(phase.number, When.AHEAD, None, None)
    if begun:
        return PhaseDates(phase.number, When.PAST, begun[-1][0].phase_since, begun[-1][-1].last_on)
    return PhaseDates(phase.number, When.NEVER, None, None)


def _last_on(visit: Sequence[SpanRow], on: date) -> date | None:
    """The last date of a visit that has not ended by `on`, where it is known.

    That is the last date on which the clock runs: one that waits at a review and is stopped meanwhile comes back to
    the review on a date ahead, and no phase ends on that.
    """
    last = visit[-1]
    stands_ahead = not last.moves and last.first_on > on
    if stands_ahead and last.state in {State.RUNNING, State.AWAITING_REVIEW}:
        runs_until = max((span.last_on for span in visit if span.moves and span.last_on), default=None)
        return runs_until if runs_until and runs_until >= on else None
    return last.last_on
