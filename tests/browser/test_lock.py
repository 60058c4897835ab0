"""The lock covers the page and gives it back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine
from playwright.sync_api import expect

from patients.models import Patient
from rehab.models import User
from tests.cast import NOW, PASSWORD

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
