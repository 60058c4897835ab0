"""Finishing a plan and closing an episode are two acts: visits called off, what is kept, nothing left open."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.actions.decision import decide, take_back
from patients.actions.episode import close_episode, open_episode, reopen_episode
from patients.actions.farewell import Farewell
from patients.actions.ledger import Seen
from patients.actions.series import book_series
from patients.actions.session import start_session
from patients.actions.visit import add_visit, book_visit, cancel_visit
from patients.models import Episode, KeptExercise, Patient, Plan, Visit
from patients.moves import Act
from rehab.errors import Conflict, Refused
from rehab.models import User
from tests import cast
from tests.access.controls import forms
from tests.cast import NOW, TODAY
from tests.faults import broken_at_each_statement

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def booked(maria: Patient, ana: User) -> Visit:
    return add_visit(
        episode=maria.episodes.get(), physiotherapist=ana, starts_at=NOW + 2 * DAY, minutes=30, by=ana, at=NOW
    )


def seen(plan: Plan) -> Seen:
    plan.refresh_from_db()
    return Seen(plan.last_sequence, plan.position(TODAY).phase)


def finish(plan: Plan, by: User, farewell: Farewell | None = None, act: Act = Act.FINISH) -> Any:
    return decide(plan=plan, act=act, on=TODAY, seen=seen(plan), farewell=farewell, by=by, at=NOW)


def page_of(plan: Plan, act: str = "finish") -> str:
    return f"/patients/{plan.patient.public_id}/plan/{plan.public_id}/{act}/"


def sent(client: Client, plan: Plan, act: str = "finish", **others: Any) -> dict[str, Any]:
    text = client.get(page_of(plan, act)).text
    return next(form.values for form in forms(text, page_of(plan, act)) if "sequence" in form.values) | others


class TestFinishing:
    def test_the_form_names_what_is_booked_and_what_can_be_kept(
        self, client_of: ClientOf, ana: User, marias_plan: Plan, booked: Visit
    ) -> None:
        page = client_of(ana).get(page_of(marias_plan)).text
        assert "Booked visits to cancel" in page and "Thursday 5 March, 10:00" in page
        assert "Exercises to go on with" in page and "Wall sit" in page
        boxes = {name: page.count(f'name="{name}"') for name in ("cancels", "keeps")}
        assert boxes["cancels"] == 1 and page.count("checked") >= 1 + boxes["keeps"]
        early = client_of(ana).get(page_of(marias_plan, "end-early")).text
        assert early.count("checked") < page.count("checked")  # nothing is kept unless somebody says so

    def test_what_is_ticked_is_cancelled_and_kept(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan, booked: Visit
    ) -> None:
        client = client_of(ana)
        kept = marias_plan.prescriptions.get(revision__exercise__key="wall-sit")
        answer = client.post(
            page_of(marias_plan),
            sent(client, marias_plan, cancels=[booked.public_id], keeps=[kept.public_id], readable="30"),
        )
        assert answer.status_code == 302
        booked.refresh_from_db()
        marias_plan.refresh_from_db()
        assert (booked.state, booked.events.latest("sequence").cause) == ("cancelled", "plan_ended")
        assert marias_plan.readable_until == TODAY + 30 * DAY
        assert [row.prescription for row in KeptExercise.objects.all()] == [kept]

    def test_what_is_not_ticked_stays_booked(
        self, client_of: ClientOf, ana: User, marias_plan: Plan, booked: Visit
    ) -> None:
        client = client_of(ana)
        values = sent(client, marias_plan)
        values.pop("cancels", None)
        client.post(page_of(marias_plan), values)
        booked.refresh_from_db()
        assert booked.state == "booked"

    def test_a_visit_that_changed_meanwhile_is_a_conflict_and_nothing_is_done(
        self, ana: User, marias_plan: Plan, booked: Visit
    ) -> None:
        cancel_visit(
            visit=booked,
            seen=booked.last_sequence,
            cause="patient",
            what_next="no_further",
            reason="Away",
            by=ana,
            at=NOW,
        )
        with pytest.raises(Conflict):
            finish(marias_plan, ana, Farewell(cancels=[booked.public_id]))
        marias_plan.refresh_from_db()
        assert marias_plan.ended_on is None

    @pytest.mark.parametrize("until", [TODAY - DAY, TODAY + timedelta(days=5000)])
    def test_an_absurd_date_of_reading_is_refused(self, until: date, ana: User, marias_plan: Plan) -> None:
        with pytest.raises(Refused) as refused:
            finish(marias_plan, ana, Farewell(readable_until=until))
        assert refused.value.field == "readable"

    @pytest.mark.parametrize("name", ["cancels", "keeps", "readable"])
    @pytest.mark.parametrize("value", ["x", "\x00", "00000000-0000-4000-8000-000000000007", "-1", "9" * 40])
    def test_what_is_not_on_the_form_is_said(
        self, name: str, value: str, client_of: ClientOf, ana: User, marias_plan: Plan, booked: Visit
    ) -> None:
        client = client_of(ana)
        assert client.post(page_of(marias_plan), sent(client, marias_plan, **{name: value})).status_code == 422

    def test_another_patients_exercise_is_not_kept(self, ana: User, marias_plan: Plan, omar: Patient) -> None:
        theirs = omar.plans.get().prescriptions.earliest("pk")
        with pytest.raises(Refused) as refused:
            finish(marias_plan, ana, Farewell(keeps=[theirs.public_id]))
        assert refused.value.field == "keeps"

    def test_a_fault_at_any_statement_leaves_nothing_half(
        self, ana: User, maria: Patient, marias_plan: Plan, booked: Visit
    ) -> None:
        kept = marias_plan.prescriptions.earliest("pk")
        told = Farewell([booked.public_id], [kept.public_id], TODAY + 90 * DAY)
        wanted = seen(marias_plan)
        number = broken_at_each_statement(
            lambda: decide(plan=marias_plan, act=Act.FINISH, on=TODAY, seen=wanted, farewell=told, by=ana, at=NOW)
        )
        assert number > 15

    def test_taking_the_end_back_gives_back_what_it_can(self, ana: User, maria: Patient, marias_plan: Plan) -> None:
        kept = marias_plan.prescriptions.earliest("pk")
        finish(marias_plan, ana, Farewell(keeps=[kept.public_id], readable_until=TODAY + DAY))
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        marias_plan.refresh_from_db()
        assert (marias_plan.ended_on, marias_plan.readable_until) == (None, None)
        finish(marias_plan, ana, Farewell(keeps=[kept.public_id]))  # and again, with the same

    def test_the_visit_at_which_the_plan_is_finished_is_not_called_off_unasked(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan, booked: Visit
    ) -> None:
        now_on = add_visit(
            episode=maria.episodes.get(), physiotherapist=ana, starts_at=NOW + HOUR, minutes=30, by=ana, at=NOW
        )
        client = client_of(ana)
        client.post(page_of(marias_plan), sent(client, marias_plan))
        now_on.refresh_from_db()
        booked.refresh_from_db()
        assert (now_on.state, booked.state) == ("booked", "cancelled")

    def test_how_long_the_patient_may_read_is_never_left_open(
        self, client_of: ClientOf, ana: User, marias_plan: Plan
    ) -> None:
        client = client_of(ana)
        values = sent(client, marias_plan)
        assert client.post(page_of(marias_plan), values | {"readable": ""}).status_code == 422
        assert client.post(page_of(marias_plan), values | {"readable": "always"}).status_code == 302
        marias_plan.refresh_from_db()
        assert marias_plan.ended_on is not None and marias_plan.readable_until is None

    def test_taking_the_end_back_names_the_visits_that_stay_called_off(
        self, client_of: ClientOf, ana: User, marias_plan: Plan, booked: Visit
    ) -> None:
        due = marias_plan.visits.filter(state="due").earliest("due_on")
        asked = book_visit(
            visit=due,
            seen=due.last_sequence,
            physiotherapist=ana,
            starts_at=NOW + 3 * DAY,
            minutes=30,
            by=ana,
            at=NOW,
        )
        finish(marias_plan, ana, Farewell(cancels=[booked.public_id, asked.public_id]))
        page = client_of(ana).get(page_of(marias_plan, "take-back")).text
        assert "Thursday 5 March, 10:00" in page and "Friday 6 March, 10:00" in page
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        asked.refresh_from_db()
        booked.refresh_from_db()
        assert (booked.state, asked.state, asked.starts_at) == ("cancelled", "due", None)

    def test_no_plan_is_open_again_in_a_closed_episode(self, ana: User, maria: Patient, marias_plan: Plan) -> None:
        finish(marias_plan, ana, Farewell())
        close_episode(episode=maria.episodes.get(), on=TODAY, outcome="Well", by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        assert refused.value.code == "episode_closed"
        marias_plan.refresh_from_db()
        assert marias_plan.ended_on == TODAY

    def test_the_episode_stays_in_sight_until_it_is_closed(self, ana: User, maria: Patient, marias_plan: Plan) -> None:
        finish(marias_plan, ana, Farewell())
        episode = maria.episodes.get()
        assert episode.look_again_on is not None and episode.look_again_on <= TODAY + 28 * DAY


class TestWhatThePatientKeeps:
    def test_exercises_to_go_on_with_stand_on_today_without_ticks(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan
    ) -> None:
        kept = marias_plan.prescriptions.get(revision__exercise__key="wall-sit")
        finish(marias_plan, ana, Farewell(keeps=[kept.public_id]))
        page = client_of(maria).get("/today/").text
        assert "Your plan is finished" in page and "Go on with these, as you like" in page
        assert "Wall sit" in page and "When to stop" in page and 'class="tick"' not in page

    @pytest.mark.parametrize("act", [Act.FINISH, Act.END_EARLY])
    def test_every_page_opens_after_the_end(
        self, act: Act, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan
    ) -> None:
        finish(marias_plan, ana, Farewell(), act=act)
        for page in ("/today/", "/plan/", "/visits/", "/progress/", "/learn/", "/help/"):
            assert client_of(maria).get(page).status_code == 200, page

    def test_the_time_of_reading_ends_to_the_day_and_says_whom_to_call(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan, clock: time_machine.Traveller
    ) -> None:
        finish(marias_plan, ana, Farewell(readable_until=TODAY + 30 * DAY))
        clock.move_to(NOW + 30 * DAY)
        assert client_of(maria).get("/today/").status_code == 200
        clock.move_to(NOW + 31 * DAY)
        for page in ("/today/", "/plan/", "/visits/", "/progress/", "/learn/"):
            answer = client_of(maria).get(page)
            assert answer.status_code == 403 and "030 555 0134" in answer.text, page
        assert client_of(maria).get("/help/").status_code == 200
        day = TODAY + 31 * DAY
        assert client_of(maria).post(f"/today/{day}/check-in/", {"pain_morning": "3"}).status_code == 403

    def test_a_new_plan_gives_it_back(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan, clock: time_machine.Traveller
    ) -> None:
        finish(marias_plan, ana, Farewell(readable_until=TODAY))
        clock.move_to(NOW + 5 * DAY)
        assert client_of(maria).get("/today/").status_code == 403
        cast.plan(maria.episodes.get(), by=ana, start_on=TODAY + 5 * DAY)
        assert client_of(maria).get("/today/").status_code == 200


class TestClosing:
    @pytest.fixture
    def over(self, maria: Patient, ana: User, marias_plan: Plan) -> Episode:
        finish(marias_plan, ana, Farewell())
        return maria.episodes.get()

    def where(self, episode: Episode) -> str:
        return f"/patients/{episode.patient.public_id}/episodes/{episode.public_id}/close/"

    def close(self, episode: Episode, by: User, **others: Any) -> Episode:
        return close_episode(episode=episode, by=by, at=NOW, **({"on": TODAY, "outcome": "Back at work"} | others))

    def test_nothing_is_left_open_and_each_thing_is_named(
        self, client_of: ClientOf, ana: User, maria: Patient, marias_plan: Plan, booked: Visit
    ) -> None:
        episode = maria.episodes.get()
        start_session(patient=maria, episode=episode, plan=marias_plan, on=TODAY, kind="clinic", by=ana, at=NOW)
        page = html.unescape(client_of(ana).get(self.where(episode)).text)
        assert "finish it" in page and "A visit booked for Thursday 5 March" in page
        assert "A visit due on" in page and "by Ana Ruiz, not signed" in page
        answer = client_of(ana).post(self.where(episode), {"on": TODAY, "outcome": "Well"})
        assert answer.status_code == 422
        with pytest.raises(Refused) as refused:
            self.close(episode, ana)
        assert refused.value.code == "still_open"

    def test_it_is_closed_with_its_outcome_and_a_recall(self, client_of: ClientOf, ana: User, over: Episode) -> None:
        recall = TODAY + 90 * DAY
        answer = client_of(ana).post(
            self.where(over), {"on": TODAY, "outcome": "Back at work <b>", "recall_on": recall}, follow=True
        )
        over.refresh_from_db()
        assert (over.closed_on, over.closed_by, over.recall_on) == (TODAY, ana, recall)
        assert over.look_again_on is None
        assert "Back at work &lt;b&gt;" in answer.text
        again = client_of(ana).post(self.where(over), {"on": TODAY, "outcome": "Other"}, follow=True)
        assert "closed already" in again.text

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"outcome": " "}, "outcome"), ({"on": TODAY + DAY}, "on"), ({"on": TODAY - 8 * DAY}, "on"),
            ({"recall_on": TODAY}, "recall_on"), ({"recall_on": TODAY + timedelta(days=367)}, "recall_on"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_beside_its_field(
        self, wrong: dict[str, Any], field: str, ana: User, over: Episode
    ) -> None:
        with pytest.raises(Refused) as refused:
            self.close(over, ana, **wrong)
        assert refused.value.field == field

    def test_not_before_the_last_session(self, ana: User, maria: Patient, over: Episode) -> None:
        from patients.actions.session import sign_session

        note = start_session(patient=maria, episode=over, on=TODAY, kind="clinic", by=ana, at=NOW)
        sign_session(session=note, version=1, subjective="Well", by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            self.close(over, ana, on=TODAY - DAY)
        assert refused.value.code == "before_the_last_session"

    def test_not_before_its_plan_was_over(self, ana: User, over: Episode) -> None:
        with pytest.raises(Refused) as refused:
            self.close(over, ana, on=TODAY - 5 * DAY)
        assert refused.value.field == "on"

    def test_a_later_one_that_is_closed_too_is_a_later_one(self, ana: User, maria: Patient, over: Episode) -> None:
        self.close(over, ana)
        self.close(cast.episode(maria, lead=ana, at=NOW), ana)
        with pytest.raises(Refused) as refused:
            reopen_episode(episode=over, by=ana, at=NOW)
        assert refused.value.code == "later_episode"

    @pytest.mark.parametrize("act", ["visit", "series", "plan"])
    def test_nothing_comes_into_it_through_a_page_from_before(
        self, ana: User, maria: Patient, over: Episode, act: str
    ) -> None:
        before = Episode.objects.get(pk=over.pk)
        self.close(over, ana)
        booking = {"episode": before, "physiotherapist": ana, "minutes": 30, "by": ana, "at": NOW}
        with pytest.raises(Refused) as refused:
            if act == "visit":
                add_visit(starts_at=NOW + 2 * DAY, **booking)
            elif act == "series":
                book_series(on=TODAY + 2 * DAY, clock=time(10), weeks=2, **booking)
            else:
                cast.plan(before, by=ana, start_on=TODAY, at=NOW)
        assert refused.value.code == "episode_closed"

    def test_a_closing_by_mistake_is_taken_back_and_stays_in_sight(
        self, client_of: ClientOf, ana: User, over: Episode
    ) -> None:
        self.close(over, ana, recall_on=TODAY + 30 * DAY)
        client_of(ana).post(self.where(over), {"act": "reopen"})
        over.refresh_from_db()
        assert over.closed_on is over.recall_on is None and over.look_again_on is not None

    def test_not_where_there_is_a_later_one(self, ana: User, maria: Patient, over: Episode) -> None:
        self.close(over, ana)
        cast.episode(maria, lead=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            reopen_episode(episode=over, by=ana, at=NOW)
        assert refused.value.code == "later_episode"

    def test_a_new_episode_goes_on_from_the_old_one(
        self, client_of: ClientOf, ana: User, maria: Patient, over: Episode
    ) -> None:
        self.close(over, ana)
        client = client_of(ana)
        new = f"/patients/{maria.public_id}/episodes/new/"
        page = client.get(new).text
        assert "Goes on from" in page and "closed 3 March 2026" in page and "Back at work" in page
        values = next(form.values for form in forms(page, new) if "problem" in form.values)
        assert values["follows"] == str(over.public_id)  # the latest, unless somebody says otherwise
        client.post(new, values | {"problem": "It is back", "region": "lower_back"})
        assert maria.episodes.get(problem="It is back").follows == over
        chart = client.get(f"/patients/{maria.public_id}/").text
        assert "goes on from: Low back pain" in chart and "gone on with: It is back" in chart

    def test_only_a_closed_one_of_the_same_patient_is_gone_on_from(
        self, ana: User, maria: Patient, omar: Patient
    ) -> None:
        for earlier in (omar.episodes.get(), maria.episodes.get()):
            with pytest.raises(Refused) as refused:
                open_episode(patient=maria, lead=ana, problem="x", region="neck", follows=earlier, by=ana, at=NOW)
            assert refused.value.field == "follows"
