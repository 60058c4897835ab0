"""The geometry of the drawings: pure numbers."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab import charts
from rehab.charts import BIG, MIDDLE, MINI, ChartDay, Stretch

FOUR = [Stretch(1, 1, 2), Stretch(2, 3, 6, True), Stretch(3, 7, 12, True), Stretch(4, 13, None)]
FIRST = date(2026, 2, 3)


def chart_days(mornings: list[int | None], **given_: object) -> list[ChartDay]:
    return [
        ChartDay(on=FIRST + timedelta(days=i), kind="done", pain_morning=pain, **given_)  # type: ignore[arg-type]
        for i, pain in enumerate(mornings)
    ]


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]


@pytest.mark.parametrize("size", [BIG, MIDDLE, MINI])
def test_a_phase_is_as_wide_as_it_is_long(size: charts.TrackSize) -> None:
    one, two, three, _ = charts.track(FOUR, size=size).roads
    assert two.width == pytest.approx(one.width * 2, abs=0.2)
    assert three.width == pytest.approx(one.width * 3, abs=0.2)


def test_the_roads_fill_the_track_and_do_not_touch() -> None:
    roads = charts.track(FOUR, size=BIG).roads
    assert roads[0].x == 0
    assert roads[-1].x + roads[-1].width == pytest.approx(BIG.width, abs=0.2)
    for before, after in pairwise(roads):
        assert after.x - before.x - before.width == pytest.approx(BIG.gap, abs=0.2)


def test_a_template_has_no_ring_and_nothing_filled() -> None:
    track = charts.track(FOUR)
    assert track.ring is None
    assert [road.filled for road in track.roads] == [0, 0, 0, 0]
    assert all(road.done == "" for road in track.roads)


def test_past_phases_are_filled_and_coming_ones_are_not() -> None:
    track = charts.track(FOUR, phase=3, day=50)
    assert [road.filled == road.width for road in track.roads] == [True, True, False, False]
    assert track.roads[3].filled == 0
    assert [road.is_now for road in track.roads] == [False, False, True, False]


def test_the_ring_stands_where_the_day_is() -> None:
    track = charts.track(FOUR, phase=2, day=28, size=BIG)
    road = track.roads[1]
    assert track.ring == pytest.approx(road.x + road.width / 2, abs=0.2)


def test_a_clock_that_stands_at_the_end_keeps_the_ring_in_its_phase() -> None:
    track = charts.track(FOUR, phase=2, day=42, size=BIG)
    assert track.ring is not None
    assert track.roads[1].x < track.ring < track.roads[1].x + track.roads[1].width


def test_in_an_open_phase_the_ring_goes_on_and_never_arrives() -> None:
    places = [charts.track(FOUR, phase=4, day=day, size=BIG).ring or 0 for day in (85, 120, 400, 4000)]
    assert places == sorted(places)
    assert places[-1] < BIG.width


def test_a_gate_stands_behind_each_phase_that_needs_review() -> None:
    roads = charts.track(FOUR, size=BIG).roads
    assert [road.gate is not None for road in roads] == [False, True, True, False]
    assert roads[1].x + roads[1].width < (roads[1].gate or 0) < roads[2].x


def test_weeks_are_marked_between_the_ends_of_a_bounded_phase() -> None:
    roads = charts.track(FOUR, size=BIG).roads
    assert [len(road.weeks) for road in roads] == [1, 3, 5, 0]


def test_a_phase_of_one_week_beside_a_year_can_still_be_seen() -> None:
    roads = charts.track([Stretch(1, 1, 1), Stretch(2, 2, 53)], size=MIDDLE).roads
    assert roads[0].width == MIDDLE.least


def test_no_phases_make_an_empty_track() -> None:
    assert charts.track([]) == charts.Track((), None)


@settings(deadline=None, max_examples=200)
@given(
    weeks=st.lists(st.integers(1, 60), min_size=1, max_size=9),
    is_open=st.booleans(),
    phase=st.integers(1, 9),
    day=st.none() | st.integers(1, 3000),
    size=st.sampled_from([BIG, MIDDLE, MINI]),
)
def test_whatever_the_plan_the_ring_is_on_the_track(
    weeks: list[int], is_open: bool, phase: int, day: int | None, size: charts.TrackSize
) -> None:
    stretches, first = [], 1
    for number, length in enumerate(weeks, 1):
        stretches.append(Stretch(number, first, first + length - 1))
        first += length
    if is_open:
        stretches.append(Stretch(len(weeks) + 1, first, None))
    phase = min(phase, len(stretches))
    track = charts.track(stretches, phase=phase, day=day, size=size)
    assert track.ring is not None
    assert track.ring - size.ring >= 0
    assert track.ring + size.ring <= size.width
    for road in track.roads:
        assert road.width > 0
        assert 0 <= road.filled <= road.width
        assert numbers(road.outline)


def test_the_morning_line_breaks_where_nobody_answered() -> None:
    line = charts.days_chart(chart_days([5, 4, None, None, 3, None, 2])).line
    assert [len(piece) for piece in line] == [2, 1, 1]


def test_pain_of_zero_is_an_answer() -> None:
    (piece,) = charts.days_chart(chart_days([0, 0, 0])).line
    assert [point.y for point in piece] == [charts.BOTTOM] * 3


@pytest.mark.parametrize("mornings", [[], [None], [None] * 28, [7]])
def test_few_or_no_answers_still_make_a_chart(mornings: list[int | None]) -> None:
    chart = charts.days_chart(chart_days(mornings))
    assert len(chart.columns) == len(mornings)
    assert len(chart.line) == (1 if mornings == [7] else 0)
    assert chart.width > 0


def test_stopped_days_are_one_band_each_time() -> None:
    days = [
        ChartDay(on=FIRST + timedelta(days=i), kind="not_asked", state="paused" if i in (2, 3, 4, 9) else "running")
        for i in range(12)
    ]
    long, short = charts.days_chart(days).bands
    assert (long.width, short.width) == (3 * charts.COLUMN, charts.COLUMN)
    assert long.has_room
    assert not short.has_room


def test_a_phase_begins_at_its_first_day() -> None:
    days = [ChartDay(on=FIRST + timedelta(days=i), kind="done", phase=1 if i < 5 else 2) for i in range(28)]
    chart = charts.days_chart(days)
    (boundary,) = chart.boundaries
    assert boundary.phase == 2
    assert chart.columns[4].x < boundary.x < chart.columns[5].x


def test_a_label_at_the_right_edge_stands_before_its_line() -> None:
    days = [ChartDay(on=FIRST + timedelta(days=i), kind="done", phase=1 if i < 27 else 2) for i in range(28)]
    (boundary,) = charts.days_chart(days).boundaries
    assert boundary.label_before


@settings(deadline=None, max_examples=200)
@given(st.lists(st.none() | st.integers(-3, 14), max_size=40))
def test_every_point_is_inside_the_chart(mornings: list[int | None]) -> None:
    chart = charts.days_chart(chart_days(mornings))
    points = [point for piece in chart.line for point in piece]
    assert len(points) == len([pain for pain in mornings if pain is not None])
    for point in points:
        assert charts.LEFT <= point.x <= chart.right
        assert charts.TOP <= point.y <= charts.BOTTOM


def test_a_short_plan_is_drawn_as_wide_as_four_weeks_and_no_date_is_cut_off() -> None:
    def of(number: int) -> charts.DaysChart:
        return charts.days_chart([ChartDay(date(2026, 3, 2) + timedelta(days=n), "done") for n in range(number)])

    assert of(1).width == of(28).width < of(29).width
    assert [len(of(number).labels) for number in (1, 8, 15, 28, 29, 30, 31)] == [1, 2, 3, 4, 4, 4, 5]
