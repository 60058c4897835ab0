"""Which exercises of a phase start ticked. Pure; a person ticks and unticks before anything counts."""

from __future__ import annotations

from dataclasses import dataclass

from rehab.protocol import of_another_region


@dataclass(frozen=True, slots=True)
class Offered:
    """What the rule looks at: `region` is the exercise's, `ticked` what the template says."""

    region: str
    loaded: bool
    ballistic: bool
    ticked: bool


def starts_ticked(offered: Offered, episode_region: str) -> bool:
    """Loaded, ballistic or of another region starts unticked, whatever the template says."""
    return (
        offered.ticked
        and not offered.loaded
        and not offered.ballistic
        and not of_another_region(offered.region, episode_region)
    )
