"""Adherence, what is due, and what a day was: every case of the clinic's lists, and the days of a chart."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from patients.adherence import (
    Adherence,
    PrescribedSpan,
    Report,
    adherence,
    adherence_over,
    day_kinds,
    due,
)
from patients.progression import PhaseSpan, PlanDecision, spans

CASES = Path(__file__).parents[1] / "cases"
ADHERENCE = json.loads((CASES / "adherence-cases.json").read_text())
DUE = json.loads((CASES / "due-cases.json").read_text())
STD = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
START = date(2026, 1, 5)


def iso(text: str | None) -> date | None:
    return text and date.fromisoformat(text)


def jan(day: int) -> date:
    return date(2026, 1, 1) + timedelta(days=day - 1)


def decided(*entries: tuple) -> list[PlanDecision]:
    return [PlanDecision("start", START), *(PlanDecision(*entry) for entry in entries)]


@pytest.mark.parametrize("case", ADHERENCE, ids=[case["name"] for case in ADHERENCE])
def test_the_clinics_case(case):
    phases = [PhaseSpan(*phase) for phase in case["phases"]]
    decisions = [PlanDecision(d["kind"], iso(d["on"]), d.get("to_phase")) for d in case["decisions"]]
    prescriptions = [
        PrescribedSpan(**(row | {"since": iso(row["since"]), "until": iso(row["until"])}))
        for row in case["prescriptions"]
    ]
    reports = [Report(**(row | {"on": iso(row["on"])})) for row in case["reports"]]
    window = (iso(case["first"]), iso(case["last"]))
    found = adherence(phases, decisions, prescriptions, reports, *window)
    assert found == Adherence(**case["expect"])
    assert found == adherence_over(spans(phases, decisions), prescriptions, reports, *window)


@pytest.mark.parametrize("case", DUE, ids=[case["name"] for case in DUE])
def test_the_clinics_case_of_what_is_due(case):
    done_on = [iso(day) for day in case["done_on"]]
    assert due(case["days_per_week"], case["rest_between"], done_on, iso(case["on"])) == case["expect"]


def test_done_twice_on_a_day_is_one_day_of_the_week():
    assert due(2, False, [jan(7), jan(7)], jan(9)) == "today"


def test_what_is_done_later_does_not_make_today_a_rest_day():
    assert due(1, True, [jan(10)], jan(9)) == "today"


def test_an_empty_window_has_no_figure():
    assert adherence(STD, decided(), [PrescribedSpan(1, 1, 1, 7)], [], jan(10), jan(9)) == (0, 0, None, 0, 0)


def test_a_report_on_something_that_was_not_asked_is_no_report():
    asked = [PrescribedSpan(1, 1, 1, 7), PrescribedSpan(2, 2, 1, 7)]
    said = [Report(2, jan(6), True), Report(9, jan(7), True)]
    assert adherence(STD, decided(), asked, said, jan(5), jan(11)) == (7, 0, None, 7, 0)


def test_the_days_at_a_review_still_ask():
    phases = (PhaseSpan(1, 1, 1, needs_review=True), PhaseSpan(2, 2, None))
    said = [Report(1, jan(13), True)]
    assert adherence(phases, decided(), [PrescribedSpan(1, 1, 1, 7)], said, jan(12), jan(18)).percent == 14


def test_a_plan_that_has_ended_asks_for_nothing():
    asked = [PrescribedSpan(1, 1, 1, 7)]
    for kind in ("complete", "discontinue"):
        assert adherence(STD, decided((kind, jan(8))), asked, [], jan(8), jan(14)).days == 0


def test_the_figure_for_a_screen_is_rounded_up():
    found = adherence(STD, decided(), [PrescribedSpan(1, 1, 1, 3)], [], jan(5), jan(8))
    assert (found.expected, found.expected_shown) == (1.714286, 2)
    assert adherence(STD, decided(), [PrescribedSpan(1, 1, 1, 3)], [], jan(5), jan(11)).expected_shown == 3


# What a day was

STRENGTH = PrescribedSpan(1, 1, 1, 3, rest_between=True)
DAILY = PrescribedSpan(2, 1, 1, 7)


def kinds(prescriptions, reports, first, last, ledger=None):
    found = day_kinds(spans(STD, ledger or decided()), prescriptions, reports, first, last)
    assert list(found) == [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [str(kind) for kind in found.values()]


def test_a_day_is_done_not_done_or_silent():
    said = [
        Report(2, jan(5), True),
        Report(2, jan(6), False),
        Report(2, jan(7), False),
        Report(2, jan(7), True),
    ]
    assert kinds([DAILY], said, jan(5), jan(8)) == ["done", "not_done", "done", "no_report"]


def test_a_day_on_which_all_rest_is_a_rest_day():
    said = [Report(1, jan(5), True)]
    assert kinds([STRENGTH], said, jan(5), jan(7)) == ["done", "rest", "no_report"]
    assert kinds([STRENGTH, DAILY], said, jan(5), jan(6)) == ["done", "no_report"]


def test_the_days_before_the_window_are_looked_at():
    assert kinds([STRENGTH], [Report(1, jan(5), True)], jan(6), jan(6)) == ["rest"]


def test_a_changed_dosage_does_not_forget_yesterday():
    old = PrescribedSpan(1, 1, 1, 3, until=jan(8), rest_between=True, exercise=7)
    new = PrescribedSpan(2, 1, 2, 3, since=jan(9), rest_between=True, exercise=7)
    assert kinds([old, new], [Report(1, jan(8), True)], jan(8), jan(9)) == ["done", "rest"]


def test_a_day_that_asks_for_nothing_is_not_asked():
    ledger = decided(("pause", jan(8)))
    assert kinds([DAILY], [], jan(4), jan(8), ledger) == ["not_asked", *["no_report"] * 3, "not_asked"]
    assert kinds([], [], jan(6), jan(6)) == ["not_asked"]


def test_something_done_makes_the_day_done_whatever_was_asked():
    ledger = decided(("pause", jan(8)))
    assert kinds([DAILY], [Report(2, jan(9), True)], jan(9), jan(9), ledger) == ["done"]
    assert kinds([DAILY], [Report(99, jan(6), True)], jan(6), jan(6)) == ["done"]
