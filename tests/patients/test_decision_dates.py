"""How far back and ahead a decision may be dated, and what a planned absence does to what comes meanwhile."""

from datetime import date, timedelta

import pytest

from patients.decision_dates import check_date, in_the_way, planned
from patients.progression import DecisionRefused, PhaseSpan, PlanDecision, Refusal

STD = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
START = date(2026, 1, 5)
BEGUN = ("start", START)
ABSENCE = (("pause", date(2026, 2, 1)), ("resume", date(2026, 2, 15)))


def jan(day: int) -> date:
    return date(2026, 1, 1) + timedelta(days=day - 1)


def ledger(*rows: tuple) -> list[PlanDecision]:
    return [PlanDecision(*row) for row in rows]


TODAY = jan(20)
LAST_DAY_AHEAD = TODAY + timedelta(days=90)


@pytest.mark.parametrize(
    ("kind", "on", "until", "rows", "code"),
    [
        ("stay", TODAY, None, [BEGUN], None),
        ("stay", jan(13), None, [BEGUN], None),
        ("stay", jan(12), None, [BEGUN], "too_far_back"),
        ("stay", jan(21), None, [BEGUN], "in_the_future"),
        ("stay", jan(16), None, [BEGUN, ("advance", jan(16))], None),
        ("stay", jan(15), None, [BEGUN, ("advance", jan(16))], "before_the_last_decision"),
        ("stay", jan(15), None, [BEGUN, *ABSENCE], None),
        ("complete", jan(25), None, [BEGUN], "in_the_future"),
        ("pause", jan(14), None, [BEGUN], None),
        ("pause", jan(21), None, [BEGUN], "absence_without_end"),
        ("pause", jan(21), jan(25), [BEGUN], None),
        ("pause", TODAY, jan(25), [BEGUN], None),
        ("pause", jan(25), jan(25), [BEGUN], "absence_ends_too_soon"),
        ("pause", jan(21), LAST_DAY_AHEAD, [BEGUN], None),
        ("pause", jan(21), LAST_DAY_AHEAD + timedelta(days=1), [BEGUN], "too_far_ahead"),
        ("pause", LAST_DAY_AHEAD + timedelta(days=1), date.max, [BEGUN], "too_far_ahead"),
        ("resume", jan(25), None, [BEGUN, ("pause", jan(10))], None),
        ("resume", LAST_DAY_AHEAD, None, [BEGUN, ("pause", jan(10))], None),
        ("resume", LAST_DAY_AHEAD + timedelta(days=1), None, [BEGUN, ("pause", jan(10))], "too_far_ahead"),
        ("resume", jan(25), None, [BEGUN, ("stay", jan(10))], "in_the_future"),
        ("resume", date(2026, 2, 10), None, [BEGUN, *ABSENCE], "in_the_future"),
        ("start", jan(13), None, [], None),
        ("start", jan(12), None, [], "too_far_back"),
        ("start", LAST_DAY_AHEAD, None, [], None),
        ("start", LAST_DAY_AHEAD + timedelta(days=1), None, [], "too_far_ahead"),
        ("stay", TODAY, None, [], "no_start"),
        ("discontinue", jan(30), None, [("start", jan(30))], None),
        ("discontinue", TODAY, None, [("start", jan(30))], "not_on_the_start"),
        ("stay", TODAY, None, [("start", jan(30))], "not_started"),
        ("stay", jan(30), None, [("start", jan(30))], "not_started"),
        ("pause", jan(40), jan(50), [("start", jan(30))], None),
        ("withdraw", TODAY, None, [BEGUN], "unknown_kind"),
    ],
)
def test_how_a_decision_may_be_dated(kind, on, until, rows, code):
    if code is None:
        check_date(kind, on, TODAY, ledger(*rows), until=until)
        return
    with pytest.raises(DecisionRefused) as refused:
        check_date(kind, on, TODAY, ledger(*rows), until=until)
    assert refused.value.code is Refusal(code)
    assert refused.value.decision == PlanDecision(kind, on)


def test_only_a_pause_has_an_end():
    with pytest.raises(ValueError, match="no end"):
        check_date("stay", TODAY, TODAY, ledger(BEGUN), until=jan(25))


def test_what_is_planned():
    assert planned(ledger(BEGUN, ("stay", jan(8))), TODAY) == ()
    assert planned(ledger(("start", jan(30)), ("discontinue", jan(30))), TODAY) == ()
    assert planned(ledger(BEGUN, *ABSENCE, ("stay", TODAY)), TODAY) == ((1, 2),)
    stopped = ledger(BEGUN, *ABSENCE, ("pause", jan(10)), ("resume", jan(25)))
    assert planned(stopped, TODAY) == ((4,), (1, 2))


@pytest.mark.parametrize(
    ("rows", "new", "away"),
    [
        ([BEGUN, *ABSENCE], [("advance", TODAY)], ()),
        ([BEGUN, *ABSENCE], [("stay", TODAY)], ()),
        ([BEGUN, *ABSENCE], [("complete", TODAY)], (1, 2)),
        ([BEGUN, *ABSENCE], [("pause", TODAY)], (1, 2)),
        ([BEGUN, *ABSENCE], [("pause", TODAY), ("resume", jan(25))], ()),
        ([BEGUN, *ABSENCE], [("pause", jan(40)), ("resume", jan(60))], (1, 2)),
        ([BEGUN, ("pause", jan(10)), ("resume", jan(25))], [("resume", TODAY)], (2,)),
        (
            [BEGUN, ("pause", jan(10)), ("resume", jan(25)), *ABSENCE],
            [("resume", TODAY), ("stay", TODAY)],
            (2,),
        ),
        ([BEGUN, ("pause", jan(10)), ("resume", jan(25)), *ABSENCE], [("discontinue", TODAY)], (2, 3, 4)),
        ([("start", jan(30)), ("pause", jan(40)), ("resume", jan(45))], [("discontinue", jan(30))], (1, 2)),
        # Without the planned end of the stop, the stay that it interrupted would have been ended by it.
        ([BEGUN, ("stay", jan(8)), ("pause", jan(10)), ("resume", jan(25))], [("resume", TODAY)], (3,)),
    ],
)
def test_a_planned_absence_that_no_longer_fits_is_named(rows, new, away):
    assert in_the_way(STD, ledger(*rows), ledger(*new), TODAY) == away


def test_what_could_not_stand_anyway_is_refused_for_its_own_reason():
    with pytest.raises(DecisionRefused, match="nothing_to_resume"):
        in_the_way(STD, ledger(BEGUN, *ABSENCE), ledger(("resume", TODAY)), TODAY)
