"""Many hands on one note, and words that want to be more than words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.session import add_addendum, save_session, sign_session, start_session
from patients.models import Patient, TreatmentSession
from rehab.errors import Conflict
from rehab.models import User
from tests import cast
from tests.at_once import at_once

ClientOf = Callable[[User | Patient], Client]

# What has run in one page or another: tags, attributes, addresses, entities, comments, templates.
PAYLOADS = (
    "<script>alert(1)</script>", "<ScRiPt src=//x.example></sCrIpT>", "</textarea><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>", "<a href=javascript:alert(1)>x</a>", "<body onload=alert(1)>",
    "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "\" onfocus=alert(1) autofocus=\"",
    "<details open ontoggle=alert(1)>", "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<form action=javascript:alert(1)>",
    "<input onfocus=alert(1) autofocus>", "<select onfocus=alert(1) autofocus>", "<marquee onstart=alert(1)>",
    "<video><source onerror=alert(1)></video>", "<audio src=x onerror=alert(1)>", "<style>@import '//x'</style>",
    "<link rel=stylesheet href=//x.example>", "<meta http-equiv=refresh content=0>", "<base href=//x.example>",
    "<!--<img src='--><img src=x onerror=alert(1)>'>", "{{ 7|add:7 }}", "<template><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
)  # fmt: skip
TEXTS = ("subjective", "objective", "assessment", "plan_text", "treatment")


def begin(patient: Patient, by: User) -> TreatmentSession:
    return start_session(
        patient=patient, episode=patient.episodes.get(), plan=patient.plans.get(), on=cast.TODAY, kind="clinic", by=by,
        at=cast.NOW,
    )  # fmt: skip


def test_of_fifty_edits_of_one_version_exactly_one_wins(
    transactional_db: None, omar: Patient, ana: User, bruno: User
) -> None:
    """Promise 27."""
    note = begin(omar, ana)
    writers = iter(range(50))

    def write() -> TreatmentSession:
        number = next(writers)
        who = (ana, bruno)[number % 2]
        return save_session(session=note, version=1, by=who, at=cast.NOW, subjective=f"Words of {number}")

    rows, errors = at_once(50, write)
    assert len(rows) == 1
    assert len(errors) == 49 and all(isinstance(error, Conflict) for error in errors)
    note.refresh_from_db()
    assert note.version == 2
    for error in errors:
        assert isinstance(error, Conflict)
        (difference,) = error.now["differences"]
        assert difference.theirs == note.subjective and difference.yours != note.subjective


@pytest.mark.django_db
def test_whatever_is_written_stays_words(omar: Patient, ana: User, client_of: ClientOf) -> None:
    """Promise 21, in every text of a note, in its form, its conflict, its page and what is added to it."""
    assert len(PAYLOADS) == 30
    client, note, version = client_of(ana), begin(omar, ana), 1
    url = reverse("session", args=[omar.public_id, note.public_id])
    for payload in PAYLOADS:
        words: dict[str, Any] = dict.fromkeys(TEXTS, payload)
        note = save_session(session=note, version=version, by=ana, at=cast.NOW, **words)
        version = note.version
        inert(client.get(url).content.decode(), payload)
        sent = {"act": "save", "version": 0, "kind": "clinic"} | dict.fromkeys(TEXTS, f"{payload} again")
        inert(client.post(url, sent).content.decode(), payload)
    note = sign_session(session=note, version=version, by=ana, at=cast.NOW, subjective="".join(PAYLOADS))
    for payload in PAYLOADS:
        add_addendum(session=note, kind="addendum", text=payload, by=ana, at=cast.NOW)
    html = client.get(url).content.decode()
    for payload in PAYLOADS:
        inert(html, payload)


def inert(html: str, payload: str) -> None:
    assert payload not in html or not set(payload) & set("<>\"'")
    assert "onerror=alert(1)>" not in html and "<script>alert" not in html and 'autofocus="' not in html
