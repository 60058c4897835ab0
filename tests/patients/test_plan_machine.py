"""A plan in the database, driven at random: the stored clock never disagrees with the ledger (promise 31)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from patients.actions.decision import decide, take_back, take_back_absence
from patients.actions.ledger import Seen
from patients.actions.prescription import chosen, offered
from patients.models import Plan, Prescription
from patients.moves import Act
from patients.progression import ENDED, spans
from rehab.errors import Refused
from rehab.models import User
from tests import cast

START = date(2026, 1, 12)


def moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


class PlanMachine(RuleBasedStateMachine):
    """Days pass, people decide and take back. Whatever is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(phase=st.integers(1, 2))
    def assign(self, phase: int) -> None:
        self.ana: User = cast.person("Ana")
        patient = cast.patient("Mila Random", by=self.ana)
        self.plan: Plan = cast.plan(
            cast.episode(patient, lead=self.ana), by=self.ana, start_on=START, start_phase=phase
        )
        self.today = START

    def seen(self) -> Seen:
        self.plan.refresh_from_db()
        return Seen(self.plan.last_sequence, self.plan.position(self.today).phase)

    @rule(days=st.integers(1, 25))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(
        act=st.sampled_from([act for act in Act if act is not Act.TAKE_BACK]),
        to=st.integers(1, 4),
        back=st.integers(0, 2),
    )
    def decide(self, act: Act, to: int, back: int) -> None:
        number = (self.plan.position(self.today).phase or 0) + 1
        following = self.plan.phases.filter(number=number).first()
        rows = [chosen(row) for row, ticked in offered(following, "lower_back") if ticked] if following else []
        try:
            decide(
                plan=self.plan,
                act=act,
                on=self.today - timedelta(days=back),
                seen=self.seen(),
                to_phase=to if act is Act.GO_BACK else None,
                exercises=rows,
                by=self.ana,
                at=moment(self.today),
            )
        except Refused as refused:
            assert refused.sentence

    @rule(begins=st.integers(1, 30), lasts=st.integers(1, 30))
    def plan_an_absence(self, begins: int, lasts: int) -> None:
        on = self.today + timedelta(days=begins)
        until = on + timedelta(days=lasts)
        try:
            decide(
                plan=self.plan, act=Act.STOP, on=on, until=until, seen=self.seen(), by=self.ana, at=moment(self.today)
            )
        except Refused as refused:
            assert refused.sentence

    @rule(absence=st.booleans())
    def take_back(self, absence: bool) -> None:
        act = take_back_absence if absence else take_back
        try:
            act(plan=self.plan, seen=self.seen(), by=self.ana, at=moment(self.today))
        except Refused as refused:
            assert refused.sentence

    @invariant()
    def the_clock_is_the_ledgers(self) -> None:
        if not hasattr(self, "plan"):
            return
        fields = ("state", "phase", "first_on", "last_on", "first_day", "moves", "phase_since", "state_since")
        worked_out = spans(self.plan.phase_spans(), self.plan.clock_entries())
        assert list(self.plan.spans.values_list(*fields)) == [
            tuple(getattr(span, field) for field in fields) for span in worked_out
        ]
        sequences = list(self.plan.decisions.values_list("sequence", flat=True))
        assert sequences == list(range(1, len(sequences) + 1))

    @invariant()
    def no_exercise_stands_twice_in_a_phase(self) -> None:
        if not hasattr(self, "plan"):
            return
        standing = Prescription.objects.filter(plan=self.plan, voided_by=None, until=None)
        keys = list(standing.values_list("phase__number", "revision__exercise_id"))
        assert len(keys) == len(set(keys))
        assert not standing.filter(revision__loaded=True).exists()

    @invariant()
    def an_open_plan_is_open_and_an_ended_one_is_not(self) -> None:
        if not hasattr(self, "plan"):
            return
        self.plan.refresh_from_db()
        last = self.plan.spans.last()
        assert last is not None
        assert (self.plan.ended_on is not None) == (last.state in ENDED)
        open_rounds = list(self.plan.visits.filter(state__in=["due", "booked"]).values_list("follow_up", flat=True))
        assert len(open_rounds) == len(set(open_rounds))


@pytest.mark.django_db
def test_no_run_of_decisions_brings_the_stored_clock_out_of_step(clinic: object) -> None:
    run_state_machine_as_test(
        PlanMachine,
        settings=settings(
            max_examples=50,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
