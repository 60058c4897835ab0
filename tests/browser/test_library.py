"""An administrator reads the library, and opens no patient; the front desk is told what it may."""

from __future__ import annotations

from collections.abc import Callable

from patients.models import Patient
from rehab.models import User

from .conftest import DESK, Person


def test_an_administrator(admin: User, maria: Patient, somebody: Callable[..., Person]) -> None:
    person = somebody(DESK).sign_in("adela@harbour.example").sees("Plan templates")
    person.follow("Low back, four phases").sees("Version 2", "Settle", "Move", "Strengthen", "Return", "M53.87")
    person.follow("Version 1").sees("Version 1: ", "retired")
    person.follow("Library").sees("Exercises").follow("Wall sit").sees("When to stop")
    person.follow("Conditions").tap(person.page.locator("main a[href*='/library/conditions/']").first)
    person.sees("M53", "Red flags")
    person.go("/library/codes/").fill(Code="m53.87").press("Find").sees("M53.87", "billable")
    person.does_not_see("Patients")
    person.go("/patients/").sees("Not yours to open").does_not_see(maria.name)
    person.go(f"/patients/{maria.public_id}/").sees("Nothing here").does_not_see(maria.name)


def test_the_front_desk(desk: User, maria: Patient, somebody: Callable[..., Person]) -> None:
    person = somebody(DESK).sign_in("dora@harbour.example").sees("All patients")
    person.does_not_see("Templates", "Conditions")
    person.go("/patients/").sees(maria.name).does_not_see("on plan").follow(maria.name).sees("Contact", "Born")
    person.go(f"/patients/{maria.public_id}/").sees("Nothing here").does_not_see(maria.name)
    person.go("/library/templates/").sees("Not yours to open")
