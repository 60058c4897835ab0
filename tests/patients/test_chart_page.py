"""The chart of one patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.actions.checkin import check_in
from patients.actions.decision import decide
from patients.actions.episode import open_episode
from patients.actions.log import log_exercise
from patients.models import Episode, Patient, Plan, TreatmentSession
from patients.moves import Act, Situation
from rehab.models import Clinic, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.factories import DecisionFactory, ExerciseLogFactory, VisitFactory
from tests.patients.plan_pages import act_url, chart_url, do, plan_in, seen, undo, words

SignedIn = Callable[[User | Patient], Client]
DAY = timedelta(days=1)


@pytest.fixture
def client(client_of: SignedIn, ana: User) -> Client:
    return client_of(ana)


def log(plan: Plan, key: str, on: date, *, status: str = "done", hurt: bool | None = None, note: str = "") -> None:
    rows = plan.prescriptions.standing().filter(revision__exercise__key=key, since__lte=on)
    log_exercise(
        patient=plan.patient,
        prescription=rows.latest("since"),
        on=on,
        occasion=None,
        client_id=uuid4(),
        status=status,
        reason="pain" if status == "not_done" else "",
        hurt=hurt,
        note=note,
        by=plan.by,
        at=NOW,
        how="on_behalf",
    )


class TestWho:
    def test_the_patient_is_always_in_sight(self, maria: Patient, client: Client) -> None:
        maria.number, maria.phone = "2041", "030 555 0177"
        maria.save(update_fields=["number", "phone"])
        page = client.get(chart_url(maria))
        head = page.text[page.text.index('class="patient-head"') : page.text.index("<main")]
        for said in ("María Soto", "44", "born 12 April 1981", "2041", "Ana Ruiz", "tel:030 555 0177"):
            assert said in head

    def test_names_of_any_script_and_length_stay_inert(self, nils: Patient, ana: User, client: Client) -> None:
        nils.name = "<b>يوسف</b> " + "Wolfeschlegelsteinhausenbergerdorff " * 3
        nils.save(update_fields=["name"])
        page = client.get(chart_url(nils))
        assert page.status_code == 200
        assert "<b>يوسف" not in page.text
        assert "<bdi>&lt;b&gt;يوسف" in page.text


class TestWithoutAPlan:
    def test_without_an_episode_the_one_main_action_is_to_start_one(self, nils: Patient, client: Client) -> None:
        page = client.get(chart_url(nils))
        assert "No episode yet" in words(page)
        assert main_actions(page.text) == [reverse("episode_new", args=[nils.public_id])]

    def test_with_an_episode_it_is_to_assign_a_plan(self, nils: Patient, ana: User, client: Client) -> None:
        episode = cast.episode(nils, lead=ana)
        page = client.get(chart_url(nils))
        assert "No plan yet" in words(page)
        assert main_actions(page.text) == [reverse("assign", args=[nils.public_id, episode.public_id])]

    def test_with_a_closed_episode_it_is_to_start_another(self, nils: Patient, ana: User, client: Client) -> None:
        episode = cast.episode(nils, lead=ana)
        Episode.objects.filter(pk=episode.pk).update(closed_on=TODAY, look_again_on=None)
        page = client.get(chart_url(nils))
        assert "The episode is closed" in words(page)
        assert main_actions(page.text) == [reverse("episode_new", args=[nils.public_id])]


def main_actions(html: str) -> list[str]:
    return re.findall(r'class="button main" href="([^"]+)"', html)


class TestWhere:
    @pytest.mark.parametrize(
        ("situation", "said"),
        [
            (Situation.NOT_STARTED, "Starts on Tuesday 10 March, in phase 1. Until then nothing is asked."),
            (Situation.ENDED_BEFORE_START, "The plan was ended early, on 10 March 2026. Its record stays."),
            (Situation.RUNNING, "A check falls due on Monday 30 March. Phase 3 opens only when you decide."),
            (Situation.STAYING, "Goes on with these 5 exercises. Phase 3 does not open until you say so."),
            (Situation.AWAITING_REVIEW, "The clock stands. Phase 3 opens only when you decide;"),
            (Situation.PAUSED_RUNNING, "Nothing is asked until you start the exercises again."),
            (Situation.PAUSED_STAYING, "Nothing is asked until you start the exercises again."),
            (Situation.PAUSED_AWAITING_REVIEW, "Nothing is asked until you start the exercises again."),
            (Situation.COMPLETED, "The plan was finished on 2 March 2026. Its record stays."),
            (Situation.DISCONTINUED, "The plan was ended early, on 2 March 2026. Its record stays."),
        ],
        ids=str,
    )
    def test_a_sentence_says_what_comes_next(
        self, nils: Patient, ana: User, client: Client, situation: Situation, said: str
    ) -> None:
        plan_in(situation, nils, ana)
        assert said in words(client.get(chart_url(nils)))

    def test_phase_week_and_state_are_said(self, maria: Patient, client: Client) -> None:
        page = words(client.get(chart_url(maria)))
        assert "week 1 of 4 on plan since Monday 16 February week 3 since the start" in page
        assert "16 Feb–1 Mar" in page
        assert "2–29 Mar" in page
        assert "6 weeks, after a check" in page

    def test_a_phase_that_opens_by_itself_says_when(self, omar: Patient, client: Client) -> None:
        page = words(client.get(chart_url(omar)))
        assert "Phase 2 opens by itself on Tuesday 10 March." in page
        assert "Hamstring stretch" in page  # the later phase's exercises in short

    def test_the_clock_behind_the_calendar_is_said(
        self, marias_plan: Plan, ana: User, client_of: SignedIn, clock: Any
    ) -> None:
        do(marias_plan, Act.STOP, ana)
        clock.move_to(NOW + 14 * DAY)
        assert "week 5 since the start, 2 weeks behind" in words(client_of(ana).get(chart_url(marias_plan.patient)))

    def test_phases_left_out_at_the_start_do_not_hide_that_the_clock_is_behind(
        self, nils: Patient, ana: User, client_of: SignedIn, clock: Any
    ) -> None:
        plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY, start_phase=2)
        assert "week 1 since the start" in words(client_of(ana).get(chart_url(nils)))
        do(plan, Act.STOP, ana)
        clock.move_to(NOW + 14 * DAY)
        assert "week 3 since the start, 2 weeks behind" in words(client_of(ana).get(chart_url(nils)))

    def test_after_the_end_the_main_action_is_a_new_plan(self, nils: Patient, ana: User, client: Client) -> None:
        plan = plan_in(Situation.COMPLETED, nils, ana)
        page = client.get(chart_url(nils))
        assert main_actions(page.text) == [reverse("assign", args=[nils.public_id, plan.episode.public_id])]
        assert "Exercises now" not in words(page)

    def test_an_earlier_plan_stays_readable(self, nils: Patient, ana: User, client: Client) -> None:
        old = plan_in(Situation.DISCONTINUED, nils, ana)
        new = cast.plan(old.episode, by=ana, start_on=TODAY, at=NOW)
        page = client.get(chart_url(nils))
        assert act_url(new, Act.STAY) in page.text
        assert f"?plan={old.public_id}" in page.text
        earlier = client.get(chart_url(nils), {"plan": str(old.public_id)})
        assert "The plan was ended early" in words(earlier)
        assert "To the open plan" in words(earlier)

    def test_several_episodes_stand_side_by_side(self, maria: Patient, ana: User, client: Client) -> None:
        open_episode(patient=maria, lead=ana, problem="Stiff neck", region="neck", by=ana, at=NOW)
        page = words(client.get(chart_url(maria)))
        assert "Stiff neck" in page
        assert "Low back pain, worse after sitting" in page


class TestTheLastWeeks:
    def test_days_are_drawn_up_to_yesterday_until_something_is_said_of_today(
        self, marias_plan: Plan, maria: Patient, client: Client
    ) -> None:
        assert "Tue 3 Mar" not in client.get(chart_url(maria)).text
        check_in(patient=maria, on=TODAY, client_id=uuid4(), pain_morning=4, by=maria.user, at=NOW)
        page = client.get(chart_url(maria)).text
        assert '<th scope="row">Tue 3 Mar</th><td>4</td><td>no answer</td>' in page

    def test_each_exercise_says_how_often_it_was_done_and_when_it_hurt(
        self, marias_plan: Plan, maria: Patient, client: Client
    ) -> None:
        log(marias_plan, "wall-sit", TODAY - DAY, hurt=True)
        page = words(client.get(chart_url(maria)))
        assert "hurt on 2 Mar" in page
        assert "1 of 1" in page
        assert "0 of 1" in page

    def test_an_exercise_left_out_for_pain_says_so_too(self, marias_plan: Plan, maria: Patient, client: Client) -> None:
        log(marias_plan, "walking", TODAY - DAY, status="not_done")
        assert "hurt on 2 Mar" in words(client.get(chart_url(maria)))

    def test_what_the_patient_wrote_is_shown_to_somebody(
        self, marias_plan: Plan, maria: Patient, client: Client
    ) -> None:
        log(marias_plan, "wall-sit", TODAY - DAY, note="Knees <i>crack</i>")
        check_in(patient=maria, on=TODAY, client_id=uuid4(), note="Slept badly", by=maria.user, at=NOW)
        page = client.get(chart_url(maria))
        assert "Slept badly" in words(page)
        assert "<i>crack" not in page.text
        assert "Knees &lt;i&gt;crack" in page.text


class TestTheLedger:
    def test_it_is_newest_first_with_who_when_why_and_what_the_patient_reads(
        self, marias_plan: Plan, maria: Patient, ana: User, bruno: User, client: Client
    ) -> None:
        do(marias_plan, Act.STAY, bruno, on=TODAY - DAY, reason="Still stiff", reason_code="more_time")
        do(marias_plan, Act.STOP, ana, patient_text="Rest this week.", reason="Flu", reason_code="ill")
        undo(marias_plan, ana)
        page = words(client.get(chart_url(maria)))
        assert re.search(r"4 Taken back: decision 3 .*3 Stop exercises for now taken back .*2 Stay .*1 Start in", page)
        assert "Needs more time in this phase. Still stiff" in page
        assert "2 Mar 2026 , Bruno Keller" in page
        assert "Rest this week." in page

    def test_a_date_that_differs_from_the_day_it_was_made_is_said(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        do(marias_plan, Act.STOP, ana, reason="Away", until=None)
        undo(marias_plan, ana)
        decide(plan=marias_plan, act=Act.STAY, on=TODAY - DAY, seen=seen(marias_plan), by=ana, at=NOW)
        assert "from Monday 2 March 2026" in words(client.get(chart_url(maria)))

    def test_a_long_one_is_cut_with_a_way_to_the_rest(
        self, marias_plan: Plan, maria: Patient, ana: User, client: Client
    ) -> None:
        many_decisions(marias_plan, ana, 20)
        page = client.get(chart_url(maria))
        assert page.text.count('class="no"') == 12
        assert "9 earlier decisions" in words(page)
        assert client.get(chart_url(maria), {"all": "decisions"}).text.count('class="no"') == 21


class TestVisitsAndNotes:
    def test_what_is_due_is_said_and_what_is_overdue_stands_out(self, maria: Patient, client: Client) -> None:
        page = words(client.get(chart_url(maria)))
        assert "due Sunday 1 March Check at the end of phase 1 not booked" in page
        assert "due Monday 16 March Four-week follow-up not booked" in page

    def test_a_booked_hour_that_is_over_asks_what_became_of_it(self, maria: Patient, ana: User, client: Client) -> None:
        VisitFactory.write(1, patient=maria, episode=maria.episodes.get(), physiotherapist=ana, by=ana)
        assert "came or missed?" in words(client.get(chart_url(maria)))

    def test_without_a_note_it_says_so(self, maria: Patient, client: Client) -> None:
        assert "No session has been written up yet." in words(client.get(chart_url(maria)))

    def test_the_last_note_is_there_to_read(self, maria: Patient, ana: User, client: Client) -> None:
        TreatmentSession.objects.create(
            patient=maria, episode=maria.episodes.get(), plan=maria.plans.get(), physiotherapist=ana, on=TODAY,
            subjective="Sits 40 minutes", saved_at=NOW, saved_by=ana, by=ana, at=NOW,
        )  # fmt: skip
        page = words(client.get(chart_url(maria)))
        assert "Sits 40 minutes" in page
        assert "draft, not signed" in page

    @pytest.mark.parametrize(("name", "said"), [("maria", "The patient has a sign-in."), ("omar", "no sign-in yet")])
    def test_access_is_said(self, request: pytest.FixtureRequest, client: Client, name: str, said: str) -> None:
        patient = request.getfixturevalue(name)
        page = client.get(chart_url(patient))
        assert said in words(page)
        assert reverse("invitation", args=[patient.public_id]) in page.text


class TestWhoMay:
    @pytest.mark.parametrize(
        ("name", "status"), [("ana", 200), ("bruno", 200), ("maria", 403), ("admin", 404), ("desk", 404), ("zoe", 404)]
    )
    def test_the_chart_is_for_those_who_treat(
        self, maria: Patient, client_of: SignedIn, request: pytest.FixtureRequest, name: str, status: int
    ) -> None:
        assert client_of(request.getfixturevalue(name)).get(chart_url(maria)).status_code == status

    def test_another_patients_chart_is_not_there_for_a_patient(
        self, maria: Patient, omar: Patient, client_of: SignedIn
    ) -> None:
        assert client_of(maria).get(chart_url(omar)).status_code == 404

    def test_signed_out_one_signs_in_first(self, maria: Patient) -> None:
        answer = Client().get(chart_url(maria))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))

    def test_where_everybody_sees_their_own_patients_a_colleagues_chart_is_not_there(
        self, maria: Patient, bruno: User, clinic: Clinic, client_of: SignedIn
    ) -> None:
        clinic.own_caseload_only = True
        clinic.save(update_fields=["own_caseload_only"])
        assert client_of(bruno).get(chart_url(maria)).status_code == 404

    def test_a_plan_of_somebody_else_is_not_there(
        self, maria: Patient, omar: Patient, yann: Patient, client: Client
    ) -> None:
        for wanted in (omar.plans.get().public_id, yann.plans.get().public_id, uuid4(), "nonsense", "\x00"):
            assert client.get(chart_url(maria), {"plan": str(wanted)}).status_code == 404

    def test_looking_changes_nothing_and_nothing_is_sent_there(self, maria: Patient, client: Client) -> None:
        assert client.post(chart_url(maria)).status_code == 405
        assert client.head(chart_url(maria)).status_code == 200


def many_decisions(plan: Plan, by: User, number: int) -> None:
    DecisionFactory.write(number, first=plan.last_sequence, plan=plan, by=by)
    plan.last_sequence += number
    plan.save(update_fields=["last_sequence"])


@pytest.mark.parametrize("rows", [10, 1000])
def test_a_chart_takes_few_queries_however_long_the_record(
    marias_plan: Plan, maria: Patient, ana: User, client: Client, rows: int
) -> None:
    """Promise 44: 15 of the chart, and one of the strip of open notes, which is on every page."""
    tilt = marias_plan.prescriptions.get(revision__exercise__key="pelvic-tilt")
    ExerciseLogFactory.write(rows, patient=maria, prescription=tilt, note="Went well", by=ana)
    VisitFactory.write(rows, patient=maria, episode=marias_plan.episode, physiotherapist=ana, by=ana)
    many_decisions(marias_plan, ana, rows)
    client.get(chart_url(maria))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(chart_url(maria)).status_code == 200
    asked = [row["sql"] for row in queries if not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 16, "\n".join(asked)
