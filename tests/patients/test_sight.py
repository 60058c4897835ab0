"""Nobody out of sight: the date on which somebody looks again, and who sets, clears and brings back one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from patients.actions.decision import decide, take_back, take_back_absence
from patients.actions.ledger import Seen
from patients.actions.prescription import chosen, offered
from patients.actions.sight import clear_look_again, keep_in_sight, look_again, proposed
from patients.actions.visit import add_visit
from patients.demo.build import build_demo
from patients.models import Decision, Episode, Patient, Plan, Visit
from patients.moves import Act, Situation
from patients.progression import Refusal
from patients.readings.caseload import read_caseload
from patients.readings.plan import read_plan
from rehab.errors import Refused
from rehab.models import AuditEvent, Clinic, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.patients.plan_pages import do, moment, plan_in, seen, undo
from tests.patients.test_demo import empty_database

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK = TODAY + 7 * DAY
LONGEST = 28 * DAY
LOOKS_AGAIN = {Act.STAY, Act.STOP}


def set_on(of: Patient | Plan) -> date | None:
    """The date that stands on the patient's one episode."""
    episode = Episode.objects.get(patient=of.patient if isinstance(of, Plan) else of)
    return episode.look_again_on


def without_visits(plan: Plan) -> None:
    """Every visit of the plan has taken place or was called off: nothing but a date keeps it in sight."""
    plan.visits.update(state=Visit.State.CANCELLED)


def book(plan: Plan, by: User, on: date) -> Visit:
    by.clinic.opening.all().delete()  # on weekends, too
    return add_visit(episode=plan.episode, physiotherapist=by, starts_at=moment(on), minutes=30, by=by, at=NOW)


def next_exercises(plan: Plan, on: date = TODAY) -> list[Any]:
    phase = plan.phases.get(number=(plan.position(on).phase or 0) + 1)
    return [chosen(row) for row, ticked in offered(phase, plan.episode.region) if ticked]


@pytest.mark.parametrize("days", [0, 1, 28])
def test_a_date_from_today_to_the_clinics_longest_is_taken(days: int, nils: Patient, ana: User) -> None:
    episode = cast.episode(nils, lead=ana)
    on = TODAY + timedelta(days=days)
    assert look_again(episode=episode, on=on, by=ana, at=NOW).look_again_on == on


@pytest.mark.parametrize(("days", "code"), [(-1, "in_the_past"), (29, "too_far_ahead")])
def test_another_date_is_refused_beside_its_field(days: int, code: str, nils: Patient, ana: User) -> None:
    episode = cast.episode(nils, lead=ana)
    with pytest.raises(Refused) as refused:
        look_again(episode=episode, on=TODAY + timedelta(days=days), by=ana, at=NOW)
    assert (refused.value.code, refused.value.field) == (code, "look_again_on")


def test_where_nothing_else_is_ahead_somebody_looks_again_in_a_week(nils: Patient, maria: Patient, ana: User) -> None:
    alone, planned = cast.episode(nils, lead=ana), maria.episodes.get()
    with transaction.atomic():
        for episode in (alone, planned):
            clear_look_again(episode, by=ana, at=NOW)
            keep_in_sight(episode, by=ana, at=NOW)
    assert set_on(nils) == WEEK
    assert set_on(maria) is None  # its due visits keep it in sight


def test_a_new_episode_is_looked_at_again_in_a_week_until_a_plan_has_visits(nils: Patient, ana: User) -> None:
    episode = cast.episode(nils, lead=ana, at=NOW)
    assert episode.look_again_on == set_on(nils) == WEEK
    cast.plan(episode, by=ana, start_on=TODAY, at=NOW)
    assert set_on(nils) is None


@pytest.mark.parametrize("act", sorted(LOOKS_AGAIN))
def test_staying_and_stopping_set_the_date_on_the_entry_and_on_the_episode(
    act: Act, marias_plan: Plan, ana: User
) -> None:
    do(marias_plan, act, ana, look_again_on=TODAY + 9 * DAY)
    assert marias_plan.decisions.latest("sequence").look_again_on == set_on(marias_plan) == TODAY + 9 * DAY


@pytest.mark.parametrize("act", sorted(LOOKS_AGAIN))
@pytest.mark.parametrize(("days", "code"), [(-1, "in_the_past"), (29, "too_far_ahead")])
def test_a_date_that_nobody_may_set_refuses_the_whole_act(
    days: int, code: str, act: Act, marias_plan: Plan, ana: User
) -> None:
    with pytest.raises(Refused) as refused:
        do(marias_plan, act, ana, look_again_on=TODAY + days * DAY)
    assert (refused.value.code, refused.value.field) == (code, "look_again_on")
    assert marias_plan.decisions.count() == 1


def test_an_act_that_goes_on_takes_no_date(marias_plan: Plan, ana: User) -> None:
    with pytest.raises(ValueError, match="looks again"):
        do(marias_plan, Act.FINISH, ana, look_again_on=WEEK)


@pytest.mark.parametrize(
    ("booked", "until", "found"),
    [
        (None, None, 7),
        (5, None, 5),
        (20, None, 20),
        (40, None, 28),  # never later than the clinic allows
        (5, 12, 12),  # the end of a planned absence
        (None, 60, 28),
    ],
)
def test_the_date_proposed_is_the_next_visit_or_a_week(
    booked: int | None, until: int | None, found: int, marias_plan: Plan, ana: User
) -> None:
    if booked:
        book(marias_plan, ana, TODAY + booked * DAY)
    ends = TODAY + until * DAY if until else None
    assert proposed(marias_plan.episode, TODAY, until=ends) == TODAY + found * DAY


def test_a_visit_of_today_is_no_date_to_look_again(marias_plan: Plan, ana: User) -> None:
    book(marias_plan, ana, TODAY)
    assert proposed(marias_plan.episode, TODAY) == WEEK


def test_a_clinic_that_looks_sooner_proposes_sooner(marias_plan: Plan, ana: User) -> None:
    Clinic.objects.filter(pk=ana.clinic_id).update(look_again_max_days=3)
    do(marias_plan, Act.STAY, ana)
    assert set_on(marias_plan) == TODAY + 3 * DAY


def test_a_planned_absence_is_looked_at_when_it_ends(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STOP, ana, until=TODAY + 12 * DAY)
    stop, start = marias_plan.decisions.order_by("sequence")[1:]
    assert (stop.look_again_on, start.look_again_on) == (TODAY + 12 * DAY, None)
    assert set_on(marias_plan) == TODAY + 12 * DAY


GOES_ON = [
    (Situation.STAYING, Act.CARRY_ON),
    (Situation.PAUSED_RUNNING, Act.START_AGAIN),
    (Situation.STAYING, Act.GO_BACK),
    (Situation.STAYING, Act.MOVE_ON),
    (Situation.STAYING, Act.FINISH),
    (Situation.STAYING, Act.END_EARLY),
]


def goes_on(plan: Plan, act: Act, by: User, on: date = TODAY) -> None:
    how: dict[str, Any] = {}
    if act is Act.GO_BACK:
        how = {"to_phase": 1}
    if act is Act.MOVE_ON:
        how = {"exercises": next_exercises(plan, on)}
    do(plan, act, by, on=on, **how)


@pytest.mark.parametrize(("situation", "act"), GOES_ON)
def test_an_act_that_goes_on_clears_the_date_where_a_visit_is_ahead(
    situation: Situation, act: Act, nils: Patient, ana: User
) -> None:
    plan = plan_in(situation, nils, ana)
    book(plan, ana, TODAY + 3 * DAY)
    assert set_on(plan) is not None
    goes_on(plan, act, ana)
    assert set_on(plan) is None


@pytest.mark.parametrize("act", [Act.FINISH, Act.END_EARLY])
def test_an_ended_plan_with_no_visit_ahead_is_looked_at_again(act: Act, marias_plan: Plan, ana: User) -> None:
    assert set_on(marias_plan) is None  # due visits, which the end calls off
    do(marias_plan, act, ana)
    assert set_on(marias_plan) == WEEK


@pytest.mark.parametrize(("days", "after"), [(-2, 7), (0, 7), (3, 3)])
def test_with_no_visit_ahead_a_date_that_has_come_moves_on_and_one_that_has_not_stays(
    days: int, after: int, marias_plan: Plan, ana: User
) -> None:
    do(marias_plan, Act.STAY, ana, on=TODAY - 4 * DAY, look_again_on=TODAY + days * DAY)
    do(marias_plan, Act.FINISH, ana)
    assert set_on(marias_plan) == TODAY + after * DAY


@pytest.mark.parametrize("before", [None, 5])
@pytest.mark.parametrize("act", [Act.STAY, Act.STOP, Act.FINISH, Act.END_EARLY])
def test_taking_back_an_act_restores_the_date_that_stood_before(
    act: Act, before: int | None, marias_plan: Plan, ana: User
) -> None:
    stood = TODAY + before * DAY if before else None
    if stood:
        look_again(episode=marias_plan.episode, on=stood, by=ana, at=NOW)
    do(marias_plan, act, ana)
    undo(marias_plan, ana)
    assert set_on(marias_plan) == stood


def test_taking_back_goes_back_step_by_step(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STAY, ana, look_again_on=TODAY + 4 * DAY)
    do(marias_plan, Act.STOP, ana, look_again_on=TODAY + 9 * DAY)
    undo(marias_plan, ana)
    assert set_on(marias_plan) == TODAY + 4 * DAY
    undo(marias_plan, ana)
    assert set_on(marias_plan) is None


def test_a_date_that_somebody_set_since_survives_taking_back(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STAY, ana)
    look_again(episode=marias_plan.episode, on=TODAY + 2 * DAY, by=ana, at=NOW)
    undo(marias_plan, ana)
    assert set_on(marias_plan) == TODAY + 2 * DAY


def test_taking_back_a_planned_absence_restores_the_date(marias_plan: Plan, ana: User) -> None:
    do_ahead = {"plan": marias_plan, "act": Act.STOP, "on": TODAY + 5 * DAY, "until": TODAY + 9 * DAY}
    decide(**do_ahead, seen=seen(marias_plan), by=ana, at=NOW)  # type: ignore[arg-type]
    assert set_on(marias_plan) == TODAY + 9 * DAY
    take_back_absence(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert set_on(marias_plan) is None


def test_each_change_of_the_date_is_on_the_audit_trail_once(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STAY, ana)
    look_again(episode=marias_plan.episode, on=WEEK, by=ana, at=NOW)  # the same
    rows = AuditEvent.objects.filter(verb="episode.look_again", object_id=marias_plan.episode_id)
    assert rows.filter(at=NOW).count() == 1


def test_due_visits_keep_their_date_while_a_plan_stays_is_stopped_or_waits(marias_plan: Plan, ana: User) -> None:
    def due() -> list[tuple[int, date | None]]:
        return list(marias_plan.visits.filter(state="due").order_by("pk").values_list("pk", "due_on"))

    before = due()
    do(marias_plan, Act.STAY, ana)
    assert due() == before
    do(marias_plan, Act.STOP, ana)
    assert due() == before


# --- promise 46: every act in every situation, through the database, and nobody out of sight after it ---


@pytest.mark.parametrize("situation", Situation)
def test_each_act_does_what_the_table_says_or_says_why_not_and_keeps_the_patient_in_sight(
    situation: Situation, nils: Patient, ana: User
) -> None:
    plan = plan_in(situation, nils, ana)
    answers = read_plan(nils, plan, TODAY).choices
    assert set(answers) == set(Act)
    for act, answer in answers.items():
        try:
            with transaction.atomic():
                _try(plan, act, answer, ana)
                raise _Undone
        except _Undone:
            plan.refresh_from_db()


class _Undone(Exception):
    """What was tried is rolled back."""


def _try(plan: Plan, act: Act, answer: Any, by: User) -> None:
    last = plan.last_sequence
    if isinstance(answer, Refusal):
        with pytest.raises(Refused) as refused:
            _act(plan, act, by)
        assert refused.value.sentence
        return
    _act(plan, act, by)
    written = Decision.objects.filter(plan=plan, sequence__gt=last).order_by("sequence")
    assert [row.kind for row in written][: len(answer)] == list(answer)
    assert len({row.act for row in written}) == 1
    assert_in_sight(Episode.objects.get(pk=plan.episode_id), TODAY)
    looked_at = {row.look_again_on for row in written} - {None}
    assert bool(looked_at) is (act in LOOKS_AGAIN)


def _act(plan: Plan, act: Act, by: User) -> None:
    now = seen(plan)
    if act is Act.TAKE_BACK:
        take_back(plan=plan, seen=now, by=by, at=NOW)
        return
    how: dict[str, Any] = {"to_phase": 1} if act is Act.GO_BACK else {}
    if act is Act.MOVE_ON:
        how = {"exercises": next_exercises(plan)}
    on = max(TODAY, plan.start_on) if act is Act.END_EARLY else TODAY
    decide(plan=plan, act=act, on=on, seen=Seen(now.sequence, now.phase), by=by, at=NOW, **how)


# --- promise 48: two hundred days in which nobody does anything ---


def assert_in_sight(episode: Episode, on: date) -> None:
    visits = episode.visits.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED])
    by_date = episode.look_again_on is not None and episode.look_again_on <= on + LONGEST
    assert visits.exists() or by_date, f"{episode} of {episode.patient} is out of sight on {on}"


def test_for_two_hundred_days_of_no_input_nobody_is_out_of_sight(ana: User) -> None:
    for situation in Situation:
        plan_in(situation, cast.patient(f"In {situation}", by=ana), ana)
    for situation in Situation:  # the same with no visit ahead
        plan = plan_in(situation, cast.patient(f"Alone, {situation}", by=ana), ana)
        without_visits(plan)
        keep_in_sight_now(plan.episode, ana)
    absent = plan_in(Situation.RUNNING, cast.patient("Away", by=ana), ana)
    do(absent, Act.STOP, ana, until=TODAY + 60 * DAY)
    cast.episode(cast.patient("Without a plan", by=ana), lead=ana)
    _walk(TODAY)


def test_so_it_is_in_the_demo_clinic() -> None:
    empty_database()
    list(build_demo(day=TODAY, seed=1))
    _walk(TODAY)


def _walk(first: date) -> None:
    """On each day each open episode has a visit or a date; what has come of it shows in its lead's caseload."""
    episodes = {episode.pk: episode for episode in Episode.objects.filter(closed_on__isnull=True)}
    leads = User.objects.filter(pk__in={episode.lead_id for episode in episodes.values()})
    for days in range(201):
        on = first + days * DAY
        rows = [row for lead in leads for row in read_caseload(lead, at=moment(on)).rows]
        assert {row.episode.pk for row in rows} == set(episodes)
        for row in rows:
            case = row.case
            assert case.booked_on or case.unsaid_on or case.due_on or case.look_again_on
            set_ahead = case.look_again_on if case.look_again_on and case.look_again_on > on else None
            assert set_ahead is None or set_ahead <= first + LONGEST
            ahead = case.booked_on or [due for due in case.due_on if due >= on] or set_ahead
            assert ahead or row.needs or row.is_ready, f"{row.episode} of {row.patient} is out of sight on {on}"


def keep_in_sight_now(episode: Episode, by: User) -> None:
    with transaction.atomic():
        keep_in_sight(episode, by=by, at=NOW)
