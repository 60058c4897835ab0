"""The caseload as a physiotherapist uses it: on every screen, by keys, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from patients.actions.sight import look_again
from patients.models import DealtWith, Patient
from patients.moves import Act
from rehab.models import User
from tests import cast
from tests.cast import NOW, TODAY
from tests.patients.plan_pages import do

from .conftest import DESK, PHONE, Person

TABLET = {"width": 820, "height": 1180}
Somebody = Callable[..., Person]


@pytest.fixture
def full(ana: User, bruno: User, maria: Patient, omar: Patient) -> None:
    """A few of each kind: stopped by pain, on paper, without a plan, nobody's, with a very long name, right to left."""
    do(maria.plans.get(), Act.STOP, ana, reason_code="pain")
    look_again(episode=omar.episodes.get(), on=TODAY, by=ana, at=NOW)
    for name in ("Maximiliane-Antoinette " * 4 + "von und zu Hohenlohe", "يوسف الخطيب"):
        cast.plan(
            cast.episode(cast.patient(name.strip(), by=ana), lead=ana), by=ana, start_on=TODAY - timedelta(days=50)
        )
    cast.episode(cast.patient("Theo Without", by=ana), lead=ana, at=NOW)


@pytest.mark.parametrize("size", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
def test_the_caseload_on_every_screen(size: dict[str, int], full: None, somebody: Somebody, ana: User) -> None:
    person = somebody(size).is_signed_in(ana)
    person.go("/").sees("My patients", "Stopped because of pain", "Look again", "No plan, no visit", "Needs me")
    assert person.page.url.endswith("/caseload/")
    person.follow("María Soto, Stopped because of pain: dealt with until…").sees("Dealt with until…", "What was done")
    person.fill(What_was_done="Rang her, better").press("Dealt with").sees("María Soto: dealt with until")
    assert DealtWith.objects.get().words == "Rang her, better"


def test_by_keys_and_never_while_typing(full: None, somebody: Somebody, ana: User) -> None:
    person = somebody(DESK).is_signed_in(ana).go("/caseload/")
    press = person.page.keyboard.press
    press("j")
    assert person.page.evaluate("document.activeElement.textContent") == "María Soto"
    press("j")
    press("k")
    press("?")
    assert person.look().page.locator("#keys").get_attribute("open") is not None
    press("/")
    person.page.keyboard.type("jd omar")
    assert person.look().page.url.endswith("/caseload/")
    assert person.page.locator("#q").input_value() == "jd omar"
    person.page.get_by_text("Nobody found in your caseload").wait_for()
    person.look()
    person.go("/caseload/")
    press("j")
    press("d")
    person.page.wait_for_url(re.compile("dealt-with"))
    person.look().sees("Dealt with until…")
    person.go("/caseload/")
    person.page.evaluate("document.body.dataset.keys = 'off'")
    press("j")
    press("d")
    assert person.look().page.url.endswith("/caseload/")


def test_without_scripts_everything_is_there(full: None, somebody: Somebody, ana: User) -> None:
    person = somebody(DESK, scripts=False).is_signed_in(ana).go("/caseload/")
    person.page.locator("#q").fill("omar")
    person.press("Find").sees("Omar Haddad").does_not_see("María Soto")
    person.go("/caseload/?show=all")
    person.page.locator("#phase").select_option("1")
    person.press("Show").sees("Omar Haddad").does_not_see("María Soto")
    assert not person.page.locator("#keys").is_visible()
