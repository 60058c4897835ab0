"""How much of an exercise, and how often: one value everywhere.

Pure: it knows no database, no clock and no language. `sentences` has the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Dosage:
    """What is asked of a person on one occasion, and on how many occasions a week.

    `reps` are the times in a set; `hold_seconds` is how long each of them is held or, without `reps`, how
    long a set lasts. `minutes` is for what goes on without counting. With `per_side` the amount is done on
    each side. `load` is free text, such as "4 kg". With `rest_between` it is never done two days running.
    """

    sets: int | None = None
    reps: int | None = None
    hold_seconds: int | None = None
    minutes: int | None = None
    per_side: bool = False
    load: str = ""
    times_per_day: int = 1
    days_per_week: int = 7
    rest_between: bool = False


# The smallest and the largest amount that is taken: wide enough for any real prescription, narrow enough to
# catch a slip of the finger.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "sets": (1, 20),
    "reps": (1, 200),
    "hold_seconds": (1, 600),
    "minutes": (1, 240),
    "times_per_day": (1, 10),
    "days_per_week": (1, 7),
}
AMOUNTS = ("sets", "reps", "hold_seconds", "minutes")
LONGEST_LOAD = 40
# Every other day gives three days in one week and four in the next, so four cannot be kept week after week.
MOST_DAYS_WITH_REST = 3


class ProblemCode(StrEnum):
    """Every reason for which a dosage is refused: a closed list."""

    SETS = "sets"
    REPS = "reps"
    HOLD_SECONDS = "hold_seconds"
    MINUTES = "minutes"
    TIMES_PER_DAY = "times_per_day"
    DAYS_PER_WEEK = "days_per_week"
    LOAD_TOO_LONG = "load_too_long"
    NOTHING_TO_DO = "nothing_to_do"
    NO_ROOM_FOR_REST = "no_room_for_rest"


@dataclass(frozen=True, slots=True)
class DosageProblem:
    """One thing that is wrong, and the field that it is shown beside."""

    code: ProblemCode
    field: str


def problems(dosage: Dosage) -> tuple[DosageProblem, ...]:
    """All that is wrong with the dosage, in the order of its fields; empty if it can be prescribed."""
    found = [
        DosageProblem(ProblemCode(name), name)
        for name, (lowest, highest) in BOUNDS.items()
        if (amount := getattr(dosage, name)) is not None and not lowest <= amount <= highest
    ]
    if len(dosage.load) > LONGEST_LOAD:
        found.append(DosageProblem(ProblemCode.LOAD_TOO_LONG, "load"))
    if dosage.reps is None and dosage.hold_seconds is None and dosage.minutes is None:
        found.append(DosageProblem(ProblemCode.NOTHING_TO_DO, "reps"))
    if dosage.rest_between and dosage.days_per_week > MOST_DAYS_WITH_REST:
        found.append(DosageProblem(ProblemCode.NO_ROOM_FOR_REST, "rest_between"))
    return tuple(found)


def changes(old: Dosage, new: Dosage) -> tuple[str, ...]:
    """The names of the fields that differ, in their order."""
    return tuple(field.name for field in fields(Dosage) if getattr(old, field.name) != getattr(new, field.name))


# A repetition without a hold, and the pause between two sets: the product's assumptions, as no source says.
SECONDS_A_REP = 4
SECONDS_BETWEEN_SETS = 30


def minutes_a_day(dosage: Dosage) -> float:
    """About how long a dosage takes on a day on which it is done, in minutes: an estimate.

    `minutes` count as they are. Else each repetition takes its hold, or SECONDS_A_REP, each set but the last a pause.
    """
    if dosage.minutes is not None:
        once = dosage.minutes * 60.0
    else:
        a_rep = max(dosage.hold_seconds or 0, SECONDS_A_REP if dosage.reps else 0)
        sets = dosage.sets or 1
        once = sets * (dosage.reps or 1) * a_rep * 1.0 + (sets - 1) * SECONDS_BETWEEN_SETS
    return once * (2 if dosage.per_side else 1) * dosage.times_per_day / 60
