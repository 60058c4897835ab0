"""What goes wrong is said on a page that is as good as the others; and everything is reached by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.models import Patient, Plan
from patients.moves import Act
from rehab.models import User
from tests import cast

from .conftest import DESK, PHONE, Person

FOCUS = """() => {
    const at = document.activeElement, ring = getComputedStyle(at), box = at.getBoundingClientRect();
    const shows = ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2 || ring.boxShadow !== "none";
    const inSight = box.bottom > 0 && box.top < innerHeight;
    const ownRing = at.matches("input[type=date]");  // the parts of a date show their own
    const name = at.innerText || at.ariaLabel || at.labels?.[0]?.innerText || at.name || at.tagName;
    return [name.trim(), (shows || ownRing) && inSight];
}"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_what_went_wrong(
    size: dict[str, int], maria: Patient, marias_plan: Plan, yann: Patient, ana: User, somebody: Callable[..., Person]
) -> None:
    person = somebody(size).is_signed_in(ana)
    person.go("/nowhere/").sees("Nothing here")
    person.go(f"/patients/{yann.public_id}/").sees("Nothing here").does_not_see(yann.name)
    person.go("/today/").sees("Not yours to open")
    person.go("/accounts/logout/").sees("Sign out?")

    person.go("/patients/new/").press("Add, and say").sees("Please look at this again", "Name")
    person.go(f"/patients/{maria.public_id}/").follow("Stop exercises for now")
    person.fill(In_words="To be looked at").press("Stop exercises for now").sees("Choose a reason.")
    person.page.get_by_label("Reason").first.select_option(label="more pain")
    seen = Seen(marias_plan.last_sequence, 2)
    decide(plan=marias_plan, act=Act.STAY, on=cast.TODAY, seen=seen, reason_code="more_time", by=ana, at=cast.NOW)
    person.press("Stop exercises for now").sees(
        "This plan has changed meanwhile", "What you had typed", "To be looked at"
    )
    person.press("Stop exercises for now").sees("exercises stopped")


def test_today_by_keyboard(maria: Patient, marias_plan: Plan, somebody: Callable[..., Person]) -> None:
    person = somebody(PHONE).is_signed_in(maria).go("/today/")
    reached = tab_to(person, "All 5 done · Tuesday")
    assert reached[0] == "Skip to the content"
    assert "Something is wrong" in reached
    person.page.keyboard.press("Enter")
    person.look().sees("Done. See you tomorrow")


def test_a_decision_by_keyboard(maria: Patient, marias_plan: Plan, ana: User, somebody: Callable[..., Person]) -> None:
    person = somebody(DESK).is_signed_in(ana)
    person.go(f"/patients/{maria.public_id}/plan/{marias_plan.public_id}/stay/")
    tab_to(person, "choose")
    person.page.keyboard.type("needs")
    tab_to(person, "Stay in phase 2")
    person.page.keyboard.press("Enter")
    person.look().sees("On record: Stay in phase 2.")


def tab_to(person: Person, name: str, most: int = 60) -> list[str]:
    """Press Tab until something of that name has the focus; each stop on the way shows where it is."""
    reached: list[str] = []
    for _ in range(most):
        person.page.keyboard.press("Tab")
        text, shows = person.page.evaluate(FOCUS)
        assert shows, f"the focus is not to be seen on {text!r}, after {reached}"
        reached.append(text)
        if name in text:
            return reached
    raise AssertionError(f"{name!r} is not reached by Tab: {reached}")
