"""When a clinic is open. Pure: told its hours, its closed days and a time of its own clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class Opening(StrEnum):
    """What an appointment meets."""

    OPEN = "open"
    CLOSED_DAY = "closed_day"
    OUTSIDE = "outside"  # of that weekday's hours, or a weekday without any
    UNKNOWN = "unknown"  # the clinic has named no hours


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a weekday (0 is Monday) in which the clinic is open."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Closed:
    """Dates on which the clinic is closed, both included."""

    first_on: date
    last_on: date
    name: str = ""


def closed_on(closed: Iterable[Closed], on: date) -> Closed | None:
    """What closes the clinic on a date, if anything does."""
    return next((row for row in closed if row.first_on <= on <= row.last_on), None)


def stretches_on(hours: Iterable[Stretch], on: date) -> tuple[Stretch, ...]:
    """The stretches of a date's weekday, in order; closed days are not looked at."""
    return tuple(sorted((row for row in hours if row.weekday == on.weekday()), key=lambda row: row.opens))


def opening(hours: Iterable[Stretch], closed: Iterable[Closed], starts: datetime, ends: datetime) -> Opening:
    """What an appointment from `starts` to `ends`, of the clinic's clock, meets. Stretches that touch are one."""
    if closed_on(closed, starts.date()) is not None:
        return Opening.CLOSED_DAY
    hours = tuple(hours)
    if not hours:
        return Opening.UNKNOWN
    if ends.date() != starts.date():
        return Opening.OUTSIDE
    open_until: time | None = None
    for row in stretches_on(hours, starts.date()):
        if open_until is None and row.opens <= starts.time() < row.closes:
            open_until = row.closes
        elif open_until is not None and row.opens <= open_until:
            open_until = max(open_until, row.closes)
    return Opening.OPEN if open_until is not None and ends.time() <= open_until else Opening.OUTSIDE
