"""The front desk's morning on a tablet: book with three letters and Enter, move, call off and say what next."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import expect

from patients.actions.visit import add_visit
from patients.models import Patient, Visit
from rehab.models import ClinicHours, User
from tests import cast

from .conftest import PHONE, Person

TABLET = {"width": 820, "height": 1180}
HALF_PAST_TWO = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _hours(ana: User) -> None:
    ana.clinic.opening.all().delete()
    for weekday in range(5):
        ClinicHours.objects.create(clinic=ana.clinic, weekday=weekday, opens=time(8), closes=time(18))


def test_the_desk_books_moves_and_calls_off(
    omar: Patient, maria: Patient, desk: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(TABLET).is_signed_in(desk).go("/schedule/").sees("Tuesday 3 March 2026", "Ana Ruiz")
    page = person.page
    page.keyboard.press("n")
    person.look()
    page.keyboard.press("n")
    person.look().sees("Thursday 5 March 2026")

    # From a free place: three letters, Enter, Enter. The list may still be on its way when Enter is pressed.
    person.taps = 0
    person.tap(page.locator("a.free").filter(has_text=re.compile("14:30, Ana Ruiz")))
    page.keyboard.type("had")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/new/**")
    person.look().sees("Omar Haddad", "Book a visit")
    expect(page.get_by_label("Time", exact=True)).to_have_value("14:30")
    page.keyboard.press("Enter")
    page.wait_for_url("**/schedule/2026-03-05/")
    person.look().sees("The visit is booked.", "14:30 Omar Haddad")
    assert person.taps == 1
    visit = Visit.objects.get(state="booked", patient=omar)
    assert visit.starts_at == HALF_PAST_TWO
    assert visit.due_on is not None  # what was due is booked, and no visit besides

    # The box at the top shows who is meant before Enter.
    page.keyboard.press("/")
    page.keyboard.type("sot")
    expect(page.locator("#found a")).to_have_count(1)
    person.look()
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/new/**")
    person.look().fill(Time="14:45")
    person.press("Book").sees("Ana Ruiz has another visit then, from 14:30.", "Book anyway")
    person.fill(Time="16:00").press("Book").sees("The visit is booked.", "16:00 María Soto")

    more = page.locator("td .slot").filter(has_text="Omar Haddad").locator("summary")
    person.tap(more).follow("Move").fill(Time="15:00").press("Move").sees("The visit is moved.", "15:00 Omar Haddad")

    person.tap(page.locator("td .slot").filter(has_text="Omar Haddad").locator("summary")).follow("Cancel")
    person.choose("Who cancels it", "the patient").press("Cancel this visit").sees("Say what comes next.")
    person.choose("What next", "It is due on").page.get_by_label("Day").last.fill("2026-03-12")
    person.press("Cancel this visit").sees("The visit is cancelled.", "To book", "due Thu 12 Mar")
    assert omar.visits.get(due_on="2026-03-12").state == "due"
    person.does_not_see("Low back", "phase")


def test_the_same_without_scripts_on_a_phone(omar: Patient, desk: User, somebody: Callable[..., Person]) -> None:
    person = somebody(PHONE, scripts=False).is_signed_in(desk).go("/schedule/2026-03-05/").sees("No visit on this day")
    person.follow("Book on this day")
    person.page.get_by_role("searchbox").fill("oma")
    person.press("Find").follow("Omar Haddad").fill(Time="10:00")
    person.press("Book").sees("The visit is booked.", "10:00")
    person.follow("Omar Haddad").open("Cancel it").choose("Who cancels it", "the clinic")
    person.choose("What next", "No further visit").press("Cancel this visit").sees("Say in words why")
    person.page.get_by_label("In words").last.fill("Moved to another town")
    person.press("Cancel this visit").sees("The visit is cancelled.", "cancelled")
    visit = omar.visits.get(state="cancelled")
    assert visit.events.latest("sequence").what_next == "no_further"


def test_keys_are_off_for_who_does_not_want_them(desk: User, somebody: Callable[..., Person]) -> None:
    User.objects.filter(pk=desk.pk).update(uses_keys=False)
    person = somebody(TABLET).is_signed_in(desk).go("/schedule/2026-03-05/").does_not_see("Keys:")
    person.page.keyboard.press("n")
    person.look().sees("Thursday 5 March 2026")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_full_day_is_one_sheet_of_paper(
    omar: Patient, ana: User, bruno: User, desk: User, somebody: Callable[..., Person], paper: str
) -> None:
    for who in (ana, bruno):
        for half_hour in range(8):
            starts_at = datetime(2026, 3, 5, 8, 0, tzinfo=UTC) + timedelta(minutes=60 * half_hour + 30 * (who == bruno))
            add_visit(
                episode=omar.episodes.get(), physiotherapist=who, starts_at=starts_at, minutes=30, by=desk, at=cast.NOW
            )
    person = somebody().is_signed_in(desk).go("/schedule/2026-03-05/").follow("Print").sees("09:00–09:30", "Omar")
    sheets = person.page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
