"""Who leads is changed by whom the record is open to, and nobody is left without cover (promises 8 and 46)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.actions.handover import hand_over
from patients.actions.leaving import begin_leaving
from patients.actions.session import start_session
from patients.actions.visit import add_visit
from patients.models import Episode, Patient, Visit
from rehab.actions.away import plan_away
from rehab.actions.user import add_staff, deactivate
from rehab.errors import Conflict, Refused
from rehab.models import Clinic, User
from tests import cast
from tests.at_once import at_once
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]


@pytest.fixture
def closed_clinic(clinic: Clinic) -> Clinic:
    """Each physiotherapist opens the records of their own caseload only."""
    Clinic.objects.filter(pk=clinic.pk).update(own_caseload_only=True)
    return clinic


@pytest.fixture
def bruno_there(bruno: User, closed_clinic: Clinic) -> User:
    return cast.person("Bruno")


def visit_of(maria: Patient, ana: User) -> Visit:
    when = NOW + timedelta(days=2)
    return add_visit(episode=maria.episodes.get(), physiotherapist=ana, starts_at=when, minutes=30, by=ana, at=NOW)


def everyone_of_ana_to(bruno: User, ana: User) -> None:
    ids = [row.public_id for row in Episode.objects.filter(lead=ana, closed_on=None)]
    hand_over(episodes=ids, from_user=ana, to_user=bruno, by=ana, at=NOW)


def test_nobody_takes_over_whose_record_is_closed_to_them(
    client_of: ClientOf, bruno_there: User, ana: User, maria: Patient
) -> None:
    client, episode = client_of(bruno_there), maria.episodes.get()
    assert client.get(f"/patients/{maria.public_id}/").status_code == 404
    assert "María Soto" not in client.get(f"/team/handover/?from={ana.public_id}").text
    sent = {"from": ana.public_id, "episodes": [episode.public_id], "to_user": bruno_there.public_id}
    assert client.post("/team/handover/", sent).status_code == 422
    with pytest.raises(Conflict) as stale:
        hand_over(episodes=[episode.public_id], from_user=ana, to_user=bruno_there, by=bruno_there, at=NOW)
    assert stale.value.now == {"names": []}
    assert maria.episodes.get().lead == ana


def test_who_leaves_is_relieved_by_anyone(
    client_of: ClientOf, bruno_there: User, ana: User, admin: User, maria: Patient
) -> None:
    assert not begin_leaving(user=ana, by=admin, at=NOW)
    assert "María Soto" in client_of(bruno_there).get(f"/team/handover/?from={ana.public_id}").text


def test_visits_of_the_absent_are_named_to_whom_the_record_is_open(
    client_of: ClientOf, bruno_there: User, ana: User, maria: Patient
) -> None:
    carla = add_staff(
        clinic=ana.clinic, name="Carla Vance", email="carla@harbour.example", password=cast.PASSWORD,
        roles=["is_physiotherapist"], by=ana, at=NOW,
    )  # fmt: skip
    visit_of(maria, ana)
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=5)
    plan_away(user=ana, first_on=first, last_on=last, covered_by=bruno_there, by=ana, at=NOW)
    assert "María Soto" not in client_of(carla).get("/team/").text
    assert "María Soto" in client_of(bruno_there).get("/team/").text


def test_a_patients_sign_in_is_not_taken_away_here(client_of: ClientOf, admin: User, maria: Patient) -> None:
    user, client = maria.user, client_of(admin)
    assert user is not None
    assert client.get(f"/manage/staff/{user.public_id}/leave/").status_code == 404
    assert client.post(f"/manage/staff/{user.public_id}/leave/", {"act": "leave"}).status_code == 404
    with pytest.raises(Refused):
        begin_leaving(user=user, by=admin, at=NOW)
    user.refresh_from_db()
    assert user.is_active


def test_who_covers_somebody_goes_when_another_covers(admin: User, ana: User, bruno: User) -> None:
    plan_away(user=ana, first_on=TODAY, last_on=TODAY + timedelta(days=5), covered_by=bruno, by=ana, at=NOW)
    for episode in Episode.objects.filter(lead=bruno, closed_on=None):
        hand_over(episodes=[episode.public_id], from_user=bruno, to_user=ana, by=ana, at=NOW)
    assert not begin_leaving(user=bruno, by=admin, at=NOW)
    bruno.refresh_from_db()
    assert bruno.is_active


@pytest.mark.parametrize("left", ["draft", "visit"])
def test_what_somebody_left_behind_is_named(
    client_of: ClientOf, ana: User, bruno: User, maria: Patient, left: str
) -> None:
    if left == "visit":
        visit_of(maria, ana)
    else:
        start_session(
            patient=maria, episode=maria.episodes.get(), plan=maria.plans.get(), on=TODAY, kind="clinic", by=ana, at=NOW
        )
    everyone_of_ana_to(bruno, ana)
    deactivate(user=ana, by=bruno, at=NOW)
    assert "Ana Ruiz has left" in client_of(bruno).get("/team/").text


def test_the_team_takes_as_many_queries_after_ten_have_left(client_of: ClientOf, ana: User, bruno: User) -> None:
    client = client_of(bruno)
    client.get("/team/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/team/")
        return len(asked)

    before = queries()
    for number in range(10):
        user = add_staff(
            clinic=ana.clinic, name=f"Gone {number}", email=f"gone{number}@harbour.example", password=cast.PASSWORD,
            roles=["is_physiotherapist"], by=ana, at=NOW,
        )  # fmt: skip
        deactivate(user=user, by=ana, at=NOW)
    assert queries() == before


def test_two_administrators_who_take_each_others_sign_in_leave_one(
    transactional_db: None, admin: User, clinic: Clinic
) -> None:
    second = add_staff(
        clinic=clinic, name="Ada Second", email="ada@harbour.example", password=cast.PASSWORD,
        roles=["is_administrator"], by=admin, at=NOW,
    )  # fmt: skip
    pairs = iter([(admin, second), (second, admin)])

    def take_away() -> User:
        who, whose = next(pairs)
        begin_leaving(user=whose, by=who, at=NOW)
        return whose

    gone, errors = at_once(2, take_away)
    assert len(gone) == 1 and [type(error) for error in errors] == [Refused]
    assert clinic.users.filter(is_active=True, is_administrator=True).count() == 1
