"""How is your back: asked after the exercises and below them, answered once, changed by saying it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from patients.actions.log import log_all
from patients.models import Patient
from tests.cast import TODAY
from tests.pages import send

HERE = "/today/2026-03-03/check-in/"


@pytest.fixture
def phone(maria: Patient, client_of: Callable[[Patient], Client]) -> Client:
    return client_of(maria)


def all_done(patient: Patient) -> None:
    plan = patient.plans.get()
    log_all(patient=patient, plan=plan, on=TODAY, client_id=uuid4(), by=patient.user, at=timezone.now())


def test_the_question_follows_the_exercises_with_nothing_preselected(phone: Client, maria: Patient) -> None:
    assert 'id="question"' not in phone.get("/today/").text
    all_done(maria)
    page = phone.get("/today/").text
    assert 'id="question"' in page and " checked" not in page
    assert 'id="question"' not in phone.get("/today/?skip").text
    answer = phone.post(HERE, {"client_id": uuid4(), "pain_exercising": "0"}, follow=True)
    assert 'id="question"' not in answer.text and "0 of 10" in answer.text
    row = maria.check_ins.get()
    assert (row.pain_exercising, row.pain_morning) == (0, None)


def test_the_second_question_keeps_the_first_answer(phone: Client, maria: Patient) -> None:
    phone.post(HERE, {"client_id": uuid4(), "pain_morning": "4", "note": "stiff"})
    phone.post(HERE, {"client_id": uuid4(), "pain_exercising": "2"})
    row = maria.check_ins.get(superseded_at__isnull=True)
    assert (row.pain_exercising, row.pain_morning, row.note) == (2, 4, "stiff")


def test_an_answer_can_be_changed(phone: Client, maria: Patient) -> None:
    phone.post(HERE, {"client_id": uuid4(), "pain_morning": "4", "note": "stiff"})
    page = phone.get("/today/?change=back").text
    assert 'value="4" id="id_pain_morning_4" checked' in page and "stiff" in page
    phone.post(HERE, {"client_id": uuid4(), "pain_morning": "6", "note": ""})
    row = maria.check_ins.get(superseded_at__isnull=True)
    assert (row.pain_morning, row.note) == (6, "")


def test_an_answer_can_be_taken_back(phone: Client, maria: Patient) -> None:
    assert 'value="none"' not in phone.get("/today/").text
    phone.post(HERE, {"client_id": uuid4(), "pain_morning": "4", "note": "stiff"})
    page = phone.get("/today/?change=back").text
    assert page.count('value="none"') == 1 and "No answer" in page  # nothing was said of the other pain
    phone.post(HERE, {"client_id": uuid4(), "pain_morning": "none", "note": "stiff"})
    row = maria.check_ins.get(superseded_at__isnull=True)
    assert (row.pain_morning, row.note) == (None, "stiff")


@pytest.mark.parametrize("pain", ["3.5", "bad", "11", "-1", "3.0", "1e1", "٣", "\x00", "9" * 5000, "\ud800"])
@pytest.mark.parametrize("name", ["pain_morning", "pain_exercising"])
def test_what_is_no_number_to_ten_is_refused_beside_the_question(
    phone: Client, maria: Patient, name: str, pain: str
) -> None:
    answer = send(phone, HERE, {"client_id": str(uuid4()), name: pain, "note": "kept words"})
    assert answer.status_code == 422
    assert "Choose a whole number from 0 to 10." in answer.text and "kept words" in answer.text
    assert not maria.check_ins.exists()


def test_nothing_at_all_is_said_in_words(phone: Client, maria: Patient) -> None:
    answer = phone.post(HERE, {"client_id": uuid4(), "note": ""})
    assert answer.status_code == 422 and "There is no answer yet. Choose a number." in answer.text


@pytest.mark.parametrize("note", ["x" * 10_000, "\x00"])
def test_a_note_that_cannot_be_kept_is_refused(phone: Client, maria: Patient, note: str) -> None:
    answer = send(phone, HERE, {"client_id": str(uuid4()), "pain_morning": "3", "note": note})
    assert answer.status_code == 422 and not maria.check_ins.exists()


@pytest.mark.parametrize("note", ["👩‍🦽🔥", "‮مرحبا", "\ud800", "<script>alert(1)</script>", "{{ 7|add:7 }}"])
def test_any_other_note_is_kept_and_shown_as_text(phone: Client, maria: Patient, note: str) -> None:
    answer = send(phone, HERE, {"client_id": str(uuid4()), "pain_morning": "3", "note": note})
    assert answer.status_code == 302
    page = phone.get("/today/").text
    assert "<script>alert" not in page
    assert maria.check_ins.get().note


@pytest.mark.parametrize("client_id", ["", "x", "\x00", "1" * 10_000])
def test_a_tap_without_an_id_is_refused(phone: Client, maria: Patient, client_id: str) -> None:
    assert send(phone, HERE, {"client_id": client_id, "pain_morning": "3"}).status_code == 422
    assert not maria.check_ins.exists()


def test_the_same_tap_counts_once_and_other_content_is_a_conflict(phone: Client, maria: Patient) -> None:
    tap = {"client_id": uuid4(), "pain_morning": "3", "note": ""}
    phone.post(HERE, tap)
    assert phone.post(HERE, tap).status_code == 302
    answer = phone.post(HERE, tap | {"pain_morning": "9"})
    assert answer.status_code == 409 and "Another answer is on record" in answer.text
    assert maria.check_ins.count() == 1


def test_a_past_day_takes_an_answer_too(phone: Client, maria: Patient) -> None:
    on = TODAY - timedelta(days=2)
    phone.post(f"/today/{on}/check-in/", {"client_id": uuid4(), "pain_morning": "5"})
    row = maria.check_ins.get()
    assert (row.on, row.how) == (on, "late")
    assert "How was your back?" in phone.get(f"/today/{on}/").text
