"""Which dates a decision may have, what is planned ahead, and what of it is in the way of something new.

`standing` is always the ledger's decisions that have not been withdrawn, in the ledger's order; indexes in
results are places in it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from .progression import DecisionRefused, Kind, PhaseSpan, PlanDecision, Refusal, spans

DAYS_BACK = 7
DAYS_AHEAD = 90


def check_date(
    kind: str, on: date, today: date, standing: Sequence[PlanDecision], *, until: date | None = None
) -> None:
    """Whether a decision of this kind may be dated `on`, seen from `today`; raises `DecisionRefused` if not.

    Today, or up to seven days back but not before the last decision in force. Up to 90 days ahead only a
    start, a pause with its resume (`until`: a planned absence) and the resume of the pause in force. Before
    its start a plan can only be ended, on the date of its start, or be given a planned absence.
    """
    if until is not None and kind != Kind.PAUSE:
        raise ValueError(f"a {kind} has no end")
    refusal = _refusal(kind, on, today, standing, absence=until is not None)
    if refusal is None and until is not None:
        refusal = _refusal_of_the_end(on, until, today)
    if refusal is not None:
        raise DecisionRefused(refusal, PlanDecision(kind, on))


def planned(standing: Sequence[PlanDecision], today: date) -> tuple[tuple[int, ...], ...]:
    """What lies ahead of `today`, by date: a planned absence as (pause, resume), the planned end of a pause
    in force as (resume,). A start ahead, and the end of a plan on it, are no such plans."""
    in_order = sorted(range(len(standing)), key=lambda place: standing[place].on)
    ahead = [place for place in in_order if standing[place].on > today]
    groups: list[list[int]] = []
    for place in ahead:
        kind = standing[place].kind
        if kind == Kind.PAUSE or (kind == Kind.RESUME and not groups):
            groups.append([place])
        elif kind == Kind.RESUME:
            groups[-1].append(place)
    return tuple(tuple(group) for group in groups)


def in_the_way(
    phases: Sequence[PhaseSpan],
    standing: Sequence[PlanDecision],
    new: Sequence[PlanDecision],
    today: date,
) -> tuple[int, ...]:
    """The planned entries that must be withdrawn in the same act for the `new` decisions to stand, as few as
    can be; empty if all fit. Raises `DecisionRefused` if the new ones could not stand even without them."""
    groups = planned(standing, today)
    none_one_or_more = [(), *((group,) for group in groups), *(groups[:n] for n in range(2, len(groups) + 1))]
    *smaller, largest = none_one_or_more
    for away in smaller:
        try:
            return _taken_away(phases, standing, new, today, away)
        except DecisionRefused:
            continue
    return _taken_away(phases, standing, new, today, largest)


def _taken_away(
    phases: Sequence[PhaseSpan],
    standing: Sequence[PlanDecision],
    new: Sequence[PlanDecision],
    today: date,
    away: Iterable[tuple[int, ...]],
) -> tuple[int, ...]:
    """The places of the groups `away`, if the new decisions stand without them; else raises."""
    places = {place for group in away for place in group}
    kept = [decision for place, decision in enumerate(standing) if place not in places]
    _check_together(phases, [*kept, *new], today)
    return tuple(sorted(places))


def _check_together(phases: Sequence[PhaseSpan], decisions: Iterable[PlanDecision], today: date) -> None:
    in_order = sorted(decisions, key=lambda decision: decision.on)
    spans(phases, in_order)
    for before, planned_end in pairwise(in_order):
        # The clock would take it as the end of a stay, which is not what was planned.
        is_planned_end = planned_end.kind == Kind.RESUME and planned_end.on > today
        if is_planned_end and before.kind != Kind.PAUSE:
            raise DecisionRefused(Refusal.NOTHING_TO_RESUME, planned_end)


def _refusal(kind: str, on: date, today: date, standing: Sequence[PlanDecision], *, absence: bool) -> Refusal | None:
    if kind not in set(Kind):
        return Refusal.UNKNOWN_KIND
    if kind != Kind.START:
        start_on = next((decision.on for decision in standing if decision.kind == Kind.START), None)
        if start_on is None:
            return Refusal.NO_START
        if start_on > today and kind == Kind.DISCONTINUE:
            return None if on == start_on else Refusal.NOT_ON_THE_START
        if start_on > today and not absence:
            return Refusal.NOT_STARTED
    in_force = [decision for decision in standing if decision.on <= today]
    if on > today:
        return _refusal_ahead(kind, on, today, in_force, absence=absence)
    if on < today - timedelta(days=DAYS_BACK):
        return Refusal.TOO_FAR_BACK
    if any(decision.on > on for decision in in_force):
        return Refusal.BEFORE_THE_LAST_DECISION
    return None


def _refusal_ahead(
    kind: str, on: date, today: date, in_force: Sequence[PlanDecision], *, absence: bool
) -> Refusal | None:
    by_date = sorted(in_force, key=lambda decision: decision.on)
    paused = bool(by_date) and by_date[-1].kind == Kind.PAUSE
    if kind == Kind.PAUSE and not absence:
        return Refusal.ABSENCE_WITHOUT_END
    if not (kind == Kind.START or absence or (kind == Kind.RESUME and paused)):
        return Refusal.IN_THE_FUTURE
    return Refusal.TOO_FAR_AHEAD if on > today + timedelta(days=DAYS_AHEAD) else None


def _refusal_of_the_end(on: date, until: date, today: date) -> Refusal | None:
    if until <= on:
        return Refusal.ABSENCE_ENDS_TOO_SOON
    return Refusal.TOO_FAR_AHEAD if until > today + timedelta(days=DAYS_AHEAD) else None
