"""The ledger of a plan: what an act writes, what it does to prescriptions and visits, what is refused and how."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from patients.actions.decision import decide, planned_absence, take_back, take_back_absence
from patients.actions.ledger import Seen
from patients.actions.prescription import (
    add_prescription,
    change_prescription,
    chosen,
    offered,
    stop_prescription,
)
from patients.models import Decision, ExerciseLog, Patient, Plan, Prescription, Visit
from patients.moves import Act
from patients.progression import State, spans
from rehab.dosage import Dosage
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests import cast

NOW = cast.NOW
TODAY = cast.TODAY


def moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


def seen(plan: Plan, on: date = TODAY) -> Seen:
    plan.refresh_from_db()
    return Seen(plan.last_sequence, plan.position(on).phase)


def do(plan: Plan, act: Act, by: User, *, today: date = TODAY, on: date | None = None, **how: object) -> list[Decision]:
    """The act as a form of today sends it."""
    return decide(plan=plan, act=act, on=on or today, seen=seen(plan, today), by=by, at=moment(today), **how)  # type: ignore[arg-type]


def next_phase(plan: Plan, on: date = TODAY) -> list:
    number = (plan.position(on).phase or 0) + 1
    phase = plan.phases.get(number=number)
    return [chosen(row) for row, ticked in offered(phase, plan.episode.region) if ticked]


def names(plan: Plan, on: date = TODAY) -> set[str]:
    """What is in force on a date."""
    phase = plan.position(on).phase
    rows = plan.prescriptions.standing().filter(phase__number=phase, since__lte=on)
    return {row.revision.name for row in rows if row.until is None or row.until >= on}


def log(row: Prescription, on: date, by: User) -> None:
    from patients.actions.log import log_exercise

    log_exercise(
        patient=row.plan.patient,
        prescription=row,
        on=on,
        occasion=1,
        client_id=uuid4(),
        status="done",
        by=by,
        at=moment(on),
    )


def rebuilt(plan: Plan) -> list[tuple]:
    return [
        (s.state, s.phase, s.first_on, s.last_on, s.first_day, s.moves, s.phase_since, s.state_since)
        for s in spans(plan.phase_spans(), plan.clock_entries())
    ]


def stored(plan: Plan) -> list[tuple]:
    fields = ("state", "phase", "first_on", "last_on", "first_day", "moves", "phase_since", "state_since")
    return list(plan.spans.values_list(*fields))


def test_an_assigned_plan_runs_in_its_first_phase_with_what_was_ticked(marias_plan: Plan) -> None:
    position = marias_plan.position(date(2026, 2, 16))
    assert (position.state, position.phase, position.week) == (State.RUNNING, 1, 1)
    assert names(marias_plan, date(2026, 2, 16)) == {"Abdominal bracing", "Knee rocks"}


def test_the_second_phase_opens_by_itself_with_its_own_exercises(marias_plan: Plan) -> None:
    assert marias_plan.position(TODAY).phase == 2
    assert len(names(marias_plan)) == 5


def test_behind_a_review_nothing_is_prescribed(marias_plan: Plan) -> None:
    assert not marias_plan.prescriptions.filter(phase__number__gte=3).exists()


def test_every_decision_writes_the_clock_out(marias_plan: Plan, ana: User) -> None:
    for act, on in (
        (Act.STAY, date(2026, 3, 3)),
        (Act.STOP, date(2026, 3, 5)),
        (Act.START_AGAIN, date(2026, 3, 9)),
        (Act.CARRY_ON, date(2026, 3, 10)),
    ):
        do(marias_plan, act, ana, today=on)
        assert stored(marias_plan) == rebuilt(marias_plan)


def test_moving_on_opens_what_was_ticked_and_nothing_loaded(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.MOVE_ON, ana, exercises=next_phase(marias_plan))
    assert marias_plan.position(TODAY).phase == 3
    assert names(marias_plan) == {"Plank variations"} or len(names(marias_plan)) == 1
    assert not marias_plan.prescriptions.filter(revision__loaded=True).exists()


def test_moving_on_needs_the_list_of_exercises(marias_plan: Plan, ana: User) -> None:
    with pytest.raises(Refused) as refused:
        do(marias_plan, Act.MOVE_ON, ana)
    assert refused.value.field == "exercises"


def test_from_a_stop_one_moves_on_in_one_act_of_two_entries(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STOP, ana)
    written = do(marias_plan, Act.MOVE_ON, ana, exercises=next_phase(marias_plan))
    assert [entry.kind for entry in written] == ["resume", "advance"]
    assert len({entry.act for entry in written}) == 1
    assert marias_plan.position(TODAY).phase == 3


def test_going_back_asks_again_for_what_that_phase_asked(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.GO_BACK, ana, to_phase=1)
    assert names(marias_plan) == {"Abdominal bracing", "Knee rocks"}


@pytest.mark.parametrize(
    ("act", "how", "words"),
    [
        (Act.START_AGAIN, {}, "not stopped"),
        (Act.CARRY_ON, {}, "nothing to lift"),
        (Act.GO_BACK, {}, "Choose the phase"),
        (Act.GO_BACK, {"to_phase": 3}, "an earlier phase"),
        (Act.GO_BACK, {"to_phase": 9}, "no such phase"),
        (Act.STAY, {"on": date(2026, 2, 20)}, "seven days back"),
        (Act.STAY, {"on": date(2026, 3, 4)}, "may lie ahead"),
        (Act.STOP, {"on": date(2026, 3, 10)}, "start again"),
        (Act.STOP, {"on": date(2026, 3, 10), "until": date(2026, 3, 10)}, "a later day"),
        (Act.STOP, {"on": date(2026, 3, 10), "until": date(2026, 9, 1)}, "90 days"),
    ],
)
def test_what_the_clock_refuses_is_a_sentence_and_leaves_no_trace(
    marias_plan: Plan, ana: User, act: Act, how: dict, words: str
) -> None:
    before = stored(marias_plan), marias_plan.decisions.count(), AuditEvent.objects.count()
    with pytest.raises(Refused) as refused:
        do(marias_plan, act, ana, **how)
    assert words in refused.value.sentence
    assert (stored(marias_plan), marias_plan.decisions.count(), AuditEvent.objects.count()) == before


def test_a_decision_before_the_last_one_in_force_is_refused(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STAY, ana)
    with pytest.raises(Refused) as refused:
        do(marias_plan, Act.STOP, ana, on=TODAY - timedelta(days=1))
    assert "last decision" in refused.value.sentence


def test_a_stale_page_is_a_conflict_that_says_what_happened(marias_plan: Plan, ana: User, bruno: User) -> None:
    shown = seen(marias_plan)
    do(marias_plan, Act.STAY, bruno)
    with pytest.raises(Conflict) as conflict:
        decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=shown, by=ana, at=NOW)
    assert conflict.value.now["entries"] == ["Stay, from 3 March 2026, by Bruno Keller"]


def test_yesterdays_page_is_a_conflict_where_the_phase_has_changed_overnight(marias_plan: Plan, ana: User) -> None:
    sunday = date(2026, 3, 1)
    shown = Seen(marias_plan.last_sequence, marias_plan.position(sunday).phase)
    assert shown.phase == 1
    with pytest.raises(Conflict):
        decide(plan=marias_plan, act=Act.STAY, on=date(2026, 3, 2), seen=shown, by=ana, at=moment(date(2026, 3, 2)))


def test_what_is_taken_back_stays_on_record_and_counts_no_more(marias_plan: Plan, ana: User) -> None:
    before = stored(marias_plan)
    do(marias_plan, Act.STAY, ana)
    take_back(plan=marias_plan, seen=seen(marias_plan), reason="wrong patient", by=ana, at=NOW)
    assert stored(marias_plan) == before
    assert [entry.kind for entry in marias_plan.decisions.all()] == ["start", "stay", "withdraw"]


def test_the_start_is_never_taken_back(marias_plan: Plan, ana: User) -> None:
    with pytest.raises(Refused) as refused:
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert "a start is not taken back" in refused.value.sentence


def test_taking_back_a_move_voids_what_it_opened(marias_plan: Plan, ana: User) -> None:
    before = names(marias_plan)
    do(marias_plan, Act.MOVE_ON, ana, exercises=next_phase(marias_plan))
    take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert names(marias_plan) == before
    assert not marias_plan.prescriptions.standing().filter(phase__number=3).exists()


def test_taking_back_an_act_of_two_entries_takes_back_both(marias_plan: Plan, ana: User) -> None:
    do(marias_plan, Act.STOP, ana)
    do(marias_plan, Act.MOVE_ON, ana, exercises=next_phase(marias_plan))
    take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert marias_plan.position(TODAY).state == State.PAUSED
    take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert marias_plan.position(TODAY).state == State.RUNNING


def test_an_ended_plan_has_its_due_visits_cancelled_and_back_when_the_end_is_taken_back(
    marias_plan: Plan, ana: User
) -> None:
    due = set(marias_plan.visits.filter(state="due").values_list("pk", flat=True))
    assert due
    do(marias_plan, Act.FINISH, ana)
    assert marias_plan.visits.filter(state="cancelled").count() == len(due)
    marias_plan.refresh_from_db()
    assert marias_plan.ended_on == TODAY
    take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    marias_plan.refresh_from_db()
    assert marias_plan.ended_on is None
    assert set(marias_plan.visits.filter(state="due").values_list("pk", flat=True)) == due


def test_after_its_end_nothing_follows_but_a_new_plan(marias_plan: Plan, maria: Patient, ana: User) -> None:
    do(marias_plan, Act.END_EARLY, ana)
    with pytest.raises(Refused):
        do(marias_plan, Act.STAY, ana)
    second = cast.plan(maria.episodes.get(), by=ana, start_on=TODAY, at=NOW)
    with pytest.raises(Refused) as refused:
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
    assert "Another plan" in refused.value.sentence
    assert second.position(TODAY).phase == 1


def test_a_plan_that_has_not_begun_is_ended_on_the_date_of_its_start(nils: Patient, ana: User) -> None:
    plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=date(2026, 3, 10), at=NOW)
    assert plan.position(TODAY).state == State.NOT_STARTED
    written = do(plan, Act.END_EARLY, ana)
    assert written[0].on == date(2026, 3, 10)
    plan.refresh_from_db()
    assert plan.ended_on == date(2026, 3, 10)


class TestPlannedAbsence:
    def plan_one(self, plan: Plan, ana: User) -> None:
        do(plan, Act.STOP, ana, on=date(2026, 3, 10), until=date(2026, 3, 20))

    def test_it_does_not_show_before_it_begins(self, marias_plan: Plan, ana: User) -> None:
        self.plan_one(marias_plan, ana)
        assert marias_plan.position(TODAY).state == State.RUNNING
        assert marias_plan.position(date(2026, 3, 12)).state == State.PAUSED
        assert marias_plan.position(date(2026, 3, 20)).state == State.RUNNING

    def test_it_is_taken_back_as_one_whatever_was_decided_after(self, marias_plan: Plan, ana: User) -> None:
        self.plan_one(marias_plan, ana)
        row = marias_plan.prescriptions.standing().filter(phase__number=2).first()
        assert row is not None
        stop_prescription(prescription=row, seen=seen(marias_plan), by=ana, at=NOW)
        written = take_back_absence(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        assert [entry.kind for entry in written] == ["withdraw", "withdraw"]
        assert marias_plan.position(date(2026, 3, 12)).state == State.RUNNING

    def test_a_stop_of_today_takes_it_back_in_the_same_act(self, marias_plan: Plan, ana: User) -> None:
        self.plan_one(marias_plan, ana)
        do(marias_plan, Act.STOP, ana)
        assert [entry.kind for entry in marias_plan.decisions.all()][-3:] == ["withdraw", "withdraw", "pause"]
        assert planned_absence(marias_plan.standing(), TODAY) == []

    def test_what_can_stand_with_it_leaves_it_alone(self, marias_plan: Plan, ana: User) -> None:
        self.plan_one(marias_plan, ana)
        do(marias_plan, Act.STAY, ana)
        assert len(planned_absence(marias_plan.standing(), TODAY)) == 2


class TestDueVisits:
    def dates(self, plan: Plan) -> dict[str, date]:
        rows = plan.visits.filter(state=Visit.State.DUE).select_related("follow_up")
        return {row.follow_up.name: row.due_on for row in rows}

    def test_assigning_makes_them_due(self, marias_plan: Plan) -> None:
        assert self.dates(marias_plan) == {
            "Four-week follow-up": date(2026, 3, 16),
            "Check at the end of phase 1": date(2026, 3, 1),
            "Check at the end of phase 2": date(2026, 3, 29),
        }

    def test_a_stop_leaves_their_dates_and_going_on_moves_the_phases_end(self, marias_plan: Plan, ana: User) -> None:
        before = self.dates(marias_plan)
        do(marias_plan, Act.STOP, ana)
        assert self.dates(marias_plan) == before
        do(marias_plan, Act.START_AGAIN, ana, today=date(2026, 3, 8))
        assert self.dates(marias_plan)["Check at the end of phase 2"] == date(2026, 4, 3)
        assert self.dates(marias_plan)["Four-week follow-up"] == date(2026, 3, 16)

    def test_moving_on_makes_the_next_phases_end_due(self, marias_plan: Plan, ana: User) -> None:
        do(marias_plan, Act.MOVE_ON, ana, exercises=next_phase(marias_plan))
        assert self.dates(marias_plan)["Check at the end of phase 3"] == date(2026, 4, 13)


class TestExercisesOfAPlan:
    def row(self, plan: Plan, key: str = "wall-sit") -> Prescription:
        return plan.prescriptions.standing().get(revision__exercise__key=key, until__isnull=True)

    def test_a_changed_dose_counts_from_today(self, marias_plan: Plan, ana: User) -> None:
        old = self.row(marias_plan)
        new = change_prescription(
            prescription=old, dosage=Dosage(reps=5, hold_seconds=20), seen=seen(marias_plan), by=ana, at=NOW
        )
        old.refresh_from_db()
        assert (old.until, new.since) == (TODAY - timedelta(days=1), TODAY)
        assert marias_plan.decisions.last().kind == "change"  # type: ignore[union-attr]

    def test_where_todays_is_logged_it_counts_from_tomorrow(self, marias_plan: Plan, maria: Patient, ana: User) -> None:
        old = self.row(marias_plan)
        log(old, TODAY, ana)
        new = change_prescription(
            prescription=old, dosage=Dosage(reps=5, hold_seconds=20), seen=seen(marias_plan), by=ana, at=NOW
        )
        old.refresh_from_db()
        assert (old.until, new.since) == (TODAY, TODAY + timedelta(days=1))

    def test_a_change_that_is_taken_back_gives_the_old_dose_back(self, marias_plan: Plan, ana: User) -> None:
        old = self.row(marias_plan)
        new = change_prescription(
            prescription=old, dosage=Dosage(reps=5, hold_seconds=20), seen=seen(marias_plan), by=ana, at=NOW
        )
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        old.refresh_from_db(), new.refresh_from_db()
        assert (old.until, old.closed_by, new.voided_by is not None) == (None, None, True)

    def test_what_was_logged_meanwhile_keeps_today_and_the_old_dose_is_back_tomorrow(
        self, marias_plan: Plan, maria: Patient, ana: User
    ) -> None:
        old = self.row(marias_plan)
        new = change_prescription(
            prescription=old, dosage=Dosage(reps=5, hold_seconds=20), seen=seen(marias_plan), by=ana, at=NOW
        )
        log(new, TODAY, ana)
        take_back(plan=marias_plan, seen=seen(marias_plan), by=ana, at=NOW)
        new.refresh_from_db()
        again = self.row(marias_plan)
        assert (new.until, new.voided_by) == (TODAY, None)
        assert (again.since, again.dosage) == (TODAY + timedelta(days=1), old.dosage)
        assert ExerciseLog.objects.filter(prescription=new).count() == 1

    def test_a_stopped_exercise_is_asked_no_more(self, marias_plan: Plan, ana: User) -> None:
        stop_prescription(prescription=self.row(marias_plan), seen=seen(marias_plan), by=ana, at=NOW)
        assert "Wall sit" not in names(marias_plan)
        assert "Wall sit" in names(marias_plan, TODAY - timedelta(days=1))

    def test_the_same_exercise_is_not_added_twice(self, marias_plan: Plan, ana: User) -> None:
        row = self.row(marias_plan)
        with pytest.raises(Refused) as refused:
            add_prescription(
                plan=marias_plan,
                phase=2,
                what=row.revision,
                dosage=row.dosage,
                seen=seen(marias_plan),
                by=ana,
                at=NOW,
            )
        assert "already" in refused.value.sentence

    @pytest.mark.parametrize("dosage", [Dosage(), Dosage(reps=0), Dosage(reps=5, days_per_week=8), Dosage(reps=9999)])
    def test_a_dose_that_cannot_be_done_is_refused(self, marias_plan: Plan, ana: User, dosage: Dosage) -> None:
        with pytest.raises(Refused):
            change_prescription(
                prescription=self.row(marias_plan), dosage=dosage, seen=seen(marias_plan), by=ana, at=NOW
            )
        assert marias_plan.decisions.count() == 1
