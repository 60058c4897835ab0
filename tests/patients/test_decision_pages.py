"""The pages on which somebody decides about a plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from patients.actions.checkin import check_in
from patients.actions.prescription import change_prescription, chosen, offered, stop_prescription
from patients.decision_sentences import SAID_TO_PATIENT
from patients.ledger_sentences import REASONS
from patients.models import Decision, Patient, Plan, Prescription
from patients.moves import TABLE, Act, Situation
from patients.progression import Refusal, State
from patients.sentences import refusal
from rehab.dosage import Dosage
from rehab.models import AuditEvent, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.faults import broken_at_each_statement
from tests.patients.plan_pages import act_url, chart_url, do, form_of, offers_of, plan_in, seen, sends, undo, words
from tests.reading import grade

SignedIn = Callable[[User | Patient], Client]
DAY = timedelta(days=1)


@pytest.fixture
def client(client_of: SignedIn, ana: User) -> Client:
    return client_of(ana)


@contextmanager
def for_nothing() -> Iterator[None]:
    """What happens within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def filled_in(client: Client, plan: Plan, act: Act) -> dict[str, Any]:
    """The act's form with what it asks for beyond what stands there."""
    page = client.get(act_url(plan, act))
    sent: dict[str, Any] = form_of(page)
    for name, value in (("reason_code", "other"), ("to_phase", "1"), ("where", "on")):
        if name in offers_of(page):
            sent[name] = value
    return sent | {"reason": "Talked it over"}


def new_entries(plan: Plan, after: int) -> list[str]:
    return list(plan.decisions.filter(sequence__gt=after).values_list("kind", flat=True))


class TestEverySituation:
    """Promise 46, through the pages: what the table offers, and that it works."""

    @pytest.mark.parametrize("situation", list(Situation), ids=str)
    def test_the_chart_offers_what_the_table_offers_and_doing_it_works(
        self, situation: Situation, nils: Patient, ana: User, client: Client
    ) -> None:
        plan = plan_in(situation, nils, ana)
        answers = dict(TABLE[situation])
        if plan.decisions.count() == 1:
            answers[Act.TAKE_BACK] = Refusal.NOTHING_TO_TAKE_BACK
        can = {act for act, answer in answers.items() if not isinstance(answer, Refusal)}
        once = {act for act in can if act is Act.START_AGAIN or answers[act] != answers[Act.START_AGAIN]}
        shown = set(re.findall(r'data-act="(\w+)"', client.get(chart_url(nils)).text))
        assert shown == once
        for act in can:
            with for_nothing():
                answer = client.post(act_url(plan, act), filled_in(client, plan, act))
                assert (answer.status_code, answer["Location"]) == (302, chart_url(nils)), (act, words(answer))
                assert new_entries(plan, plan.last_sequence) == list(answers[act]), act
                assert client.get(chart_url(nils)).status_code == 200
        for act in set(Act) - can:
            if act is Act.STOP and situation is Situation.NOT_STARTED:
                continue  # its page plans an absence
            page = client.get(act_url(plan, act))
            assert refusal(str(answers[act])) in words(page).replace("'", "’"), act
            sequence, phase = plan.last_sequence, plan.position(TODAY).phase
            sent = {"sequence": sequence, "phase": phase or "", "on": TODAY, "reason": "x", "patient_text": ""}
            assert client.post(act_url(plan, act), sent | {"reason_code": "other"}).status_code == 422, act
            assert new_entries(plan, sequence) == [], act

    def test_in_the_last_phase_finishing_takes_the_place_of_moving_on(
        self, nils: Patient, ana: User, client: Client
    ) -> None:
        plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=date(2026, 2, 16), start_phase=4)
        shown = re.findall(r'data-act="(\w+)"', client.get(chart_url(nils)).text)
        assert shown[0] == "finish"
        assert "move_on" not in shown
        assert "last phase" in words(client.get(act_url(plan, Act.MOVE_ON)))


class TestDeciding:
    def test_the_form_says_what_the_act_does_to_this_plan(self, marias_plan: Plan, client: Client) -> None:
        page = words(client.get(act_url(marias_plan, Act.MOVE_ON)))
        assert "Phase 3 from today, 27 days early; you tick its exercises." in page
        assert "María Soto , 44" in page
        assert "born 12 April 1981" in page

    def test_what_was_known_is_kept_with_the_decision(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        check_in(patient=maria, on=TODAY, client_id=uuid4(), pain_morning=3, by=maria.user, at=NOW)
        assert sends(client, act_url(marias_plan, Act.STAY), {"reason_code": "more_time"}).status_code == 302
        entry = marias_plan.decisions.get(kind="stay")
        known = entry.evidence
        assert (known["state"], known["phase"], known["week"]) == ("running", 2, 3)
        assert (known["done"], known["pain_morning"], known["pain_morning_on"]) == (0, 3, "2026-03-03")
        assert entry.reason_code == "more_time"
        assert entry.patient_text == SAID_TO_PATIENT[Act.STAY]
        assert "Stay in phase 2" in words(client.get(chart_url(maria)))

    def test_the_chart_says_what_has_been_done_and_what_comes_next(self, marias_plan: Plan, client: Client) -> None:
        answer = client.post(act_url(marias_plan, Act.STAY), filled_in(client, marias_plan, Act.STAY), follow=True)
        assert "On record: Stay in phase 2. Goes on with these 5 exercises. Phase 3 does not open" in words(answer)

    @pytest.mark.parametrize("act", [Act.STOP, Act.GO_BACK, Act.END_EARLY], ids=str)
    def test_what_leaves_the_agreed_way_needs_a_reason(self, marias_plan: Plan, client: Client, act: Act) -> None:
        sent = filled_in(client, marias_plan, act) | {"reason_code": ""}
        page = client.post(act_url(marias_plan, act), sent)
        assert page.status_code == 422
        assert "Choose a reason." in words(page)

    def test_another_reason_is_said_in_words(self, marias_plan: Plan, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.STOP) | {"reason": " "}
        assert "Say the reason in words." in words(client.post(act_url(marias_plan, Act.STOP), sent))

    @pytest.mark.parametrize("code", ["nonsense", "goals", "\x00"])
    def test_the_reasons_are_a_closed_list(self, marias_plan: Plan, client: Client, code: str) -> None:
        sent = filled_in(client, marias_plan, Act.STOP) | {"reason_code": code}
        assert client.post(act_url(marias_plan, Act.STOP), sent).status_code == 422

    def test_going_back_asks_where_to_and_preselects_nothing(self, marias_plan: Plan, client: Client) -> None:
        url = act_url(marias_plan, Act.GO_BACK)
        page = client.get(url)
        assert offers_of(page)["to_phase"] == ["2", "1"]
        assert "to_phase" not in form_of(page)
        sent = filled_in(client, marias_plan, Act.GO_BACK)
        del sent["to_phase"]
        assert "Choose the phase to go back to." in words(client.post(url, sent))
        assert client.post(url, sent | {"to_phase": "3"}).status_code == 422
        assert client.post(url, sent | {"to_phase": "2"}).status_code == 302
        assert marias_plan.decisions.get(kind="regress").to_phase == 2

    def test_going_back_before_the_start_phase_opens_its_exercises(
        self, nils: Patient, ana: User, client: Client
    ) -> None:
        plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=date(2026, 2, 16), start_phase=2)
        assert client.post(act_url(plan, Act.GO_BACK), filled_in(client, plan, Act.GO_BACK)).status_code == 302
        assert {row.revision.name for row in plan.prescriptions.filter(phase__number=1)} == {
            "Abdominal bracing",
            "Knee rocks",
        }

    @pytest.mark.parametrize(
        ("on", "words_of_it"),
        [
            ("2026-03-04", "may lie ahead"),
            ("2026-02-20", "seven days back"),
            ("2027-03-03", "90 days ahead"),
            ("9999-12-31", "90 days ahead"),
            ("0001-01-01", "before the plan’s start"),
            ("2026-02-30", "Enter a valid date."),
            ("tomorrow", "Enter a valid date."),
            ("", "This field is required."),
        ],
    )
    def test_a_date_that_it_cannot_have_is_refused_beside_the_field(
        self, marias_plan: Plan, client: Client, on: str, words_of_it: str
    ) -> None:
        sent = filled_in(client, marias_plan, Act.STAY) | {"on": on}
        page = client.post(act_url(marias_plan, Act.STAY), sent)
        assert page.status_code == 422
        assert words_of_it in words(page)
        assert 'id="id_on_error"' in page.text
        assert "Talked it over" in form_of(page)["reason"]
        assert marias_plan.decisions.count() == 1

    def test_a_decision_may_be_dated_back_a_few_days(self, marias_plan: Plan, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.STAY) | {"on": "2026-03-02"}
        assert client.post(act_url(marias_plan, Act.STAY), sent).status_code == 302
        assert marias_plan.position(TODAY).state_since == date(2026, 3, 2)

    def test_before_the_start_a_plan_is_ended_without_a_date(self, nils: Patient, ana: User, client: Client) -> None:
        plan = plan_in(Situation.NOT_STARTED, nils, ana)
        assert "on" not in form_of(client.get(act_url(plan, Act.END_EARLY)))

    def test_a_plan_that_has_begun_is_not_ended_before_its_start(self, omar: Patient, client: Client) -> None:
        plan = omar.plans.get()  # begun on 24 February
        sent = filled_in(client, plan, Act.END_EARLY) | {"on": "2026-02-23"}
        page = client.post(act_url(plan, Act.END_EARLY), sent)
        assert page.status_code == 422
        assert "before the plan’s start" in words(page)

    def test_what_the_patient_reads_is_plain_and_kind(self) -> None:
        for said in SAID_TO_PATIENT.values():
            assert grade(str(said)) <= 6, said

    def test_reason_codes_fit_their_column(self) -> None:
        longest = Decision._meta.get_field("reason_code").max_length
        assert all(len(code) <= longest for reasons in REASONS.values() for code, _ in reasons)


class TestStoppingAndStartingAgain:
    def test_a_stop_with_an_end_is_a_planned_absence_with_its_own_words(
        self, marias_plan: Plan, maria: Patient, client: Client
    ) -> None:
        sent = filled_in(client, marias_plan, Act.STOP) | {"on": "2026-03-10", "until": "2026-03-20"}
        assert client.post(act_url(marias_plan, Act.STOP), sent).status_code == 302
        stop, again = marias_plan.decisions.filter(sequence__gt=1)
        assert (stop.kind, stop.on, again.kind, again.on) == ("pause", date(2026, 3, 10), "resume", date(2026, 3, 20))
        assert "while you are away" in stop.patient_text
        assert again.patient_text == ""
        page = words(client.get(chart_url(maria)))
        said = "A planned absence lies ahead: exercises stop on Tuesday 10 March and start again on Friday 20 March."
        assert f"On record: Stop exercises for now. {said}" in page
        assert page.count(said) == 2

    def test_after_another_decision_of_today_the_latest_is_as_far_back_as_the_next_goes(
        self, marias_plan: Plan, ana: User, client: Client
    ) -> None:
        assert "Today or back to" in words(client.get(act_url(marias_plan, Act.END_EARLY)))
        do(marias_plan, Act.STAY, ana)
        page = words(client.get(act_url(marias_plan, Act.END_EARLY)))
        assert "Today: the last decision counts from today, too." in page

    def test_an_end_before_the_stop_is_refused_beside_its_field(self, marias_plan: Plan, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.STOP) | {"until": "2026-03-03"}
        page = client.post(act_url(marias_plan, Act.STOP), sent)
        assert page.status_code == 422
        assert 'id="id_until_error"' in page.text

    def test_before_its_start_a_plan_takes_an_absence(self, nils: Patient, ana: User, client: Client) -> None:
        plan = plan_in(Situation.NOT_STARTED, nils, ana)
        assert act_url(plan, Act.STOP) in client.get(chart_url(nils)).text
        sent = filled_in(client, plan, Act.STOP) | {"on": "2026-03-12", "until": "2026-03-16"}
        assert client.post(act_url(plan, Act.STOP), sent).status_code == 302
        assert plan.position(date(2026, 3, 13)).state is State.PAUSED

    def test_a_planned_absence_is_taken_back_as_one(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STOP, ana, until=None, on=TODAY - 2 * DAY)
        do(marias_plan, Act.START_AGAIN, ana, on=TODAY - DAY)
        sent = filled_in(client, marias_plan, Act.STOP) | {"on": "2026-03-10", "until": "2026-03-20"}
        client.post(act_url(marias_plan, Act.STOP), sent)
        do(marias_plan, Act.STAY, ana)
        url = reverse("absence_take_back", args=[maria.public_id, marias_plan.public_id])
        assert url in client.get(chart_url(maria)).text
        assert sends(client, url, {"reason": ""}).status_code == 422
        assert sends(client, url, {"reason": "Stays at home"}).status_code == 302
        assert marias_plan.position(date(2026, 3, 12)).state is State.STAYING
        assert "no planned absence ahead" in words(client.get(url))

    def test_a_decision_names_the_absence_that_it_takes_back(
        self, marias_plan: Plan, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STOP, ana)
        undo(marias_plan, ana)
        sent = filled_in(client, marias_plan, Act.STOP) | {"on": "2026-03-10", "until": "2026-03-20"}
        client.post(act_url(marias_plan, Act.STOP), sent)
        page = words(client.get(act_url(marias_plan, Act.STOP)))
        assert "taken back with this: Stop exercises for now, Tuesday 10 March Start again, Friday 20 March" in page
        assert client.post(act_url(marias_plan, Act.STOP), filled_in(client, marias_plan, Act.STOP)).status_code == 302
        assert new_entries(marias_plan, 5) == ["withdraw", "withdraw", "pause"]

    def test_after_a_long_stop_somebody_says_where_to_go_on(
        self, marias_plan: Plan, ana: User, client_of: SignedIn, clock: Any
    ) -> None:
        url = act_url(marias_plan, Act.START_AGAIN)
        do(marias_plan, Act.STOP, ana)
        clock.move_to(NOW + 7 * DAY)
        page = client_of(ana).get(url)
        assert "on" in offers_of(page)
        assert "where" not in offers_of(page)
        clock.move_to(NOW + 8 * DAY)
        client = client_of(ana)
        page = client.get(url)
        assert offers_of(page)["where"] == ["on", "2", "1"]
        assert "where" not in form_of(page)
        assert "Choose where to go on." in words(sends(client, url))
        for where, kinds, phase in (
            ("on", ["resume"], 2),
            ("2", ["resume", "regress"], 2),
            ("1", ["resume", "regress"], 1),
        ):
            with for_nothing():
                assert sends(client, url, {"where": where}).status_code == 302
                assert new_entries(marias_plan, 2) == kinds
                assert marias_plan.position(TODAY + 8 * DAY).phase == phase

    def test_the_new_start_may_lie_ahead_and_going_back_may_not(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STOP, ana)
        sent = filled_in(client, marias_plan, Act.GO_BACK) | {"on": "2026-03-09"}
        assert client.post(act_url(marias_plan, Act.GO_BACK), sent).status_code == 422
        sent = filled_in(client, marias_plan, Act.MOVE_ON) | {"on": "2026-03-09"}
        assert client.post(act_url(marias_plan, Act.MOVE_ON), sent).status_code == 422
        assert sends(client, act_url(marias_plan, Act.START_AGAIN), {"on": "2026-03-09"}).status_code == 302
        assert "start again by themselves on Monday 9 March" in words(client.get(chart_url(maria)))


class TestMovingOn:
    def test_loaded_exercises_start_unticked_and_say_why(self, marias_plan: Plan, client: Client) -> None:
        page = client.get(act_url(marias_plan, Act.MOVE_ON))
        assert len(offers_of(page)["exercises"]) == 3
        assert len(form_of(page)["exercises"]) == 1
        assert words(page).count("loaded") == 2

    def test_what_is_ticked_and_dosed_is_what_opens(self, marias_plan: Plan, client: Client) -> None:
        page = client.get(act_url(marias_plan, Act.MOVE_ON))
        step_up = marias_plan.phases.get(number=3).source.exercises.get(revision__exercise__key="step-up")
        sent = filled_in(client, marias_plan, Act.MOVE_ON)
        sent["exercises"] = [*form_of(page)["exercises"], str(step_up.key)]
        sent[f"{step_up.key}-reps"] = "4"
        assert client.post(act_url(marias_plan, Act.MOVE_ON), sent).status_code == 302
        given = {row.revision.exercise.key: row.reps for row in marias_plan.prescriptions.filter(phase__number=3)}
        assert given["step-up"] == 4
        assert set(given) == {"plank", "step-up"}

    def test_an_unticked_one_is_not_yet_and_its_dose_does_not_matter(self, marias_plan: Plan, client: Client) -> None:
        lunge = marias_plan.phases.get(number=3).source.exercises.get(revision__exercise__key="lunge")
        sent = filled_in(client, marias_plan, Act.MOVE_ON) | {f"{lunge.key}-reps": "many"}
        assert client.post(act_url(marias_plan, Act.MOVE_ON), sent).status_code == 302
        assert not marias_plan.prescriptions.filter(revision__exercise__key="lunge").exists()

    def test_a_dose_that_cannot_be_done_is_refused_in_its_place(self, marias_plan: Plan, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.MOVE_ON)
        key = sent["exercises"][0]
        page = client.post(act_url(marias_plan, Act.MOVE_ON), sent | {f"{key}-days_per_week": "9"})
        assert page.status_code == 422
        assert "Look at the dose of “Plank" in words(page)
        assert '<details class="push" open>' in page.text

    def test_nothing_ticked_opens_nothing(self, marias_plan: Plan, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.MOVE_ON) | {"exercises": []}
        page = client.post(act_url(marias_plan, Act.MOVE_ON), sent)
        assert page.status_code == 422
        assert "Tick at least one exercise" in words(page)

    def test_an_exercise_of_another_phase_opens_nowhere(self, marias_plan: Plan, client: Client) -> None:
        swing = marias_plan.phases.get(number=4).source.exercises.get(revision__exercise__key="kettlebell-swing")
        sent = filled_in(client, marias_plan, Act.MOVE_ON)
        client.post(act_url(marias_plan, Act.MOVE_ON), sent | {"exercises": [*sent["exercises"], str(swing.key)]})
        assert not marias_plan.prescriptions.filter(revision__exercise__key="kettlebell-swing").exists()

    def test_what_a_phase_has_already_stands_there_as_it_was_dosed(
        self, omar: Patient, ana: User, client: Client
    ) -> None:
        plan = omar.plans.get()
        wall_sit = plan.prescriptions.get(revision__exercise__key="wall-sit")
        change_prescription(
            prescription=wall_sit, dosage=Dosage(reps=3, hold_seconds=5), seen=seen(plan), by=ana, at=NOW
        )
        walking = plan.prescriptions.get(revision__exercise__key="walking")
        stop_prescription(prescription=walking, seen=seen(plan), by=ana, at=NOW)
        sent = filled_in(client, plan, Act.MOVE_ON)
        assert len(sent["exercises"]) == 4
        assert client.post(act_url(plan, Act.MOVE_ON), sent).status_code == 302
        rows = plan.prescriptions.standing().filter(phase__number=2, until=None)
        given = {row.revision.exercise.key: row for row in rows}
        assert given["wall-sit"].reps == 3
        assert "walking" not in given


class TestTakingBack:
    def test_the_page_names_the_entry_and_where_the_plan_is_then(
        self, marias_plan: Plan, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STOP, ana, reason_code="ill")
        page = words(client.get(act_url(marias_plan, Act.TAKE_BACK)))
        assert "Take back decision 2" in page
        assert "Stop exercises for now decision 2, from Tuesday 3 March 2026, by Ana Ruiz" in page
        assert "The plan is then in phase 2, on plan." in page

    def test_it_needs_a_reason_and_leaves_both_on_record(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STAY, ana, reason="Two more weeks")
        url = act_url(marias_plan, Act.TAKE_BACK)
        assert sends(client, url).status_code == 422
        assert sends(client, url, {"reason": "Entered on the wrong patient"}).status_code == 302
        page = client.get(chart_url(maria))
        assert "Taken back: decision 2" in words(page)
        assert '<li class="gone"><b class="no">2</b>' in page.text

    def test_a_change_of_exercises_is_taken_back_too(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        row = marias_plan.prescriptions.get(revision__exercise__key="wall-sit")
        stop_prescription(prescription=row, seen=seen(marias_plan), by=ana, at=NOW)
        assert 'data-act="take_back"' in client.get(chart_url(maria)).text
        assert sends(client, act_url(marias_plan, Act.TAKE_BACK), {"reason": "He likes it"}).status_code == 302
        assert marias_plan.prescriptions.standing().filter(pk=row.pk, until=None).exists()
        assert "Wall sit stopped" in words(client.get(chart_url(maria)))

    def test_an_end_is_not_taken_back_over_another_plan(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.FINISH, ana)
        cast.plan(maria.episodes.get(), by=ana, start_on=TODAY, at=NOW)
        page = sends(client, act_url(marias_plan, Act.TAKE_BACK), {"reason": "Too early"})
        assert page.status_code == 422
        assert "Another plan has been started since" in words(page)


class TestAStalePage:
    def test_it_says_what_happened_and_what_was_typed_and_lets_one_decide_again(
        self, marias_plan: Plan, bruno: User, client: Client
    ) -> None:
        url = act_url(marias_plan, Act.STOP)
        sent = filled_in(client, marias_plan, Act.STOP) | {"reason": "Sharp pain", "reason_code": "pain"}
        do(marias_plan, Act.STAY, bruno)
        page = client.post(url, sent)
        assert page.status_code == 409
        assert "Stay, from 3 March 2026, by Bruno Keller" in words(page)
        assert "more pain" in words(page)
        assert marias_plan.decisions.count() == 2
        again = form_of(page)
        assert (again["reason"], again["reason_code"], again["sequence"]) == (["Sharp pain"], ["pain"], ["2"])
        assert client.post(url, again).status_code == 302
        assert new_entries(marias_plan, 2) == ["pause"]

    def test_yesterdays_page_is_overtaken_by_the_phase_that_opened_overnight(
        self, marias_plan: Plan, ana: User, client: Client, clock: Any
    ) -> None:
        clock.move_to(NOW - 2 * DAY)  # Sunday, the last day of phase 1
        url = act_url(marias_plan, Act.MOVE_ON)
        sent = filled_in(client, marias_plan, Act.MOVE_ON)
        clock.move_to(NOW - DAY)
        page = client.post(url, sent)
        assert page.status_code == 409
        assert "Your page showed phase 1; the plan is in phase 2 now." in words(page)
        assert "Exercises of phase 3" in words(page)
        assert marias_plan.decisions.count() == 1

    @pytest.mark.parametrize("act", [Act.STAY, Act.STOP, Act.MOVE_ON, Act.GO_BACK, Act.FINISH], ids=str)
    def test_what_is_sent_twice_is_done_once(self, marias_plan: Plan, client: Client, act: Act) -> None:
        sent = filled_in(client, marias_plan, act)
        assert client.post(act_url(marias_plan, act), sent).status_code == 302
        page = client.post(act_url(marias_plan, act), sent)
        assert page.status_code == 409
        assert "This plan has changed since you opened the page." in words(page)
        assert marias_plan.decisions.count() == 2

    def test_taking_back_twice_takes_back_one(self, marias_plan: Plan, ana: User, client: Client) -> None:
        do(marias_plan, Act.STAY, ana)
        do(marias_plan, Act.STOP, ana)
        url = act_url(marias_plan, Act.TAKE_BACK)
        sent = form_of(client.get(url)) | {"reason": "Mistaken"}
        assert client.post(url, sent).status_code == 302
        assert client.post(url, sent).status_code == 409
        assert marias_plan.position(TODAY).state is State.STAYING

    def test_a_plan_that_ended_meanwhile_says_so(self, marias_plan: Plan, bruno: User, client: Client) -> None:
        sent = filled_in(client, marias_plan, Act.MOVE_ON)
        do(marias_plan, Act.END_EARLY, bruno)
        page = client.post(act_url(marias_plan, Act.MOVE_ON), sent)
        assert page.status_code == 409
        assert "The plan has ended; nothing follows." in words(page)

    @pytest.mark.parametrize(
        "hidden",
        [
            {"sequence": ""},
            {"sequence": "one"},
            {"sequence": "-1"},
            {"sequence": "9" * 40},
            {"phase": "two"},
            {"phase": "9" * 40},
        ],
        ids=str,
    )
    def test_a_broken_page_is_asked_to_be_loaded_again(
        self, marias_plan: Plan, client: Client, hidden: dict[str, str]
    ) -> None:
        page = client.post(act_url(marias_plan, Act.STAY), filled_in(client, marias_plan, Act.STAY) | hidden)
        assert page.status_code == 422
        assert "Load it again." in words(page)

    @pytest.mark.parametrize("hidden", [{"sequence": "0"}, {"sequence": "7"}, {"phase": ""}, {"phase": "3"}], ids=str)
    def test_a_page_that_never_was_is_a_conflict(
        self, marias_plan: Plan, client: Client, hidden: dict[str, str]
    ) -> None:
        page = client.post(act_url(marias_plan, Act.STAY), filled_in(client, marias_plan, Act.STAY) | hidden)
        assert page.status_code == 409
        assert marias_plan.decisions.count() == 1


HOSTILE = {
    "nul": "a\x00b",
    "long": "x" * 10_000,
    "markup": "</textarea><script>alert(1)</script>",
}


class TestHostileText:
    @pytest.mark.parametrize("name", ["reason", "patient_text"])
    @pytest.mark.parametrize("text", ["nul", "long"])
    def test_what_cannot_be_kept_is_refused_with_a_sentence(
        self, marias_plan: Plan, client: Client, name: str, text: str
    ) -> None:
        sent = filled_in(client, marias_plan, Act.STAY) | {name: HOSTILE[text]}
        page = client.post(act_url(marias_plan, Act.STAY), sent)
        assert page.status_code == 422
        assert f'id="id_{name}_error"' in page.text

    def test_what_can_be_kept_is_shown_inert(self, marias_plan: Plan, maria: Patient, client: Client) -> None:
        odd = "<img src=x onerror=alert(1)> שלום 🧘 \u202eabc"
        sent = filled_in(client, marias_plan, Act.STAY) | {"reason": odd, "patient_text": odd}
        assert client.post(act_url(marias_plan, Act.STAY), sent).status_code == 302
        page = client.get(chart_url(maria)).text
        assert "<img src=x" not in page
        assert "שלום 🧘" in page
        assert marias_plan.decisions.get(kind="stay").reason == odd

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_what_was_typed_on_a_stale_page_is_shown_inert(
        self, marias_plan: Plan, bruno: User, client: Client, text: str
    ) -> None:
        sent = filled_in(client, marias_plan, Act.STOP) | {"reason": text, "on": text, "patient_text": text}
        do(marias_plan, Act.STAY, bruno)
        page = client.post(act_url(marias_plan, Act.STOP), sent)
        assert page.status_code == 409
        assert "<script>alert" not in page.text


class TestWhoMay:
    def test_a_plan_of_another_patient_is_not_there(
        self, marias_plan: Plan, omar: Patient, yann: Patient, client: Client
    ) -> None:
        theirs = omar.plans.get()
        for plan in (theirs, yann.plans.get()):
            url = reverse("decide", args=[marias_plan.patient.public_id, plan.public_id, Act.STAY])
            sent = {"sequence": 1, "phase": 1, "on": TODAY, "reason_code": "other", "reason": "x"}
            assert client.get(url).status_code == 404
            assert client.post(url, sent).status_code == 404
        assert theirs.decisions.count() == 1

    def test_another_clinics_patient_is_not_there(self, yann: Patient, client: Client) -> None:
        assert client.get(act_url(yann.plans.get(), Act.STAY)).status_code == 404

    @pytest.mark.parametrize(("name", "status"), [("maria", 403), ("admin", 404), ("desk", 404), ("zoe", 404)])
    def test_others_may_not_decide(
        self, marias_plan: Plan, client_of: SignedIn, request: pytest.FixtureRequest, name: str, status: int
    ) -> None:
        client = client_of(request.getfixturevalue(name))
        for act in (Act.STAY, Act.TAKE_BACK):
            assert client.get(act_url(marias_plan, act)).status_code == status
            assert client.post(act_url(marias_plan, act), {"sequence": 1, "phase": 2}).status_code == status
        assert marias_plan.decisions.count() == 1

    def test_no_act_by_another_name(self, marias_plan: Plan, client: Client) -> None:
        good = act_url(marias_plan, Act.MOVE_ON)
        assert "/move-on/" in good
        assert client.get(good.replace("move-on", "move_on")).status_code == 404
        assert client.get(good.replace("move-on", "jump")).status_code == 404


@pytest.mark.parametrize("act", [Act.MOVE_ON, Act.STOP, Act.GO_BACK, Act.END_EARLY], ids=str)
def test_a_decision_that_breaks_off_leaves_nothing(marias_plan: Plan, ana: User, act: Act) -> None:
    """Promise 29."""
    phase = marias_plan.phases.get(number=3)
    exercises = [chosen(row) for row, _ in offered(phase, "lower_back")] if act is Act.MOVE_ON else None
    do(marias_plan, Act.STOP, ana, on=TODAY - DAY)
    do(marias_plan, Act.START_AGAIN, ana, on=TODAY - DAY)

    def decide_it() -> None:
        with transaction.atomic():
            do(marias_plan, act, ana, exercises=exercises, to_phase=1 if act is Act.GO_BACK else None)

    assert broken_at_each_statement(decide_it) > 10


def test_taking_back_that_breaks_off_leaves_nothing(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.FINISH, ana)
    assert broken_at_each_statement(lambda: undo(marias_plan, ana)) > 10


def test_every_decision_leaves_an_audit_row(marias_plan: Plan, client: Client) -> None:
    sends(client, act_url(marias_plan, Act.STAY), {"reason_code": "pain"})
    row = AuditEvent.objects.latest("pk")
    assert (row.verb, row.object_id) == ("plan.stay", marias_plan.pk)
    assert not Prescription.objects.filter(opened_by__kind="stay").exists()


@pytest.mark.parametrize("act", [Act.STAY, Act.STOP])
def test_staying_and_stopping_ask_when_somebody_looks_again(act: Act, marias_plan: Plan, client: Client) -> None:
    page = client.get(act_url(marias_plan, act))
    assert form_of(page)["look_again_on"] == ["2026-03-10"]  # in a week, as no visit is booked
    sent = {"reason_code": "pain", "look_again_on": "2026-03-06"}
    assert sends(client, act_url(marias_plan, act), sent).status_code == 302
    marias_plan.episode.refresh_from_db()
    assert marias_plan.episode.look_again_on == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Choose the day on which somebody looks again."),
        ("2026-03-02", "That day is over."),
        ("2026-04-01", "Look again within 28 days."),
        ("soon\x00", "Give a day, such as 2026-03-04."),
    ],
)
def test_a_date_of_looking_again_that_cannot_be_stands_beside_its_field(
    typed: str, sentence: str, marias_plan: Plan, client: Client
) -> None:
    answer = sends(client, act_url(marias_plan, Act.STAY), {"look_again_on": typed})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert marias_plan.decisions.count() == 1


def test_a_planned_absence_left_as_it_was_is_looked_at_on_its_last_day(marias_plan: Plan, client: Client) -> None:
    sent = {"reason_code": "away", "until": "2026-03-20"}
    assert sends(client, act_url(marias_plan, Act.STOP), sent).status_code == 302
    assert marias_plan.decisions.get(kind="pause").look_again_on == date(2026, 3, 20)
