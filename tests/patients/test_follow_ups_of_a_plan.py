"""The follow-ups of a plan as rows: made by assigning, moved by decisions, closed and opened again with the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from patients.actions.decision import decide, take_back
from patients.actions.ledger import Seen
from patients.actions.prescription import chosen, offered
from patients.actions.visit import attend_visit, book_visit, cancel_visit
from patients.models import Patient, Plan, Visit
from patients.moves import Act
from rehab.models import User
from tests import cast

pytestmark = pytest.mark.django_db
TODAY = cast.TODAY


def at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


@pytest.fixture
def plan(ana: User) -> Plan:
    """Since Monday 16 February: phase 2 from 2 March, which ends on 29 March."""
    patient = cast.patient("Ida Lund", by=ana)
    return cast.plan(cast.episode(patient, lead=ana), by=ana, start_on=date(2026, 2, 16))


def do(plan: Plan, act: Act, by: User, on: date = TODAY, **how: object) -> None:
    plan.refresh_from_db()
    phase = plan.position(on).phase
    if act is Act.MOVE_ON:
        row = plan.phases.get(number=(phase or 0) + 1)
        how["exercises"] = [chosen(each) for each, ticked in offered(row, plan.episode.region) if ticked]
    decide(plan=plan, act=act, on=on, seen=Seen(plan.last_sequence, phase), by=by, at=at(on), **how)  # type: ignore[arg-type]


def of_phase(plan: Plan, number: int) -> list[Visit]:
    return list(plan.visits.filter(follow_up__phase__number=number).order_by("round"))


def keep(visit: Visit, by: User, on: date) -> None:
    booked = book_visit(
        visit=visit, seen=visit.last_sequence, physiotherapist=by, starts_at=at(on), minutes=30, by=by, at=at(on)
    )
    attend_visit(visit=booked, seen=booked.last_sequence, by=by, at=at(on))


def test_each_change_of_a_date_is_on_record(plan: Plan, ana: User) -> None:
    do(plan, Act.STOP, ana)
    do(plan, Act.START_AGAIN, ana, date(2026, 3, 8))
    (visit,) = of_phase(plan, 2)
    assert [(row.to_state, row.due_on) for row in visit.events.all()] == [
        ("due", date(2026, 3, 29)),
        ("due", date(2026, 4, 3)),
    ]


def test_a_booked_visit_keeps_its_appointment_whatever_is_decided(plan: Plan, ana: User) -> None:
    (visit,) = of_phase(plan, 2)
    booked = book_visit(
        visit=visit, seen=1, physiotherapist=ana, starts_at=at(date(2026, 3, 27)), minutes=30, by=ana, at=at(TODAY)
    )
    do(plan, Act.GO_BACK, ana, to_phase=1)
    do(plan, Act.FINISH, ana)
    booked.refresh_from_db()
    assert (booked.state, booked.due_on, booked.last_sequence) == ("booked", date(2026, 3, 29), 2)


def test_a_phase_that_comes_again_opens_a_second_round(plan: Plan, ana: User) -> None:
    (visit,) = of_phase(plan, 2)
    keep(visit, ana, date(2026, 3, 27))
    do(plan, Act.GO_BACK, ana, date(2026, 3, 28), to_phase=2)
    first, second = of_phase(plan, 2)
    assert (first.state, second.state, second.round, second.due_on) == ("attended", "due", 2, date(2026, 4, 24))


def test_a_cancelled_one_is_not_asked_for_again_in_this_time_of_the_phase(plan: Plan, ana: User) -> None:
    (visit,) = of_phase(plan, 2)
    cancel_visit(visit=visit, seen=1, cause="patient", by=ana, at=at(TODAY))
    do(plan, Act.STOP, ana)
    do(plan, Act.START_AGAIN, ana, date(2026, 3, 10))
    assert [row.state for row in of_phase(plan, 2)] == ["cancelled"]


def test_the_end_of_the_plan_calls_off_what_is_due_and_taking_it_back_only_that(plan: Plan, ana: User) -> None:
    (by_hand,) = of_phase(plan, 1)
    cancel_visit(visit=by_hand, seen=1, cause="clinic", by=ana, at=at(TODAY))
    do(plan, Act.FINISH, ana)
    assert not plan.visits.filter(state="due").exists()
    (visit,) = of_phase(plan, 2)
    assert visit.events.latest("sequence").cause == "plan_ended"
    plan.refresh_from_db()
    take_back(plan=plan, seen=Seen(plan.last_sequence, plan.position(TODAY).phase), by=ana, at=at(TODAY))
    by_hand.refresh_from_db()
    visit.refresh_from_db()
    assert (by_hand.state, visit.state, visit.due_on) == ("cancelled", "due", date(2026, 3, 29))


def test_a_move_that_is_taken_back_takes_its_due_visit_along(plan: Plan, ana: User) -> None:
    do(plan, Act.MOVE_ON, ana)
    (visit,) = of_phase(plan, 3)
    assert visit.state == "due"
    plan.refresh_from_db()
    take_back(plan=plan, seen=Seen(plan.last_sequence, 3), by=ana, at=at(TODAY))
    visit.refresh_from_db()
    assert (visit.state, visit.events.latest("sequence").cause) == ("cancelled", "not_ahead")
    do(plan, Act.MOVE_ON, ana, date(2026, 3, 5))
    (visit,) = of_phase(plan, 3)
    assert (visit.state, visit.due_on) == ("due", date(2026, 4, 15))


def test_going_back_that_is_taken_back_leaves_no_second_round(plan: Plan, ana: User) -> None:
    (first,) = of_phase(plan, 1)
    keep(first, ana, TODAY)
    do(plan, Act.GO_BACK, ana, to_phase=1)
    assert [row.state for row in of_phase(plan, 1)] == ["attended", "due"]
    plan.refresh_from_db()
    take_back(plan=plan, seen=Seen(plan.last_sequence, 1), by=ana, at=at(TODAY))
    assert [row.state for row in of_phase(plan, 1)] == ["attended", "cancelled"]


def test_a_start_in_a_later_phase_asks_for_nothing_of_those_before(ana: User, omar: Patient, nils: Patient) -> None:
    plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY, start_phase=2)
    assert of_phase(plan, 1) == []
    assert [row.due_on for row in of_phase(plan, 2)] == [date(2026, 3, 30)]


def test_a_patient_whose_plan_starts_next_week_has_the_dates_already(ana: User, nils: Patient) -> None:
    start_on = date(2026, 3, 9)
    plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=start_on, at=at(TODAY))
    assert sorted(plan.visits.values_list("due_on", flat=True)) == [
        date(2026, 3, 22), date(2026, 4, 6), date(2026, 4, 19),
    ]  # fmt: skip
