"""The pages of visits: book, move, keep, miss, cancel, each as a form that works without JavaScript."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.actions.session import start_session
from patients.actions.visit import add_visit, book_visit
from patients.models import Patient, Visit
from rehab.actions.user import deactivate
from rehab.models import User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
THURSDAY = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)


def address(name: str, patient: Patient, row: Visit | uuid.UUID | None = None) -> str:
    ids = [patient.public_id]
    if row is not None:
        ids.append(row.public_id if isinstance(row, Visit) else row)
    return reverse(name, args=ids)


def appointment(who: User, **other: str) -> dict[str, str]:
    return {"on": "2026-03-05", "time": "14:30", "minutes": "30", "physiotherapist": str(who.public_id)} | other


NEXT = {"what_next": "call"}


def take(client: Client, visit: Visit, act: str, **sent: Any) -> Any:
    return client.post(address("visit", visit.patient, visit), {"act": act, "seen": visit.last_sequence} | sent)


@pytest.fixture
def due(omar: Patient) -> Visit:
    return omar.visits.get(follow_up__day=28)


@pytest.fixture
def booked(due: Visit, ana: User) -> Visit:
    return book_visit(visit=due, seen=1, physiotherapist=ana, starts_at=THURSDAY, minutes=30, by=ana, at=cast.NOW)


@pytest.fixture
def of_today(due: Visit, ana: User) -> Visit:
    starts_at = datetime(2026, 3, 3, 8, tzinfo=UTC)
    return book_visit(visit=due, seen=1, physiotherapist=ana, starts_at=starts_at, minutes=30, by=ana, at=cast.NOW)


class TestBooking:
    def test_the_clinics_clock_is_meant_and_utc_is_stored(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        answer = client.post(address("visit_new", omar), appointment(ana), follow=True)
        visit = omar.visits.get(kind="treatment")
        assert visit.starts_at == THURSDAY
        assert "Thu 5 March 2026, 14:30" in answer.content.decode()

    def test_the_form_sent_twice_books_once(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        answers = [client.post(address("visit_new", omar), appointment(ana)) for _ in range(2)]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert omar.visits.filter(kind="treatment").count() == 1

    def test_what_the_plan_asks_for_is_offered_first(self, due: Visit, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(address("visit_new", due.patient)).content.decode()
        assert "Four-week follow-up, due on 24 March 2026" in html
        assert f'value="{ana.public_id}" selected' in html and 'value="30"' in html

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"on": ""}, "on"),
            ({"on": "2026-03-02"}, "on"),
            ({"on": "2036-03-05"}, "on"),
            ({"on": "9999-12-31"}, "on"),
            ({"on": "0001-01-01"}, "on"),
            ({"on": "2026-02-29"}, "on"),
            ({"on": "\x00"}, "on"),
            ({"time": ""}, "time"),
            ({"time": "25:00"}, "time"),
            ({"time": "half past two"}, "time"),
            ({"on": "2026-03-29", "time": "02:30"}, "time"),
            ({"minutes": ""}, "minutes"),
            ({"minutes": "0"}, "minutes"),
            ({"minutes": "1500"}, "minutes"),
            ({"minutes": "30.5"}, "minutes"),
            ({"minutes": "9" * 5000}, "minutes"),
            ({"physiotherapist": ""}, "physiotherapist"),
            ({"physiotherapist": "x"}, "physiotherapist"),
            ({"physiotherapist": "\x00"}, "physiotherapist"),
            ({"physiotherapist": str(uuid.uuid4())}, "physiotherapist"),
        ],
    )
    def test_an_appointment_that_cannot_be_comes_back_with_a_sentence(
        self, omar: Patient, due: Visit, ana: User, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        new = client_of(ana).post(address("visit_new", omar), appointment(ana, **sent))
        assert new.status_code == 422
        assert f"id_{field}_error" in new.content.decode()
        of_due = take(client_of(ana), due, "book", **appointment(ana, **sent))
        assert of_due.status_code == 422
        assert f"id_book_{field}_error" in of_due.content.decode()
        assert not omar.visits.filter(state="booked").exists()

    def test_an_hour_that_comes_twice_is_the_first(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        ana.clinic.opening.all().delete()  # in the night
        client_of(ana).post(address("visit_new", omar), appointment(ana, on="2026-10-25", time="02:30"))
        assert omar.visits.get(kind="treatment").starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_who_has_left_works_elsewhere_or_does_not_treat_is_not_booked(
        self, omar: Patient, ana: User, bruno: User, admin: User, zoe: User, client_of: ClientOf
    ) -> None:
        deactivate(user=bruno, by=ana, at=cast.NOW)
        for who in (bruno, admin, zoe):
            answer = client_of(ana).post(address("visit_new", omar), appointment(who))
            assert answer.status_code == 422
            assert "Choose an active physiotherapist" in answer.content.decode()

    def test_two_at_once_is_said_beside_the_time(self, booked: Visit, ana: User, client_of: ClientOf) -> None:
        answer = client_of(ana).post(address("visit_new", booked.patient), appointment(ana))
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "another visit booked for that time" in html and 'value="14:30"' in html

    def test_an_episode_of_another_patient_is_refused(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        theirs = str(maria.episodes.get().public_id)
        answer = client_of(ana).post(address("visit_new", omar), appointment(ana, episode=theirs))
        assert answer.status_code == 422
        assert not maria.visits.filter(kind="treatment").exists()

    def test_without_an_episode_the_page_says_what_comes_first(
        self, nils: Patient, ana: User, client_of: ClientOf
    ) -> None:
        html = client_of(ana).get(address("visit_new", nils)).content.decode()
        assert address("episode_new", nils) in html


class TestSteps:
    def test_a_due_visit_is_booked_on_its_page(self, due: Visit, ana: User, bruno: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        assert "due on" in client.get(address("visit", due.patient, due)).content.decode()
        assert take(client, due, "book", **appointment(bruno)).status_code == 302
        html = client.get(address("visit", due.patient, due)).content.decode()
        assert "Thu 5 March 2026, 14:30" in html and "Bruno Keller" in html and "booked" in html
        assert "The plan asks for it on 24 March 2026." in html

    def test_a_booked_visit_is_moved(self, booked: Visit, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        html = client.get(address("visit", booked.patient, booked)).content.decode()
        assert 'value="2026-03-05"' in html and 'value="14:30"' in html
        take(client, booked, "move", **appointment(ana, time="16:00"))
        booked.refresh_from_db()
        assert booked.starts_at == datetime(2026, 3, 5, 15, tzinfo=UTC)
        assert "Moved" in client.get(address("visit", booked.patient, booked)).content.decode()

    def test_before_its_day_a_visit_is_not_offered_as_kept_and_refused_if_sent(
        self, booked: Visit, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        html = client.get(address("visit", booked.patient, booked)).content.decode()
        assert 'value="attend"' not in html and 'value="miss"' not in html
        for act, sent in (("attend", {"note": "none"}), ("miss", NEXT)):
            answer = take(client, booked, act, **sent)
            assert answer.status_code == 422
            assert "This visit" in answer.content.decode()

    def test_a_kept_visit_starts_its_note(self, of_today: Visit, ana: User, client_of: ClientOf) -> None:
        answer = take(client_of(ana), of_today, "attend", note="new")
        of_today.refresh_from_db()
        assert of_today.session is not None
        assert answer["Location"] == reverse("session", args=[of_today.patient.public_id, of_today.session.public_id])

    def test_or_takes_the_note_of_the_day(self, of_today: Visit, omar: Patient, ana: User, client_of: ClientOf) -> None:
        session = start_session(
            patient=omar, episode=omar.episodes.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
        )
        client = client_of(ana)
        assert f'value="{session.public_id}"' in client.get(address("visit", omar, of_today)).content.decode()
        take(client, of_today, "attend", note=str(session.public_id))
        of_today.refresh_from_db()
        assert (of_today.state, of_today.session) == ("attended", session)

    def test_or_gets_it_afterwards(self, of_today: Visit, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        take(client, of_today, "attend", note="none")
        of_today.refresh_from_db()
        assert (of_today.state, of_today.session) == ("attended", None)
        assert "no session note yet" in client.get(address("visit", of_today.patient, of_today)).content.decode()
        take(client, of_today, "note", note="new")
        of_today.refresh_from_db()
        assert of_today.session is not None

    def test_a_note_of_another_patient_or_of_nobody_is_refused(
        self, of_today: Visit, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        theirs = start_session(
            patient=maria, episode=maria.episodes.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
        )
        for key in (str(theirs.public_id), str(uuid.uuid4()), "\x00", ""):
            assert take(client_of(ana), of_today, "attend", note=key).status_code == 422
        of_today.refresh_from_db()
        assert of_today.state == "booked"

    def test_a_visit_is_missed_or_cancelled_with_its_reason(
        self, of_today: Visit, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        take(client, of_today, "miss", reason="Zug verpasst 🚆", **NEXT)
        html = client.get(address("visit", of_today.patient, of_today)).content.decode()
        assert "Missed" in html and "Zug verpasst 🚆" in html
        assert address("visit_new", of_today.patient) in html

    def test_who_cancels_is_asked(self, booked: Visit, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        answer = take(client, booked, "cancel", reason="kept as typed")
        assert answer.status_code == 422
        assert "kept as typed" in answer.content.decode()
        assert take(client, booked, "cancel", cause="patient", **NEXT).status_code == 302
        assert "by the patient" in client.get(address("visit", booked.patient, booked)).content.decode()

    @pytest.mark.parametrize("reason", ["a" * 2001, "\x00"])
    def test_a_reason_that_is_none_comes_back(self, booked: Visit, ana: User, client_of: ClientOf, reason: str) -> None:
        answer = take(client_of(ana), booked, "cancel", cause="patient", reason=reason, **NEXT)
        assert answer.status_code == 422

    def test_a_step_from_a_stale_page_is_a_conflict_that_says_what_happened(
        self, booked: Visit, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        take(client_of(bruno), booked, "cancel", cause="clinic", **NEXT)
        for act, sent in (("move", appointment(ana)), ("cancel", {"cause": "patient"} | NEXT)):
            answer = take(client_of(ana), booked, act, **sent)
            html = answer.content.decode()
            assert answer.status_code == 409
            assert "cancelled, by Bruno Keller, 3 March 2026, 10:00" in html
        booked.refresh_from_db()
        assert booked.last_sequence == 3

    @pytest.mark.parametrize("seen", ["", "0", "-1", "x", "\x00", "9" * 30, "9" * 10_000, "²"])
    def test_a_form_that_saw_nothing_true_is_stale(
        self, booked: Visit, ana: User, client_of: ClientOf, seen: str
    ) -> None:
        answer = take(client_of(ana), booked, "cancel", cause="patient", seen=seen, **NEXT)
        assert answer.status_code == 409

    @pytest.mark.parametrize("act", ["", "renew", "delete", "\x00"])
    def test_an_act_that_there_is_not_changes_nothing(
        self, booked: Visit, ana: User, client_of: ClientOf, act: str
    ) -> None:
        assert take(client_of(ana), booked, act).status_code == 422
        booked.refresh_from_db()
        assert booked.state == "booked"

    def test_every_step_that_the_state_does_not_have_is_refused_in_words(
        self, due: Visit, ana: User, client_of: ClientOf
    ) -> None:
        for act, sent in (
            ("move", appointment(ana)), ("miss", NEXT), ("attend", {"note": "none"}), ("note", {"note": "new"}),
        ):  # fmt: skip
            answer = take(client_of(ana), due, act, **sent)
            assert answer.status_code == 422
            assert "A visit that is due cannot be" in answer.content.decode() or act in {"note"}
        assert not due.patient.sessions.exists()


class TestList:
    def test_it_is_never_empty(self, nils: Patient, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(address("visit_list", nils)).content.decode()
        assert "No visit yet" in html and address("visit_new", nils) in html

    def test_what_lies_ahead_comes_first_and_what_is_past_its_date_says_so(
        self, booked: Visit, ana: User, client_of: ClientOf, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(datetime(2026, 3, 20, 9, tzinfo=UTC))
        html = client_of(ana).get(address("visit_list", booked.patient)).content.decode()
        assert "past its date, not booked" in html
        assert "Thu 5 Mar 2026, 14:30" in html

    def test_many_cost_no_more_queries_than_one(
        self, omar: Patient, ana: User, client_of: ClientOf, django_assert_max_num_queries: Any
    ) -> None:
        ana.clinic.opening.all().delete()  # weekends too
        for day in range(1, 25):
            add_visit(
                episode=omar.episodes.get(), physiotherapist=ana, starts_at=datetime(2026, 4, day, 9, tzinfo=UTC),
                minutes=30, by=ana, at=cast.NOW,
            )  # fmt: skip
        client = client_of(ana)
        client.get(address("visit_list", omar))
        with django_assert_max_num_queries(9):
            html = client.get(address("visit_list", omar)).content.decode()
        assert html.count("Treatment visit") == 24


class TestAccess:
    def test_nobody_but_physiotherapists_and_the_front_desk_of_the_clinic_get_in(
        self, booked: Visit, maria: Patient, admin: User, zoe: User, client_of: ClientOf
    ) -> None:
        omar = booked.patient
        for url in (address("visit_list", omar), address("visit_new", omar), address("visit", omar, booked)):
            for who in (maria, admin, zoe):
                assert client_of(who).get(url).status_code == 404
                assert client_of(who).post(url, {"act": "cancel", "cause": "patient", "seen": 2}).status_code in {
                    404,
                    405,
                }
            assert Client().get(url).status_code == 302
        booked.refresh_from_db()
        assert booked.state == "booked"

    def test_a_patient_changes_no_visit_of_their_own(self, maria: Patient, client_of: ClientOf) -> None:
        visit = maria.visits.first()
        assert visit is not None
        assert take(client_of(maria), visit, "cancel", cause="patient").status_code == 403

    def test_a_visit_under_another_patients_address_is_absent(
        self, booked: Visit, maria: Patient, yann: Patient, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)

        def answer_of(url: str) -> tuple[int, str]:
            answer = client.get(url)
            return answer.status_code, re.sub(r'"X-CSRFToken": "\w+"', "", answer.content.decode())

        absent = answer_of(address("visit", maria, uuid.uuid4()))
        theirs = yann.visits.first()
        for url in (
            address("visit", maria, booked), address("visit", booked.patient, theirs), address("visit", yann, theirs),
        ):  # fmt: skip
            assert answer_of(url) == absent
            assert client.post(url, {"act": "cancel", "cause": "patient", "seen": 1}).status_code == 404
