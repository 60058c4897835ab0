"""Which exercises start ticked, and how well a template fits: for every exercise, region and code."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from patients.fit import Fit, fit, rank
from patients.opening import Caution, Offered, cautions, starts_ticked
from rehab.icd import Region
from rehab.protocol import BodyRegion

fast = settings(deadline=None, max_examples=100)
exercises = st.builds(
    Offered,
    region=st.sampled_from([*BodyRegion, *Region]).map(str) | st.text(max_size=20),
    loaded=st.booleans(),
    ballistic=st.booleans(),
    ticked=st.booleans(),
)
regions = st.sampled_from(Region).map(str) | st.text(max_size=20)
codes = st.sampled_from(["M53.3", "M53.87", "M54.50", "M47.816", "S39.012A", "M53"]) | st.text(max_size=12)


@fast
@given(exercises, regions)
def test_nothing_loaded_or_ballistic_ever_starts_ticked(exercise: Offered, region: str) -> None:
    """Promise 45."""
    found = cautions(exercise, region)
    ticked = starts_ticked(exercise, region)
    assert not (ticked and (exercise.loaded or exercise.ballistic))
    assert ticked == (exercise.ticked and not found)
    assert (Caution.BALLISTIC in found) == exercise.ballistic
    assert (Caution.LOADED in found) == (exercise.loaded and not exercise.ballistic)
    assert len(set(found)) == len(found)


@fast
@given(exercises, regions)
def test_what_the_template_leaves_unticked_nothing_ticks(exercise: Offered, region: str) -> None:
    if not exercise.ticked:
        assert not starts_ticked(exercise, region)


@fast
@given(st.none() | codes, st.lists(codes, max_size=4), st.lists(codes, max_size=4))
def test_every_template_has_its_place_whatever_the_code(
    code: str | None, made_for: list[str], also_for: list[str]
) -> None:
    found = fit(code, made_for, also_for)
    assert 0 <= rank(found) < len(Fit)
    assert (found is Fit.NOT_CODED) == (not code)
    if code in made_for and code:
        assert rank(found) == 0
    if code and code in also_for:
        assert rank(found) <= rank(Fit.ALSO_FOR)
