"""The pages to open and to correct an episode."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Episode, Patient
from rehab.actions.user import deactivate
from rehab.models import User
from tests import cast
from tests.cast import NOW

SignedIn = Callable[[User | Patient], Client]


@pytest.fixture
def url(nils: Patient) -> str:
    return reverse("episode_new", args=[nils.public_id])


def typed(lead: User, **changed: str) -> dict[str, str]:
    return {"problem": "Low back pain", "region": "lower_back", "lead": str(lead.public_id)} | changed


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def hidden(response: object, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text(response))
    assert found is not None
    return found[1]


def test_the_lead_is_me_unless_i_say_otherwise(client_of: SignedIn, bruno: User, url: str) -> None:
    assert f'value="{bruno.public_id}" selected' in text(client_of(bruno).get(url))


def test_an_episode_is_opened_and_the_way_leads_to_its_plan(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    onset = {"onset_day": "14", "onset_month": "2", "onset_year": "2026", "onset_kind": "sudden"}
    answer = client_of(ana).post(url, typed(ana, q=" m54.50 ", side="left", referrer="Dr Voss", **onset))
    episode = nils.episodes.get()
    assert answer.url == reverse("assign", args=[nils.public_id, episode.public_id])
    assert episode.icd_code is not None
    assert (episode.icd_code.code, episode.onset, episode.onset_kind) == ("M54.50", date(2026, 2, 14), "sudden")
    assert (episode.side, episode.referrer, episode.lead) == ("left", "Dr Voss", ana)


@pytest.mark.parametrize(
    ("boxes", "onset", "precision"),
    [
        ({}, None, "unknown"),
        ({"onset_year": "2025"}, date(2025, 1, 1), "year"),
        ({"onset_year": "2025", "onset_month": "11"}, date(2025, 11, 1), "month"),
        ({"onset_year": "2025", "onset_month": "11", "onset_day": "30"}, date(2025, 11, 30), "day"),
    ],
)
def test_the_onset_is_as_exact_as_the_boxes_filled_in(
    client_of: SignedIn, ana: User, nils: Patient, url: str, boxes: dict[str, str], onset: date, precision: str
) -> None:
    assert client_of(ana).post(url, typed(ana, **boxes)).status_code == 302
    episode = nils.episodes.get()
    assert (episode.onset, episode.onset_precision) == (onset, precision)


@pytest.mark.parametrize(
    "boxes",
    [
        {"onset_day": "3"},
        {"onset_month": "3"},
        {"onset_year": "2026", "onset_day": "3"},
        {"onset_year": "2026", "onset_month": "2", "onset_day": "30"},
        {"onset_year": "2026", "onset_month": "3", "onset_day": "4"},
        {"onset_year": "1990"},
        {"onset_year": "99999"},
        {"onset_year": "bad"},
        {"onset_month": "13", "onset_year": "2026"},
        {"onset_day": "\x00", "onset_year": "2026"},
        {"onset_day": "9" * 10_000, "onset_year": "2026"},
        {"problem": ""},
        {"problem": "x" * 10_000},
        {"problem": "a\x00b"},
        {"region": "soul"},
        {"side": "top"},
        {"onset_kind": "magic"},
        {"referrer": "x" * 10_000},
        {"lead": ""},
        {"lead": "\x00"},
        {"lead": "1"},
        {"q": "x" * 10_000},
        {"q": "a\x00b"},
        {"q": "M99.99"},
        {"q": "🧘🏽‍♀️"},
        {"q": "\u202e05.45M"},
        {"icd_code": "<script>"},
        {"icd_code": "x" * 10_000},
    ],
)
def test_what_cannot_be_shows_the_form_again_with_what_was_typed(
    client_of: SignedIn, ana: User, nils: Patient, url: str, boxes: dict[str, str]
) -> None:
    answer = client_of(ana).post(url, typed(ana, referrer="Dr Voss") | boxes)
    assert answer.status_code == 422
    assert "Please look at this again" in text(answer)
    assert "Low back pain" in text(answer) or "problem" in boxes
    assert not nils.episodes.exists()


@pytest.mark.parametrize("words", ["שלום", "🧘🏽‍♀️ tired", "<b>back</b>", "{{ 7 }}", "\u202eolleh"])
def test_words_are_kept_as_they_were_typed(client_of: SignedIn, ana: User, nils: Patient, url: str, words: str) -> None:
    assert client_of(ana).post(url, typed(ana, problem=words)).status_code == 302
    assert nils.episodes.get().problem == words


def test_only_physiotherapists_of_the_clinic_who_may_sign_in_can_lead(
    client_of: SignedIn, ana: User, bruno: User, desk: User, zoe: User, nils: Patient, url: str
) -> None:
    deactivate(user=bruno, by=ana, at=NOW)
    for nobody in (bruno, desk, zoe):
        assert client_of(ana).post(url, typed(nobody)).status_code == 422
    assert not nils.episodes.exists()


def test_words_lead_to_codes_to_pick_from_without_scripts(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    client = client_of(ana)
    asked = client.post(url, typed(ana, q="lumbago"))
    assert asked.status_code == 422
    assert 'name="icd_code" value="M54.41"' in text(asked)
    client.post(url, typed(ana, q="lumbago", asked=hidden(asked, "asked"), icd_code="M54.41"))
    assert nils.episodes.get().icd_code.code == "M54.41"


def test_what_is_typed_after_picking_counts_more_than_the_pick(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    client_of(ana).post(url, typed(ana, q="M54.50", asked="lumbago", icd_code="M54.41"))
    assert nils.episodes.get().icd_code.code == "M54.50"


def test_a_doubtful_code_offers_others_and_is_kept_only_by_saying_so(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    client = client_of(ana)
    asked = client.post(url, typed(ana, q="M54.5"))
    assert asked.status_code == 422
    for offered in ("M54.50", "M54.51", "M54.59"):
        assert f'name="icd_code" value="{offered}"' in text(asked)
    told = {"asked": hidden(asked, "asked"), "told": hidden(asked, "told")}
    assert client.post(url, typed(ana, q="M54.5", **told)).status_code == 422  # nothing picked
    client.post(url, typed(ana, q="M54.5", icd_code="M54.5", **told))
    assert nils.episodes.get().icd_code.code == "M54.5"


def test_keeping_a_code_counts_for_that_code_and_those_advisories_only(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    client = client_of(ana)
    asked = client.post(url, typed(ana, q="M54.5"))
    told = {"asked": hidden(asked, "asked"), "told": hidden(asked, "told"), "q": "M54.5"}
    other_code = client.post(url, typed(ana, icd_code="M51.2", **told))
    other_region = client.post(url, typed(ana, icd_code="M54.5", region="neck", **told))
    injury = client.post(url, typed(ana, icd_code="M54.5", onset_kind="injury", **told))
    assert [answer.status_code for answer in (other_code, other_region, injury)] == [422, 422, 422]
    assert not nils.episodes.exists()


def test_what_is_worth_knowing_of_a_code_is_said_after_saving(
    client_of: SignedIn, ana: User, nils: Patient, url: str
) -> None:
    page = client_of(ana).post(url, typed(ana, q="M53.3", region="sacrum_coccyx"), follow=True)
    assert "is for the sacrum and tailbone" in text(page)


def test_a_form_sent_twice_opens_one_episode(client_of: SignedIn, ana: User, nils: Patient, url: str) -> None:
    client = client_of(ana)
    first, second = (client.post(url, typed(ana)) for _ in range(2))
    assert first.url == second.url
    assert nils.episodes.count() == 1


def test_an_episode_is_corrected(client_of: SignedIn, ana: User, bruno: User, nils: Patient) -> None:
    episode = cast.episode(nils, lead=ana)
    client, url = client_of(ana), reverse("episode_edit", args=[nils.public_id, episode.public_id])
    assert "Low back pain, worse after sitting" in text(client.get(url))
    answer = client.post(url, typed(bruno, q="M54.59", problem="Tailbone"))
    assert answer.url == reverse("chart", args=[nils.public_id])
    episode.refresh_from_db()
    assert (episode.problem, episode.lead, episode.code_title) == ("Tailbone", bruno, "Other low back pain")
    assert client.post(url, typed(bruno, q="M47", problem="Tailbone")).status_code == 422


def test_an_episode_of_another_patient_is_not_there(
    client_of: SignedIn, ana: User, maria: Patient, nils: Patient, yann: Patient
) -> None:
    client = client_of(ana)
    of_maria, of_yann = maria.episodes.get(), yann.episodes.get()
    for patient, episode in ((nils, of_maria), (yann, of_yann), (nils, of_yann)):
        address = reverse("episode_edit", args=[patient.public_id, episode.public_id])
        assert client.get(address).status_code == client.post(address, typed(ana)).status_code == 404
    assert client.get(reverse("episode_new", args=[yann.public_id])).status_code == 404


def test_only_those_who_treat_may(client_of: SignedIn, admin: User, desk: User, maria: Patient, url: str) -> None:
    assert client_of(admin).get(url).status_code == 404
    assert client_of(desk).get(url).status_code == 404
    own = reverse("episode_new", args=[maria.public_id])
    assert client_of(maria).get(own).status_code == 403
    assert Client().get(url).status_code == 302


def test_no_other_column_can_be_set_through_the_form(
    client_of: SignedIn, ana: User, nils: Patient, maria: Patient, url: str
) -> None:
    planted = {"patient": str(maria.pk), "code_title": "Mine", "closed_on": "2026-01-01", "opened_on": "2020-01-01"}
    client_of(ana).post(url, typed(ana, **planted))
    episode = Episode.objects.get(patient=nils)
    assert (episode.code_title, episode.closed_on, episode.opened_on) == ("", None, date(2026, 3, 3))
