"""The main job with JavaScript off: everything is a link or a form."""

from __future__ import annotations

from collections.abc import Callable

from patients.actions.invitation import invite
from patients.models import CheckIn, ExerciseLog, Patient, Plan, TreatmentSession, Visit
from rehab.models import User
from tests import cast

from .conftest import DESK, PHONE, Person
from .test_physiotherapist import (
    add_a_patient,
    assign,
    book_a_visit_and_mark_it_attended,
    change_add_and_stop_exercises,
    give_access,
    move_on_stop_and_start_again,
    to_the_chart,
    write_sign_and_add_to_a_note,
)


def test_a_physiotherapist(ana: User, somebody: Callable[..., Person]) -> None:
    person = somebody(DESK, scripts=False).sign_in("ana@harbour.example").follow("All patients")
    add_a_patient(person, "Lena Winter")
    _look_up_the_code(person)
    person.page.get_by_label("Has lasted").check()
    person.press("Show phases and exercises for this").sees("Exercises of phase 2")
    person.page.get_by_label("Is new, or a flare-up").check()
    person.press("Show phases and exercises for this")
    assign(person)
    give_access(person)
    to_the_chart(person, "Lena Winter")
    change_add_and_stop_exercises(person)
    move_on_stop_and_start_again(person)
    write_sign_and_add_to_a_note(person)
    to_the_chart(person, "Lena Winter")
    book_a_visit_and_mark_it_attended(person)
    patient = Patient.objects.get(name="Lena Winter")
    assert patient.episodes.get().icd_code.code == "M53.87"
    assert patient.sessions.get().status == TreatmentSession.Status.SIGNED
    assert patient.visits.filter(state=Visit.State.ATTENDED).count() == 1


def _look_up_the_code(person: Person) -> None:
    person.fill(The_problem="Low back pain", Diagnosis_code="lumbosacral")
    person.page.get_by_label("Part of the body").select_option(label="lower back")
    person.press("Save, and choose a plan").sees("Which code?")
    person.page.locator("[name=icd_code][value='M53.87']").check()
    person.press("Save, and choose a plan").sees("Assign a plan", "M53.87")


def test_a_patient(maria: Patient, marias_plan: Plan, ana: User, somebody: Callable[..., Person]) -> None:
    _, code = invite(patient=maria, by=ana, at=cast.NOW)
    person = somebody(PHONE, scripts=False).go("/start/")
    person.fill(Your_code=code.lower(), The_year_you_were_born="1981").press("Sign in")
    done = maria.logs.filter(status=ExerciseLog.Status.DONE, replaced_by__isnull=True)

    person.press("Walking: mark as done")
    assert done.count() == 1
    person.press("Walking: done. Take it back")
    assert done.count() == 0
    person.page.get_by_role("button", name="Walking: mark as done").dblclick()
    person.look()
    assert done.count() == 1
    person.press("All 5 done · Tuesday").sees("Done. See you tomorrow")
    assert done.count() == 5
    person.press("Undo").press("All 5 done")
    person.choose("Worst pain while exercising", "3").press("Save").sees("3 of 10")
    assert CheckIn.objects.get(patient=maria, replaced_by__isnull=True).pain_exercising == 3
    person.follow("Wall sit").choose("How did it go?", "Not done").press("Save").sees("Say why not. Choose one.")
    person.page.get_by_label("If not, why?").select_option(label="pain")
    person.press("Save").sees("Not done: pain")
    person.follow("Monday 2 March").press("All 5 done · Monday").sees("Monday is filled in")
    person.follow("Something is wrong").sees("Go now")


def test_an_administrator(admin: User, somebody: Callable[..., Person]) -> None:
    person = somebody(DESK, scripts=False).sign_in("adela@harbour.example").sees("Plan templates")
    person.follow("Low back, four phases").sees("Version 2")
    person.follow("Version 1").sees("Version 1: ")
