"""The whole way of a physiotherapist, at the desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from patients.models import Patient, TreatmentSession, Visit
from rehab.models import User

from .conftest import DESK, PHONE, Person


def add_a_patient(person: Person, name: str) -> None:
    person.follow("Add a patient")
    person.fill(Name=name, Birth_date="12.4.1981", Patient_number="A-17", Phone="030 555 7788")
    person.press("Add, and say what the problem is").sees("What is the problem?", name)


def say_what_the_problem_is(person: Person) -> None:
    """The code is looked for and chosen with the keyboard alone."""
    person.fill(The_problem="Low back pain, worse after sitting")
    person.page.get_by_label("Part of the body").select_option(label="lower back")
    person.page.get_by_label("Diagnosis code").focus()
    person.page.keyboard.type("m5387", delay=20)
    found = person.page.locator("#codes input[name=icd_code]")
    expect(found.first).to_be_attached()
    person.look()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Space")
    expect(found.first).to_be_checked()
    person.press("Save, and choose a plan").sees("Assign a plan", "M53.87")


def assign(person: Person) -> None:
    person.sees("Phases", "Exercises of phase 1")
    person.press("Assign and invite").sees("The plan is assigned. It starts on Tuesday 3 March 2026.")


def give_access(person: Person) -> None:
    person.press("Make a new code").sees("Your exercises on your phone", "Type the year you were born.")
    assert re.fullmatch(r"[A-Z0-9]{5}.?[A-Z0-9]{5}", person.page.locator(".code").inner_text().strip())
    expect(person.page.get_by_role("img", name="QR code with the link")).to_be_visible()
    person.follow("Back").sees("A code by Ana Ruiz is open.")


def to_the_chart(person: Person, name: str) -> None:
    person.follow(name).sees(name, "Where", "Decisions", "28 days")


def change_add_and_stop_exercises(person: Person) -> None:
    person.follow("change the dose of Knee rocks").fill(Times="8", Reason="Ten were too many")
    person.press("Change the dose").sees("8 each side")
    exercises = person.page.get_by_role("region", name="Exercises now")
    person.follow("Add", within=exercises).sees("of this phase", "in the plan")
    person.fill(Find_an_exercise="walking").press("Find").follow("Choose Walking").sees("joins phase 1")
    person.press("Add to the plan").sees("Walking added")
    person.follow("Stop Walking").fill(Reason="Later").press("Stop this exercise").sees("Walking stopped")


def move_on_stop_and_start_again(person: Person) -> None:
    person.follow("Move on to phase 2").sees("Exercises of phase 2, Move", "Ticked ones start.")
    person.choose("Exercises of phase 2", "Wall sit")
    person.page.get_by_label("Reason").first.select_option(label="ready for the next phase")
    person.press("Move on to phase 2").sees("On record: Move on to phase 2.", "week 1 of 4")
    person.does_not_see("change the dose of Wall sit").sees("change the dose of Pelvic tilt")

    person.follow("Stop exercises for now").fill(Start_again_on="2026-03-17")
    person.page.get_by_label("Reason").first.select_option(label="away")
    person.press("Stop exercises for now").sees("On record: Stop exercises for now.", "exercises stopped", "17 March")

    person.follow("Start again").sees("Planned ahead, and taken back with this:")
    person.fill(Reason="Came home early").press("Start again").sees("On record: Start again.", "on plan")

    person.open("Take back decision").follow(re.compile("Take back decision")).sees("This counts no more")
    person.fill(Why_it_is_taken_back="Somebody else").press(re.compile("Take back decision"))
    person.sees("exercises stopped", "taken back")
    person.follow("Start again").fill(Reason="Now").press("Start again").sees("on plan")


def write_sign_and_add_to_a_note(person: Person) -> None:
    person.follow("Start session").choose("The visit", "no visit, only a note")
    person.press("Begin the note").sees("Since last time", "Nothing saved yet")
    person.choose("Pain before", "4").choose("Pain after", "2")
    person.page.locator("[name=subjective]").fill("Better in the mornings.")
    person.page.locator("[name=plan_text]").fill("Go on with phase 2.")
    person.tap(person.page.locator("label.check").filter(has_text="Pelvic tilt"))
    person.press("Save", role="button").sees("Saved 3 Mar", "draft")
    person.page.locator("[name=assessment]").fill("On the way.")
    person.press("Save and sign").sees("Signed by Ana Ruiz", "Pain before 4", "Pelvic tilt", "On the way.")
    person.open("Add something to this note").choose("What it is", "addition")
    person.fill(Text="Left the brace at home.").press("Add").sees("Added afterwards", "Left the brace at home.")


def book_a_visit_and_mark_it_attended(person: Person) -> None:
    person.follow(re.compile("due Tuesday 31 March")).sees("Four-week follow-up", "Book it")
    person.fill(Day="2026-03-03", Time="14:00").press("Book").sees("The visit is booked.", "The patient came")
    person.press("Mark as attended").sees("The visit is marked as attended.", "attended", "Ana Ruiz")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_whole_way(size: dict[str, int], ana: User, somebody: Callable[..., Person]) -> None:
    person = somebody(size).sign_in("ana@harbour.example")
    person.follow("All patients").sees("Nobody is here yet")
    add_a_patient(person, "Lena Winter")
    say_what_the_problem_is(person)
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
    person.follow("All patients").sees("Lena Winter", "week 1 of 4")
