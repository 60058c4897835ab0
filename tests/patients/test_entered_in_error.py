"""A signed note of another patient: hidden, kept, its ticks taken back, and written where it belongs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from patients.actions.entered_in_error import copy_to_right_chart, enter_in_error
from patients.actions.note import Done
from patients.actions.session import add_addendum, save_session, sign_session, start_session
from patients.actions.walk_in import walk_in
from patients.models import ExerciseLog, Patient, TreatmentSession
from patients.readings.session import since_last
from rehab.errors import Refused
from rehab.models import User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
WORDS = "Words about somebody else"


@pytest.fixture
def note(omar: Patient, ana: User) -> TreatmentSession:
    """Signed, of a walk-in, with one exercise ticked."""
    plan = omar.plans.get()
    _visit, draft = walk_in(patient=omar, episode=omar.episodes.get(), plan=plan, kind="clinic", by=ana, at=cast.NOW)
    row = plan.prescriptions.filter(phase__number=1).first()
    assert row is not None
    return sign_session(
        session=draft, version=1, by=ana, at=cast.NOW, done=[Done(row)], subjective=WORDS, plan_text=f"{WORDS} P",
        pain_before=4, minutes=30,
    )  # fmt: skip


def where(session: TreatmentSession) -> str:
    return reverse("session", args=[session.patient.public_id, session.public_id])


def say_so(client: Client, session: TreatmentSession, reason: str = "The wrong window was open") -> int:
    return client.post(where(session), {"act": "in_error", "reason": reason}).status_code


def standing(patient: Patient) -> list[str]:
    return [log.status for log in ExerciseLog.objects.filter(patient=patient, superseded_at__isnull=True)]


def test_it_is_one_struck_line_and_no_chart_speaks_of_it(
    note: TreatmentSession, bruno: User, client_of: ClientOf
) -> None:
    client, omar = client_of(bruno), note.patient
    assert say_so(client, note) == 302
    listed = client.get(reverse("session_list", args=[omar.public_id])).content.decode()
    assert listed.count("<s>") == 1 and "entered in error" in listed
    chart = client.get(reverse("chart", args=[omar.public_id])).content.decode()
    assert WORDS not in chart
    since = since_last(omar, omar.plans.get(), cast.TODAY)
    assert since.note is None
    page = client.get(where(note)).content.decode()
    assert "The wrong window was open" in page and "Bruno Keller" in page
    assert "Open the hidden note" in page and WORDS in page  # kept, behind a fold


def test_what_it_ticked_is_taken_back_and_its_visit_stays(note: TreatmentSession, ana: User) -> None:
    assert standing(note.patient) == ["done"]
    enter_in_error(session=note, reason="Mixed up", by=ana, at=cast.NOW)
    assert standing(note.patient) == ["withdrawn"]
    assert ExerciseLog.objects.filter(patient=note.patient).count() == 2  # both on record
    assert note.patient.visits.get(unplanned=True).session == note


def test_said_twice_it_is_said_once(note: TreatmentSession, ana: User, bruno: User) -> None:
    first = enter_in_error(session=note, reason="Mixed up", by=ana, at=cast.NOW)
    assert enter_in_error(session=note, reason="Again", by=bruno, at=cast.NOW) == first
    assert standing(note.patient) == ["withdrawn"]


@pytest.mark.parametrize("reason", ["", " \n", "\x00", "a" * 20_001])
def test_it_needs_a_reason(note: TreatmentSession, ana: User, client_of: ClientOf, reason: str) -> None:
    assert say_so(client_of(ana), note, reason) == 422
    assert not note.addenda.exists()
    assert standing(note.patient) == ["done"]


def test_only_a_signed_note_can_be(omar: Patient, ana: User, client_of: ClientOf) -> None:
    draft = start_session(patient=omar, episode=omar.episodes.get(), on=cast.TODAY, kind="home", by=ana, at=cast.NOW)
    assert say_so(client_of(ana), draft) == 422


def test_only_a_physiotherapist_of_the_clinic_says_it(
    note: TreatmentSession, desk: User, admin: User, zoe: User, client_of: ClientOf
) -> None:
    for who in (desk, admin, zoe):
        assert say_so(client_of(who), note) == 404
        with pytest.raises(Refused):
            enter_in_error(session=note, reason="x", by=who, at=cast.NOW)


def test_it_is_no_addition_like_the_others(note: TreatmentSession, ana: User, client_of: ClientOf) -> None:
    sent = {"act": "add", "kind": "entered_in_error", "text": "by the back door"}
    assert client_of(ana).post(where(note), sent).status_code == 422
    with pytest.raises(Refused):
        add_addendum(session=note, kind="entered_in_error", text="x", by=ana, at=cast.NOW)


def test_the_note_itself_stays_as_it_was_signed(note: TreatmentSession, ana: User) -> None:
    enter_in_error(session=note, reason="Mixed up", by=ana, at=cast.NOW)
    note.refresh_from_db()
    assert (note.status, note.subjective) == ("signed", WORDS)
    with pytest.raises(IntegrityError), transaction.atomic():
        TreatmentSession.objects.filter(pk=note.pk).update(subjective="")


class TestTheRightChart:
    def test_the_patient_is_found_and_a_draft_begins_there(
        self, note: TreatmentSession, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        say_so(client, note)
        html = client.get(where(note), {"find": maria.name.split()[0]}).content.decode()
        assert f'value="{maria.public_id}"' in html
        answer = client.post(where(note), {"act": "copy", "to": str(maria.public_id)})
        draft = maria.sessions.get()
        assert (answer.status_code, answer["Location"]) == (302, where(draft))
        assert (draft.status, draft.subjective, draft.pain_before, draft.minutes, draft.on) == (
            "draft", WORDS, 4, 30, note.on,
        )  # fmt: skip
        assert (draft.plan, draft.exercises.count()) == (maria.plans.get(), 0)
        client.post(where(note), {"act": "copy", "to": str(maria.public_id)})
        assert maria.sessions.count() == 1

    def test_words_that_are_there_are_not_written_over(
        self, note: TreatmentSession, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        own = start_session(
            patient=maria, episode=maria.episodes.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
        )
        save_session(session=own, version=1, by=ana, at=cast.NOW, subjective="Maria’s own")
        client = client_of(ana)
        say_so(client, note)
        answer = client.post(where(note), {"act": "copy", "to": str(maria.public_id)}, follow=True)
        assert "Nothing was written over it." in answer.content.decode()
        own.refresh_from_db()
        assert own.subjective == "Maria’s own"

    def test_nobody_elses_patient_is_found_or_written_to(
        self, note: TreatmentSession, yann: Patient, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        say_so(client, note)
        assert str(yann.public_id) not in client.get(where(note), {"find": "Yann"}).content.decode()
        for wrong in (str(yann.public_id), "", "x", "\x00"):
            assert client.post(where(note), {"act": "copy", "to": wrong}).status_code == 404
        assert not yann.sessions.exists()

    def test_a_note_that_is_right_goes_nowhere(self, note: TreatmentSession, maria: Patient, ana: User) -> None:
        with pytest.raises(Refused):
            copy_to_right_chart(session=note, patient=maria, by=ana, at=cast.NOW)

    def test_a_patient_without_an_episode_is_refused_kindly(
        self, note: TreatmentSession, nils: Patient, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        say_so(client, note)
        answer = client.post(where(note), {"act": "copy", "to": str(nils.public_id)}, follow=True)
        assert "no open episode" in answer.content.decode()
