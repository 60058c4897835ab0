from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from patients.models import Patient
from rehab.actions.user import deactivate, end_sessions, set_email
from rehab.errors import Refused
from rehab.models import AuditEvent, User
from tests import cast
from tests.cast import NOW, PASSWORD
from tests.pages import without_token

LOGIN = "/accounts/login/"
ACCOUNT = "/accounts/"
CHANGE = "/accounts/password/change/"
RESET = "/accounts/password/reset/"
NEW = "another long word, five boats"


def sign_in(email: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(LOGIN, {"login": email, "password": password})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> HttpResponse:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": again or new})


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https://testserver(/\S+)", message.body)
    assert found, message.body
    return found[1]


# The page about oneself


def test_the_account_page_says_who_one_is_and_may_do(ana: User) -> None:
    page = sign_in(ana.email).get(ACCOUNT).text
    for words in ("Ana Ruiz", "ana@harbour.example", "Physiotherapist", "Opens the clinic", "Change your password"):
        assert words in page
    assert "Looks after the exercises" not in page


def test_a_patient_who_signs_in_with_a_code_is_shown_no_password(
    client_of: Callable[[Patient], Client], maria: Patient
) -> None:
    client = client_of(maria)
    page = client.get(ACCOUNT).text
    assert "You sign in with a code from your clinic." in page
    assert CHANGE not in page
    assert client.get(CHANGE)["Location"] == ACCOUNT


# Signing out


def test_who_needs_a_new_code_to_come_back_is_told_before_signing_out(
    client_of: Callable[[Patient], Client], maria: Patient
) -> None:
    client = client_of(maria)
    footer = client.get("/today/").text.split("<footer")[1]
    assert 'href="/accounts/logout/"' in footer and "<form" not in footer
    for page in ("/accounts/logout/", ACCOUNT):
        text = client.get(page).text
        assert "new code" in text or "you need a new one" in text
        assert "030 555 0134" in text


def test_who_has_a_password_signs_out_at_once(
    client_of: Callable[[Patient], Client], ana: User, maria: Patient
) -> None:
    maria.user.set_password("a long word, four harbours")
    maria.user.save(update_fields=["password"])
    assert "<form" in client_of(maria).get("/today/").text.split("<footer")[1]
    assert "new code" not in client_of(maria).get(ACCOUNT).text


def test_signing_out_ends_this_session_and_clears_the_browser(ana: User) -> None:
    client, other = sign_in(ana.email), sign_in(ana.email)
    assert "Sign out?" in client.get("/accounts/logout/").text
    assert is_signed_in(client), "asking is not doing"
    response = client.post("/accounts/logout/")
    assert response["Location"] == LOGIN
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response["Cache-Control"] == "no-store"
    assert not is_signed_in(client)
    assert is_signed_in(other)
    assert "You are signed out." in client.get(LOGIN).text


def test_a_page_of_somebody_signed_in_is_kept_by_no_cache(ana: User) -> None:
    assert "no-store" in sign_in(ana.email).get(ACCOUNT)["Cache-Control"]


def test_signing_out_everywhere_ends_every_session(ana: User, bruno: User) -> None:
    client, other, colleague = sign_in(ana.email), sign_in(ana.email), sign_in(bruno.email)
    assert client.get("/accounts/sign-out-everywhere/").status_code == 405
    response = client.post("/accounts/sign-out-everywhere/")
    assert response["Location"] == LOGIN
    assert "Clear-Site-Data" in response
    assert not is_signed_in(client)
    assert not is_signed_in(other)
    assert is_signed_in(colleague)
    assert "You are signed out everywhere." in client.get(LOGIN).text
    assert AuditEvent.objects.filter(verb="user.end_sessions", actor_id=ana.pk, object_id=ana.pk).exists()


def test_deactivation_ends_every_session_with_the_next_request(ana: User, bruno: User) -> None:
    client = sign_in(bruno.email)
    deactivate(user=bruno, by=ana, at=NOW)
    assert not is_signed_in(client)


def test_ending_sessions_keeps_the_password(ana: User) -> None:
    end_sessions(user=ana, by=ana, at=NOW)
    assert is_signed_in(sign_in(ana.email))


# Changing the password


def test_a_changed_password_ends_every_session(ana: User) -> None:
    client, other = sign_in(ana.email), sign_in(ana.email)
    assert client.get(CHANGE).status_code == 200
    response = change(client)
    assert response["Location"] == LOGIN
    assert "Clear-Site-Data" in response
    assert not is_signed_in(client)
    assert not is_signed_in(other)
    assert not is_signed_in(sign_in(ana.email))
    assert is_signed_in(sign_in(ana.email, NEW))
    row = AuditEvent.objects.get(verb="user.set_password", object_id=ana.pk)
    assert (row.actor_id, row.fields) == (ana.pk, ["password"])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"old": "not this one, four harbours"}, "This is not your password of today."),
        ({"new": "eleven char"}, "at least 12"),
        ({"new": "x7" * 65}, "at most 128"),
        ({"new": "q1w2e3r4t5y6"}, "too common"),
        ({"new": "ana@harbour.example"}, "too similar"),
        ({"new": "a\x00" * 8}, "Null characters"),
        ({"again": "something else altogether"}, "same password"),
    ],
)
def test_a_password_is_not_changed_wrongly(ana: User, typed: dict[str, str], says: str) -> None:
    client = sign_in(ana.email)
    response = change(client, **typed)
    assert response.status_code == 422
    assert says in response.text
    assert NEW not in response.text
    assert is_signed_in(client)


def test_a_password_needs_no_digits_or_signs(ana: User) -> None:
    assert change(sign_in(ana.email), new="long words lazily following").status_code == 302


# Setting a new one


def test_a_link_by_mail_sets_a_new_password_once(ana: User) -> None:
    signed_in = sign_in(ana.email)
    client = Client()
    assert client.post(RESET, {"email": "ANA@harbour.example"})["Location"] == f"{RESET}done/"
    assert "Look at your e-mail" in client.get(f"{RESET}done/").text
    (message,) = mail.outbox
    assert message.to == ["ana@harbour.example"]
    assert message.subject == "Set a new password"
    link = link_in(message)

    form = client.get(link, follow=True)
    assert "Choose a new password" in form.text
    address = form.redirect_chain[-1][0]
    assert link not in form.text
    assert client.post(address, {"password1": "short", "password2": "short"}).status_code == 422
    done = client.post(address, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your new password" in done.text

    assert not is_signed_in(client), "the new password signs in, the link does not"
    assert not is_signed_in(signed_in)
    assert is_signed_in(sign_in(ana.email, NEW))
    assert "This link no longer works" in Client().get(link, follow=True).text
    assert AuditEvent.objects.filter(verb="user.set_password", object_id=ana.pk).count() == 1


def test_a_link_works_for_one_hour(ana: User, clock: time_machine.Traveller) -> None:
    Client().post(RESET, {"email": ana.email})
    link = link_in(mail.outbox[0])
    clock.shift(timedelta(minutes=59))
    assert "Choose a new password" in Client().get(link, follow=True).text
    clock.shift(timedelta(minutes=2))
    assert "This link no longer works" in Client().get(link, follow=True).text


def test_unknown_and_known_addresses_answer_alike(ana: User) -> None:
    known = Client().post(RESET, {"email": ana.email}, follow=True)
    unknown = Client().post(RESET, {"email": "who@harbour.example"}, follow=True)
    assert (known.status_code, known.redirect_chain) == (unknown.status_code, unknown.redirect_chain)
    assert without_token(known) == without_token(unknown)
    assert [message.to for message in mail.outbox] == [[ana.email], ["who@harbour.example"]]
    assert "Nobody signs in with this e-mail address." in mail.outbox[1].body
    assert "http" not in mail.outbox[1].body


def test_who_left_is_sent_no_link(ana: User, bruno: User) -> None:
    deactivate(user=bruno, by=ana, at=NOW)
    Client().post(RESET, {"email": bruno.email})
    assert "http" not in mail.outbox[0].body


def test_a_new_password_ends_the_wait_after_too_many_tries(ana: User) -> None:
    for _attempt in range(5):
        sign_in(ana.email, "a wrong word, four harbours")
    assert not is_signed_in(sign_in(ana.email))
    client = Client()
    client.post(RESET, {"email": ana.email})
    address = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW, "password2": NEW})
    assert is_signed_in(sign_in(ana.email, NEW))


def test_six_requests_for_one_address_in_a_minute_are_too_many(ana: User) -> None:
    answers = [Client().post(RESET, {"email": ana.email}) for _attempt in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Too many tries" in answers[-1].text


@pytest.mark.parametrize("link", ["zzzzzzzzzzzzz-abc", "1-set-password", "0-x", "1-" + "x" * 5_000, "1-a%00b", "1-😀"])
def test_a_made_up_link_is_a_page_that_says_so(db: None, link: str) -> None:
    response = Client().get(f"{RESET}key/{link}/")
    assert response.status_code == 200
    assert "This link no longer works" in response.text


def test_a_server_that_sends_no_mail_says_so(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = Client().get(RESET).text
    assert "This clinic sends no e-mail from here" in page
    assert "<form" not in page


# A patient's address, if wanted


def test_a_patient_with_an_address_sets_a_password_by_mail(maria: Patient) -> None:
    user = cast.give_account(maria, at=NOW)
    set_email(user=user, email=" Maria@Example.org ", by=maria.by, at=NOW)
    client = Client()
    client.post(RESET, {"email": "maria@example.org"})
    address = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": NEW, "password2": NEW})
    assert is_signed_in(sign_in("maria@example.org", NEW))


def test_another_address_takes_the_password_and_the_sessions_of_the_one_before(maria: Patient) -> None:
    user = cast.give_account(maria, email="typo@example.org", at=NOW)
    Client().post(RESET, {"email": "typo@example.org"})
    client = sign_in("typo@example.org")
    assert is_signed_in(client)
    set_email(user=user, email="maria@example.org", by=maria.by, at=NOW)
    assert not is_signed_in(client)
    assert not is_signed_in(sign_in("typo@example.org"))
    assert not is_signed_in(sign_in("maria@example.org"))
    assert "This link no longer works" in Client().get(link_in(mail.outbox[0]), follow=True).text
    assert not EmailAddress.objects.exists(), "addresses are kept in one place"


def test_an_address_belongs_to_one_person(maria: Patient, ana: User) -> None:
    with pytest.raises(Refused, match="email_taken"):
        set_email(user=maria.user, email="ANA@harbour.example", by=ana, at=NOW)
