"""The page from which access is given, its letter, and the page where a code signs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from patients.actions.invitation import invite
from patients.models import Invitation, Patient
from rehab.models import AuditEvent, User
from tests.cast import NOW, PASSWORD
from tests.pages import send, without_token

ClientOf = Callable[[User | Patient], Client]
START = "/start/"
ACCOUNT = "/accounts/"
REFUSED = "This code and year do not work."


def access(patient: Patient, act: str = "") -> str:
    return f"/patients/{patient.public_id}/access/{act}"


def enter(client: Client, code: str, year: str = "1956", **more: str) -> HttpResponse:
    return send(client, START, {"code": code, "birth_year": year} | more)


def code_for(patient: Patient, by: User) -> str:
    return invite(patient=patient, by=by, at=NOW)[1]


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


# Giving access


def test_the_page_says_how_the_patient_signs_in(
    client_of: ClientOf, ana: User, omar: Patient, clock: time_machine.Traveller
) -> None:
    client = client_of(ana)
    assert "No code was made yet." in client.get(access(omar)).text
    code = code_for(omar, ana)
    page = client.get(access(omar)).text
    assert "A code by Ana Ruiz is open. It works once, until 17 March 2026, 10:00." in page
    assert "The patient has not signed in yet." in page
    assert code not in page
    assert enter(Client(), code).status_code == 302
    page = client.get(access(omar)).text
    assert "The last code was used on 3 March 2026, 10:00." in page
    assert "Signed in last on 3 March 2026, 10:00." in page
    code_for(omar, ana)
    clock.shift(timedelta(days=15))
    assert "The last code ran out on 17 March 2026." in client_of(ana).get(access(omar)).text


def test_a_new_code_is_shown_once_on_a_letter(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    letter = client.post(access(omar))
    assert letter.status_code == 200
    assert "no-store" in letter["Cache-Control"]
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", letter.text)[0]
    for words in ("Harbour Physio", "030 555 0134", "112", "Omar Haddad", "http://testserver/start/", "17 March 2026"):
        assert words in letter.text
    assert '<svg class="qr"' in letter.text
    assert "style=" not in letter.text
    assert code not in client.get(access(omar)).text
    assert enter(Client(), code).status_code == 302


def test_the_form_sent_twice_leaves_one_code_that_works(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    letters = [client.post(access(omar)).text for _time in range(2)]
    first, second = (re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", letter)[0] for letter in letters)
    assert enter(Client(), first).status_code == 422
    assert enter(Client(), second).status_code == 302


def test_the_chart_speaks_of_a_code_only_while_it_works(client_of: ClientOf, ana: User, omar: Patient) -> None:
    chart = f"/patients/{omar.public_id}/"
    code = code_for(omar, ana)
    assert "A code is out" in client_of(ana).get(chart).content.decode()
    for _guess in range(5):
        enter(Client(), code, "1957")
    assert "A code is out" not in client_of(ana).get(chart).content.decode()


def test_a_code_is_taken_back(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client, code = client_of(ana), code_for(omar, ana)
    page = client.post(access(omar, "revoke/"), follow=True)
    assert "The code no longer works." in page.text
    assert "The last code was taken back." in page.text
    assert enter(Client(), code).status_code == 422
    assert client.post(access(omar, "revoke/")).status_code == 302


def test_a_lost_phone_is_signed_out(client_of: ClientOf, ana: User, maria: Patient) -> None:
    phone = client_of(maria)
    assert is_signed_in(phone)
    page = client_of(ana).post(access(maria, "phones/"), follow=True)
    assert "signed out on every phone" in page.text
    assert not is_signed_in(phone)
    assert enter(phone, code_for(maria, ana), "1981").status_code == 302
    assert is_signed_in(phone)


def test_an_address_for_signing_in_is_kept(client_of: ClientOf, ana: User, maria: Patient) -> None:
    client = client_of(ana)
    page = client.post(access(maria, "email/"), {"email": "Maria@Example.org"}, follow=True)
    assert "The e-mail for signing in is saved." in page.text
    assert 'value="maria@example.org"' in page.text
    client.post(access(maria, "email/"), {"email": ""})
    maria.refresh_from_db()
    assert maria.user is not None and maria.user.email is None


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("bruno@harbour.example", "Somebody already signs in with this e-mail address."),
        ("ZOE@hilltop.example", "Somebody already signs in with this e-mail address."),
        ("nobody", "Enter a valid email address."),
        ("a\x00@x.example", "Null characters"),
        ("x" * 10_000 + "@x.example", "Enter a valid email address."),
        ("😀@x.example", "Enter a valid email address."),
        ("\ud800@x.example", "Enter a valid email address."),
    ],
)
def test_an_address_is_not_kept_wrongly(client_of: ClientOf, ana: User, maria: Patient, email: str, says: str) -> None:
    response = send(client_of(ana), access(maria, "email/"), {"email": email})
    assert response.status_code == 422
    assert says in response.text
    maria.refresh_from_db()
    assert maria.user is not None and maria.user.email is None


@pytest.mark.parametrize("act", ["", "revoke/", "phones/", "email/"])
def test_access_is_given_by_the_clinics_physiotherapists_and_front_desk_only(
    client_of: ClientOf, act: str, omar: Patient, maria: Patient, admin: User, desk: User, zoe: User, bruno: User
) -> None:
    before = AuditEvent.objects.count()
    for who in (admin, zoe, maria):
        assert client_of(who).post(access(omar, act)).status_code == 404
    assert client_of(maria).post(access(maria, act)).status_code == 403
    assert Client().post(access(omar, act))["Location"].startswith("/accounts/login/")
    assert client_of(bruno).post(f"/patients/{uuid4()}/access/{act}").status_code == 404
    assert not Invitation.objects.filter(patient=omar).exists()
    assert AuditEvent.objects.count() == before
    if act:
        assert client_of(bruno).get(access(omar, act)).status_code == 405


# Signing in with a code


def test_the_link_of_the_letter_fills_the_code_in_and_does_nothing_else(ana: User, omar: Patient) -> None:
    code = code_for(omar, ana)
    client = Client()
    page = client.get(f"{START}{code.replace('-', '')}/")
    assert f'value="{code.replace("-", "")}"' in page.text
    assert 'action="/start/"' in page.text
    assert not is_signed_in(client)
    assert Invitation.objects.get(patient=omar).used_at is None


@pytest.mark.parametrize("code", ["x", "%00", "😀", '"><script>', "x" * 5_000, "BCDFGHJKM0"])
def test_a_link_with_something_else_shows_an_empty_form(db: None, code: str) -> None:
    response = Client().get(f"{START}{code}/")
    assert response.status_code == 200
    assert "<script>" not in response.text
    assert "value=" not in response.text[response.text.index('name="code"') :].partition(">")[0]


def test_code_and_year_sign_the_patient_in(ana: User, omar: Patient) -> None:
    client = Client()
    response = enter(client, code_for(omar, ana))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert client.get("/")["Location"] == "/today/"
    omar.refresh_from_db()
    assert AuditEvent.objects.filter(verb="user.sign_in", actor_id=omar.user_id).count() == 1


def test_the_session_id_changes(ana: User, omar: Patient) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
    before = client.session.session_key
    enter(client, code_for(omar, ana))
    assert client.session.session_key != before
    assert "Omar Haddad" in client.get(ACCOUNT).text


def test_on_a_phone_of_their_own_patients_stay_signed_in_for_ninety_days(
    ana: User, omar: Patient, clock: time_machine.Traveller
) -> None:
    own, shared = Client(), Client()
    enter(own, code_for(omar, ana), own_phone="on")
    enter(shared, code_for(omar, ana))
    assert own.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 90 * 24 * 3600
    clock.shift(timedelta(minutes=31))
    assert is_signed_in(own)
    assert not is_signed_in(shared)
    clock.shift(timedelta(days=89))
    assert is_signed_in(own)


def test_whatever_is_wrong_the_page_is_the_same(ana: User, omar: Patient, nils: Patient) -> None:
    code, used = code_for(omar, ana), code_for(nils, ana)
    enter(Client(), used, "1999")
    pages = []
    for typed, year in ((code, "1957"), ("BCDFG-HJKMN", "1956"), (used, "1999")):
        response = enter(Client(), typed, year)
        assert response.status_code == 422
        assert REFUSED in response.text
        pages.append(without_token(response).replace(typed, "").replace(year, ""))
    assert len(set(pages)) == 1


@pytest.mark.parametrize("code", ["", "a\x00b", "x" * 10_000, "😀" * 10, "\ud800" * 10, "‮BCDFG-HJKMN"])
def test_whatever_is_typed_as_code_is_refused_politely(db: None, code: str) -> None:
    response = enter(Client(), code)
    assert response.status_code == 422
    assert "Please look at this again" in response.text


@pytest.mark.parametrize("year", ["", "56", "nineteen", "1956.0", "-1956", "99999999999", "١٩٥٦", "19\x0056", "😀"])
def test_whatever_is_typed_as_year_is_refused_and_counts_as_no_guess(ana: User, omar: Patient, year: str) -> None:
    response = enter(Client(), code_for(omar, ana), year)
    assert response.status_code == 422
    assert "Please look at this again" in response.text
    assert Invitation.objects.get(patient=omar).failures == 0


def test_the_eleventh_try_in_a_minute_from_one_address_is_refused_even_if_right(
    ana: User, omar: Patient, clock: time_machine.Traveller
) -> None:
    code = code_for(omar, ana)
    for _try in range(10):
        assert enter(Client(), "BCDFG-HJKMN").status_code == 422
    response = enter(Client(), code)
    assert response.status_code == 429
    assert "Too many tries. Please wait a minute, then try again." in response.text
    assert enter(Client(REMOTE_ADDR="203.0.113.7"), "BCDFG-HJKMN").status_code == 422
    clock.shift(timedelta(seconds=61))
    assert enter(Client(), code).status_code == 302


def test_no_code_reaches_a_log(ana: User, omar: Patient, caplog: pytest.LogCaptureFixture) -> None:
    code = code_for(omar, ana)
    bare = code.replace("-", "")
    Client().get(f"{START}{bare}/")
    enter(Client(), code, "1957")
    enter(Client(), code)
    assert code not in caplog.text and bare not in caplog.text


# The first page


def test_the_first_page_is_the_first_that_one_has(
    client_of: ClientOf, ana: User, admin: User, desk: User, maria: Patient
) -> None:
    assert client_of(ana).get("/")["Location"] == "/caseload/"
    assert client_of(admin).get("/")["Location"] == "/library/templates/"
    assert client_of(maria).get("/")["Location"] == "/today/"
    assert client_of(desk).get("/")["Location"] == "/schedule/"
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"
