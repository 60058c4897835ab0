"""One's own snippets: kept, changed, deleted, and put into a note without a word lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.session import start_session
from patients.models import Patient, TreatmentSession
from rehab.actions.snippet import MOST, add_snippet
from rehab.errors import Refused
from rehab.models import Snippet, User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
MARKUP = "<script>alert(1)</script><b onmouseover=alert(2)>70°</b>"


@pytest.fixture
def slr(ana: User) -> Snippet:
    return add_snippet(name="slr", text="Straight leg raise 70° both sides.", by=ana, at=cast.NOW)


def test_one_is_kept_and_the_same_sent_twice_is_one(ana: User, client_of: ClientOf) -> None:
    client = client_of(ana)
    for _each in range(2):
        answer = client.post(reverse("snippet_list"), {"name": " slr ", "text": "70°\r\nboth sides"}, follow=True)
        assert "The snippet is kept." in answer.content.decode()
    snippet = ana.snippets.get()
    assert (snippet.name, snippet.text) == ("slr", "70°\nboth sides")


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": "a" * 61},
        {"name": "\x00"},
        {"text": ""},
        {"text": " \n"},
        {"text": "a" * 2001},
        {"text": "\x00"},
    ],
)
def test_what_is_none_comes_back_as_it_was_typed(ana: User, client_of: ClientOf, sent: dict[str, str]) -> None:
    answer = client_of(ana).post(reverse("snippet_list"), {"name": "kept-name", "text": "kept text"} | sent)
    assert answer.status_code == 422
    assert "kept" in answer.content.decode()
    assert not ana.snippets.exists()


def test_an_empty_form_is_answered(ana: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(reverse("snippet_list"))
    assert answer.status_code == 422
    assert "Give it a name." in answer.content.decode()


def test_a_name_stands_for_one_text(slr: Snippet, ana: User, bruno: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(reverse("snippet_list"), {"name": "slr", "text": "Another text"})
    assert answer.status_code == 422
    assert "You have a snippet of that name already." in answer.content.decode()
    assert client_of(bruno).post(reverse("snippet_list"), {"name": "slr", "text": "Bruno’s"}).status_code == 302


def test_markup_stays_text(ana: User, client_of: ClientOf) -> None:
    client = client_of(ana)
    client.post(reverse("snippet_list"), {"name": MARKUP[:60], "text": MARKUP})
    for url in (reverse("snippet_list"), reverse("snippet", args=[ana.snippets.get().public_id])):
        html = client.get(url).content.decode()
        assert "<script>alert" not in html and "<b onmouseover" not in html and "&lt;script&gt;" in html


def test_it_is_changed_and_deleted(slr: Snippet, ana: User, client_of: ClientOf) -> None:
    client, url = client_of(ana), reverse("snippet", args=[slr.public_id])
    client.post(url, {"name": "slr", "text": "80°"})
    slr.refresh_from_db()
    assert slr.text == "80°"
    client.post(url, {"act": "delete"})
    assert not Snippet.objects.exists()
    assert client.post(url, {"act": "delete"}).status_code == 404


def test_a_colleague_s_is_not_there(slr: Snippet, bruno: User, client_of: ClientOf) -> None:
    url = reverse("snippet", args=[slr.public_id])
    assert client_of(bruno).get(url).status_code == 404
    assert client_of(bruno).post(url, {"act": "delete"}).status_code == 404


def test_only_so_many_are_kept(ana: User) -> None:
    Snippet.objects.bulk_create(Snippet(user=ana, name=str(number), text="x", at=cast.NOW) for number in range(MOST))
    with pytest.raises(Refused):
        add_snippet(name="one more", text="x", by=ana, at=cast.NOW)


class TestInANote:
    @pytest.fixture
    def draft(self, omar: Patient, ana: User) -> TreatmentSession:
        return start_session(
            patient=omar, episode=omar.episodes.get(), plan=omar.plans.get(), on=cast.TODAY, kind="clinic", by=ana,
            at=cast.NOW,
        )  # fmt: skip

    def insert(self, client: Client, draft: TreatmentSession, **sent: Any) -> Any:
        url = reverse("session", args=[draft.patient.public_id, draft.public_id])
        return client.post(url, {"act": "insert", "version": 1, "kind": "clinic"} | sent)

    def test_without_scripts_it_joins_what_was_typed(
        self, draft: TreatmentSession, slr: Snippet, ana: User, client_of: ClientOf
    ) -> None:
        typed = {"subjective": "Typed S", "objective": "Typed O", "minutes": "30"}
        answer = self.insert(client_of(ana), draft, snippet=slr.public_id, into="objective", **typed)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "Typed O\nStraight leg raise 70° both sides." in html and "Typed S" in html and 'value="30"' in html
        draft.refresh_from_db()
        assert draft.version == 1

    @pytest.mark.parametrize("which", ["", "\x00", "x"])
    def test_none_chosen_loses_nothing(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, which: str
    ) -> None:
        answer = self.insert(client_of(ana), draft, snippet=which, subjective="Typed S")
        assert answer.status_code == 422
        assert "Typed S" in answer.content.decode()

    def test_a_colleague_s_is_not_put_in(
        self, draft: TreatmentSession, slr: Snippet, bruno: User, client_of: ClientOf
    ) -> None:
        answer = self.insert(client_of(bruno), draft, snippet=slr.public_id, subjective="Typed S")
        assert answer.status_code == 422
        assert "Straight leg raise" not in answer.content.decode()

    def test_markup_in_a_snippet_stays_text_in_the_form(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        snippet = add_snippet(name="<i>", text=MARKUP, by=ana, at=cast.NOW)
        html = self.insert(client_of(ana), draft, snippet=snippet.public_id, into="nowhere").content.decode()
        assert "<script>alert" not in html and "<b onmouseover" not in html
