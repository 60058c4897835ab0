"""What an appointment meets that should make one think: another visit, a closed hour, somebody away. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rehab.hours import Closed, Opening, Stretch, closed_on, opening


class Meets(StrEnum):
    """Each is a sentence with "book anyway"; none forbids."""

    OVERLAP = "overlap"  # another visit of the physiotherapist
    PATIENT = "patient"  # another visit of the patient
    AWAY = "away"  # the physiotherapist
    CLOSED_DAY = "closed_day"
    OUTSIDE = "outside"  # of the clinic's hours, or in its break


@dataclass(frozen=True, slots=True)
class Slot:
    """A time from `starts` to `ends`."""

    starts: datetime
    ends: datetime

    def meets(self, other: Slot) -> bool:
        """Whether the two share a moment; one that begins as the other ends does not."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class Taken:
    """A slot that is booked: which visit it is, and whether of this patient or only of the same physiotherapist."""

    key: str
    slot: Slot
    of_patient: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which the physiotherapist is away, both included, and who covers."""

    first_on: date
    last_on: date
    covered_by: str


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that an appointment meets. `key` is what "anyway" names, so that a later clash is heard of."""

    meets: Meets
    key: str
    since: datetime | None = None  # of another visit: when it begins
    who: str = ""  # of an absence: who covers; of a closed day: its name


def slot(starts: datetime, minutes: int) -> Slot:
    """The slot of an appointment that begins then."""
    return Slot(starts, starts + timedelta(minutes=minutes))


def clashes(
    wanted: Slot,
    shown: Slot,
    *,
    hours: Iterable[Stretch],
    closed: Iterable[Closed],
    absences: Iterable[Absence],
    taken: Iterable[Taken],
) -> tuple[Clash, ...]:
    """Everything that a slot meets, other visits first. `wanted` are moments; `shown` is what the clinic's clock shows
    then."""
    on = shown.starts.date()
    closed = tuple(closed)
    found = [
        Clash(Meets.PATIENT if row.of_patient else Meets.OVERLAP, row.key, since=row.slot.starts)
        for row in taken
        if row.slot.meets(wanted)
    ]
    found += [
        Clash(Meets.AWAY, f"away-{row.first_on}", who=row.covered_by)
        for row in absences
        if row.first_on <= on <= row.last_on
    ]
    match opening(hours, closed, shown.starts, shown.ends):
        case Opening.CLOSED_DAY:
            day = closed_on(closed, on)
            found.append(Clash(Meets.CLOSED_DAY, f"closed-{on}", who=day.name if day else ""))
        case Opening.OUTSIDE:
            found.append(Clash(Meets.OUTSIDE, f"outside-{on}"))
        case _:
            pass
    return tuple(found)
