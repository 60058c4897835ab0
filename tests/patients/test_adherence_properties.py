"""What holds of adherence and of the days of a chart for every plan, dosage and report."""

from dataclasses import replace
from datetime import date, timedelta
from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from patients.adherence import (
    DayKind,
    PrescribedSpan,
    Report,
    adherence,
    adherence_over,
    day_kinds,
    due,
)
from patients.progression import DecisionRefused, Kind, PhaseSpan, PlanDecision, spans

START = date(2026, 1, 5)
GATED = (PhaseSpan(1, 1, 2, True), PhaseSpan(2, 3, 4), PhaseSpan(3, 5, None))
fast = settings(deadline=None, max_examples=100)

days = st.integers(-3, 50).map(lambda day: START + timedelta(days=day))
prescribed = st.builds(
    PrescribedSpan,
    id=st.integers(1, 5),
    phase=st.integers(1, 3),
    times_per_day=st.integers(1, 10),
    days_per_week=st.integers(1, 7),
    since=st.none() | days,
    until=st.none() | days,
    rest_between=st.booleans(),
)
prescriptions = st.lists(prescribed, max_size=4, unique_by=lambda each: each.id)
reports = st.lists(st.builds(Report, st.integers(1, 6), days, st.booleans()), max_size=40)


@st.composite
def ledgers(draw) -> list[PlanDecision]:
    ledger = [PlanDecision("start", START)]
    on = START
    for gap, kind in draw(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(Kind)), max_size=4)):
        on += timedelta(days=gap)
        more = [*ledger, PlanDecision(kind, on, 1 if kind is Kind.REGRESS else None)]
        try:
            spans(GATED, more)
        except DecisionRefused:
            continue
        ledger = more
    return ledger


@fast
@given(ledgers(), prescriptions, reports, days, days)
def test_a_percentage_is_0_to_100_or_there_is_none(ledger, asked, said, first, last):
    found = adherence(GATED, ledger, asked, said, first, last)
    assert found == adherence_over(spans(GATED, ledger), asked, said, first, last)
    assert 0 <= found.counted <= found.expected
    assert 0 <= found.days_reported <= found.days <= max(0, (last - first).days + 1)
    assert (found.percent is None) == (found.expected == 0 or found.days_reported == 0)
    assert found.percent is None or 0 <= found.percent <= 100
    assert (found.days == 0) == (found.expected == 0)


@fast
@given(ledgers(), prescriptions, reports, days, days, prescribed, days)
def test_no_dosage_changes_an_adherence_before_its_own_date(ledger, asked, said, first, last, new, since):
    """An exercise that is added, and one whose old dosage ends the day before, leave the past as it was."""
    new = replace(new, id=6, since=since)
    last = min(last, since - timedelta(days=1))
    before = adherence(GATED, ledger, asked, said, first, last)
    assert adherence(GATED, ledger, [*asked, new], said, first, last) == before
    closed = [replace(each, until=min(each.until or last, last)) for each in asked]
    assert adherence(GATED, ledger, closed, said, first, last) == before


@fast
@given(ledgers(), prescriptions, reports, days, days, days)
def test_no_decision_changes_an_adherence_before_its_own_date(ledger, asked, said, first, last, on):
    last = min(last, on - timedelta(days=1))
    before = adherence(GATED, ledger, asked, said, first, last)
    for kind in Kind:
        try:
            course = spans(GATED, [*ledger, PlanDecision(kind, on, 1 if kind is Kind.REGRESS else None)])
        except DecisionRefused:
            continue
        assert adherence_over(course, asked, said, first, last) == before


@fast
@given(ledgers(), prescriptions, reports, days, st.integers(1, 3), st.integers(0, 6))
def test_weeks_are_added_up(ledger, asked, said, first, weeks, rest):
    course = spans(GATED, ledger)
    turn = first + timedelta(days=7 * weeks)
    last = turn + timedelta(days=rest)
    whole = adherence_over(course, asked, said, first, last)
    parts = [
        adherence_over(course, asked, said, first, turn - timedelta(days=1)),
        adherence_over(course, asked, said, turn, last),
    ]
    assert isclose(whole.expected, sum(part.expected for part in parts), abs_tol=2e-6)
    assert isclose(whole.counted, sum(part.counted for part in parts), abs_tol=2e-6)
    assert whole.days == sum(part.days for part in parts)
    assert whole.days_reported == sum(part.days_reported for part in parts)


@fast
@given(ledgers(), prescriptions, reports, days, days)
def test_the_kinds_of_the_days_agree_with_what_was_asked_and_said(ledger, asked, said, first, last):
    course = spans(GATED, ledger)
    kinds = day_kinds(course, asked, said, first, last)
    assert len(kinds) == max(0, (last - first).days + 1)
    for on, kind in kinds.items():
        of_day = [report.done for report in said if report.on == on]
        assert (kind is DayKind.DONE) == any(of_day)
        assert (kind is DayKind.NOT_DONE) == (bool(of_day) and not any(of_day))
        if not of_day:
            asks = adherence_over(course, asked, said, on, on).days == 1
            assert (kind is DayKind.NOT_ASKED) == (not asks)


@fast
@given(st.integers(1, 7), st.booleans(), st.lists(days, max_size=12), days)
def test_what_is_due_looks_at_the_six_days_before_and_at_nothing_else(a_week, rest_between, done_on, on):
    before = [day for day in done_on if 1 <= (on - day).days <= 6]
    verdict = due(a_week, rest_between, done_on, on)
    assert verdict == due(a_week, rest_between, before, on)
    if a_week == 7 or not before:
        assert verdict == "today"
    if len(set(before)) >= a_week and a_week < 7:
        assert verdict == "rest"
