"""A note survives what happens to a tablet: a closed tab, a lost network, an expired sign-in, a colleague."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from patients.actions.session import save_session, start_session
from patients.models import Patient, TreatmentSession
from rehab.actions.snippet import add_snippet
from rehab.models import User
from tests import cast

from .conftest import PHONE, Person

TABLET = {"width": 820, "height": 1180}


@pytest.fixture
def draft(maria: Patient, ana: User) -> TreatmentSession:
    return start_session(
        patient=maria, episode=maria.episodes.get(), plan=maria.plans.get(), on=cast.TODAY, kind="clinic", by=ana,
        at=cast.NOW,
    )  # fmt: skip


def where(note: TreatmentSession) -> str:
    return f"/patients/{note.patient.public_id}/sessions/{note.public_id}/"


def words_of(note: TreatmentSession, name: str = "subjective") -> str:
    note.refresh_from_db()
    return str(getattr(note, name))


def until(page: Page, it_is_so: Callable[[], bool]) -> None:
    for _each in range(60):
        if it_is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to pass")


def test_the_tab_and_the_network_go_and_no_word_does(
    draft: TreatmentSession, ana: User, somebody: Callable[..., Person]
) -> None:
    add_snippet(name="slr", text="Straight leg raise 70° both sides.", by=ana, at=cast.NOW)
    person = somebody(TABLET).is_signed_in(ana).go(where(draft))
    page, saved = person.page, person.page.locator("#saved")
    subjective, objective = page.locator("[name=subjective]"), page.locator("[name=objective]")

    subjective.press_sequentially("Better since Sunday.")
    expect(saved).to_have_text("Saved at 10:00")
    assert words_of(draft) == "Better since Sunday."
    expect(page.locator("#still-empty [data-of=subjective]")).to_be_hidden()
    expect(page.locator("#still-empty [data-of=objective]")).to_be_visible()

    objective.press_sequentially("Seen: slr")
    objective.press("Tab")
    expect(objective).to_have_value("Seen: Straight leg raise 70° both sides.")

    page.locator("label.check").filter(has_text="Pelvic tilt").click()
    expect(saved).to_have_text("Saved at 10:00")
    until(page, lambda: draft.exercises.count() == 1)

    page.context.set_offline(True)
    subjective.press_sequentially(" No pain at night.")
    expect(saved).to_contain_text("No connection.")
    assert "Better" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    page.context.set_offline(False)
    expect(saved).to_have_text("Saved at 10:00")
    assert words_of(draft) == "Better since Sunday. No pain at night."
    assert draft.exercises.count() == 1
    person.look()

    subjective.press_sequentially(" Sleeps well.")
    page.close(run_before_unload=False)  # the tab goes before the second is over
    again = somebody(PHONE).is_signed_in(ana)
    until(again.page, lambda: "Sleeps well." in words_of(draft))
    again.go(where(draft))
    expect(again.page.locator("[name=subjective]")).to_have_value("Better since Sunday. No pain at night. Sleeps well.")


def test_the_sign_in_expires_in_the_middle_of_a_sentence(
    draft: TreatmentSession, ana: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(TABLET).sign_in("ana@harbour.example").go(where(draft))
    page, saved = person.page, person.page.locator("#saved")
    page.locator("[name=assessment]").press_sequentially("Settling")
    expect(saved).to_have_text("Saved at 10:00")
    page.context.clear_cookies()
    page.locator("[name=assessment]").press_sequentially(" well.")
    page.get_by_role("button", name="Save and sign").click()  # sent to the sign-in page the words would be gone
    expect(saved).to_contain_text("You are signed out.")
    expect(page.locator("[name=assessment]")).to_have_value("Settling well.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in a new tab").click()
    new = opened.value
    new.get_by_label("E-mail").fill("ana@harbour.example")
    new.get_by_label("Password", exact=True).fill(cast.PASSWORD)
    new.get_by_role("button", name="Sign in").click()
    expect(new.get_by_role("button", name="Sign out")).to_be_visible()
    new.close()
    page.bring_to_front()
    page.locator("[name=assessment]").press_sequentially(" Go on.")
    until(page, lambda: words_of(draft, "assessment") == "Settling well. Go on.")
    expect(saved).to_have_text("Saved at 10:00")


def test_a_colleague_saves_in_the_middle_of_a_sentence(
    draft: TreatmentSession, ana: User, bruno: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(TABLET).is_signed_in(ana).go(where(draft))
    page = person.page
    page.locator("[name=subjective]").fill("Ana’s words")
    save_session(
        session=draft, version=1, by=bruno, at=cast.NOW, subjective="Bruno’s <b>words</b>", objective="Bruno’s O"
    )
    both = page.locator("#meanwhile")
    expect(both).to_contain_text("Ana’s words")
    expect(both).to_contain_text("Bruno’s <b>words</b>")
    expect(page.locator("[name=objective]")).to_have_value("Bruno’s O")  # nobody has touched it here
    person.look()
    page.locator("[name=subjective]").fill("Both words")
    both.get_by_role("button", name="Save what is in the form").click()
    expect(page.locator("#saved")).to_have_text("Saved at 10:00")
    assert (words_of(draft), draft.objective, draft.saved_by) == ("Both words", "Bruno’s O", ana)
