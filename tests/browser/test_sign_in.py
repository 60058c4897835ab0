from __future__ import annotations

from collections.abc import Callable

from rehab.models import Clinic

from .conftest import DESK, PHONE, Person


def test_who_is_not_signed_in_comes_to_the_sign_in_page(clinic: Clinic, somebody: Callable[..., Person]) -> None:
    for size in (PHONE, DESK):
        person = somebody(size).go("/patients/")
        assert "/accounts/login/" in person.page.url
        person.sign_in("nobody@harbour.example").sees("do not go together")
