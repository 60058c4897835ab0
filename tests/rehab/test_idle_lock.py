"""Staff are locked after a quarter of an hour without use: nothing is shown, nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from patients.models import Patient
from rehab.models import User
from tests import cast
from tests.access.controls import forms
from tests.cast import PASSWORD, TODAY
from tests.pages import send

pytestmark = pytest.mark.django_db
UNLOCK = "/accounts/unlock/"
LIST = "/patients/"
MINUTE = timedelta(minutes=1)
BY_SCRIPT = {"headers": {"X-Requested-With": "note"}}


def signed_in(who: str) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": who, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def desk_top(ana: User) -> Client:
    return signed_in("ana@harbour.example")


@pytest.fixture
def locked(desk_top: Client, maria: Patient, clock: time_machine.Traveller) -> Client:
    clock.shift(15 * MINUTE)
    return desk_top


def is_locked(client: Client, path: str = LIST) -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer["Location"].startswith(UNLOCK)


class TestWhen:
    @pytest.mark.parametrize(("seconds", "locks"), [(14 * 60 + 59, False), (15 * 60, True)])
    def test_to_the_minute(self, seconds: int, locks: bool, desk_top: Client, clock: time_machine.Traveller) -> None:
        clock.shift(timedelta(seconds=seconds - 1) if not locks else timedelta(seconds=seconds))
        assert is_locked(desk_top) is locks

    def test_each_use_begins_it_anew(self, desk_top: Client, clock: time_machine.Traveller) -> None:
        for _time in range(6):
            clock.shift(14 * MINUTE)
            assert not is_locked(desk_top)
        clock.shift(15 * MINUTE)
        assert is_locked(desk_top)

    def test_a_retry_that_nobody_made_is_no_use(self, desk_top: Client, clock: time_machine.Traveller) -> None:
        clock.shift(10 * MINUTE)
        assert desk_top.get(LIST, headers={"X-Retry": "1"}).status_code == 200
        clock.shift(5 * MINUTE)
        assert is_locked(desk_top)

    def test_who_types_and_asks_for_nothing_says_so(self, desk_top: Client, clock: time_machine.Traveller) -> None:
        for _time in range(3):
            clock.shift(10 * MINUTE)
            assert desk_top.get("/accounts/here/", **BY_SCRIPT).status_code == 204
        assert not is_locked(desk_top)

    def test_a_lock_stays_whatever_the_clock_does(self, locked: Client, clock: time_machine.Traveller) -> None:
        assert is_locked(locked)
        clock.shift(-14 * MINUTE)
        assert is_locked(locked)

    @pytest.mark.parametrize("who", ["dora@harbour.example", "adela@harbour.example"])
    def test_every_role_of_the_staff(self, who: str, clinic: object, clock: time_machine.Traveller) -> None:
        client = signed_in(who)
        clock.shift(15 * MINUTE)
        assert is_locked(client, "/accounts/")

    def test_a_patient_on_their_own_phone_is_not(
        self, maria: Patient, client_of: Callable[[Patient], Client], clock: time_machine.Traveller
    ) -> None:
        phone = client_of(maria)
        clock.shift(60 * MINUTE)
        assert phone.get("/today/").status_code == 200

    def test_unlocking_does_not_make_the_day_longer(self, desk_top: Client, clock: time_machine.Traveller) -> None:
        for _time in range(11):
            clock.shift(60 * MINUTE)
            assert desk_top.post(UNLOCK, {"password": PASSWORD}).status_code == 302
        clock.shift(60 * MINUTE)
        assert desk_top.get(LIST)["Location"].startswith("/accounts/login/")


class TestWhatIsShown:
    def test_nothing_of_the_page_but_the_question(self, locked: Client, maria: Patient) -> None:
        answer = locked.get(f"/patients/{maria.public_id}/", follow=True)
        assert answer.redirect_chain[0][0].startswith(UNLOCK)
        assert "María" not in answer.text and "Ana Ruiz is still signed in" in unescape(answer.text)

    @pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"X-Requested-With": "note"}])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_scripts_are_told_and_get_nothing(self, headers: dict[str, str], method: str, locked: Client) -> None:
        answer = getattr(locked, method)(LIST, headers=headers)
        assert (answer.status_code, answer.content) == (423, b"")

    def test_signing_out_is_always_possible(self, locked: Client) -> None:
        assert is_locked(locked)
        assert locked.post("/accounts/logout/").status_code == 302
        assert locked.get(LIST)["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "head"])
    def test_no_method_gets_round_it(self, method: str, locked: Client) -> None:
        answer = getattr(locked, method)(LIST)
        assert answer.status_code == 302 and answer["Location"].startswith(UNLOCK)


class TestUnlocking:
    def test_the_password_leads_back_to_where_one_was(self, locked: Client, maria: Patient) -> None:
        chart = f"/patients/{maria.public_id}/"
        page = locked.get(chart, follow=True)
        [form] = [form for form in forms(page.text, UNLOCK) if "password" in form.values]
        answer = locked.post(UNLOCK, form.values | {"password": PASSWORD})
        assert answer["Location"] == chart and not is_locked(locked)

    @pytest.mark.parametrize(
        "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "evil", "\\evil", ""]
    )
    def test_it_leads_nowhere_else(self, address: str, locked: Client) -> None:
        assert locked.post(UNLOCK, {"password": PASSWORD, "next": address})["Location"] == "/"

    @pytest.mark.parametrize("wrong", ["", "wrong", "\x00", "x" * 501, " " + PASSWORD])
    def test_another_word_does_not(self, wrong: str, locked: Client) -> None:
        assert send(locked, UNLOCK, {"password": wrong}).status_code == 422
        assert is_locked(locked)

    def test_five_wrong_ones_and_the_right_one_waits_too(self, locked: Client) -> None:
        for _time in range(5):
            locked.post(UNLOCK, {"password": "wrong"})
        answer = locked.post(UNLOCK, {"password": PASSWORD})
        assert answer.status_code == 422 and "Too many tries" in answer.text

    def test_a_script_is_answered_without_a_page(self, locked: Client) -> None:
        wrong = locked.post(UNLOCK, {"password": "wrong"}, **BY_SCRIPT)
        assert (wrong.status_code, wrong.text) == (422, "This is not your password. Try again.")
        assert locked.post(UNLOCK, {"password": PASSWORD}, **BY_SCRIPT).status_code == 204
        assert not is_locked(locked)


class TestWhatWasTyped:
    def sent(self, client: Client, maria: Patient, **fields: str) -> object:
        return client.post(reverse("patient_edit", args=[maria.public_id]), fields, follow=True)

    def test_it_is_offered_again_and_can_be_sent(self, locked: Client, maria: Patient) -> None:
        typed = {"name": "María Soto", "birth_date": "1981-04-12", "contact": "12 Quay\nHarbour <b>\u202etown"}
        page = self.sent(locked, maria, **typed)
        assert "Quay" not in page.text  # nothing of it on the page that asks for the password
        offered = locked.post(UNLOCK, {"password": PASSWORD})
        [form] = [form for form in forms(offered.text, "") if "contact" in form.values]
        assert form.action == reverse("patient_edit", args=[maria.public_id])
        assert (
            locked.post(form.action, {name: unescape(value) for name, value in form.values.items()}).status_code == 302
        )
        maria.refresh_from_db()
        assert maria.contact.splitlines() == ["12 Quay", "Harbour <b>\u202etown"]

    def test_a_file_is_said_to_be_chosen_again(
        self, locked: Client, maria: Patient, clock: time_machine.Traveller
    ) -> None:
        address = f"/patients/{maria.public_id}/edit/"
        photo = SimpleUploadedFile("p.jpg", b"photo", content_type="image/jpeg")
        for sent, says in (({"contact": "Rings twice"}, False), ({"contact": "Rings twice", "photo": photo}, True)):
            locked.post(address, sent)
            answer = locked.post(UNLOCK, {"password": PASSWORD})
            assert "Rings twice" in answer.text and ("choose that again" in answer.text) is says
            clock.shift(15 * MINUTE)

    def test_it_is_offered_once(self, locked: Client, maria: Patient) -> None:
        self.sent(locked, maria, name="Somebody", birth_date="1981-04-12")
        assert "Send it now" in locked.post(UNLOCK, {"password": PASSWORD}).text
        assert locked.post(UNLOCK, {"password": PASSWORD}).status_code == 302

    def test_what_is_far_too_much_is_said_to_be_lost(self, locked: Client, maria: Patient) -> None:
        page = self.sent(locked, maria, contact="x" * 200_001)
        assert "was not saved" in page.text

    def test_it_goes_with_the_person(self, locked: Client, maria: Patient) -> None:
        self.sent(locked, maria, name="Somebody", birth_date="1981-04-12")
        locked.post("/accounts/logout/")
        locked.post("/accounts/login/", {"login": "bruno@harbour.example", "password": PASSWORD})
        assert "Send it now" not in locked.post(UNLOCK, {"password": PASSWORD}).text


def test_single_letter_keys_are_switched_off_for_oneself(desk_top: Client, ana: User) -> None:
    assert 'data-keys="off"' not in desk_top.get(LIST).text
    desk_top.post("/accounts/keys/", {"keys": "off"})
    assert 'data-keys="off"' in desk_top.get(LIST).text
    assert not cast.person("Ana").uses_keys and cast.person("Bruno").uses_keys
    desk_top.post("/accounts/keys/", {"keys": "on"})
    assert 'data-keys="off"' not in desk_top.get(LIST).text


@pytest.mark.parametrize("who", ["patient", "physiotherapist", "nobody"])
def test_what_is_sent_after_the_sign_in_has_ended_is_said_not_to_be_saved(
    who: str, clinic: object, maria: Patient, ana: User, client_of: Callable[[User | Patient], Client]
) -> None:
    client = Client() if who == "nobody" else client_of(maria if who == "patient" else ana)
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    sent = {"pain_morning": "3"}
    page = {"Referer": "http://testserver/today/?all=1"}
    answer = client.post(f"/today/{TODAY}/check-in/", sent, headers=page, follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/login/?next=%2Ftoday%2F%3Fall%3D1&lost=1"
    assert "what was sent last was not saved" in answer.text
    assert "was not saved" not in client.get("/today/", follow=True).text.split("</form>")[0]
    elsewhere = {"Referer": "https://elsewhere.example/today/"}
    answer = client.post(f"/today/{TODAY}/check-in/", sent, headers=elsewhere)
    assert answer["Location"] == f"/accounts/login/?next=%2Ftoday%2F{TODAY}%2Fcheck-in%2F&lost=1"
