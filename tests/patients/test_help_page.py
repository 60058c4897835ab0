"""Something is wrong: for everybody who is signed in, in every state, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Patient
from rehab.models import Clinic, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.patients.test_today_states import STATES

pytestmark = pytest.mark.django_db
ADDRESS = "/help/"
TEMPLATES = Path(__file__).parents[2] / "templates"
ClientOf = Callable[[User | Patient], Client]


def test_it_says_who_to_call_and_that_nobody_watches(client_of: ClientOf, maria: Patient) -> None:
    page = client_of(maria).get(ADDRESS)
    assert page.status_code == 200
    for said in ("Nobody watches this page", "Call 112", 'href="tel:112"', "030 555 0134", 'href="tel:0305550134"',
                 "Monday to Friday, 8 to 18", "Go now", "Call a doctor today", "Call us within days"):  # fmt: skip
        assert said in page.text


def test_the_numbers_are_those_of_the_persons_own_clinic(client_of: ClientOf, zoe: User) -> None:
    page = client_of(zoe).get(ADDRESS).text
    assert "Call 911" in page
    assert "Call 112" not in page


@pytest.mark.parametrize("planned", [None, {"start_on": TODAY + timedelta(days=7), "at": NOW}, {"start_on": TODAY}])
def test_it_is_there_before_and_without_a_plan(
    client_of: ClientOf, ana: User, planned: dict[str, object] | None
) -> None:
    patient = cast.patient("Lea", by=ana)
    if planned:
        cast.plan(cast.episode(patient, lead=ana), by=ana, **planned)
    cast.give_account(patient)
    assert client_of(patient).get(ADDRESS).status_code == 200


def test_it_is_there_for_somebody_whose_record_is_closed(client_of: ClientOf, maria: Patient) -> None:
    Patient.objects.filter(pk=maria.pk).update(archived_at=NOW)
    assert client_of(maria).get(ADDRESS).status_code == 200


def test_staff_read_it_with_their_own_navigation(client_of: ClientOf, ana: User, admin: User, desk: User) -> None:
    for who in (ana, admin, desk):
        page = client_of(who).get(ADDRESS)
        assert page.status_code == 200
        assert "My plan" not in page.text
        assert page.text.count("<h1>") == 1


def test_a_clinic_without_numbers_has_words_instead(client_of: ClientOf, maria: Patient) -> None:
    Clinic.objects.filter(pk=maria.clinic_id).update(phone="", hours="", emergency_number="")
    page = client_of(maria).get(ADDRESS).text
    assert "Call the emergency number" in page
    assert "tel:" not in page


def test_it_works_without_scripts(client_of: ClientOf, maria: Patient) -> None:
    page = client_of(maria).get(ADDRESS).text
    content = page[page.index("<main") : page.index("</main>")]
    assert "hx-" not in content
    assert "<button" not in content
    assert "<details" not in content


def test_signed_out_it_leads_to_sign_in(db: None) -> None:
    assert Client().get(ADDRESS).headers["Location"] == "/accounts/login/?next=/help/"


def test_it_only_reads(client_of: ClientOf, maria: Patient) -> None:
    assert client_of(maria).post(ADDRESS).status_code == 405


def test_every_sheet_for_paper_says_when_to_go_and_whom_to_call(client_of: ClientOf, ana: User, maria: Patient) -> None:
    letter = client_of(ana).post(reverse("invitation", args=[maria.public_id])).text
    paper = letter[letter.index("<main") :]
    for said in ("stop the exercises", "Call 112 or go to the emergency room now", "Call a doctor today",
                 "Call Harbour Physio within days, 030 555 0134", "We read what you enter at your next visit",
                 "Monday to Friday, 8 to 18"):  # fmt: skip
        assert said in paper


def test_there_is_no_sheet_for_a_patient_without_it() -> None:
    """The day on paper is the clinic's own, and no patient takes it home."""
    ours = {TEMPLATES / "patients/schedule/print.html"}
    sheets = {path for path in TEMPLATES.rglob("*.html") if '{% extends "print.html" %}' in path.read_text()} - ours
    assert sheets
    for path in sheets:
        assert "patients/help/_safety.html" in path.read_text(), path


@pytest.mark.parametrize("address", ["/today/", "/today/2026-03-02/", "/plan/", "/visits/", "/learn/", "/accounts/"])
def test_every_page_of_a_patient_leads_to_it(client_of: ClientOf, maria: Patient, address: str) -> None:
    page = client_of(maria).get(address).text
    assert f'href="{ADDRESS}"' in page and "Something is wrong" in page


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_it_says_the_same_in_every_state_of_a_plan(
    client_of: ClientOf, nils: Patient, ana: User, state: Callable[[Patient, User], None]
) -> None:
    cast.give_account(nils)
    state(nils, ana)
    page = client_of(nils).get(ADDRESS)
    assert page.status_code == 200 and "Nobody watches this page" in page.text
