"""Which exercises of a phase start ticked. Pure; a person ticks and unticks before anything counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rehab.protocol import of_another_region


@dataclass(frozen=True, slots=True)
class Offered:
    """What the rule looks at: `region` is the exercise's, `ticked` what the template says."""

    region: str
    loaded: bool
    ballistic: bool
    ticked: bool


class Caution(StrEnum):
    """What keeps an exercise from opening unless a person ticks it."""

    BALLISTIC = "ballistic"
    LOADED = "loaded"
    OTHER_REGION = "other_region"


def cautions(offered: Offered, episode_region: str) -> tuple[Caution, ...]:
    """What to look at before this exercise is given for an episode of that region; empty for most."""
    found = []
    if offered.ballistic:
        found.append(Caution.BALLISTIC)
    elif offered.loaded:
        found.append(Caution.LOADED)
    if of_another_region(offered.region, episode_region):
        found.append(Caution.OTHER_REGION)
    return tuple(found)


def starts_ticked(offered: Offered, episode_region: str) -> bool:
    """Loaded, ballistic or of another region starts unticked, whatever the template says."""
    return offered.ticked and not cautions(offered, episode_region)
