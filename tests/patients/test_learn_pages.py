from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from patients.models import Patient, Plan
from rehab.models import Condition, ConditionFact, User
from tests import cast
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ADDRESS = "/learn/"
ClientOf = Callable[[User | Patient], Client]


def current(client: Client) -> list[int]:
    """The numbers of the phases that the page marks as the present one."""
    response = client.get(ADDRESS)
    assert response.status_code == 200
    marked = [phase.number for phase in response.context["phases"] if phase.is_current]
    assert response.text.count("you are here") == len(marked)
    return marked


def patient_with_account(ana: User, **planned: object) -> Patient:
    patient = cast.patient("Lea", by=ana)
    if planned:
        cast.plan(cast.episode(patient, lead=ana), by=ana, **planned)
    cast.give_account(patient)
    return patient


def test_the_page_says_what_each_phase_is_for_and_marks_the_present_one(client_of: ClientOf, maria: Patient) -> None:
    client = client_of(maria)
    page = client.get(ADDRESS).text
    for goal in ("Your back hurts less.", "You get back to your day, step by step.", "You can keep going for longer."):
        assert goal in page
    assert current(client) == [2]


def test_a_plan_that_has_not_begun_marks_no_phase(client_of: ClientOf, ana: User) -> None:
    patient = patient_with_account(ana, start_on=TODAY + timedelta(days=7), at=NOW)
    assert current(client_of(patient)) == []


def test_a_plan_that_has_ended_keeps_its_phases_and_marks_none(
    client_of: ClientOf, maria: Patient, marias_plan: Plan
) -> None:
    marias_plan.ended_on = TODAY
    marias_plan.spans.update(last_on=TODAY - timedelta(days=1))
    marias_plan.spans.create(
        state="completed", phase=2, first_on=TODAY, first_day=16, moves=False, phase_since=TODAY, state_since=TODAY
    )
    marias_plan.save(update_fields=["ended_on"])
    client = client_of(maria)
    assert current(client) == []
    assert len(client.get(ADDRESS).context["phases"]) == 4


def test_without_a_plan_there_is_still_something_to_learn(client_of: ClientOf, ana: User) -> None:
    response = client_of(patient_with_account(ana)).get(ADDRESS)
    assert response.status_code == 200
    assert "What each phase is for" not in response.text
    assert "Questions that people ask" in response.text


def test_the_five_questions_prevention_and_the_disclaimer_are_there(client_of: ClientOf, maria: Patient) -> None:
    response = client_of(maria).get(ADDRESS)
    context = response.context
    assert len(context["questions"]) == 5
    assert len(context["topics"]) == 5
    assert len(context["lessons"]) == 3
    for topic in (*context["topics"], *context["lessons"]):
        assert escape(topic["title"]) in response.text
    assert context["disclaimer"] in response.text


def test_what_is_said_is_about_the_episodes_own_diagnosis(client_of: ClientOf, ana: User, maria: Patient) -> None:
    coded = Condition.objects.get(clinic=ana.clinic, icd_code__code="M53.87")
    ConditionFact.objects.create(
        condition=coded, kind="question", position=90, text="Only for M53.87?", patient_text="Yes."
    )
    client = client_of(maria)
    assert "Only for M53.87?" not in client.get(ADDRESS).text
    maria.episodes.update(icd_code=coded.icd_code)
    assert "Only for M53.87?" in client.get(ADDRESS).text


def test_a_clinic_that_knows_nothing_shows_the_phases_alone(client_of: ClientOf, ana: User, maria: Patient) -> None:
    Condition.objects.filter(clinic=ana.clinic).delete()
    response = client_of(maria).get(ADDRESS)
    assert response.status_code == 200
    assert "What each phase is for" in response.text
    assert "Questions that people ask" not in response.text


def test_no_words_of_clinicians_reach_the_page(client_of: ClientOf, maria: Patient) -> None:
    page = client_of(maria).get(ADDRESS).text.lower()
    for word in ("adherence", "compliance", "red flag", "screening", "alert to", "differential", "m53"):
        assert word not in page


def test_the_page_is_the_patients_own(client_of: ClientOf, ana: User, desk: User, maria: Patient) -> None:
    assert Client().get(ADDRESS).status_code == 302
    assert client_of(ana).get(ADDRESS).status_code == 403
    assert client_of(desk).get(ADDRESS).status_code == 403
    assert client_of(maria).post(ADDRESS).status_code == 405
    Patient.objects.filter(pk=maria.pk).update(archived_at=NOW)
    assert client_of(maria).get(ADDRESS).status_code == 404


def test_the_number_of_queries_does_not_grow(client_of: ClientOf, ana: User, maria: Patient) -> None:
    client = client_of(maria)

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(ADDRESS).status_code == 200
        return len(context)

    few = queries()
    assert few <= 9
    for row in Condition.objects.filter(clinic=ana.clinic):
        ConditionFact.objects.bulk_create(
            ConditionFact(condition=row, kind="question", position=100 + n, text=f"{n}?", patient_text="Yes.")
            for n in range(200)
        )
    for n in range(5):
        cast.episode(maria, lead=ana, at=NOW - timedelta(days=n))
    assert queries() == few


def test_the_day_is_the_clinics(client_of: ClientOf, ana: User, clock: object) -> None:
    """An hour before midnight in UTC it is the next day in Berlin, the first of phase 2."""
    patient = patient_with_account(ana, start_on=date(2026, 2, 18))
    clock.move_to("2026-03-03T22:30:00Z")  # type: ignore[attr-defined]
    client = client_of(patient)
    assert current(client) == [1]
    clock.move_to("2026-03-03T23:30:00Z")  # type: ignore[attr-defined]
    assert current(client) == [2]
