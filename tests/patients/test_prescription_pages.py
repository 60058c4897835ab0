"""Adding, changing and stopping one exercise of a plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.log import log_exercise
from patients.actions.prescription import change_prescription, stop_prescription
from patients.ledger_sentences import said_of_addition, said_of_change, said_of_stop
from patients.models import Patient, Plan, Prescription
from patients.moves import Act, Situation
from rehab.dosage import Dosage
from rehab.models import Clinic, Exercise, User
from tests.cast import NOW, TODAY
from tests.faults import broken_at_each_statement
from tests.patients.plan_pages import chart_url, do, form_of, plan_in, seen, sends, words
from tests.reading import grade

SignedIn = Callable[[User | Patient], Client]


@pytest.fixture
def client(client_of: SignedIn, ana: User) -> Client:
    return client_of(ana)


@pytest.fixture
def wall_sit(marias_plan: Plan) -> Prescription:
    return marias_plan.prescriptions.get(revision__exercise__key="wall-sit")


def add_url(plan: Plan, exercise: Exercise | None = None) -> str:
    url = reverse("prescription_add", args=[plan.patient.public_id, plan.public_id])
    return f"{url}?exercise={exercise.public_id}" if exercise else url


def row_url(row: Prescription, what: str) -> str:
    return reverse(f"prescription_{what}", args=[row.plan.patient.public_id, row.plan.public_id, row.public_id])


def exercise(clinic: Clinic, key: str) -> Exercise:
    return Exercise.objects.get(clinic=clinic, key=key)


def open_rows(plan: Plan, key: str) -> list[Prescription]:
    return list(plan.prescriptions.standing().filter(revision__exercise__key=key, until=None))


class TestAdding:
    def test_the_library_is_searched_without_a_script(self, marias_plan: Plan, client: Client) -> None:
        everything = words(client.get(add_url(marias_plan)))
        assert "Knee rocks" in everything
        found = words(client.get(add_url(marias_plan) + "?q=plank"))
        assert "Plank" in found
        assert "Knee rocks" not in found
        assert "No exercise fits" in words(client.get(add_url(marias_plan) + "?q=zzz"))

    def test_what_the_plan_has_is_not_offered_twice(self, marias_plan: Plan, clinic: Clinic, client: Client) -> None:
        page = client.get(add_url(marias_plan))
        assert str(exercise(clinic, "wall-sit").public_id) not in page.text
        assert words(page).count("in the plan") == 5
        there = client.get(add_url(marias_plan, exercise(clinic, "wall-sit")))
        assert "Change its dose instead." in words(there)

    def test_it_joins_the_present_phase_with_the_dose_that_stands_there(
        self, marias_plan: Plan, maria: Patient, clinic: Clinic, client: Client
    ) -> None:
        url = add_url(marias_plan, exercise(clinic, "knee-rock"))
        sent = {"reason": "Stiff in the morning", "reps": "6"}
        assert sends(client, url, sent).status_code == 302
        row = open_rows(marias_plan, "knee-rock")[-1]
        assert (row.phase.number, row.since, row.reps) == (2, TODAY, 6)
        entry = row.opened_by
        assert (entry.kind, entry.reason, entry.patient_text) == (
            "change",
            "Stiff in the morning",
            "A new exercise is in your plan: Knee rocks.",
        )
        page = words(client.get(chart_url(maria)))
        assert "6 in phase 2" in page
        assert "Knee rocks added: " in page

    @pytest.mark.parametrize(
        ("key", "why"),
        [
            ("kettlebell-swing", "fast, with a load"),
            ("lunge", "loaded"),
            ("neck-roll", "for another part of the body"),
        ],
    )
    def test_what_asks_for_caution_is_looked_at_twice(
        self, marias_plan: Plan, clinic: Clinic, client: Client, key: str, why: str
    ) -> None:
        url = add_url(marias_plan, exercise(clinic, key))
        assert f"Look twice: this exercise is {why}." in words(client.get(url))
        page = sends(client, url)
        assert page.status_code == 422
        assert "Tick this to add the exercise all the same." in words(page)
        assert not open_rows(marias_plan, key)
        assert sends(client, url, {"confirm": "on"}).status_code == 302
        assert open_rows(marias_plan, key)

    def test_before_the_start_it_waits_for_the_start(
        self, nils: Patient, ana: User, clinic: Clinic, client: Client
    ) -> None:
        plan = plan_in(Situation.NOT_STARTED, nils, ana)
        assert sends(client, add_url(plan, exercise(clinic, "walking"))).status_code == 302
        row = open_rows(plan, "walking")[0]
        assert (row.phase.number, row.since) == (1, plan.start_on)

    def test_an_ended_plan_takes_none(self, nils: Patient, ana: User, clinic: Clinic, client: Client) -> None:
        plan = plan_in(Situation.COMPLETED, nils, ana)
        assert "The plan has ended" in words(client.get(add_url(plan)))
        seen = {"sequence": plan.last_sequence, "phase": 2, "exercise": exercise(clinic, "knee-rock").public_id}
        dose = {"minutes": "20", "times_per_day": "1", "days_per_week": "3", "reason": "", "patient_text": ""}
        page = client.post(add_url(plan), seen | dose)
        assert page.status_code == 422
        assert "The plan has ended" in words(page)

    def test_an_exercise_of_another_clinic_is_not_there(
        self, marias_plan: Plan, other_clinic: Clinic, client: Client
    ) -> None:
        foreign = exercise(other_clinic, "knee-rock")
        assert client.get(add_url(marias_plan, foreign)).status_code == 404
        sent = {"sequence": 1, "phase": 2, "exercise": foreign.public_id}
        assert client.post(add_url(marias_plan), sent).status_code == 404

    @pytest.mark.parametrize("address", ["nonsense", "\x00", "6f1c7b1e-3c4f-4d43-9f0e-2a44c7e3b0aa"])
    def test_an_exercise_that_is_none_is_not_there(self, marias_plan: Plan, client: Client, address: str) -> None:
        assert client.get(add_url(marias_plan), {"exercise": address}).status_code == 404
        assert client.post(add_url(marias_plan), {"exercise": address}).status_code == 404


class TestChanging:
    def test_a_new_dose_counts_from_today(self, wall_sit: Prescription, maria: Patient, client: Client) -> None:
        url = row_url(wall_sit, "change")
        assert "counts from Tuesday 3 March" in words(client.get(url))
        assert sends(client, url, {"hold_seconds": "20", "reason": "Held without pain"}).status_code == 302
        row = open_rows(wall_sit.plan, "wall-sit")[0]
        assert (row.hold_seconds, row.since) == (20, TODAY)
        page = words(client.get(chart_url(maria)))
        assert "Wall sit: hold 20 seconds now, not 10" in page
        assert "Held without pain" in page

    def test_where_todays_is_logged_it_counts_from_tomorrow(
        self, wall_sit: Prescription, maria: Patient, client: Client
    ) -> None:
        log_exercise(
            patient=maria, prescription=wall_sit, on=TODAY, occasion=1, client_id=uuid4(), status="done",
            by=maria.user, at=NOW,
        )  # fmt: skip
        url = row_url(wall_sit, "change")
        assert "counts from tomorrow" in words(client.get(url))
        assert sends(client, url, {"hold_seconds": "20"}).status_code == 302
        assert open_rows(wall_sit.plan, "wall-sit")[0].since == TODAY + timedelta(days=1)
        page = words(client.get(chart_url(maria)))
        assert "until today" in page
        assert "from Wednesday 4 March" in page

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({}, "That is the dose it has."),
            ({"reps": "", "hold_seconds": ""}, "Say how many times"),
            ({"days_per_week": "6"}, "3 days a week or fewer"),
            ({"reps": "3.5"}, "Enter a whole number."),
            ({"reps": "-1"}, "greater than or equal to 1"),
            ({"reps": "9" * 30}, "less than or equal to 200"),
            ({"load": "x" * 10_000}, "at most 40 characters"),
            ({"load": "a\x00b"}, "Null characters are not allowed."),
            ({"reason": "x" * 10_000}, "at most 1000 characters"),
            ({"patient_text": "x" * 10_000}, "at most 500 characters"),
        ],
        ids=str,
    )
    def test_what_cannot_be_is_refused_with_a_sentence(
        self, wall_sit: Prescription, client: Client, sent: dict[str, str], said: str
    ) -> None:
        page = sends(client, row_url(wall_sit, "change"), sent)
        assert page.status_code == 422
        assert said in words(page)
        assert wall_sit.plan.decisions.count() == 1

    def test_one_that_was_changed_meanwhile_says_so(self, wall_sit: Prescription, client: Client) -> None:
        url = row_url(wall_sit, "change")
        sent = form_of(client.get(url)) | {"hold_seconds": "20", "reason": "Stronger"}
        assert client.post(url, sent).status_code == 302
        page = client.post(url, sent)
        assert page.status_code == 409
        assert "Change of exercises, from 3 March 2026, by Ana Ruiz" in words(page)
        assert "Stronger" in words(page)
        assert "changed or stopped meanwhile" in words(client.get(url))
        assert len(open_rows(wall_sit.plan, "wall-sit")) == 1


class TestInPlace:
    """The same pages, asked for by htmx, as a row of the chart's table."""

    headers = {"HX-Request": "true"}

    def test_the_row_becomes_the_form_and_the_chart_is_loaded_again(
        self, wall_sit: Prescription, client: Client
    ) -> None:
        url = row_url(wall_sit, "change")
        page = client.get(url, headers=self.headers)
        assert page.text.strip().startswith('<tr class="editing">')
        assert "HX-Request" in page["Vary"]
        sent = form_of(page)
        refused = client.post(url, sent, headers=self.headers)
        assert refused.status_code == 422
        assert refused.text.strip().startswith('<tr class="editing">')
        done = client.post(url, sent | {"hold_seconds": "20"}, headers=self.headers)
        assert done["HX-Redirect"] == chart_url(wall_sit.plan.patient)
        assert open_rows(wall_sit.plan, "wall-sit")[0].hold_seconds == 20

    def test_what_happened_meanwhile_takes_the_whole_window(
        self, wall_sit: Prescription, bruno: User, client: Client
    ) -> None:
        url = row_url(wall_sit, "stop")
        sent = form_of(client.get(url, headers=self.headers))
        do(wall_sit.plan, Act.STAY, bruno)
        page = client.post(url, sent, headers=self.headers)
        assert page.status_code == 409
        assert page.text.strip().lower().startswith("<!doctype html>")


class TestStopping:
    def test_it_is_out_of_the_plan_from_today(self, wall_sit: Prescription, maria: Patient, client: Client) -> None:
        url = row_url(wall_sit, "stop")
        assert url in client.get(chart_url(maria)).text
        assert sends(client, url, {"reason": "Hurts the knees"}).status_code == 302
        assert not open_rows(wall_sit.plan, "wall-sit")
        page = words(client.get(chart_url(maria)))
        assert "4 in phase 2" in page
        assert "Wall sit stopped" in page

    def test_it_is_stopped_once(self, wall_sit: Prescription, client: Client) -> None:
        url = row_url(wall_sit, "stop")
        sent = form_of(client.get(url))
        assert client.post(url, sent).status_code == 302
        assert client.post(url, sent).status_code == 409
        assert wall_sit.plan.decisions.count() == 2

    def test_a_phase_without_exercises_says_so(self, marias_plan: Plan, maria: Patient, client: Client) -> None:
        for row in marias_plan.prescriptions.filter(phase__number=2):
            assert sends(client, row_url(row, "stop")).status_code == 302
        assert "No exercises in this phase" in words(client.get(chart_url(maria)))

    def test_a_stale_page_shows_the_form_on_the_plan_as_it_is(
        self, wall_sit: Prescription, bruno: User, client: Client
    ) -> None:
        url = row_url(wall_sit, "stop")
        sent = form_of(client.get(url)) | {"reason": "Knees"}
        do(wall_sit.plan, Act.STAY, bruno)
        page = client.post(url, sent)
        assert page.status_code == 409
        again = form_of(page)
        assert again["reason"] == ["Knees"]
        assert client.post(url, again).status_code == 302


class TestWhoMay:
    @pytest.mark.parametrize("what", ["change", "stop"])
    def test_a_prescription_of_another_patient_is_not_there(
        self, marias_plan: Plan, omar: Patient, client: Client, what: str
    ) -> None:
        theirs = omar.plans.get().prescriptions.first()
        assert theirs is not None
        for plan in (marias_plan, theirs.plan):
            url = reverse(
                f"prescription_{what}", args=[plan.patient.public_id, marias_plan.public_id, theirs.public_id]
            )
            assert client.get(url).status_code == 404
            assert client.post(url, {"sequence": 1, "phase": 2}).status_code == 404
        assert theirs.plan.decisions.count() == 1

    @pytest.mark.parametrize(("name", "status"), [("maria", 403), ("admin", 404), ("desk", 404), ("zoe", 404)])
    def test_others_may_not_change_a_plan(
        self,
        wall_sit: Prescription,
        client_of: SignedIn,
        request: pytest.FixtureRequest,
        name: str,
        status: int,
    ) -> None:
        client = client_of(request.getfixturevalue(name))
        for url in (add_url(wall_sit.plan), row_url(wall_sit, "change"), row_url(wall_sit, "stop")):
            assert client.get(url).status_code == status
            assert client.post(url, {"sequence": 1, "phase": 2}).status_code == status
        assert wall_sit.plan.decisions.count() == 1


def test_what_breaks_off_leaves_nothing(wall_sit: Prescription, ana: User) -> None:
    told = {"prescription": wall_sit, "seen": seen(wall_sit.plan), "by": ana, "at": NOW}
    dosage = Dosage(reps=5, hold_seconds=20)
    assert broken_at_each_statement(lambda: change_prescription(dosage=dosage, **told)) > 10
    row = open_rows(wall_sit.plan, "wall-sit")[0]
    told |= {"prescription": row, "seen": seen(wall_sit.plan)}
    assert broken_at_each_statement(lambda: stop_prescription(**told)) > 10


def test_what_the_patient_reads_of_an_exercise_is_plain() -> None:
    for said in (said_of_addition, said_of_change, said_of_stop):
        assert grade(said("Wall sit")) <= 6, said("Wall sit")


def test_pages_hold_no_inline_script_or_style(wall_sit: Prescription, client: Client) -> None:
    for url in (add_url(wall_sit.plan), row_url(wall_sit, "change"), chart_url(wall_sit.plan.patient)):
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", client.get(url).text)
