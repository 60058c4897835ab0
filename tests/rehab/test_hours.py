"""When a clinic is open: boundaries, breaks at noon, closed days, no hours named."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from rehab.hours import Closed, Opening, Stretch, closed_on, opening, stretches_on

MONDAY = date(2026, 3, 2)
HOURS = (
    Stretch(0, time(13), time(18)),
    Stretch(0, time(8), time(12)),
    Stretch(1, time(8), time(12)),
    Stretch(1, time(12), time(18)),
)
HOLIDAY = Closed(date(2026, 4, 3), date(2026, 4, 6), "Easter")


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("starts", "ends", "says"),
    [
        ("08:00", "12:00", Opening.OPEN),
        ("07:59", "08:30", Opening.OUTSIDE),
        ("11:45", "12:15", Opening.OUTSIDE),
        ("12:00", "12:30", Opening.OUTSIDE),
        ("13:00", "13:30", Opening.OPEN),
        ("17:30", "18:00", Opening.OPEN),
        ("17:31", "18:01", Opening.OUTSIDE),
        ("18:00", "18:30", Opening.OUTSIDE),
    ],
)
def test_an_appointment_lies_within_one_stretch(starts: str, ends: str, says: Opening) -> None:
    assert opening(HOURS, [], at(starts), at(ends)) is says


def test_stretches_that_touch_are_one() -> None:
    tuesday = date(2026, 3, 3)
    assert opening(HOURS, [], at("11:45", tuesday), at("12:15", tuesday)) is Opening.OPEN


def test_a_weekday_without_hours_is_outside_and_a_clinic_without_any_says_nothing() -> None:
    sunday = date(2026, 3, 1)
    assert opening(HOURS, [], at("10:00", sunday), at("10:30", sunday)) is Opening.OUTSIDE
    assert opening([], [], at("10:00", sunday), at("10:30", sunday)) is Opening.UNKNOWN
    assert opening(HOURS, [], at("17:30"), at("00:30", date(2026, 3, 3))) is Opening.OUTSIDE


@pytest.mark.parametrize(("day", "closed"), [(2, False), (3, True), (6, True), (7, False)])
def test_a_closed_day_comes_before_the_hours(day: int, closed: bool) -> None:
    on = date(2026, 4, day)
    assert (closed_on([HOLIDAY], on) is HOLIDAY) is closed
    says = opening([], [HOLIDAY], at("10:00", on), at("10:30", on))
    assert says is (Opening.CLOSED_DAY if closed else Opening.UNKNOWN)


def test_the_stretches_of_a_date_are_in_order() -> None:
    assert [row.opens.hour for row in stretches_on(HOURS, MONDAY)] == [8, 13]
