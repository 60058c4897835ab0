"""Progress: mornings with their gaps, weeks as they were, days that only ever count up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.actions.checkin import check_in
from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.log import log_exercise, withdraw_log
from patients.models import Patient, Plan, Prescription
from patients.moves import Act
from patients.readings.progress import read_progress
from rehab.models import User
from tests import cast, factories
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]
DAY = timedelta(days=1)


@pytest.fixture
def phone(maria: Patient, client_of: ClientOf) -> Client:
    return client_of(maria)


def given(patient: Patient, phase: int) -> Prescription:
    return Prescription.objects.filter(plan__patient=patient, phase__number=phase).order_by("position").first()  # type: ignore[return-value]


def says(patient: Patient, on: date, status: str = "done", **others: str) -> object:
    row = given(patient, 1 if on < date(2026, 3, 2) else 2)
    return log_exercise(
        patient=patient, prescription=row, on=on, occasion=1, client_id=uuid4(), status=status, by=patient.user or
        patient.by, at=NOW, **others,
    )  # fmt: skip


def morning(patient: Patient, on: date, pain: int) -> None:
    check_in(patient=patient, on=on, client_id=uuid4(), pain_morning=pain, by=patient.user, at=NOW)


def test_days_active_count_once_a_day_and_never_reset(maria: Patient) -> None:
    first = says(maria, TODAY - 2 * DAY)
    says(maria, TODAY)
    read = read_progress(maria, at=NOW)
    assert (read.active, read.active_ever) == (2, 2)
    withdraw_log(patient=maria, log=first, client_id=uuid4(), by=maria.user, at=NOW)  # type: ignore[arg-type]
    assert read_progress(maria, at=NOW).active == 1


def test_days_of_earlier_plans_count_in_all(maria: Patient, marias_plan: Plan, ana: User) -> None:
    says(maria, TODAY)
    decide(plan=marias_plan, act=Act.END_EARLY, on=TODAY, seen=Seen(1, 2), by=ana, at=NOW)
    cast.plan(maria.episodes.get(), by=ana, start_on=TODAY)
    read = read_progress(maria, at=NOW)
    assert (read.active, read.active_ever) == (0, 1)


def test_this_mornings_pain_shows_before_anything_is_ticked(maria: Patient) -> None:
    says(maria, TODAY - DAY)
    assert read_progress(maria, at=NOW).days[-1].date == TODAY - DAY
    morning(maria, TODAY, 0)
    assert read_progress(maria, at=NOW).mornings[-1:] == [0]


def test_the_number_of_days_goes_on_with_a_new_plan(
    client_of: ClientOf, maria: Patient, marias_plan: Plan, ana: User
) -> None:
    says(maria, TODAY)
    decide(plan=marias_plan, act=Act.END_EARLY, on=TODAY, seen=Seen(1, 2), by=ana, at=NOW)
    cast.plan(maria.episodes.get(), by=ana, start_on=TODAY)
    text = client_of(maria).get("/progress/").text
    assert '<strong class="figure">1</strong>' in text and "0 of them in this plan." in text


def test_a_morning_without_an_answer_is_a_gap_and_never_zero(phone: Client, maria: Patient) -> None:
    for number, pain in ((5, 6), (4, 5), (1, 0)):
        morning(maria, TODAY - number * DAY, pain)
    read = read_progress(maria, at=NOW)
    by_date = {day.date: day.pain_morning for day in read.days}
    assert by_date[TODAY - 3 * DAY] is None and by_date[TODAY - DAY] == 0
    assert read.mornings == [6, 5, 0]
    page = phone.get("/progress/").text
    assert page.count('<path class="pain" d="M') == 2 + 1  # one line a stretch of answers, one in the legend
    assert "no answer" in page and "A gap is a day without an answer." in page


def test_the_weeks_say_what_each_day_was(phone: Client, maria: Patient) -> None:
    says(maria, TODAY - DAY)
    says(maria, TODAY - 3 * DAY, "not_done", reason="pain")
    weeks = read_progress(maria, at=NOW).weeks
    assert [week.first for week in weeks] == [date(2026, 3, 2), date(2026, 2, 23), date(2026, 2, 16)]
    kinds = [str(day.kind) if day else "" for day in weeks[0].days]
    assert kinds == ["done", "", "", "", "", "", ""]  # today is not over, the rest lies ahead
    assert str(weeks[1].days[5].kind) == "not_done" and weeks[0].done == 1  # type: ignore[union-attr]
    assert [week.opens.number if week.opens else None for week in weeks] == [2, 1, None]
    page = phone.get("/progress/").text
    assert "Your weeks" in page and "no report" in page and "streak" not in page


def test_stopped_days_are_stopped(maria: Patient, marias_plan: Plan, ana: User, phone: Client) -> None:
    decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 2), reason_code="pain", by=ana, at=NOW)
    assert "stopped" in phone.get("/progress/").text


def test_every_state_has_its_page(
    phone: Client, maria: Patient, nils: Patient, ana: User, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    assert "Nothing has been filled in yet" in phone.get("/progress/").text
    cast.give_account(nils)
    other = client_of(nils)
    assert "You have no plan yet" in other.get("/progress/").text
    cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY + 3 * DAY, at=NOW)
    assert "Your plan starts on Friday 6 March" in other.get("/progress/").text
    clock.move_to(NOW + 3 * DAY)
    assert "Your weeks" in client_of(nils).get("/progress/").text


def test_a_plan_that_is_over_shows_its_last_weeks(maria: Patient, marias_plan: Plan, ana: User) -> None:
    says(maria, TODAY)
    decide(plan=marias_plan, act=Act.FINISH, on=TODAY, seen=Seen(1, 2), by=ana, at=NOW)
    read = read_progress(maria, at=NOW + timedelta(days=300))
    assert read.days[-1].date == TODAY and read.active == 1


def test_a_long_plan_shows_twelve_weeks_and_the_rest_on_asking(
    maria: Patient, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(days=400))
    later = NOW + timedelta(days=400)
    assert len(read_progress(maria, at=later).weeks) == 12
    assert len(read_progress(maria, at=later, all_weeks=True).weeks) == 60
    page = client_of(maria).get("/progress/").text
    assert "Show the earlier weeks" in page


@pytest.mark.parametrize("rows", [10, 1000])
def test_it_takes_as_many_queries_for_a_long_record(
    rows: int, maria: Patient, ana: User, phone: Client, client_of: ClientOf
) -> None:
    factories.ExerciseLogFactory.write(rows, patient=maria, prescription=given(maria, 1), by=ana)
    for client, page in ((phone, "/progress/"), (client_of(ana), f"/patients/{maria.public_id}/progress/")):
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        asked = [row["sql"] for row in queries if not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT"))]
        assert len(asked) <= 11, asked


def test_the_physiotherapist_sees_the_same_figures(maria: Patient, ana: User, client_of: ClientOf) -> None:
    says(maria, TODAY)
    page = client_of(ana).get(f"/patients/{maria.public_id}/progress/").text
    assert "Active on 1 day of this plan, 1 in all." in page and "Week by week" in page
    assert f"/patients/{maria.public_id}/progress/" in client_of(ana).get(f"/patients/{maria.public_id}/").text
