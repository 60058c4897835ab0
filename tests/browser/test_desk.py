"""The front desk's day, and the way of a week on paper: printed, ticked by hand, entered by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from patients.actions.ledger import Seen
from patients.actions.prescription import add_prescription, offered
from patients.actions.sheet import print_sheet
from patients.models import Patient, Plan, PrintedSheet
from rehab.models import User
from tests.cast import NOW, TODAY

from .conftest import DESK, PHONE, Person

TABLET = {"width": 820, "height": 1180}


def pages(person: Person, paper: str) -> int:
    """How many pages Chromium prints."""
    return len(re.findall(rb"/Type\s*/Page[^s]", person.page.pdf(format=paper)))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_front_desk_adds_somebody_and_gives_access(
    desk: User, ana: User, somebody: Callable[..., Person], scripts: bool
) -> None:
    person = somebody(DESK, scripts=scripts).sign_in("dora@harbour.example")
    person.go("/patients/").follow("Add a patient").fill(Name="Lena Winter", Birth_date="4.3.1981", Phone="030 1")
    person.press("Add this patient").sees("Lena Winter, 44", "030 1", "A physiotherapist opens the episode first")
    person.follow("Correct details").fill(Phone="030 2").press("Save").sees("The details are saved.", "030 2")
    person.follow("Give access").press("Make a new code").sees("Your exercises on your phone", "Lena Winter")
    lena = Patient.objects.get(name="Lena Winter")
    person.go(f"/patients/{lena.public_id}/").sees("Nothing here").does_not_see("Lena")
    other = somebody(TABLET, scripts=scripts).is_signed_in(ana).go("/patients/")
    other.sees("1 person waits for a problem to be named").follow(re.compile("say what the problem is"))
    other.sees("Lena Winter")


def test_a_week_is_printed_on_one_page_and_entered_by_keyboard(
    maria: Patient, marias_plan: Plan, desk: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(DESK).is_signed_in(desk).go(f"/patients/{maria.public_id}/contact/").follow("Paper sheet")
    person.press("Make the sheet").sees("My exercises", "Plan no. 1 of 16 February 2026", "If something is wrong")
    sheet = PrintedSheet.objects.get()
    assert len(sheet.asked[0]) == 5
    for paper in ("A4", "Letter"):
        assert pages(person, paper) == 1, paper
    person.follow("Back").follow("The last days, from 25 February").sees("25 February – 3 March 2026")
    keys = person.page.keyboard
    person.page.get_by_label("All of Wednesday 25 February").focus()
    keys.press("Space")
    for _day in range(4):
        keys.press("ArrowRight")
        keys.press("Space")
    keys.press("ArrowDown")
    keys.press("Space")  # Sunday's first exercise, the first time: not done after all
    assert not person.page.get_by_label("All of Sunday 1 March").is_checked()
    assert person.page.get_by_label("All of Saturday 28 February").is_checked()
    keys.press("Enter")
    person.look().sees("14 entries are saved.")
    assert maria.logs.filter(how="paper", by=desk).count() == 14


def test_a_week_is_entered_without_scripts(omar: Patient, desk: User, somebody: Callable[..., Person]) -> None:
    person = somebody(PHONE, scripts=False).is_signed_in(desk)
    person.go(f"/patients/{omar.public_id}/sheet/week/2026-02-25/")
    person.page.get_by_label("All of Monday 2 March").check()
    person.press("Save the week").sees("entries are saved.")
    assert set(omar.logs.values_list("on", flat=True)) == {TODAY - timedelta(days=1)}


def test_more_exercises_go_on_a_second_page(
    maria: Patient, marias_plan: Plan, ana: User, somebody: Callable[..., Person]
) -> None:
    """So a page too many is seen: ten more exercises do not fit the first."""
    given = set(marias_plan.prescriptions.values_list("revision__exercise_id", flat=True))
    others = [row for phase in (1, 3, 4) for row, _ in offered(marias_plan.phases.get(number=phase), "lower_back")]
    for row in {row.revision.exercise_id: row for row in others if row.revision.exercise_id not in given}.values():
        add_prescription(
            plan=marias_plan,
            phase=2,
            what=row.revision,
            dosage=row.dosage,
            seen=Seen(marias_plan.last_sequence, 2),
            by=ana,
            at=NOW,
        )
        marias_plan.refresh_from_db()
    sheet = print_sheet(plan=marias_plan, first_on=TODAY, by=ana, at=NOW)
    assert len(sheet.asked[0]) > 10
    person = somebody(DESK).is_signed_in(ana).go(f"/patients/{maria.public_id}/sheet/{sheet.public_id}/")
    assert pages(person, "A4") == 2


def test_a_physiotherapist_fills_in_a_day_on_a_tablet(
    maria: Patient, ana: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(TABLET).is_signed_in(ana).go(f"/patients/{maria.public_id}/").follow("Fill in a day")
    person.sees("Monday 2 March", "It stays on record that you did.")
    line = person.page.get_by_role("region", name="Pelvic tilt")
    assert not line.get_by_label("If not, why?").is_visible()
    line.get_by_text("Not done", exact=True).click()
    line.get_by_label("If not, why?").select_option(label="forgot")
    person.choose("Pain in the morning", "3").press("Save the day").sees("The day is saved.", "on record: not done")
    assert maria.logs.get().how == "on_behalf"
    assert maria.check_ins.get().pain_morning == 3
