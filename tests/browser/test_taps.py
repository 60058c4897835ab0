"""What is done ten times a day takes few taps: promise 51."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from patients.models import Patient, TreatmentSession
from rehab.models import User
from tests import cast

from .conftest import DESK, Person


def test_assigning_is_at_most_eight_taps(nils: Patient, ana: User, somebody: Callable[..., Person]) -> None:
    episode = cast.episode(nils, lead=ana)
    person = somebody(DESK).is_signed_in(ana).go(f"/patients/{nils.public_id}/episodes/{episode.public_id}/assign/")
    person.choose("The problem", "Has lasted").sees("Exercises of phase 2")
    person.choose("The patient reports", "on paper")
    person.tap(person.page.locator("label.check").filter(has_text="Walking"))
    person.tap(person.page.locator("li").filter(has_text="Wall sit").locator("summary"))
    times = person.page.get_by_role("spinbutton", name="Times").locator("visible=true").first
    times.fill("4")
    person.page.locator("[name=reason]").fill("Has had the first phase elsewhere")
    person.press("Assign").sees("The plan is assigned.")
    assert person.taps <= 8
    assert nils.plans.get().prescriptions.count() == 4


def test_a_routine_session_is_at_most_fifteen_taps(maria: Patient, ana: User, somebody: Callable[..., Person]) -> None:
    """From the chart to the signed note: pain before and after, three exercises, four texts, minutes."""
    person = somebody(DESK).is_signed_in(ana).go(f"/patients/{maria.public_id}/")
    person.follow("Start session").press("Begin the note").choose("Pain before", "5")
    for name in ("Hamstring stretch", "Pelvic tilt", "Wall sit"):
        person.tap(person.page.locator("label.check").filter(has_text=name))
    for field in ("subjective", "objective", "assessment", "plan_text"):
        person.tap(person.page.locator(f"[name={field}]")).page.keyboard.type("Words.")
    person.tap(person.page.locator("[name=minutes]")).page.keyboard.type("30")
    person.taps += len("30")  # figures are keys, no words
    person.choose("Pain after", "3").press("Save and sign").sees("Signed by Ana Ruiz")
    assert person.taps <= 15
    note = maria.sessions.get()
    assert (note.status, note.pain_before, note.pain_after, note.minutes) == (TreatmentSession.Status.SIGNED, 5, 3, 30)
    assert note.on == date(2026, 3, 3)
