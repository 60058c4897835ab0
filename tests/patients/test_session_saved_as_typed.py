"""What `static/js/note.js` sends and is told: small, soon, and never at the cost of a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.actions.session import save_session, sign_session, start_session
from patients.models import CheckIn, ExerciseLog, Patient, TreatmentSession
from rehab.models import Clinic, NoteKind, User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]


@pytest.fixture
def draft(omar: Patient, ana: User) -> TreatmentSession:
    return start_session(
        patient=omar, episode=omar.episodes.get(), plan=omar.plans.get(), on=cast.TODAY, kind="clinic", by=ana,
        at=cast.NOW,
    )  # fmt: skip


def where(session: TreatmentSession) -> str:
    return reverse("session", args=[session.patient.public_id, session.public_id])


def type_it(client: Client, session: TreatmentSession, **words: Any) -> Any:
    return client.post(where(session), {"act": "type", "version": session.version, "kind": session.kind} | words)


def asked(context: CaptureQueriesContext) -> list[str]:
    """The queries but for those that begin and end a transaction."""
    return [
        query["sql"]
        for query in context.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]


def key_of(session: TreatmentSession) -> str:
    row = session.plan.prescriptions.filter(phase__number=1).first()  # type: ignore[misc, union-attr]
    assert row is not None and row.revision is not None
    return str(row.revision.exercise.public_id)


class TestTheAnswer:
    def test_it_is_small_and_says_when_and_which_version(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        answer = type_it(client_of(ana), draft, subjective="Better")
        assert answer.json() == {"version": 2, "says": "Saved at 10:00", "errors": {}}
        assert len(answer.content) < 200
        draft.refresh_from_db()
        assert (draft.subjective, draft.version, draft.saved_by) == ("Better", 2, ana)

    def test_the_same_sent_twice_is_saved_once(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        first, second = (type_it(client, draft, subjective="Better").json() for _each in range(2))
        assert first["version"] == second["version"] == 2

    def test_what_is_wrong_in_one_field_keeps_no_other_from_being_saved(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        answer = type_it(
            client_of(ana), draft, subjective="Kept", objective="a\x00b", minutes="soon", exercises="1",
            **{f"remark_{key_of(draft)}": "without a tick"},
        )  # fmt: skip
        assert answer.status_code == 200
        assert set(answer.json()["errors"]) == {"objective", "minutes", f"remark_{key_of(draft)}"}
        draft.refresh_from_db()
        assert (draft.subjective, draft.objective, draft.minutes) == ("Kept", "", None)

    def test_without_the_exercises_the_ticks_stay_as_they_were(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client = client_of(ana)
        version = type_it(client, draft, exercises="1", done=[key_of(draft)]).json()["version"]
        type_it(client, draft, version=version, subjective="Words alone")
        assert draft.exercises.count() == 1

    @pytest.mark.parametrize("version", ["", "x", "-1", "\x00", "9" * 40])
    def test_a_version_that_is_none_writes_nothing(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, version: str
    ) -> None:
        assert type_it(client_of(ana), draft, version=version, subjective="lost?").status_code in {409, 422}
        draft.refresh_from_db()
        assert draft.version == 1

    def test_a_signed_out_page_is_sent_to_the_sign_in(self, draft: TreatmentSession) -> None:
        assert type_it(Client(), draft, subjective="lost?").status_code == 302
        draft.refresh_from_db()
        assert draft.subjective == ""


class TestSomebodyElse:
    def test_a_colleague_s_words_come_back_beside_ones_own(
        self, draft: TreatmentSession, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        type_it(client_of(bruno), draft, subjective="Bruno’s", objective="Same")
        answer = type_it(client_of(ana), draft, subjective="Ana’s <script>", objective="Same")
        told = answer.json()
        assert answer.status_code == 409
        assert (told["code"], told["version"], told["theirs"]) == (
            "was_draft", 2, "Saved by Bruno Keller, 3 March, 10:00",
        )  # fmt: skip
        assert told["differences"] == [
            {"field": "subjective", "label": "Subjective", "theirs": "Bruno’s", "yours": "Ana’s <script>"}
        ]
        draft.refresh_from_db()
        assert draft.subjective == "Bruno’s"
        assert type_it(client_of(ana), draft, subjective="Both").status_code == 200

    def test_after_the_signature_nothing_is_saved_and_the_words_are_shown(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        sign_session(session=draft, version=1, by=ana, at=cast.NOW, subjective="Signed")
        answer = type_it(client_of(ana), draft, subjective="Late words")
        assert answer.status_code == 409
        assert answer.json()["code"] == "was_signed"
        assert answer.json()["differences"][0]["yours"] == "Late words"
        draft.refresh_from_db()
        assert draft.subjective == "Signed"


class TestWhatItCosts:
    def test_saving_words_asks_at_most_six_times(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        client.get(where(draft))
        with CaptureQueriesContext(connection) as context:
            assert type_it(client, draft, subjective="x", minutes="30", pain_before="3").status_code == 200
        assert len(asked(context)) <= 6

    @pytest.mark.parametrize("rows", [10, 1000])
    def test_the_form_asks_at_most_fifteen_times_however_long_the_record(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, rows: int
    ) -> None:
        fill(draft, ana, rows)
        client = client_of(ana)
        client.get(where(draft))
        with CaptureQueriesContext(connection) as context:
            assert client.get(where(draft)).status_code == 200
        assert len(asked(context)) <= 15


def fill(draft: TreatmentSession, ana: User, rows: int) -> None:
    """A history of as many ticks and mornings, spread over the days before."""
    prescriptions = list(draft.plan.prescriptions.filter(phase__number=1))  # type: ignore[misc, union-attr]
    days = [cast.TODAY - timedelta(days=1 + number) for number in range(7)]
    slots = [(row, on, occasion) for occasion in range(1, 21) for on in days for row in prescriptions][:rows]
    told = {"patient": draft.patient, "by": ana, "at": cast.NOW, "made_at": cast.NOW, "how": "on_behalf"}
    ExerciseLog.objects.bulk_create(
        ExerciseLog(prescription=row, on=on, occasion=occasion, status="done", **told) for row, on, occasion in slots
    )
    CheckIn.objects.bulk_create(CheckIn(on=on, pain_morning=3, **told) for on in days)
    for number in range(rows // 10):
        draft.patient.sessions.create(
            episode=draft.episode, physiotherapist=ana, on=cast.TODAY - timedelta(days=30 + number), status="discarded",
            saved_at=cast.NOW, saved_by=ana, by=ana, at=cast.NOW,
        )  # fmt: skip


class TestOtherDoses:
    def test_a_dose_of_today_only_is_kept_and_shown_and_changes_no_plan(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        client, key = client_of(ana), key_of(draft)
        row = draft.plan.prescriptions.filter(phase__number=1).first()  # type: ignore[misc, union-attr]
        assert row is not None
        name = next(name for name in ("reps", "hold_seconds", "minutes") if getattr(row, name))
        type_it(client, draft, exercises="1", done=[key], **{f"{name}_{key}": "7", f"remark_{key}": "slowly"})
        assert draft.exercises.get().amounts == {name: 7}
        draft.refresh_from_db()
        assert 'value="7"' in client.get(where(draft)).content.decode()
        client.post(
            where(draft),
            {"act": "sign", "version": draft.version, "kind": "clinic", "subjective": "x", "done": [key]}
            | {f"{name}_{key}": "7", f"remark_{key}": "slowly"},
        )
        html = client.get(where(draft)).content.decode()
        assert "7" in html and "slowly" in html and "Exercises done here" in html
        row.refresh_from_db()
        assert getattr(row, name) != 7

    @pytest.mark.parametrize("amount", ["0", "-3", "99999", "many", "\x00"])
    def test_an_absurd_dose_comes_back_with_a_sentence(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf, amount: str
    ) -> None:
        key = key_of(draft)
        row = draft.plan.prescriptions.filter(phase__number=1).first()  # type: ignore[misc, union-attr]
        name = next(name for name in ("reps", "hold_seconds", "minutes") if getattr(row, name))
        sent = {"act": "save", "version": 1, "kind": "clinic", "subjective": "kept", "done": [key]}
        answer = client_of(ana).post(where(draft), sent | {f"{name}_{key}": amount})
        assert answer.status_code == 422
        assert f"id_{name}_{key}_error" in answer.content.decode()
        assert not draft.exercises.exists()


class TestKindsOfNotes:
    def begin(self, omar: Patient, ana: User, kind: str) -> TreatmentSession:
        Clinic.objects.filter(pk=omar.clinic_id).update(note_kind=kind)
        omar.clinic.refresh_from_db()
        return start_session(
            patient=omar, episode=omar.episodes.get(), plan=omar.plans.get(), on=cast.TODAY, kind="clinic", by=ana,
            at=cast.NOW,
        )  # fmt: skip

    def test_a_short_note_is_one_text_and_is_not_signed_without_it(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        note, client = self.begin(omar, ana, NoteKind.SHORT), client_of(ana)
        html = client.get(where(note)).content.decode()
        assert 'name="text"' in html and 'name="subjective"' not in html
        refused = client.post(where(note), {"act": "sign", "version": 1, "kind": "clinic", "minutes": "20"})
        assert refused.status_code == 422 and "write the note before you sign" in refused.content.decode()
        client.post(where(note), {"act": "sign", "version": 2, "kind": "clinic", "text": "All in one"})
        note.refresh_from_db()
        assert (note.status, note.text) == ("signed", "All in one")
        assert "All in one" in client.get(where(note)).content.decode()

    def test_a_note_kept_elsewhere_asks_for_no_words(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        note, client = self.begin(omar, ana, NoteKind.ELSEWHERE), client_of(ana)
        html = client.get(where(note)).content.decode()
        assert 'name="text"' not in html and 'name="subjective"' not in html and "kept elsewhere" in html
        client.post(where(note), {"act": "sign", "version": 1, "kind": "clinic", "minutes": "20"})
        note.refresh_from_db()
        assert (note.status, note.minutes) == ("signed", 20)

    def test_another_setting_changes_no_note_that_is_begun(
        self, draft: TreatmentSession, ana: User, client_of: ClientOf
    ) -> None:
        Clinic.objects.update(note_kind=NoteKind.SHORT)
        assert 'name="subjective"' in client_of(ana).get(where(draft)).content.decode()

    def test_a_field_of_another_kind_is_no_field(self, omar: Patient, ana: User) -> None:
        note = self.begin(omar, ana, NoteKind.SHORT)
        with pytest.raises(TypeError):
            save_session(session=note, version=1, subjective="x", by=ana, at=cast.NOW)


class TestBesideTheSignature:
    def test_it_names_what_is_still_empty(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        client = client_of(ana)
        type_it(client, draft, subjective="Better", pain_before="0")
        html = client.get(where(draft)).content.decode()
        assert 'data-of="subjective" hidden' in html and 'data-of="pain_before" hidden' in html
        assert 'data-of="objective">' in html and 'data-of="minutes">' in html


class TestThePlanAndTheNextVisit:
    def test_the_lines_lead_to_the_acts(self, draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
        html = client_of(ana).get(where(draft)).content.decode()
        assert reverse("decide", args=[draft.patient.public_id, draft.plan.public_id, "stay"]) in html  # type: ignore[union-attr]
        assert "Next visit: due" in html and "Book it now" in html


def test_the_page_hands_its_words_to_the_script(draft: TreatmentSession, ana: User, client_of: ClientOf) -> None:
    html = client_of(ana).get(where(draft)).content.decode()
    assert "js/note.js" in html and "No connection." in html
