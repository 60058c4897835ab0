"""The demo: the same clinic for the same day and seed, everybody where the story says, and nowhere but in demo mode."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from patients.models import CheckIn, Decision, ExerciseLog, Patient, Plan, TreatmentSession, Visit
from patients.progression import State
from rehab import freeze
from rehab.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from rehab.models import AuditEvent, Clinic, User
from tests import cast

TUESDAY = cast.TODAY
# A weekend, when the clinic is closed, and the night in which London's clocks go forward.
SUNDAY = date(2026, 3, 29)

STATES = {
    "1001": (State.RUNNING, 2, 4),
    "1002": (State.RUNNING, 1, 1),
    "1003": (State.AWAITING_REVIEW, 2, 4),
    "1004": (State.STAYING, 3, 4),
    "1005": (State.PAUSED, 2, 2),
    "1006": (State.COMPLETED, 4, 3),
    "1007": (State.PAUSED, 2, 1),
    "1008": (State.RUNNING, 2, 2),
}


def empty_database() -> None:
    """As before the first clinic; the test's transaction brings everything back."""
    connection.check_constraints()
    freeze.drop(connection)
    call_command("flush", interactive=False, verbosity=0)


def run_demo(*options: str, day: date = TUESDAY) -> str:
    said = StringIO()
    with override_settings(DEMO=True):
        call_command("demo", "--day", str(day), *options, stdout=said)
    return said.getvalue()


def where(day: date) -> dict[str, tuple[Any, ...]]:
    positions = {plan.patient.number: plan.position(day) for plan in Plan.objects.select_related("patient")}
    return {number: (found.state, found.phase, found.week_in_phase) for number, found in positions.items()}


def figures() -> dict[str, list[tuple[Any, ...]]]:
    """All that a seed decides, of every patient."""
    rows = {
        "patients": Patient.objects.values_list("number", "name", "birth_date"),
        "spans": Plan.objects.values_list("patient__number", "spans__state", "spans__first_on", "spans__last_on"),
        "logs": ExerciseLog.objects.values_list(
            "patient__number", "on", "prescription__revision__name", "occasion", "status", "reason", "how", "at"
        ),
        "pains": CheckIn.objects.values_list("patient__number", "on", "pain_morning", "pain_exercising", "note", "at"),
        "decisions": Decision.objects.values_list("plan__patient__number", "sequence", "kind", "on", "evidence"),
        "visits": Visit.objects.values_list("patient__number", "kind", "round", "state", "due_on", "starts_at"),
        "notes": TreatmentSession.objects.values_list("patient__number", "on", "status", "subjective"),
    }
    return {name: sorted(found, key=repr) for name, found in rows.items()}


class DemoOfATuesday(TestCase):
    said: str

    @classmethod
    def setUpTestData(cls) -> None:
        empty_database()
        with time_machine.travel(cast.NOW):
            cls.said = run_demo()

    def patient(self, number: str) -> Patient:
        return Patient.objects.select_related("user").get(number=number)

    def test_it_says_a_line_for_each_patient_and_how_to_sign_in(self) -> None:
        lines = self.said.splitlines()
        assert [line.split()[0] for line in lines[: len(STATES)]] == sorted(STATES)
        assert "phase 2, week 4 of it, on plan" in lines[0]
        for email, _role in DEMO_ACCOUNTS:
            assert f"{email} " in self.said
        assert DEMO_PASSWORD in self.said

    def test_everybody_is_where_the_story_says(self) -> None:
        assert where(TUESDAY) == STATES

    def test_the_same_day_and_seed_give_the_same_figures(self) -> None:
        before = figures()
        empty_database()
        run_demo()
        assert figures() == before

    def test_another_seed_gives_other_reports_and_the_same_places(self) -> None:
        before = figures()
        empty_database()
        run_demo("--seed", "2")
        assert where(TUESDAY) == STATES
        assert figures()["pains"] != before["pains"]

    def test_run_again_it_does_nothing(self) -> None:
        before = AuditEvent.objects.count(), User.objects.count(), Patient.objects.count()
        assert "already, made for 2026-03-03" in run_demo()
        assert (AuditEvent.objects.count(), User.objects.count(), Patient.objects.count()) == before

    def test_the_example_of_the_source_starts_in_phase_2_and_says_why(self) -> None:
        helen = self.patient("1001")
        episode, plan = helen.episodes.get(), helen.plans.get()
        start = plan.decisions.get(kind="start")
        assert helen.age_on(TUESDAY) == 45
        assert (episode.icd_code.code, episode.side) == ("M53.3", "left")
        assert start.to_phase == 2
        assert "Three months" in start.reason
        first = helen.sessions.get(on=plan.start_on)
        assert first.status == TreatmentSession.Status.SIGNED
        assert "left leg" in first.subjective

    def test_her_four_week_follow_up_was_kept_and_her_check_is_booked(self) -> None:
        visits = {row.follow_up.name: row for row in self.patient("1001").visits.filter(follow_up__isnull=False)}
        assert visits["Four-week follow-up"].state == Visit.State.ATTENDED
        assert visits["Four-week follow-up"].session.status == TreatmentSession.Status.SIGNED
        assert visits["Check at the end of phase 2"].state == Visit.State.BOOKED

    def test_a_day_without_an_answer_is_no_zero(self) -> None:
        helen = self.patient("1001")
        days = (TUESDAY - helen.plans.get().start_on).days
        assert 10 < helen.check_ins.count() < days
        assert CheckIn.objects.filter(pain_morning__isnull=True).exists()
        assert helen.logs.filter(status="not_done", reason="pain").exists()

    def test_nothing_happens_on_the_day_or_later_but_what_is_booked(self) -> None:
        last = AuditEvent.objects.latest("at").at
        assert Clinic.objects.get().date_at(last) < TUESDAY
        assert set(Visit.objects.filter(starts_at__date__gte=TUESDAY).values_list("state", flat=True)) == {"booked"}
        assert Visit.objects.filter(starts_at__date=TUESDAY).exists()

    def test_every_state_of_a_visit_and_of_a_note_can_be_seen(self) -> None:
        assert set(Visit.objects.values_list("state", flat=True)) == set(Visit.State.values)
        assert set(TreatmentSession.objects.values_list("status", flat=True)) >= {"draft", "signed"}
        assert not Visit.objects.filter(state="due", due_on__lt=TUESDAY).exists()

    def test_the_finished_plan_has_a_full_ledger(self) -> None:
        george = self.patient("1006")
        kinds = set(george.plans.get().decisions.values_list("kind", flat=True))
        assert kinds == {"start", "stay", "pause", "resume", "advance", "change", "withdraw", "complete"}
        assert george.visits.filter(state="missed").exists()
        assert george.sessions.filter(addenda__isnull=False).exists()

    def test_one_reports_on_paper_and_has_no_account(self) -> None:
        carer = self.patient("1004")
        assert carer.user is None
        assert set(carer.logs.values_list("how", flat=True)) == {"paper", "in_clinic"}
        assert carer.plans.get().decisions.filter(kind="change").exists()

    def test_the_three_sign_in(self) -> None:
        cache.clear()
        for email, _role in DEMO_ACCOUNTS:
            client = Client()
            answer = client.post(reverse("account_login"), {"login": email, "password": DEMO_PASSWORD}, follow=True)
            assert answer.status_code == 200
            assert answer.wsgi_request.user.email == email
        assert User.objects.get(email="patient@example.com").pk == self.patient("1001").user.pk

    def test_every_chart_opens(self) -> None:
        client = Client()
        client.force_login(User.objects.get(email="physio@example.com"))
        for patient in Patient.objects.all():
            assert client.get(reverse("chart", args=[patient.public_id])).status_code == 200, patient.name

    def test_today_opens_for_everybody_who_signs_in(self) -> None:
        for patient in Patient.objects.filter(user__isnull=False).select_related("user"):
            client = Client()
            client.force_login(patient.user)
            assert client.get(reverse("today")).status_code == 200, patient.name

    def test_what_is_missing_is_built_and_the_rest_left_alone(self) -> None:
        gone = self.patient("1006")
        Patient.objects.filter(pk=gone.pk).update(number="moved")
        assert run_demo().splitlines()[0].startswith("1006")
        assert Patient.objects.count() == len(STATES) + 1


class DemoOfASunday(TestCase):
    def test_everybody_is_where_the_story_says_and_nobody_works(self) -> None:
        empty_database()
        with time_machine.travel(datetime(2026, 3, 29, 9, tzinfo=UTC)):
            run_demo(day=SUNDAY)
        assert where(SUNDAY) == STATES
        zone = Clinic.objects.get().zone
        held = [row.starts_at.astimezone(zone) for row in Visit.objects.filter(starts_at__isnull=False)]
        assert {at.weekday() for at in held} <= {0, 1, 2, 3, 4}
        assert {on.weekday() for on in TreatmentSession.objects.values_list("on", flat=True)} <= {0, 1, 2, 3, 4}


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Clinic, User, Patient, AuditEvent))


def test_outside_demo_mode_it_is_refused(clinic: Clinic, settings: Any) -> None:
    before = counts()
    assert settings.DEMO is False, "demo mode has to be asked for"
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
    assert counts() == before


def test_beside_another_clinic_it_is_refused(clinic: Clinic) -> None:
    before = counts()
    with pytest.raises(CommandError, match="not the demo's"):
        run_demo()
    assert counts() == before


def test_a_day_to_come_is_refused(clinic: Clinic) -> None:
    with pytest.raises(CommandError, match="has not come yet"):
        run_demo(day=date(2026, 3, 4))
