"""The pages of session notes: begin, write, sign, read, add."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.actions.episode import open_episode
from patients.actions.session import add_addendum, save_session, sign_session, start_session
from patients.models import ExerciseLog, Patient, TreatmentSession
from rehab.models import User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
LONG = "Muñoz-Featherstonehaugh " * 6


@pytest.fixture
def draft(omar: Patient, ana: User) -> TreatmentSession:
    """Ana's draft of today about Omar."""
    episode = omar.episodes.get()
    return start_session(
        patient=omar, episode=episode, plan=omar.plans.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
    )


def address(name: str, patient: Patient, row: TreatmentSession | uuid.UUID | None = None) -> str:
    ids = [patient.public_id]
    if row is not None:
        ids.append(row.public_id if isinstance(row, TreatmentSession) else row)
    return reverse(name, args=ids)


def typed(session: TreatmentSession, **other: Any) -> dict[str, Any]:
    """What the page of a draft sends back, with something typed."""
    return {"act": "save", "version": session.version, "kind": session.kind, **other}


def page(client: Client, session: TreatmentSession, **other: Any) -> Any:
    return client.post(address("session", session.patient, session), typed(session, **other))


def without_token(answer: Any) -> str:
    return re.sub(r'"X-CSRFToken": "\w+"', "", answer.content.decode())


class TestBeginning:
    def test_one_post_begins_the_note_of_today_and_goes_to_it(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        answer = client_of(ana).post(address("session_new", omar))
        session = omar.sessions.get()
        assert (answer.status_code, answer["Location"]) == (302, address("session", omar, session))
        assert (session.on, session.kind, session.status, session.phase, session.day) == (
            cast.TODAY, "clinic", "draft", 1, 8,
        )  # fmt: skip

    def test_the_form_sent_twice_begins_one(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        first = client.post(address("session_new", omar))
        second = client.post(address("session_new", omar), {"kind": "home"}, follow=True)
        assert omar.sessions.count() == 1
        assert second.redirect_chain[0][0] == first["Location"]
        assert "already" in second.content.decode()

    def test_the_page_asks_for_the_day_and_the_kind(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(address("session_new", omar)).content.decode()
        assert 'value="2026-03-03"' in html
        assert "by video" in html

    @pytest.mark.parametrize(
        "on", ["2026-03-04", "2025-12-28", "9999-12-31", "0001-01-01", "yesterday", "\x00", "2026-02-30"]
    )
    def test_a_day_that_cannot_be_is_refused_with_a_sentence(
        self, omar: Patient, ana: User, client_of: ClientOf, on: str
    ) -> None:
        answer = client_of(ana).post(address("session_new", omar), {"on": on, "kind": "clinic"})
        assert answer.status_code == 422
        assert "id_on_error" in answer.content.decode()
        assert not omar.sessions.exists()

    def test_yesterdays_contact_gets_a_note_of_yesterday(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        client_of(ana).post(address("session_new", omar), {"on": "2026-03-02", "kind": "phone"})
        assert omar.sessions.get().day == 7

    def test_without_an_episode_the_page_says_what_comes_first(
        self, nils: Patient, ana: User, client_of: ClientOf
    ) -> None:
        for answer in (
            client_of(ana).get(address("session_new", nils)),
            client_of(ana).post(address("session_new", nils)),
        ):
            assert address("episode_new", nils) in answer.content.decode()
        assert not nils.sessions.exists()

    def test_the_episode_of_another_patient_is_refused(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        for episode_id in (maria.episodes.get().public_id, uuid.uuid4(), "\x00", "x"):
            answer = client_of(ana).post(address("session_new", omar), {"episode": episode_id})
            assert answer.status_code == 422
        assert not omar.sessions.exists()

    def test_of_several_episodes_one_is_chosen(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        neck = open_episode(
            patient=omar, lead=ana, problem="Neck pain from the desk", region="neck", by=ana, at=cast.NOW
        )
        client = client_of(ana)
        assert "Neck pain from the desk" in client.get(address("session_new", omar)).content.decode()
        back = omar.episodes.exclude(pk=neck.pk).get()
        client.post(address("session_new", omar), {"episode": back.public_id})
        session = omar.sessions.get()
        assert (session.episode, session.plan) == (back, omar.plans.get())


class TestWriting:
    def test_what_is_typed_is_saved_and_shown(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        answer = page(
            client, draft, subjective="Sat all day", objective="Bends to mid shin", pain_before="4", pain_after="0",
            minutes="30", treatment="Manual therapy", kind="home",
        )  # fmt: skip
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert (draft.subjective, draft.pain_before, draft.pain_after, draft.minutes) == ("Sat all day", 4, 0, 30)
        assert (draft.kind, draft.version, draft.saved_by) == ("home", 2, ana)
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert "Sat all day" in html
        assert "Saved 3 Mar, 10:00" in html

    def test_pain_that_was_not_asked_is_nothing_and_not_zero(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        page(client_of(ana), draft, pain_before="", subjective="x")
        draft.refresh_from_db()
        assert draft.pain_before is None

    @pytest.mark.parametrize("pain", ["11", "-1", "3.5", "bad", "\x00", "9" * 5000, "1e1", "😀"])
    def test_pain_that_is_none_comes_back_with_a_sentence_and_what_was_typed(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, pain: str
    ) -> None:
        answer = page(client_of(ana), draft, pain_after=pain, subjective="Typed and kept")
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "A whole number from 0 to 10" in html
        assert "Typed and kept" in html
        draft.refresh_from_db()
        assert draft.version == 1

    @pytest.mark.parametrize("minutes", ["0", "481", "-5", "30.5", "half an hour"])
    def test_minutes_that_are_none_are_refused(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, minutes: str
    ) -> None:
        answer = page(client_of(ana), draft, minutes=minutes)
        assert answer.status_code == 422
        assert "id_minutes_error" in answer.content.decode()

    @pytest.mark.parametrize(
        "text",
        ["a" * 20_000, "شعر بألم في الظهر بعد الجلوس", "👩🏽‍⚕️ better 🎉", "<script>alert(1)</script>", "\ufffd\u202e"],
    )
    def test_any_words_are_kept_and_shown_inert(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, text: str
    ) -> None:
        client = client_of(ana)
        assert page(client, draft, subjective=text).status_code == 302
        draft.refresh_from_db()
        assert draft.subjective == text
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert "<script>alert" not in html
        assert 'dir="auto"' in html

    @pytest.mark.parametrize("text", ["a" * 20_001, "a\x00b"])
    def test_a_text_that_no_note_holds_comes_back_with_a_sentence(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, text: str
    ) -> None:
        for field in ("subjective", "objective", "assessment", "plan_text", "treatment"):
            answer = page(client_of(ana), draft, **{field: text})
            assert answer.status_code == 422
            assert f"id_{field}_error" in answer.content.decode()

    def test_a_lone_surrogate_arrives_as_a_server_reads_it(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        body = f"act=save&version={draft.version}&kind=clinic&subjective=a%ED%A0%80b".encode()
        answer = client_of(ana).post(
            address("session", draft.patient, draft), body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 302
        draft.refresh_from_db()
        draft.subjective.encode()

    def test_lines_end_alike_whatever_the_browser_sent(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        page(client_of(ana), draft, subjective="one\r\ntwo")
        draft.refresh_from_db()
        assert draft.subjective == "one\ntwo"

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
    def test_a_form_without_a_true_version_writes_nothing(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, version: str
    ) -> None:
        answer = page(client_of(ana), draft, version=version, subjective="lost?")
        assert answer.status_code in {409, 422}
        assert "lost?" in answer.content.decode()
        draft.refresh_from_db()
        assert (draft.version, draft.subjective) == (1, "")


class TestExercises:
    def keys(self, draft: TreatmentSession) -> dict[str, str]:
        rows = draft.plan.prescriptions.filter(phase__number=1).select_related("revision__exercise")  # type: ignore[union-attr]
        return {row.revision.exercise.key: str(row.revision.exercise.public_id) for row in rows}

    def test_what_was_done_is_ticked_with_a_remark(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        name, key = next(iter(self.keys(draft).items()))
        client = client_of(ana)
        page(client, draft, done=[key], **{f"remark_{key}": "with a towel"})
        done = draft.exercises.get()
        assert (done.revision.exercise.key, done.note) == (name, "with a towel")
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert f'value="{key}" checked' in html
        assert "with a towel" in html

    def test_a_tick_that_is_taken_away_is_gone(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        one, two = list(self.keys(draft).values())[:2]
        client = client_of(ana)
        page(client, draft, done=[one, two])
        draft.refresh_from_db()
        page(client, draft, done=[two])
        assert [str(row.revision.exercise.public_id) for row in draft.exercises.all()] == [two]

    def test_a_remark_without_its_tick_is_asked_about(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        key = next(iter(self.keys(draft).values()))
        answer = page(client_of(ana), draft, **{f"remark_{key}": "not today"})
        assert answer.status_code == 422
        assert "not today" in answer.content.decode()

    def test_an_exercise_of_nobodys_or_somebody_elses_plan_is_refused(
        self, draft: TreatmentSession, yann: Patient, ana: User, client_of: ClientOf
    ) -> None:
        theirs = yann.plans.get().prescriptions.select_related("revision__exercise").first()
        for key in (theirs.revision.exercise.public_id, theirs.public_id, uuid.uuid4(), "\x00", "1"):  # type: ignore[union-attr]
            answer = page(client_of(ana), draft, done=[str(key)], subjective="kept")
            assert answer.status_code == 422
            assert "kept" in answer.content.decode()
        assert not draft.exercises.exists()

    def test_what_was_done_here_counts_once_on_the_day(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        key = next(iter(self.keys(draft).values()))
        page(client_of(ana), draft, act="sign", done=[key], subjective="Well")
        logs = ExerciseLog.objects.filter(patient=draft.patient, on=cast.TODAY)
        assert [(log.how, log.status, log.by) for log in logs] == [("in_clinic", "done", ana)]


class TestSigning:
    def test_signing_saves_what_was_typed_and_closes_the_note(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        answer = page(client, draft, act="sign", assessment="Settling")
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert (draft.status, draft.assessment, draft.signed_by) == ("signed", "Settling", ana)
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert "Signed by Ana Ruiz, 3 March 2026, 10:00" in html
        assert "<textarea" in html and 'name="subjective"' not in html

    @pytest.mark.parametrize("text", ["", "   \n "])
    def test_an_empty_note_is_not_signed_and_the_page_says_what_is_missing(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, text: str
    ) -> None:
        answer = page(client_of(ana), draft, act="sign", subjective=text, minutes="20", pain_before="3")
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "write something under S, O, A or P" in html
        assert 'value="20"' in html
        draft.refresh_from_db()
        assert (draft.status, draft.minutes, draft.pain_before) == ("draft", 20, 3)  # refused, and nothing lost
        assert f'name="version" value="{draft.version}"' in html

    def test_signed_twice_is_said_kindly(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        sent = typed(draft, act="sign", subjective="Well")
        client.post(address("session", draft.patient, draft), sent)
        answer = client.post(address("session", draft.patient, draft), sent, follow=True)
        assert answer.status_code == 200
        assert "This note is signed" in answer.content.decode()
        draft.refresh_from_db()
        assert draft.version == 2

    def test_what_is_typed_after_the_signature_is_shown_and_not_saved(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        page(client, draft, act="sign", subjective="Signed words")
        answer = page(client, draft, subjective="Later words")
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "Later words" in html and "Signed words" in html and "not saved" in html
        draft.refresh_from_db()
        assert draft.subjective == "Signed words"

    def test_only_who_wrote_it_signs_it(self, draft: TreatmentSession, bruno: User, client_of: ClientOf) -> None:
        client = client_of(bruno)
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert 'value="sign"' not in html and 'value="discard"' not in html
        answer = page(client, draft, act="sign", subjective="Mine")
        assert answer.status_code == 422
        assert "Only Ana Ruiz can sign" in answer.content.decode()
        page(client, draft, act="discard")
        draft.refresh_from_db()
        assert draft.status == "draft"


class TestTwoWriters:
    def test_the_second_sees_both_texts_and_loses_nothing(
        self, draft: TreatmentSession, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        page(client_of(ana), draft, subjective="Ana’s words", minutes="30")
        answer = page(client_of(bruno), draft, subjective="Bruno’s words", minutes="30")
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "Ana’s words" in html and html.count("Bruno’s words") == 2
        assert "Saved by Ana Ruiz" in html
        draft.refresh_from_db()
        assert draft.subjective == "Ana’s words"
        assert f'name="version" value="{draft.version}"' in html
        again = page(client_of(bruno), draft, subjective="Both words")
        assert again.status_code == 302
        draft.refresh_from_db()
        assert (draft.subjective, draft.saved_by) == ("Both words", bruno)

    def test_the_same_form_sent_twice_is_no_conflict(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        for _ in range(2):
            assert page(client, draft, subjective="Once").status_code == 302
        draft.refresh_from_db()
        assert draft.version == 2

    def test_exercises_differ_too(self, draft: TreatmentSession, ana: User, bruno: User, client_of: ClientOf) -> None:
        rows = draft.plan.prescriptions.filter(phase__number=1).select_related("revision__exercise")  # type: ignore[union-attr]
        one, two = rows[:2]
        page(client_of(ana), draft, done=[str(one.revision.exercise.public_id)])
        answer = page(client_of(bruno), draft, done=[str(two.revision.exercise.public_id)])
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "Exercises done" in html and one.revision.name in html and two.revision.name in html


class TestDiscarding:
    def test_a_draft_is_put_aside_and_stays_on_record(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        answer = page(client, draft, act="discard")
        assert answer["Location"] == address("session_list", draft.patient)
        draft.refresh_from_db()
        assert draft.status == "discarded"
        html = client.get(address("session", draft.patient, draft)).content.decode()
        assert "Discarded" in html and 'value="add"' not in html

    @pytest.mark.parametrize("version", ["", "0", "99", "9" * 10_000, "\x00", "²"])
    def test_a_draft_that_was_saved_meanwhile_is_not(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, version: str
    ) -> None:
        answer = client_of(ana).post(
            address("session", draft.patient, draft), {"act": "discard", "version": version}, follow=True
        )
        assert answer.status_code == 200
        draft.refresh_from_db()
        assert draft.status == "draft"


@pytest.fixture
def signed(draft: TreatmentSession, ana: User) -> TreatmentSession:
    return sign_session(session=draft, version=1, by=ana, at=cast.NOW, subjective="Settled", plan_text="Walk more")


class TestAdding:
    def test_an_addition_stands_below_the_note_with_who_and_when(
        self, signed: TreatmentSession, bruno: User, client_of: ClientOf
    ) -> None:
        client = client_of(bruno)
        sent = {"act": "add", "kind": "correction", "text": "It was the left side"}
        client.post(address("session", signed.patient, signed), sent)
        client.post(address("session", signed.patient, signed), sent)
        html = client.get(address("session", signed.patient, signed)).content.decode()
        assert html.count("It was the left side") == 1
        assert "Correction" in html and "Bruno Keller" in html and "Settled" in html

    @pytest.mark.parametrize(
        "sent",
        [{"text": ""}, {"text": " \n"}, {"text": "a" * 20_001}, {"text": "\x00"}, {"kind": "praise"}, {"kind": ""}],
    )
    def test_what_is_no_addition_comes_back(
        self, signed: TreatmentSession, ana: User, client_of: ClientOf, sent: dict[str, str]
    ) -> None:
        answer = client_of(ana).post(
            address("session", signed.patient, signed), {"act": "add", "kind": "addendum", "text": "kept"} | sent
        )
        assert answer.status_code == 422
        assert not signed.addenda.exists()

    def test_a_draft_takes_none(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        answer = client_of(ana).post(
            address("session", draft.patient, draft), {"act": "add", "kind": "addendum", "text": "kept"}
        )
        assert answer.status_code == 422
        assert "Only a signed note takes an addition" in answer.content.decode()


class TestSinceLastTime:
    def test_the_next_note_opens_with_the_last_ones_plan(
        self, signed: TreatmentSession, ana: User, client_of: ClientOf, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(datetime(2026, 3, 10, 9, tzinfo=UTC))
        omar = signed.patient
        client = client_of(ana)
        answer = client.post(address("session_new", omar), follow=True)
        html = answer.content.decode()
        assert "Walk more" in html
        assert "no report on" in html
        assert address("session", omar, signed) in html

    def test_the_first_note_says_so(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(address("session", draft.patient, draft)).content.decode()
        assert "this is the first note" in html

    def test_a_note_without_a_plan_has_nothing_to_tick(self, nils: Patient, ana: User, client_of: ClientOf) -> None:
        cast.episode(nils, lead=ana)
        html = client_of(ana).post(address("session_new", nils), follow=True).content.decode()
        assert "No plan ran on this day" in html


class TestList:
    def test_it_is_never_empty(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(address("session_list", omar)).content.decode()
        assert "No session note yet" in html and address("session_new", omar) in html

    def test_it_shows_day_kind_author_and_status(
        self, signed: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        html = client_of(ana).get(address("session_list", signed.patient)).content.decode()
        assert "Tue 3 Mar 2026" in html and "in the clinic" in html and "Ana Ruiz" in html and "signed" in html

    def test_many_cost_no_more_queries_than_one(
        self, signed: TreatmentSession, ana: User, client_of: ClientOf, django_assert_max_num_queries: Any
    ) -> None:
        omar = signed.patient
        for day in range(1, 29):
            start_session(
                patient=omar, episode=omar.episodes.get(), on=date(2026, 2, day), kind="phone", by=ana, at=cast.NOW
            )
        client = client_of(ana)
        client.get(address("session_list", omar))
        with django_assert_max_num_queries(9):
            html = client.get(address("session_list", omar)).content.decode()
        assert html.count("by phone") == 28


class TestAccess:
    def test_nobody_but_a_physiotherapist_of_the_clinic_gets_in(
        self, signed: TreatmentSession, maria: Patient, admin: User, desk: User, zoe: User, client_of: ClientOf
    ) -> None:
        omar = signed.patient
        addresses = [
            address("session_list", omar), address("session_new", omar), address("session", omar, signed),
        ]  # fmt: skip
        for who in (maria, admin, desk, zoe):
            for url in addresses:
                assert client_of(who).get(url).status_code == 404
                assert client_of(who).post(url, {"act": "add", "kind": "addendum", "text": "x"}).status_code in {
                    404,
                    405,
                }
        for url in addresses:
            assert Client().get(url).status_code == 302
        assert not signed.addenda.exists()

    def test_a_patient_reads_no_note_about_themselves(self, maria: Patient, ana: User, client_of: ClientOf) -> None:
        session = start_session(
            patient=maria, episode=maria.episodes.get(), on=cast.TODAY, kind="clinic", by=ana, at=cast.NOW
        )
        assert client_of(maria).get(address("session", maria, session)).status_code == 403

    def test_a_note_under_another_patients_address_is_absent(
        self, signed: TreatmentSession, maria: Patient, yann: Patient, zoe: User, ana: User, client_of: ClientOf
    ) -> None:
        theirs = start_session(
            patient=yann, episode=yann.episodes.get(), on=cast.TODAY, kind="clinic", by=zoe, at=cast.NOW
        )
        client = client_of(ana)
        absent = client.get(address("session", maria, uuid.uuid4()))
        for url in (
            address("session", maria, signed),
            address("session", signed.patient, theirs),
            address("session", yann, theirs),
        ):
            answer = client.get(url)
            assert (answer.status_code, without_token(answer)) == (404, without_token(absent))
            assert client.post(url, {"act": "save", "version": 1, "kind": "clinic"}).status_code == 404

    def test_a_field_that_is_not_in_the_form_changes_nothing(
        self, draft: TreatmentSession, ana: User, bruno: User, maria: Patient, client_of: ClientOf
    ) -> None:
        page(
            client_of(ana), draft, subjective="x", patient=maria.pk, patient_id=maria.pk, on="2020-01-01",
            status="signed", phase="4", day="99", signed_by=bruno.pk, physiotherapist=bruno.public_id,
        )  # fmt: skip
        draft.refresh_from_db()
        assert draft.patient_id != maria.pk
        assert (draft.on, draft.status, draft.phase, draft.day) == (cast.TODAY, "draft", 1, 8)
        assert draft.physiotherapist == ana


def test_a_long_name_and_one_from_right_to_left_are_shown(ana: User, client_of: ClientOf) -> None:
    for name in (LONG.strip()[:120].strip(), "عمر الحداد"):
        patient = cast.patient(name, by=ana)
        cast.episode(patient, lead=ana)
        html = client_of(ana).post(address("session_new", patient), follow=True).content.decode()
        assert f"<bdi>{name}</bdi>" in html


def test_saving_and_adding_through_the_actions_need_a_physiotherapist(
    draft: TreatmentSession, signed: TreatmentSession, admin: User, zoe: User
) -> None:
    from rehab.errors import Refused

    for who in (admin, zoe):
        with pytest.raises(Refused):
            save_session(session=draft, version=draft.version, by=who, at=cast.NOW, subjective="x")
        with pytest.raises(Refused):
            add_addendum(session=signed, kind="addendum", text="x", by=who, at=cast.NOW)
