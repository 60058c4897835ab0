"""The strip of open notes on every page of the staff's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.session import discard_session, start_session
from patients.models import Patient, TreatmentSession
from patients.templatetags.open_notes import discreet
from rehab.models import User
from tests import cast

ClientOf = Callable[[User | Patient], Client]


def begin(patient: Patient, by: User, days_ago: int = 0) -> TreatmentSession:
    on = cast.TODAY - timedelta(days=days_ago)
    return start_session(patient=patient, episode=patient.episodes.get(), on=on, kind="clinic", by=by, at=cast.NOW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("María Sanz", "M. S. María"), ("Madonna", "M. Madonna"), ("ana de la Ruiz", "A. R. ana"), ("", "")],
)
def test_a_name_is_shown_in_part(name: str, shown: str) -> None:
    assert discreet(name) == shown


@pytest.mark.django_db
class TestStrip:
    def test_ones_own_drafts_are_linked_from_every_page(
        self, omar: Patient, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        note = begin(omar, ana)
        url = reverse("session", args=[omar.public_id, note.public_id])
        for page in ("exercise_list", "snippet_list", "patient_list"):
            html = client_of(ana).get(reverse(page)).content.decode()
            assert f'href="{url}"' in html and "O. H. Omar" in html
            assert "O. H. Omar" not in client_of(bruno).get(reverse(page)).content.decode()

    def test_what_is_no_draft_any_more_is_gone(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        discard_session(session=begin(omar, ana), version=1, by=ana, at=cast.NOW)
        assert "Open notes" not in client_of(ana).get(reverse("exercise_list")).content.decode()

    def test_many_are_counted(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        for days_ago in range(7):
            begin(omar, ana, days_ago)
        html = client_of(ana).get(reverse("exercise_list")).content.decode()
        assert html.count("O. H. Omar") == 6 and "and 1 more" in html

    def test_nobody_else_has_a_strip(self, omar: Patient, ana: User, admin: User, client_of: ClientOf) -> None:
        begin(omar, ana)
        assert "Open notes" not in client_of(admin).get(reverse("exercise_list")).content.decode()
