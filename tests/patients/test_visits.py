"""The table of a visit's steps, and the moment that a clinic's calendar names."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients import sentences
from patients.visits import TRANSITIONS, NoSuchHour, Step, StepRefused, VisitState, after, may, moment

BERLIN = ZoneInfo("Europe/Berlin")
LEADS_TO = {
    ("due", "book"): "booked",
    ("due", "cancel"): "cancelled",
    ("booked", "move"): "booked",
    ("booked", "attend"): "attended",
    ("booked", "miss"): "missed",
    ("booked", "cancel"): "cancelled",
    ("attended", "note"): "attended",
    ("cancelled", "renew"): "due",
    ("attended", "take_back"): "booked",
    ("missed", "take_back"): "booked",
    ("missed", "answer"): "missed",
    ("cancelled", "answer"): "cancelled",
}


@pytest.mark.parametrize(("state", "step"), list(product(VisitState, Step)))
def test_every_state_answers_every_step(state: VisitState, step: Step) -> None:
    expected = LEADS_TO.get((state.value, step.value))
    assert may(state, step) == (expected is not None)
    if expected is None:
        with pytest.raises(StepRefused):
            after(state, step)
        words = sentences.visit_step_refused(state, step)
        assert str(sentences.VISIT_STATES[state]) in words and str(sentences.STEPS[step]) in words
    else:
        assert after(state, step) == expected


def test_the_table_names_every_state_and_step() -> None:
    assert {step for _, step in TRANSITIONS} == set(Step)
    assert {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) == set(VisitState)


@pytest.mark.parametrize(
    ("on", "clock", "found"),
    [
        (date(2026, 3, 28), time(9, 30), datetime(2026, 3, 28, 8, 30, tzinfo=UTC)),
        (date(2026, 3, 30), time(9, 30), datetime(2026, 3, 30, 7, 30, tzinfo=UTC)),
        (date(2026, 3, 29), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # Comes twice: the first is meant.
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2028, 2, 29), time(12), datetime(2028, 2, 29, 11, tzinfo=UTC)),
        (date(2027, 1, 1), time(0, 0), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_the_clinics_clock_names_a_moment(on: date, clock: time, found: datetime) -> None:
    assert moment(on, clock, BERLIN) == found


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_an_hour_that_the_clock_skips_is_no_moment(minute: int) -> None:
    with pytest.raises(NoSuchHour):
        moment(date(2026, 3, 29), time(2, minute), BERLIN)


@given(
    st.dates(date(2000, 1, 2), date(2100, 12, 30)),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_a_moment_shows_on_the_clinics_clock_what_was_meant(on: date, clock: time, name: str) -> None:
    zone = ZoneInfo(name)
    try:
        found = moment(on, clock, zone)
    except NoSuchHour:
        return
    shown = found.astimezone(zone)
    assert (shown.date(), shown.time()) == (on, clock)
    assert shown.fold == 0
