"""How much of a day a plan asks for: minutes, and how many exercises. It informs and blocks nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rehab.dosage import Dosage, minutes_a_day

# Most people keep up four exercises or fewer (facts 3.4).
MOST_EXERCISES = 4


@dataclass(frozen=True, slots=True)
class Budget:
    """What is asked of one day, beside the clinic's `limit` in minutes."""

    minutes: int
    exercises: int
    limit: int

    @property
    def too_long(self) -> bool:
        return self.minutes > self.limit

    @property
    def too_many(self) -> bool:
        return self.exercises > MOST_EXERCISES


def budget(asked: Iterable[Dosage], limit: int) -> Budget:
    """The budget of a day on which all of `asked` is done; optional exercises left out, a choice as one."""
    dosages = list(asked)
    return Budget(round(sum(minutes_a_day(dosage) for dosage in dosages)), len(dosages), limit)
