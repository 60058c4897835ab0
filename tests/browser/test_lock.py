"""The lock covers the page and gives it back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from patients.actions.sheet import print_sheet
from patients.models import Patient
from rehab.models import User
from tests.cast import NOW, PASSWORD, TODAY

from .conftest import Person


def test_after_a_quarter_of_an_hour_the_page_is_covered_and_the_words_are_still_there(
    maria: Patient, ana: User, somebody: Callable[..., Person], clock: time_machine.Traveller
) -> None:
    person = somebody()
    person.page.clock.install(time=NOW)
    person.go("/accounts/login/").sign_in("ana@harbour.example")
    person.go(f"/patients/{maria.public_id}/edit/")
    page = person.page
    page.locator("[name=contact]").fill("Rings twice, the bell is weak")
    other = page.context.new_page()
    other.goto(page.url)

    clock.move_to(NOW + timedelta(minutes=15, seconds=5))
    page.clock.fast_forward("15:05")
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator("h1")).to_be_hidden()
    person.look()

    page.locator("#lock-password").fill("wrong")
    page.locator("#lock button").click()
    expect(page.locator("#lock-says")).to_have_text("This is not your password. Try again.")
    page.locator("#lock-password").fill(PASSWORD)
    page.locator("#lock button").click()
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator("[name=contact]")).to_have_value("Rings twice, the bell is weak")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url(f"**/patients/{maria.public_id}/")
    maria.refresh_from_db()
    assert maria.contact == "Rings twice, the bell is weak"
    other.close()


@pytest.mark.parametrize("page", ["schedule", "sheet", "letter"])
def test_what_is_made_for_paper_is_covered_too(
    page: str, maria: Patient, nils: Patient, ana: User, somebody: Callable[..., Person], clock: time_machine.Traveller
) -> None:
    sheet = print_sheet(plan=maria.plans.get(), first_on=TODAY, by=ana, at=NOW) if page == "sheet" else None
    addresses = {
        "schedule": f"/schedule/{TODAY}/print/",
        "sheet": f"/patients/{maria.public_id}/sheet/{sheet.public_id if sheet else ''}/",
        "letter": f"/patients/{nils.public_id}/access/",
    }
    person = somebody()
    person.page.clock.install(time=NOW)
    person.go("/accounts/login/").sign_in("ana@harbour.example")
    person.go(addresses[page])
    if page == "letter":
        person.press("Make a new code")
    clock.move_to(NOW + timedelta(minutes=15, seconds=5))
    person.page.clock.fast_forward("15:05")
    expect(person.page.locator("#lock")).to_be_visible()
    expect(person.page.locator("main")).to_be_hidden()
    person.page.locator("#lock-password").fill(PASSWORD)
    person.page.locator("#lock button").click()
    expect(person.page.locator("main")).to_be_visible()


def test_after_twelve_hours_a_sign_in_in_another_window_gives_the_words_back(
    maria: Patient, ana: User, somebody: Callable[..., Person], clock: time_machine.Traveller
) -> None:
    person = somebody()
    page = person.page
    page.clock.install(time=NOW)
    person.go("/accounts/login/").sign_in("ana@harbour.example")
    person.go(f"/patients/{maria.public_id}/edit/")
    page.locator("[name=contact]").fill("Rings twice, the bell is weak")
    clock.move_to(NOW + timedelta(hours=12, minutes=5))
    page.clock.fast_forward("12:05:00")
    page.locator("#lock-password").fill(PASSWORD)
    page.locator("#lock button").click()
    with page.context.expect_page() as opened:
        page.locator("#lock-gone a").click()
    other = opened.value
    other.get_by_label("E-mail").fill("ana@harbour.example")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(lambda url: "login" not in url)
    page.bring_to_front()
    page.locator("#lock-password").fill(PASSWORD)
    page.locator("#lock button").click()
    expect(page.locator("#lock")).to_be_hidden()
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url(f"**/patients/{maria.public_id}/")
    maria.refresh_from_db()
    assert maria.contact == "Rings twice, the bell is weak"
