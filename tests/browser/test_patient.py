"""The whole way of a patient, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from patients.actions.invitation import invite
from patients.models import ExerciseLog, Patient, Plan
from rehab.models import User
from tests import cast
from tests.patients.test_today_states import STATES

from .conftest import PHONE, Person

DAY = timedelta(days=1)
YESTERDAY = cast.TODAY - DAY


@pytest.fixture
def person(maria: Patient, marias_plan: Plan, ana: User, somebody: Callable[..., Person]) -> Person:
    """Maria opens the letter's link on her phone and gives her year of birth."""
    _, code = invite(patient=maria, by=ana, at=cast.NOW)
    person = somebody(PHONE).go(f"/start/{code}/").sees("Sign in with your code")
    assert person.page.get_by_label("Your code").input_value() == code.replace("-", "")
    person.fill(The_year_you_were_born="1981")
    return person.tap(person.page.get_by_text("This is my own phone")).press("Sign in")


def said(maria: Patient, on: date = cast.TODAY) -> list[str]:
    """What stands of a day: of each exercise done its name."""
    standing = maria.logs.filter(on=on, status=ExerciseLog.Status.DONE, replaced_by__isnull=True)
    return sorted(log.prescription.revision.name for log in standing.select_related("prescription__revision"))


def focused(person: Person) -> str:
    """The id of what has the focus: after a form is gone it goes on where it was, not at the top of the page."""
    return str(person.page.evaluate("document.activeElement.id"))


def a_moment_later(person: Person) -> Person:
    """A second tap on the same spot within half a second is a double tap, which counts once and takes nothing back."""
    person.page.wait_for_timeout(600)
    return person


def test_the_whole_way(person: Person, maria: Patient) -> None:
    person.sees("Tuesday 3 March", "Something is wrong", "phase 2 of 4, week 1 of 4", "All 5 done · Tuesday")
    _fill_in_yesterday(person, maria)
    _do_what_rests_anyway(person, maria)
    _tick_and_undo(person, maria)
    _all_done_and_the_question(person, maria)
    _not_done_with_a_reason(person, maria)
    for tab, words in (("Plan", "you are here"), ("Visits", "To be booked"), ("Learn", "What each phase is for")):
        person.follow(tab).sees(words)
    person.follow("Something is wrong").sees("Go now", "Nobody watches this page.")
    person.follow("Today").follow("Sign out").sees("Sign out?", "you need a new one").press("Sign out")
    person.go("/today/")
    assert "/accounts/login/" in person.page.url


def _fill_in_yesterday(person: Person, maria: Patient) -> None:
    person.follow("Monday 2 March").sees("You are filling in Monday 2 March.")
    person.press("All 5 done · Monday").sees("Monday is filled in")
    assert len(said(maria, YESTERDAY)) == 5
    person.follow("Back to today").sees("Tuesday 3 March", "Rest day: you did it the day before")


def _do_what_rests_anyway(person: Person, maria: Patient) -> None:
    person.press("Wall sit: do it anyway").sees("All 4 done · Tuesday")
    assert said(maria) == ["Wall sit"]


def _tick_and_undo(person: Person, maria: Patient) -> None:
    person.press("Walking: mark as done")
    assert said(maria) == ["Walking", "Wall sit"]
    a_moment_later(person).press("Walking: done. Take it back")
    assert said(maria) == ["Wall sit"]
    a_moment_later(person).page.get_by_role("button", name="Walking: mark as done").dblclick()
    person.look()
    expect(person.page.get_by_role("button", name="Walking: done. Take it back")).to_be_visible()
    assert said(maria) == ["Walking", "Wall sit"]


def _all_done_and_the_question(person: Person, maria: Patient) -> None:
    person.press("All 4 done · Tuesday").sees("Done. See you tomorrow", "Worst pain while exercising")
    expect(person.page.locator("#question legend")).to_be_in_viewport()
    assert len(said(maria)) == 5
    a_moment_later(person).press("Undo")
    assert said(maria) == ["Walking", "Wall sit"]
    a_moment_later(person).press("All 4 done").choose("Worst pain while exercising", "3")
    person.press("Save").sees("How is your back?", "3 of 10")
    assert focused(person) == "how-is-your-back"
    assert maria.check_ins.get(replaced_by__isnull=True).pain_exercising == 3


def _not_done_with_a_reason(person: Person, maria: Patient) -> None:
    person.follow("Pelvic tilt").sees("When to stop", "How did it go?").choose("How did it go?", "Not done")
    person.press("Save").sees("Say why not. Choose one.")
    person.page.get_by_label("If not, why?").select_option(label="no time")
    person.press("Save").sees("Not done: no time")
    assert focused(person) == person.page.get_by_role("link", name="Pelvic tilt").get_attribute("id")
    assert "Pelvic tilt" not in said(maria)


def test_a_phone_stays_signed_in_and_all_done_is_one_tap(
    person: Person, maria: Patient, clock: time_machine.Traveller
) -> None:
    cookie = next(each for each in person.page.context.cookies() if each["name"] == "session")
    assert cookie["httpOnly"]
    lasts = cookie["expires"] - person.page.evaluate("Date.now()") / 1000
    assert timedelta(seconds=lasts) == pytest.approx(90 * DAY, abs=timedelta(minutes=5))

    clock.move_to(cast.NOW + DAY)
    person.taps = 0
    person.go("/").press("All 5 done · Wednesday").sees("Done. See you tomorrow")
    assert person.taps == 1
    assert len(said(maria, cast.TODAY + DAY)) == 5

    clock.move_to(cast.NOW + 90 * DAY)
    person.go("/")
    assert person.page.url.endswith("/today/")  # 89 days after the last use
    clock.move_to(cast.NOW + 181 * DAY)
    person.go("/today/")
    assert "/accounts/login/" in person.page.url


def test_a_tap_after_the_sign_in_has_ended_says_that_it_was_not_saved(person: Person, maria: Patient) -> None:
    person.go("/today/")
    person.page.context.clear_cookies(name="session")
    person.press("All 5 done · Tuesday").sees("Sign in", "what was sent last was not saved")
    assert "next=%2Ftoday%2F" in person.page.url and not said(maria)


def test_a_page_left_open_overnight_shows_the_new_day(person: Person, maria: Patient) -> None:
    person.page.clock.install(time=cast.NOW)
    person.go("/today/")
    looked_at_again = "document.dispatchEvent(new Event('visibilitychange'))"
    person.page.evaluate(f"window.isOld = true; {looked_at_again}")
    assert person.page.evaluate("window.isOld")
    person.page.clock.fast_forward("24:00:00")
    with person.page.expect_navigation():
        person.page.evaluate(looked_at_again)
    assert not person.page.evaluate("window.isOld")


def test_today_in_every_state(nils: Patient, ana: User, somebody: Callable[..., Person]) -> None:
    for number, (state, (words, _)) in enumerate(STATES.items()):
        patient = cast.patient(f"Nils {number}", by=ana, birth_date=date(1960, 1, 1) + number * DAY)
        cast.give_account(patient)
        state(patient, ana)
        person = somebody(PHONE).is_signed_in(patient)
        person.go("/today/").sees(words, "Something is wrong")
        expect(person.page.get_by_role("heading", name="Tuesday 3 March")).to_be_visible()
        person.page.context.close()
