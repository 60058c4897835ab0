"""The shared reading of a patient's days: few queries, optional ones left out, a choice as one."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients import readings
from patients.models import Plan
from patients.progression import State
from tests.cast import TODAY


def test_reads_what_is_prescribed_in_the_phase_of_a_date(marias_plan: Plan) -> None:
    days = readings.load(marias_plan.patient, marias_plan, TODAY, TODAY)
    assert days.position(TODAY).state is State.RUNNING
    assert [row.revision.name for row in days.in_force(TODAY)][:2] == ["Hamstring stretch", "Piriformis stretch"]
    assert {row.phase.number for row in days.in_force(date(2026, 2, 17))} == {1}


def test_reads_in_four_queries_or_three_with_the_ledger_in_hand(marias_plan: Plan) -> None:
    patient = marias_plan.patient
    with CaptureQueriesContext(connection) as queries:
        days = readings.load(patient, marias_plan, TODAY - timedelta(days=27), TODAY)
        days.days(days.first, days.last), days.due_today(TODAY), days.adherence(days.first, days.last)
    assert len(queries) == 4
    ledger = list(marias_plan.decisions.all())
    with CaptureQueriesContext(connection) as queries:
        again = readings.load(patient, marias_plan, days.first, TODAY, ledger=ledger)
    assert len(queries) == 3
    assert again.position(TODAY) == days.position(TODAY)


def test_a_list_reads_the_same_as_one(marias_plan: Plan, omar: Plan) -> None:
    plans = list(Plan.objects.select_related("patient"))
    with CaptureQueriesContext(connection) as queries:
        many = readings.load_many(plans, TODAY, TODAY)
    assert len(queries) == 4
    one = readings.load(marias_plan.patient, marias_plan, TODAY, TODAY)
    assert many[marias_plan.pk].in_force(TODAY) == one.in_force(TODAY)
    assert many[marias_plan.pk].position(TODAY) == one.position(TODAY)
