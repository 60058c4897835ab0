"""The four phases with their dates, as a screen shows them on a day."""

from datetime import date, timedelta

from patients.phase_dates import PhaseDates, When, phase_dates
from patients.progression import PhaseSpan, PlanDecision, spans

STD = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
GATED = tuple(PhaseSpan(p.number, p.first_week, p.last_week, p.number < 4) for p in STD)
START = date(2026, 1, 5)


def jan(day: int) -> date:
    return date(2026, 1, 1) + timedelta(days=day - 1)


def decided(*entries: tuple) -> list[PlanDecision]:
    return [PlanDecision("start", START), *(PlanDecision(*entry) for entry in entries)]


def dates(phases, ledger, on):
    return phase_dates(phases, spans(phases, ledger), on)


def test_the_phases_ahead_have_their_predicted_dates():
    assert dates(STD, decided(), jan(20)) == (
        PhaseDates(1, When.PAST, START, jan(18)),
        PhaseDates(2, When.PRESENT, jan(19), jan(46)),
        PhaseDates(3, When.AHEAD, jan(47), jan(88)),
        PhaseDates(4, When.AHEAD, jan(89), None),
    )


def test_before_the_start_all_phases_lie_ahead():
    assert dates(STD, decided(), jan(1))[0] == PhaseDates(1, When.AHEAD, START, jan(18))
    assert dates(GATED, decided(), jan(1))[0] == PhaseDates(1, When.AHEAD, START, jan(18))


def test_behind_a_review_a_stay_or_a_pause_nothing_is_predicted():
    unknown = (PhaseDates(2, When.AHEAD, None, None), PhaseDates(3, When.AHEAD, None, None))
    assert dates(GATED, decided(), jan(10))[:3] == (PhaseDates(1, When.PRESENT, START, jan(18)), *unknown)
    for day in (19, 20):
        assert dates(GATED, decided(), jan(day))[:3] == (PhaseDates(1, When.PRESENT, START, None), *unknown)
    for kind in ("stay", "pause"):
        assert dates(STD, decided((kind, jan(8))), jan(10))[:3] == (
            PhaseDates(1, When.PRESENT, START, None),
            *unknown,
        )


def test_a_planned_absence_is_part_of_the_prediction():
    ledger = decided(("pause", jan(10)), ("resume", jan(20)))
    assert dates(STD, ledger, jan(8))[:2] == (
        PhaseDates(1, When.PRESENT, START, jan(28)),
        PhaseDates(2, When.AHEAD, jan(29), jan(56)),
    )


def test_an_absence_while_a_review_waits_ends_no_phase():
    ledger = decided(("pause", jan(25)), ("resume", jan(30)))
    for day in (20, 26):
        assert dates(GATED, ledger, jan(day))[0] == PhaseDates(1, When.PRESENT, START, None)
    assert dates(GATED, ledger, jan(10))[0] == PhaseDates(1, When.PRESENT, START, jan(18))


def test_a_phase_passed_over_and_one_come_to_again():
    skipped = [PlanDecision("start", START, 2)]
    assert dates(STD, skipped, jan(6))[0] == PhaseDates(1, When.NEVER, None, None)
    back = decided(("regress", jan(51), 2))
    assert dates(STD, back, jan(52))[1:3] == (
        PhaseDates(2, When.PRESENT, jan(51), jan(78)),
        PhaseDates(3, When.AHEAD, jan(79), jan(120)),
    )
    assert dates(STD, back, jan(80))[1] == PhaseDates(2, When.PAST, jan(51), jan(78))


def test_an_ended_plan_shows_what_was_and_predicts_nothing():
    ended = decided(("regress", jan(51), 2), ("discontinue", jan(60)))
    assert dates(STD, ended, jan(70)) == (
        PhaseDates(1, When.PAST, START, jan(18)),
        PhaseDates(2, When.PAST, jan(51), jan(59)),
        PhaseDates(3, When.PAST, jan(47), jan(50)),
        PhaseDates(4, When.NEVER, None, None),
    )
    assert {each.when for each in dates(STD, decided(("discontinue", START)), jan(2))} == {When.NEVER}


def test_a_bounded_last_phase_has_a_last_day_until_it_has_passed():
    phases = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 4))
    assert dates(phases, decided(), jan(20))[1] == PhaseDates(2, When.PRESENT, jan(19), jan(32))
    assert dates(phases, decided(), jan(40))[1] == PhaseDates(2, When.PRESENT, jan(19), None)
