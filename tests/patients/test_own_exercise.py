"""An exercise of one patient only: made on the chart, done and counted like every other, its photo behind the door."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image

from patients import readings
from patients.actions.ledger import Seen
from patients.actions.log import log_exercise
from patients.actions.own_exercise import add_own_exercise
from patients.actions.prescription import change_prescription, stop_prescription
from patients.actions.sheet import print_sheet
from patients.models import Decision, OwnExercise, Patient, Plan, Prescription
from rehab.dosage import Dosage
from rehab.errors import Refused
from rehab.models import User
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]


@pytest.fixture
def address(maria: Patient, marias_plan: Plan) -> str:
    return f"/patients/{maria.public_id}/plan/{marias_plan.public_id}/exercises/own/"


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(made, "JPEG")
    return made.getvalue()


def form(plan: Plan, **others: Any) -> dict[str, Any]:
    plan.refresh_from_db()
    usual = {
        "sequence": plan.last_sequence, "phase": 2, "name": "Rocking on the ball",
        "words": "Sit on the ball.\r\nRock to and fro.", "stop_rule": "Stop if your leg tingles.",
        "sets": "", "reps": "10", "hold_seconds": "", "minutes": "", "load": "", "times_per_day": "1",
        "days_per_week": "7", "reason": "", "patient_text": "",
    }  # fmt: skip
    return usual | others


def add(plan: Plan, by: User, **others: Any) -> Prescription:
    plan.refresh_from_db()
    what: dict[str, Any] = {
        "name": "Rocking on the ball", "words": "Sit on the ball.\nRock.", "stop_rule": "Stop if it hurts.",
        "dosage": Dosage(reps=10), "phase": 2, "seen": Seen(plan.last_sequence, 2), "photo": None,
    }  # fmt: skip
    return add_own_exercise(plan=plan, by=by, at=NOW, **(what | others))


def files() -> set[str]:
    return {path.name for path in Path(settings.MEDIA_ROOT).rglob("*.jpg")}


class TestAdding:
    def test_it_joins_the_plan_by_one_entry(
        self, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        before = marias_plan.decisions.count()
        answer = client_of(ana).post(address, form(marias_plan), follow=True)
        assert answer.redirect_chain and "Rocking on the ball" in answer.text
        row = marias_plan.prescriptions.get(own_exercise__isnull=False)
        assert (row.what.name, row.what.instructions) == (
            "Rocking on the ball",
            ["Sit on the ball.", "Rock to and fro."],
        )
        assert row.since == TODAY and marias_plan.decisions.count() == before + 1
        assert marias_plan.decisions.latest("sequence").kind == Decision.Kind.CHANGE

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("name", " ", "Give it a name."), ("words", "", "Say how it is done."),
            ("stop_rule", " \n ", "Say when the patient stops."), ("reps", "0", "greater than or equal to 1"),
            ("reps", "1000000000", "less than or equal to 200"), ("reps", "", "reps"), ("words", "x" * 2001, "2000"),
            ("name", "a\x00b", "Null characters"),
        ],
    )  # fmt: skip
    def test_what_is_missing_or_absurd_is_said_beside_its_field(
        self, field: str, value: str, says: str, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        answer = client_of(ana).post(address, form(marias_plan, **{field: value}))
        assert answer.status_code == 422 and says in answer.text
        assert not OwnExercise.objects.exists()

    def test_the_same_form_sent_twice_adds_one(
        self, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        sent = form(marias_plan)
        assert [client_of(ana).post(address, sent).status_code for _time in range(2)] == [302, 409]
        assert OwnExercise.objects.count() == 1

    def test_a_page_that_was_overtaken_keeps_what_was_typed(
        self, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        sent = form(marias_plan)
        add(marias_plan, ana, name="Another")
        answer = client_of(ana).post(address, sent)
        assert answer.status_code == 409 and "Rocking on the ball" in answer.text

    def test_markup_stays_words(
        self, client_of: ClientOf, ana: User, maria: Patient, address: str, marias_plan: Plan
    ) -> None:
        evil = "<script>alert(1)</script>"
        client_of(ana).post(address, form(marias_plan, name=evil, words=evil, stop_rule=evil))
        row = marias_plan.prescriptions.get(own_exercise__isnull=False)
        for page in (f"/patients/{maria.public_id}/",):
            assert evil not in client_of(ana).get(page).text
        assert evil not in client_of(maria).get(f"/today/?open={row.public_id}").text


class TestPhoto:
    def sent(self, data: bytes, name: str = "p.jpg") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, data, content_type="image/jpeg")

    def test_it_is_shown_to_who_may_see_the_exercise_and_to_nobody_else(
        self, client_of: ClientOf, ana: User, admin: User, zoe: User, maria: Patient, omar: Patient, address: str,
        marias_plan: Plan,
    ) -> None:  # fmt: skip
        client_of(ana).post(address, form(marias_plan, picture=self.sent(jpeg())))
        own = OwnExercise.objects.get()
        photo = f"/photos/{own.public_id}/"
        assert (
            photo in client_of(maria).get("/today/").text
            and photo in client_of(ana).get(f"/patients/{maria.public_id}/").text
        )
        for who in (ana, maria):
            answer = client_of(who).get(photo)
            assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
            assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
            assert Image.open(io.BytesIO(answer.content)).size == (60, 40)
        for other in (admin, zoe):
            assert client_of(other).get(photo).status_code == 404
        assert Client().get(photo).status_code == 302
        assert client_of(ana).get(f"/photos/{uuid4()}/").status_code == 404

    def test_it_is_on_the_paper(
        self, client_of: ClientOf, ana: User, maria: Patient, address: str, marias_plan: Plan
    ) -> None:
        client_of(ana).post(address, form(marias_plan, picture=self.sent(jpeg())))
        sheet = print_sheet(plan=marias_plan, first_on=TODAY, by=ana, at=NOW)
        paper = client_of(ana).get(f"/patients/{maria.public_id}/sheet/{sheet.public_id}/").text
        assert f'src="/photos/{OwnExercise.objects.get().public_id}/"' in paper

    @pytest.mark.parametrize("data", [b"no picture", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n<html>", b""])
    def test_what_is_no_photo_is_said_beside_its_field(
        self, data: bytes, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        before = files()
        answer = client_of(ana).post(address, form(marias_plan, picture=self.sent(data)))
        assert answer.status_code == 422 and "no photo that can be read" in answer.text
        assert not OwnExercise.objects.exists() and files() == before

    def test_forty_megabytes_are_too_many(
        self, client_of: ClientOf, ana: User, address: str, marias_plan: Plan
    ) -> None:
        answer = client_of(ana).post(address, form(marias_plan, picture=self.sent(jpeg() + b"\0" * 40_000_000)))
        assert answer.status_code == 422 and "too large" in answer.text

    def test_an_exercise_that_is_refused_leaves_no_file(self, ana: User, marias_plan: Plan) -> None:
        before = files()
        with pytest.raises(Refused), transaction.atomic():
            add(marias_plan, ana, photo=jpeg(), dosage=Dosage())
        assert files() == before and not OwnExercise.objects.exists()

    def test_a_file_that_is_gone_is_not_found(self, client_of: ClientOf, ana: User, marias_plan: Plan) -> None:
        own = add(marias_plan, ana, photo=jpeg()).own_exercise
        own.photo.storage.delete(own.photo.name)
        assert client_of(ana).get(f"/photos/{own.public_id}/").status_code == 404


class TestLikeEveryOther:
    def tick(self, patient: Patient, row: Prescription) -> None:
        log_exercise(
            patient=patient, prescription=row, on=TODAY, occasion=1, client_id=uuid4(), status="done",
            by=patient.user, at=NOW,
        )  # fmt: skip

    def test_it_is_done_and_counted(self, maria: Patient, ana: User, marias_plan: Plan, client_of: ClientOf) -> None:
        row = add(marias_plan, ana)
        page = client_of(maria).get(f"/today/?open={row.public_id}").text
        assert "Rocking on the ball" in page and "Sit on the ball." in page and "Stop if it hurts." in page
        self.tick(maria, row)
        days = readings.load(maria, marias_plan, TODAY, TODAY)
        assert days.done_on(row) == {TODAY}
        assert days.adherence_of(days.prescriptions[-1], TODAY, TODAY).counted == 1

    def test_its_dose_changes_and_it_is_stopped(self, maria: Patient, ana: User, marias_plan: Plan) -> None:
        row = add(marias_plan, ana)
        seen = Seen(row.opened_by.sequence, 2)
        other = change_prescription(prescription=row, dosage=Dosage(reps=12), seen=seen, by=ana, at=NOW)
        assert other.own_exercise_id == row.own_exercise_id and other.reps == 12
        stop_prescription(prescription=other, seen=Seen(seen.sequence + 1, 2), by=ana, at=NOW)
        assert not readings.load(maria, marias_plan, TODAY, TODAY).in_force(TODAY)[-1].own_exercise_id

    @pytest.mark.parametrize("page", ["/plan/", "/learn/", "/help/", "/visits/", "/today/"])
    def test_every_page_of_the_patient_takes_it(
        self, page: str, maria: Patient, ana: User, marias_plan: Plan, client_of: ClientOf
    ) -> None:
        add(marias_plan, ana)
        assert client_of(maria).get(page).status_code == 200

    def test_a_note_ticks_it_and_moving_on_leaves_it_behind(
        self, maria: Patient, ana: User, marias_plan: Plan, client_of: ClientOf
    ) -> None:
        add(marias_plan, ana)
        client = client_of(ana)
        new = client.post(f"/patients/{maria.public_id}/sessions/new/", {}, follow=True)
        assert "Rocking on the ball" in new.text
        move = client.get(f"/patients/{maria.public_id}/plan/{marias_plan.public_id}/move-on/")
        assert move.status_code == 200

    def test_going_there_from_a_note_leads_back_to_it(
        self, maria: Patient, ana: User, marias_plan: Plan, client_of: ClientOf, address: str
    ) -> None:
        client = client_of(ana)
        note = client.post(f"/patients/{maria.public_id}/sessions/new/", {})
        session = maria.sessions.get()
        assert note.status_code == 302
        assert str(session.public_id) in client.get(f"{address}?next={session.public_id}").text
        answer = client.post(address, form(marias_plan, next=str(session.public_id)))
        assert answer["Location"].endswith(f"/sessions/{session.public_id}/")
        elsewhere = client.post(address, form(marias_plan, name="Second", next="https://evil.example/"))
        assert elsewhere["Location"] == f"/patients/{maria.public_id}/"
