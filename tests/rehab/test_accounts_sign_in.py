from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from patients.models import Patient
from rehab.accounts import DEMO_PASSWORD
from rehab.actions.user import deactivate
from rehab.models import AuditEvent, User
from tests import cast
from tests.cast import NOW, PASSWORD
from tests.pages import send, without_token

LOGIN = "/accounts/login/"
ACCOUNT = "/accounts/"
WRONG = "a wrong word, four harbours"
LIMIT = "Too many tries. Please wait five minutes, then try again."
MISMATCH = "This e-mail address and password do not go together. Check both."


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


@pytest.fixture
def maria_by_mail(maria: Patient) -> User:
    return cast.give_account(maria, email="maria@example.org", at=NOW)


def test_the_right_password_signs_in_and_leaves_an_audit_row(client: Client, ana: User) -> None:
    response = sign_in(client, "Ana@Harbour.example ")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert AuditEvent.objects.filter(verb="user.sign_in", actor_id=ana.pk, object_id=ana.pk, at__gte=NOW).count() == 1


def test_a_wrong_password_is_refused_beside_what_was_typed(client: Client, ana: User) -> None:
    response = sign_in(client, "ana@harbour.example", WRONG)
    assert response.status_code == 422
    assert MISMATCH in response.text
    assert "ana@harbour.example" in response.text
    assert WRONG not in response.text
    assert not is_signed_in(client)


def test_five_failures_block_the_right_password_for_five_minutes(
    client: Client, ana: User, clock: time_machine.Traveller
) -> None:
    for _attempt in range(5):
        assert MISMATCH in sign_in(client, "ana@harbour.example", WRONG).text
    assert LIMIT in sign_in(client, "ANA@harbour.example").text
    assert LIMIT in sign_in(Client(REMOTE_ADDR="203.0.113.7"), "ana@harbour.example").text
    assert not is_signed_in(client)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert sign_in(client, "ana@harbour.example").status_code == 302


def test_another_host_name_gives_no_more_tries(client: Client, ana: User) -> None:
    for _attempt in range(5):
        sign_in(client, "ana@harbour.example", WRONG)
    assert LIMIT in sign_in(Client(HTTP_HOST="localhost"), "ana@harbour.example").text


def test_a_success_between_failures_does_not_start_the_count_anew(ana: User) -> None:
    for _attempt in range(4):
        sign_in(Client(), "ana@harbour.example", WRONG)
    assert sign_in(Client(), "ana@harbour.example").status_code == 302
    sign_in(Client(), "ana@harbour.example", WRONG)
    assert LIMIT in sign_in(Client(), "ana@harbour.example").text


def test_ten_failures_from_one_address_block_it_for_every_account(client: Client, ana: User) -> None:
    for number in range(10):
        assert MISMATCH in sign_in(client, f"guess{number}@harbour.example", WRONG).text
    assert LIMIT in sign_in(client, "ana@harbour.example").text
    assert sign_in(Client(REMOTE_ADDR="203.0.113.7"), "ana@harbour.example").status_code == 302


def test_limits_are_counted_where_every_worker_sees_them() -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_twenty_guesses_at_once_are_five_guesses(transactional_db: None) -> None:
    def guess(number: int) -> str:
        try:
            return sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), "ana@harbour.example", WRONG).text
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sum(MISMATCH in answer for answer in answers) <= 5
    assert all(MISMATCH in answer or LIMIT in answer for answer in answers)


def test_unknown_and_known_accounts_answer_alike(ana: User, maria_by_mail: User) -> None:
    """Known, unknown, and one that has an address and no password."""
    User.objects.filter(pk=maria_by_mail.pk).update(password="!")
    answers = []
    for email in ("ana@harbour.example", "who@harbour.example", "maria@example.org"):
        response = sign_in(Client(), email, WRONG)
        answers.append((response.status_code, without_token(response).replace(email, "")))
    assert len(set(answers)) == 1
    assert MISMATCH in answers[0][1]


def test_who_was_deactivated_is_told_so_only_with_the_right_password(client: Client, ana: User, bruno: User) -> None:
    deactivate(user=bruno, by=ana, at=NOW)
    assert MISMATCH in sign_in(client, bruno.email, WRONG).text
    response = client.post(LOGIN, {"login": bruno.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in response.text
    assert not is_signed_in(client)


def test_nobody_signs_up() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert Client().get("/accounts/signup/").status_code == 404


def test_who_is_signed_in_is_taken_past_the_sign_in_page(client_of: Callable[[User], Client], ana: User) -> None:
    response = client_of(ana).get(LOGIN)
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused_with_a_page(client: Client, db: None, method: str) -> None:
    response = getattr(client, method)(LOGIN)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
    assert "This page does not do that" in response.text


# Where to


def test_the_page_that_was_asked_for_comes_after_signing_in(client: Client, ana: User) -> None:
    asked = client.get(ACCOUNT)
    assert asked["Location"] == f"{LOGIN}?next=/accounts/"
    page = client.get(asked["Location"])
    assert '<input type="hidden" name="next" value="/accounts/">' in page.text
    assert sign_in(client, "ana@harbour.example", next=ACCOUNT)["Location"] == ACCOUNT


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http://localhost/",
        "http:///evil.example",
        "\x00/",
    ],
)
def test_nobody_is_sent_to_another_host(client: Client, ana: User, target: str) -> None:
    assert sign_in(client, "ana@harbour.example", next=target)["Location"] == "/"


# The session


def test_the_session_id_changes_at_sign_in(client: Client, ana: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    sign_in(client, "ana@harbour.example")
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_staff_stay_signed_in_for_twelve_hours_and_no_longer(
    client: Client, ana: User, clock: time_machine.Traveller
) -> None:
    sign_in(client, "ana@harbour.example", remember="on")
    for _ten_minutes in range(71):
        clock.shift(timedelta(minutes=10))
        assert is_signed_in(client)
    clock.shift(timedelta(minutes=9))
    assert is_signed_in(client)
    clock.shift(timedelta(minutes=2))
    assert not is_signed_in(client)


def test_a_patient_stays_signed_in_for_thirty_minutes_from_the_last_use(
    client: Client, maria_by_mail: User, clock: time_machine.Traveller
) -> None:
    sign_in(client, "maria@example.org")
    for _step in range(4):
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(client)
    clock.shift(timedelta(minutes=31))
    assert not is_signed_in(client)


def test_on_a_phone_of_their_own_it_is_ninety_days_from_the_last_use(
    client: Client, maria_by_mail: User, clock: time_machine.Traveller
) -> None:
    sign_in(client, "maria@example.org", remember="on")
    for _step in range(3):
        clock.shift(timedelta(days=89, hours=23))
        assert is_signed_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 90 * 24 * 3600
    clock.shift(timedelta(days=90, minutes=1))
    assert not is_signed_in(client)


def test_a_session_in_use_is_written_once_a_minute_at_most(
    client: Client, maria_by_mail: User, clock: time_machine.Traveller
) -> None:
    def ends() -> datetime:
        return Session.objects.get(session_key=client.session.session_key).expire_date

    sign_in(client, "maria@example.org")
    client.get(LOGIN)
    first = ends()
    clock.shift(timedelta(seconds=50))
    client.get(ACCOUNT)
    assert ends() == first
    clock.shift(timedelta(seconds=15))
    client.get(ACCOUNT)
    assert ends() - first >= timedelta(minutes=1)


# What was typed


@pytest.mark.parametrize(
    "hostile",
    ["", " ", "a\x00b@x.example", "x" * 10_000, "😀@x.example", "\ud800@x.example", "‮ana@harbour.example", "<b>@x"],
)
def test_whatever_is_typed_as_address_is_refused_politely(client: Client, db: None, hostile: str) -> None:
    response = send(client, LOGIN, {"login": hostile, "password": PASSWORD})
    assert response.status_code == 422
    assert "Please look at this again" in response.text


@pytest.mark.parametrize("hostile", ["", "a\x00b", "x" * 10_000, "😀" * 12, "\ud800" * 12, "עברית" * 4])
def test_whatever_is_typed_as_password_is_refused_politely(client: Client, ana: User, hostile: str) -> None:
    response = send(client, LOGIN, {"login": ana.email, "password": hostile})
    assert response.status_code == 422
    assert "Please look at this again" in response.text


# The demo


def test_the_demo_says_who_may_sign_in(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    page = client.get(LOGIN).text
    for words in ("admin@example.com", "physio@example.com", "patient@example.com", DEMO_PASSWORD):
        assert words in page


def test_outside_the_demo_no_account_is_shown(client: Client, db: None) -> None:
    page = client.get(LOGIN).text
    assert "example.com" not in page
    assert DEMO_PASSWORD not in page
