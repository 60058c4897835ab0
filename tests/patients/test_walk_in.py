"""A note begins from a visit, from somebody who came without one, or from neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.session import discard_session, start_session
from patients.actions.visit import add_visit, attend_visit
from patients.actions.walk_in import walk_in
from patients.models import Patient, TreatmentSession, Visit
from rehab.models import User
from tests import cast
from tests.at_once import at_once

ClientOf = Callable[[User | Patient], Client]
BOOKED_AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def booked(patient: Patient, who: User, starts_at: datetime = BOOKED_AT) -> Visit:
    episode = patient.episodes.get()
    return add_visit(episode=episode, physiotherapist=who, starts_at=starts_at, minutes=30, by=who, at=cast.NOW)


def came(patient: Patient, by: User) -> tuple[Visit, TreatmentSession]:
    return walk_in(
        patient=patient, episode=patient.episodes.get(), plan=patient.plans.get(), kind="clinic", by=by, at=cast.NOW
    )


def begin(client: Client, patient: Patient, **sent: str) -> int:
    return client.post(reverse("session_new", args=[patient.public_id]), sent).status_code


@pytest.mark.django_db
class TestTheAct:
    def test_it_is_an_attended_unplanned_visit_with_its_note(self, omar: Patient, ana: User) -> None:
        visit, note = came(omar, ana)
        assert (visit.state, visit.unplanned, visit.starts_at, visit.physiotherapist) == (
            "attended", True, cast.NOW, ana,
        )  # fmt: skip
        assert (visit.session, note.on, note.status) == (note, cast.TODAY, "draft")
        assert [event.to_state for event in visit.events.all()] == ["attended"]

    def test_twice_is_once(self, omar: Patient, ana: User) -> None:
        assert came(omar, ana) == came(omar, ana)
        assert omar.visits.filter(unplanned=True).count() == 1

    def test_two_physiotherapists_are_two_visits(self, omar: Patient, ana: User, bruno: User) -> None:
        came(omar, ana)
        came(omar, bruno)
        assert omar.visits.filter(unplanned=True).count() == 2


def test_the_same_tap_many_times_at_once_is_one_visit(transactional_db: None, omar: Patient, ana: User) -> None:
    _rows, errors = at_once(8, lambda: came(omar, ana)[0])
    assert errors == []
    assert omar.visits.filter(unplanned=True).count() == 1


@pytest.mark.django_db
class TestTheForm:
    def test_nothing_filled_in_is_a_walk_in_of_now(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        assert begin(client_of(ana), omar) == 302
        visit = omar.visits.get(unplanned=True)
        assert visit.session == omar.sessions.get()

    def test_a_visit_of_today_is_proposed_and_marked_as_attended(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        visit, client = booked(omar, ana), client_of(ana)
        html = client.get(reverse("session_new", args=[omar.public_id])).content.decode()
        assert "10:30, Ana Ruiz, booked" in html and "came without an appointment" in html
        assert begin(client, omar) == 302
        visit.refresh_from_db()
        assert (visit.state, visit.session) == ("attended", omar.sessions.get())
        assert not omar.visits.filter(unplanned=True).exists()

    def test_ones_own_visit_is_proposed_first(self, omar: Patient, ana: User, bruno: User, client_of: ClientOf) -> None:
        booked(omar, bruno)
        own = booked(omar, ana, datetime(2026, 3, 3, 12, tzinfo=UTC))
        begin(client_of(ana), omar)
        own.refresh_from_db()
        assert own.session == omar.sessions.get()

    def test_an_attended_visit_without_a_note_gets_it(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        visit = attend_visit(visit=booked(omar, ana), seen=1, by=ana, at=cast.NOW)
        begin(client_of(ana), omar, visit=str(visit.public_id))
        visit.refresh_from_db()
        assert visit.session == omar.sessions.get()

    def test_a_visit_whose_note_was_discarded_is_offered_again(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        visit, note = came(omar, ana)
        discard_session(session=note, version=1, by=ana, at=cast.NOW)
        begin(client_of(ana), omar)
        visit.refresh_from_db()
        assert visit.session is not None and visit.session.status == "draft"

    @pytest.mark.parametrize(
        "sent", [{"kind": "phone"}, {"on": "2026-03-02"}, {"visit": "none"}, {"on": "2026-03-02", "visit": "walk_in"}]
    )
    def test_a_call_an_earlier_day_and_only_a_note_make_no_visit(
        self, omar: Patient, ana: User, client_of: ClientOf, sent: dict[str, str]
    ) -> None:
        assert begin(client_of(ana), omar, **sent) == 302
        assert omar.sessions.exists()
        assert not omar.visits.filter(unplanned=True).exists()

    def test_the_visit_of_today_is_none_of_yesterday(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        visit = booked(omar, ana)
        assert begin(client_of(ana), omar, visit=str(visit.public_id), on="2026-03-02") == 422
        assert not omar.sessions.exists()

    def test_the_visit_of_another_patient_is_refused(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        visit = booked(maria, ana)
        for wrong in (str(visit.public_id), "\x00", "x"):
            assert begin(client_of(ana), omar, visit=wrong) == 422
        assert not omar.sessions.exists()

    def test_an_open_note_of_today_is_opened_and_gets_its_visit(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        note = start_session(
            patient=omar, episode=omar.episodes.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
        )
        begin(client_of(ana), omar)
        assert omar.visits.get(unplanned=True).session == note
