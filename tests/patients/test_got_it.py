"""What is new or changed is marked at the next opening, and stays marked until the patient says "got it"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.prescription import add_prescription, change_prescription, chosen, offered
from patients.models import Acknowledgement, Patient, Plan, Prescription
from patients.moves import Act
from rehab.models import User
from tests import cast
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]
GOT_IT = f"/today/{TODAY}/got-it/"


@pytest.fixture
def phone(maria: Patient, client_of: ClientOf) -> Client:
    return client_of(maria)


def given(plan: Plan, key: str) -> Prescription:
    return plan.prescriptions.standing().filter(revision__exercise__key=key, until=None).latest("pk")


def hold_longer(plan: Plan, by: User) -> Prescription:
    wall = given(plan, "wall-sit")
    plan.refresh_from_db()
    return change_prescription(
        prescription=wall, dosage=replace(wall.dosage, hold_seconds=20), seen=Seen(plan.last_sequence, 2), by=by, at=NOW
    )


def test_what_a_plan_starts_with_is_not_new(phone: Client) -> None:
    page = phone.get("/today/").text
    assert "Got it" not in page and '<span class="chip note">new</span>' not in page


def test_another_dose_is_marked_with_what_is_different(phone: Client, marias_plan: Plan, ana: User) -> None:
    hold_longer(marias_plan, ana)
    page = phone.get("/today/").text
    assert "changed: hold 20 seconds now, not 10" in page and "One exercise is new or changed" in page


def test_a_mark_stays_until_the_patient_has_seen_it(
    maria: Patient, marias_plan: Plan, ana: User, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    row = hold_longer(marias_plan, ana)
    clock.move_to(NOW + timedelta(days=12))
    phone = client_of(maria)
    assert "changed:" in phone.get("/today/").text
    day = TODAY + timedelta(days=12)
    answer = phone.post(f"/today/{day}/got-it/", {"prescription": row.public_id}, follow=True)
    assert "changed:" not in answer.text and "Got it" not in answer.text
    assert Acknowledgement.objects.get().prescription == row


def test_one_tap_says_it_of_all_and_twice_is_once(phone: Client, marias_plan: Plan, ana: User) -> None:
    row = hold_longer(marias_plan, ana)
    phase = marias_plan.phases.select_related("source").get(number=1)
    roll = chosen(next(each for each, _ in offered(phase, "neck") if each.revision.exercise.key == "neck-roll"))
    marias_plan.refresh_from_db()
    seen = Seen(marias_plan.last_sequence, 2)
    new = add_prescription(plan=marias_plan, phase=2, what=roll.what, dosage=roll.dosage, seen=seen, by=ana, at=NOW)
    page = phone.get("/today/").text
    assert '<span class="chip note">new</span>' in page and "2 exercises are new or changed" in page
    for _time in range(2):
        assert phone.post(GOT_IT, {"prescription": [row.public_id, new.public_id]}).status_code == 302
    assert Acknowledgement.objects.count() == 2


def test_a_dose_that_changes_again_is_marked_again(phone: Client, marias_plan: Plan, ana: User) -> None:
    phone.post(GOT_IT, {"prescription": hold_longer(marias_plan, ana).public_id})
    wall = given(marias_plan, "wall-sit")
    marias_plan.refresh_from_db()
    change_prescription(
        prescription=wall, dosage=replace(wall.dosage, reps=3), seen=Seen(marias_plan.last_sequence, 2), by=ana, at=NOW
    )
    assert "changed:" in phone.get("/today/").text


def test_two_changes_before_a_look_are_told_as_one(
    maria: Patient, marias_plan: Plan, ana: User, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    """The patient has agreed to ten seconds: thirty now, whatever was written in between, and back at ten nothing."""
    hold_longer(marias_plan, ana)
    for days, seconds, says in ((1, 30, "hold 30 seconds now, not 10"), (2, 10, None)):
        later = NOW + timedelta(days=days)
        clock.move_to(later)
        wall = given(marias_plan, "wall-sit")
        marias_plan.refresh_from_db()
        change_prescription(
            prescription=wall, dosage=replace(wall.dosage, hold_seconds=seconds),
            seen=Seen(marias_plan.last_sequence, 2), by=ana, at=later,
        )  # fmt: skip
        page = client_of(maria).get("/today/").text
        assert (says in page) if says else ("changed:" not in page)


def test_the_exercises_of_a_phase_that_a_person_opens_are_new(phone: Client, marias_plan: Plan, ana: User) -> None:
    phase = marias_plan.phases.select_related("source").get(number=3)
    rows = [chosen(row) for row, ticked in offered(phase, "lower_back") if ticked]
    decide(plan=marias_plan, act=Act.MOVE_ON, on=TODAY, seen=Seen(1, 2), exercises=rows, by=ana, at=NOW)
    before = {row.exercise_key: row.dosage for row in marias_plan.prescriptions.filter(phase__number__lte=2)}
    new = [row for row in rows if row.exercise_key not in before]
    page = phone.get("/today/").text
    assert new and page.count('<span class="chip note">new</span>') == len(new)


@pytest.mark.parametrize("sent", ["", "x", "\x00", str(UUID(int=7))])
def test_what_is_no_exercise_of_the_patient_is_passed_over(sent: str, phone: Client, omar: Patient) -> None:
    theirs = omar.plans.get().prescriptions.earliest("pk")
    answer = phone.post(GOT_IT, {"prescription": [sent, str(theirs.public_id)]})
    assert answer.status_code == 302 and not Acknowledgement.objects.exists()


def test_on_a_day_of_the_past_nobody_is_asked(phone: Client, marias_plan: Plan, ana: User) -> None:
    hold_longer(marias_plan, ana)
    assert "Got it" not in phone.get(f"/today/{TODAY - timedelta(days=1)}/").text
    assert cast.TODAY == TODAY
