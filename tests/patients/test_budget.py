"""How much of a day is asked: an estimate in minutes, and how many exercises."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from patients.budget import budget
from patients.models import Patient, Plan
from rehab.dosage import Dosage, minutes_a_day
from rehab.models import User


@pytest.mark.parametrize(
    ("dosage", "minutes"),
    [
        (Dosage(minutes=20), 20),
        (Dosage(minutes=20, times_per_day=2), 40),
        (Dosage(reps=15), 1),  # four seconds each
        (Dosage(reps=6, hold_seconds=10), 1),
        (Dosage(reps=10, hold_seconds=2), 40 / 60),  # a short hold takes no less than a repetition
        (Dosage(sets=2, reps=15), 2.5),  # a pause of half a minute between the two
        (Dosage(hold_seconds=30), 0.5),
        (Dosage(hold_seconds=30, per_side=True), 1),
        (Dosage(reps=15, per_side=True, times_per_day=3), 6),
    ],
)
def test_about_how_long_a_dose_takes(dosage: Dosage, minutes: float) -> None:
    assert minutes_a_day(dosage) == pytest.approx(minutes)


@given(st.lists(st.builds(Dosage, reps=st.integers(1, 200), sets=st.integers(1, 20)), max_size=8), st.integers(1, 240))
def test_more_is_never_less(asked: list[Dosage], limit: int) -> None:
    whole = budget(asked, limit)
    assert whole.exercises == len(asked) and whole.minutes >= 0
    for place in range(len(asked)):
        assert budget(asked[:place], limit).minutes <= whole.minutes


@pytest.mark.parametrize(("count", "too_many"), [(4, False), (5, True)])
def test_more_than_four_are_said(count: int, too_many: bool) -> None:
    assert budget([Dosage(minutes=1)] * count, 30).too_many is too_many


@pytest.mark.parametrize(("minutes", "too_long"), [(30, False), (31, True)])
def test_more_than_the_clinics_minutes_are_said(minutes: int, too_long: bool) -> None:
    assert budget([Dosage(minutes=minutes)], 30).too_long is too_long


@pytest.mark.django_db
def test_the_chart_and_the_forms_say_it_and_block_nothing(
    client_of: Callable[[User | Patient], Client], ana: User, maria: Patient, marias_plan: Plan
) -> None:
    client = client_of(ana)
    assert "exercises, about" in client.get(f"/patients/{maria.public_id}/").text
    ana.clinic.day_minutes_budget = 1
    ana.clinic.save(update_fields=["day_minutes_budget"])
    chart = client.get(f"/patients/{maria.public_id}/").text
    assert "more than 1 minutes" in chart
    form = client.get(f"/patients/{maria.public_id}/plan/{marias_plan.public_id}/exercises/own/").text
    assert "more than 1 minutes" in form and "Add to the plan" in form
