"""The plan clock: every case of the clinic's list, and what a list of cases does not say."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from patients.progression import (
    DecisionRefused,
    PhaseSpan,
    PlanDecision,
    Position,
    Refusal,
    Span,
    State,
    position,
    position_from,
    span_on,
    spans,
)

CASES = json.loads((Path(__file__).parents[1] / "cases" / "progression-cases.json").read_text())
STD = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
GATED = tuple(PhaseSpan(p.number, p.first_week, p.last_week, p.number < 4) for p in STD)
START = date(2026, 1, 5)


def jan(day: int) -> date:
    return date(2026, 1, 1) + timedelta(days=day - 1)


def decided(*entries: tuple) -> list[PlanDecision]:
    return [PlanDecision("start", START), *(PlanDecision(*entry) for entry in entries)]


def iso(text: str | None) -> date | None:
    return text and date.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_clinics_case(case):
    phases = [PhaseSpan(*phase) for phase in case["phases"]]
    decisions = [PlanDecision(d["kind"], iso(d["on"]), d.get("to_phase")) for d in case["decisions"]]
    expect = dict(case["expect"])
    if expect.pop("refused", False):
        with pytest.raises(DecisionRefused) as refused:
            position(phases, decisions, iso(case["on"]))
        assert refused.value.code in Refusal
        return
    for name in ("phase_since", "state_since", "review_on", "next_phase_on"):
        expect[name] = iso(expect[name])
    assert position(phases, decisions, iso(case["on"])) == Position(**expect)


@pytest.mark.parametrize(
    ("code", "decisions"),
    [
        ("no_start", []),
        ("no_start", [("pause", jan(5))]),
        ("before_start", [("start", START), ("pause", jan(4))]),
        ("before_start", [("discontinue", START), ("start", START)]),
        ("starts_once", [("start", START), ("start", START)]),
        ("no_such_phase", [("start", START, 5)]),
        ("no_such_phase", [("start", START, 0)]),
        ("plan_ended", [("start", START), ("complete", jan(9)), ("discontinue", jan(9))]),
        ("plan_ended", [("start", START), ("discontinue", jan(9)), ("resume", jan(12))]),
        ("already_paused", [("start", START), ("pause", jan(9)), ("pause", jan(9))]),
        ("paused", [("start", START), ("pause", jan(9)), ("stay", jan(10))]),
        ("paused", [("start", START), ("pause", jan(9)), ("advance", jan(10), 2)]),
        ("paused", [("start", START), ("pause", jan(9)), ("regress", jan(10), 1)]),
        ("already_staying", [("start", START), ("stay", jan(9)), ("stay", jan(30))]),
        ("nothing_to_resume", [("start", START), ("resume", jan(9))]),
        ("no_later_phase", [("start", START, 4), ("advance", jan(9))]),
        ("not_the_next_phase", [("start", START), ("advance", jan(9), 3)]),
        ("not_the_next_phase", [("start", START), ("advance", jan(19), 2)]),
        ("no_phase_named", [("start", START), ("regress", jan(9))]),
        ("no_such_phase", [("start", START), ("regress", jan(9), 0)]),
        ("no_such_phase", [("start", START), ("regress", jan(9), 5)]),
        ("not_an_earlier_phase", [("start", START), ("regress", jan(9), 2)]),
        ("unknown_kind", [("start", START), ("withdraw", jan(9))]),
    ],
)
def test_the_clock_refuses_with_a_code_and_the_decision(code, decisions):
    ledger = [PlanDecision(*decision) for decision in decisions]
    with pytest.raises(DecisionRefused) as refused:
        spans(STD, ledger)
    assert refused.value.code is Refusal(code)
    assert str(refused.value) == code
    assert refused.value.decision in [None, *ledger]


def test_a_later_decision_that_cannot_stand_is_refused_on_every_date():
    ledger = decided(("pause", jan(9)), ("stay", jan(20)))
    with pytest.raises(DecisionRefused):
        position(STD, ledger, jan(6))


def test_a_review_that_waits_in_a_phase_that_has_one_is_no_earlier_gate():
    with pytest.raises(DecisionRefused, match="nothing_to_resume"):
        spans(GATED, decided(("resume", jan(25))))


@pytest.mark.parametrize(
    "phases",
    [
        [],
        [PhaseSpan(1, 2, 3)],
        [PhaseSpan(2, 1, 2)],
        [PhaseSpan(1, 1, 2), PhaseSpan(2, 4, 5)],
        [PhaseSpan(1, 1, 2), PhaseSpan(2, 2, 5)],
        [PhaseSpan(1, 1, 2), PhaseSpan(3, 3, 5)],
        [PhaseSpan(1, 1, None), PhaseSpan(2, 3, 5)],
        [PhaseSpan(1, 1, 0)],
    ],
)
def test_phases_that_are_no_protocol_are_an_error_and_no_refusal(phases):
    with pytest.raises(ValueError, match="phase") as error:
        spans(phases, decided())
    assert not isinstance(error.value, DecisionRefused)


def test_an_ungated_plan_is_one_span_a_phase():
    assert spans(STD, decided()) == (
        Span(State.RUNNING, 1, START, jan(18), 1, True, START, START),
        Span(State.RUNNING, 2, jan(19), jan(46), 15, True, jan(19), START),
        Span(State.RUNNING, 3, jan(47), jan(88), 43, True, jan(47), START),
        Span(State.RUNNING, 4, jan(89), None, 85, True, jan(89), START),
    )


def test_a_span_ends_where_the_clock_stops():
    assert spans(STD, decided(("stay", jan(14))))[1:] == (
        Span(State.STAYING, 1, jan(14), jan(18), 10, True, START, jan(14)),
        Span(State.STAYING, 1, jan(19), None, 14, False, START, jan(14)),
    )


def test_decisions_made_and_unmade_in_one_day_leave_no_seam():
    for day in (10, 18, 19, 25):
        for phases in (STD, GATED):
            unmade = decided(("pause", jan(day)), ("resume", jan(day)))
            assert spans(phases, unmade) == spans(phases, decided())
    stay = ("stay", jan(14))
    assert spans(STD, decided(stay, ("pause", jan(25)), ("resume", jan(25)))) == spans(STD, decided(stay))


def test_a_stored_row_gives_the_same_position_as_the_ledger():
    ledger = decided(("pause", jan(10)), ("resume", jan(20)))
    course = spans(GATED, ledger)
    for day in range(1, 90):
        assert position_from(GATED, span_on(course, jan(day)), jan(day)) == position(GATED, ledger, jan(day))


def test_a_row_is_not_read_outside_its_dates():
    first, second, *_ = spans(STD, decided())
    for span, on in ((first, jan(4)), (first, jan(19)), (second, jan(18))):
        with pytest.raises(ValueError, match="does not cover"):
            position_from(STD, span, on)


def test_staying_in_an_open_phase_the_clock_runs_on():
    at = position(STD, [PlanDecision("start", START, 4), PlanDecision("stay", jan(10))], jan(40))
    assert (at.state, at.day, at.next_phase_on) == ("staying", 85 + 35, None)


def test_the_review_of_an_open_last_phase_says_nothing():
    phases = (*STD[:3], PhaseSpan(4, 13, None, needs_review=True))
    at = position(phases, [PlanDecision("start", START, 4)], jan(400))
    assert (at.state, at.review_on) == ("running", None)


def test_to_phase_is_ignored_where_it_means_nothing():
    named = decided(("stay", jan(9), 9), ("pause", jan(10), 9), ("resume", jan(11), 9), ("complete", jan(12), 9))
    plain = decided(("stay", jan(9)), ("pause", jan(10)), ("resume", jan(11)), ("complete", jan(12)))
    assert spans(STD, named) == spans(STD, plain)


def test_a_stay_that_a_pause_interrupted_remembers_that_it_had_stood_at_the_review():
    ledger = decided(("stay", jan(14)), ("pause", jan(21)), ("resume", jan(25)), ("resume", jan(27)))
    assert position(GATED, ledger, jan(26)).state == "staying"
    assert position(GATED, ledger, jan(27)).state == "awaiting_review"
    in_time = decided(("stay", jan(14)), ("pause", jan(18)), ("resume", jan(25)), ("resume", jan(25)))
    assert position(GATED, in_time, jan(25)).state == "running"
    assert position(GATED, in_time, jan(25)).review_on == jan(26)


def test_going_back_or_on_ends_a_stay_and_a_wait():
    for kind, to_phase in (("regress", 1), ("advance", 2)):
        for phases in (STD, GATED):
            at = position(phases, decided(("stay", jan(10)), (kind, jan(30), to_phase)), jan(30))
            assert (at.state, at.phase, at.week_in_phase) == ("running", to_phase, 1)


def test_a_wait_cut_short_on_its_first_day_never_was():
    at = position(GATED, decided(("advance", jan(19))), jan(20))
    assert (at.state, at.phase, at.state_since) == ("running", 2, START)


def test_a_stay_lifted_past_the_end_of_a_bounded_last_phase_stands_on():
    phases = (PhaseSpan(1, 1, 2),)
    lifted = spans(phases, decided(("stay", jan(10)), ("resume", jan(25))))
    assert lifted[-1] == Span(State.RUNNING, 1, jan(25), None, 14, False, START, jan(25))
