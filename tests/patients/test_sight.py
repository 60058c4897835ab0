"""Nobody out of sight: the date on which somebody looks again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from patients.actions.sight import clear_look_again, keep_in_sight, look_again
from patients.models import Patient
from rehab.errors import Refused
from rehab.models import User
from tests import cast
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", [0, 1, 28])
def test_a_date_from_today_to_the_clinics_longest_is_taken(days: int, nils: Patient, ana: User) -> None:
    episode = cast.episode(nils, lead=ana)
    on = TODAY + timedelta(days=days)
    assert look_again(episode=episode, on=on, by=ana, at=NOW).look_again_on == on


@pytest.mark.parametrize(("days", "code"), [(-1, "in_the_past"), (29, "too_far_ahead")])
def test_another_date_is_refused_beside_its_field(days: int, code: str, nils: Patient, ana: User) -> None:
    episode = cast.episode(nils, lead=ana)
    with pytest.raises(Refused) as refused:
        look_again(episode=episode, on=TODAY + timedelta(days=days), by=ana, at=NOW)
    assert (refused.value.code, refused.value.field) == (code, "look_again_on")


def test_where_nothing_else_is_ahead_somebody_looks_again_in_a_week(nils: Patient, maria: Patient, ana: User) -> None:
    alone, planned = cast.episode(nils, lead=ana), maria.episodes.get()
    with transaction.atomic():
        for episode in (alone, planned):
            clear_look_again(episode, by=ana, at=NOW)
            keep_in_sight(episode, by=ana, at=NOW)
    alone.refresh_from_db()
    planned.refresh_from_db()
    assert alone.look_again_on == TODAY + timedelta(days=7)
    assert planned.look_again_on is None  # its due visits keep it in sight
