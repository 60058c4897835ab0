"""Which exercises of a phase start ticked. Pure; a person ticks and unticks before anything counts."""

from __future__ import annotations

from dataclasses import dataclass

from rehab.icd import Region

# Exercises of these regions are no surprise in a plan for any part of the spine, hip or leg.
_OF_THE_BACK = frozenset(
    {Region.UPPER_BACK, Region.LOWER_BACK, Region.LUMBOSACRAL, Region.SACRUM_COCCYX, Region.HIP, Region.KNEE}
)
_OF_THE_ARM = frozenset({"neck", "shoulder"})


@dataclass(frozen=True, slots=True)
class Offered:
    """What the rule looks at: `region` is the exercise's, `ticked` what the template says."""

    region: str
    loaded: bool
    ballistic: bool
    ticked: bool


def of_another_region(exercise_region: str, episode_region: str) -> bool:
    """Whether an exercise of one part of the body stands in a plan for quite another (facts 1.3, no. 33)."""
    if exercise_region in _OF_THE_ARM:
        return episode_region in _OF_THE_BACK
    return False


def starts_ticked(offered: Offered, episode_region: str) -> bool:
    """Loaded, ballistic or of another region starts unticked, whatever the template says."""
    return (
        offered.ticked
        and not offered.loaded
        and not offered.ballistic
        and not of_another_region(offered.region, episode_region)
    )
