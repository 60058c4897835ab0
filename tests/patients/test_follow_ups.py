"""When follow-ups fall due: a fixed day, the end of each phase, a new round for a phase that comes again."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from patients.follow_ups import Asked, Due, Standing, renewed
from patients.progression import Kind, PhaseSpan, PlanDecision, Span, spans

START = date(2026, 1, 1)
# Weeks 1–2, 3–6 (then a check), 7–12, 13 onward.
PHASES = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6, needs_review=True), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
ASKED = (Asked(0, 28, None), Asked(1, None, 1), Asked(2, None, 2), Asked(3, None, 3))


def day(number: int) -> date:
    """A day of the plan, counted from 1."""
    return START + timedelta(days=number - 1)


def course(*decisions: tuple[str, date] | tuple[str, date, int]) -> tuple[Span, ...]:
    return spans(PHASES, [PlanDecision("start", START), *(PlanDecision(*decision) for decision in decisions)])


def changes(ledger: tuple[Span, ...], on: date, *standing: Standing) -> dict[int, tuple[int, date, bool]]:
    found = renewed(ASKED, standing, PHASES, ledger, START, on)
    return {change.key: (change.round, change.due_on, change.is_new) for change in found}


def test_a_start_asks_for_the_fixed_day_and_for_the_ends_that_are_known() -> None:
    assert changes(course(), START) == {
        0: (1, date(2026, 1, 29), True),
        1: (1, day(14), True),
        2: (1, day(42), True),
    }


def test_before_the_start_it_is_known_already() -> None:
    assert changes(course(), START - timedelta(days=30)) == changes(course(), START)


def test_the_fixed_day_never_moves() -> None:
    paused = course(("pause", day(5)), ("resume", day(15)))
    assert 0 not in changes(paused, day(15), Standing(0, 1, "due", day(29)))


def test_the_end_of_a_phase_is_worked_out_anew() -> None:
    went_on = course(("pause", day(20)), ("resume", day(25)))
    assert changes(went_on, day(25), Standing(2, 1, "due", day(42)))[2] == (1, day(47), False)


def test_while_the_plan_stays_is_stopped_or_waits_what_is_due_keeps_its_date() -> None:
    due = Standing(2, 1, "due", day(42))
    for ledger, on in (
        (course(("stay", day(20))), day(20)),
        (course(("pause", day(20))), day(20)),
        (course(), day(50)),
    ):
        assert 2 not in changes(ledger, on, due)


def test_a_booked_visit_is_left_alone() -> None:
    moved = course(("pause", day(20)), ("resume", day(25)))
    assert 2 not in changes(moved, day(25), Standing(2, 1, "booked", day(42)))
    again = course(("regress", day(40), 2))
    assert 2 not in changes(again, day(40), Standing(2, 1, "booked", day(42)))


def test_moving_on_asks_for_the_end_of_the_next_phase() -> None:
    assert changes(course(("advance", day(45))), day(45), Standing(2, 1, "due", day(42)))[3] == (1, day(86), True)


def test_a_phase_left_early_pulls_its_visit_to_its_last_day() -> None:
    assert changes(course(("advance", day(30))), day(30), Standing(2, 1, "due", day(42)))[2] == (1, day(29), False)


def test_a_phase_left_late_leaves_its_visit_where_it_was() -> None:
    assert 2 not in changes(course(("advance", day(60))), day(60), Standing(2, 1, "due", day(42)))


def test_coming_to_the_same_end_again_opens_a_new_round() -> None:
    kept = Standing(2, 1, "attended", day(42))
    assert changes(course(("regress", day(50), 2)), day(50), kept)[2] == (2, day(77), True)
    missed_in_the_third = course(("advance", day(45)), ("regress", day(60), 2))
    assert changes(missed_in_the_third, day(60), Standing(2, 1, "missed", day(42)))[2][0] == 2


def test_a_phase_begun_again_after_an_early_visit_opens_a_new_round() -> None:
    """Due on day 42 and kept before day 40, when the phase begins again: that date lies in it, and is not its end."""
    kept_early = Standing(2, 1, "attended", day(42))
    assert changes(course(("regress", day(40), 2)), day(40), kept_early)[2] == (2, day(67), True)


def test_a_phase_begun_again_at_the_visit_itself_opens_a_new_round() -> None:
    kept_today = Standing(2, 1, "attended", day(42))
    assert changes(course(("regress", day(42), 2)), day(42), kept_today)[2] == (2, day(69), True)


def test_a_visit_of_this_time_in_the_phase_is_not_asked_for_twice() -> None:
    for state in ("attended", "missed", "cancelled"):
        for due_on in (day(42), day(44)):
            standing = Standing(2, 1, state, due_on)
            assert 2 not in changes(course(("pause", day(21)), ("resume", day(23))), day(23), standing)


def test_an_overdue_round_goes_along_instead_of_a_second_one() -> None:
    assert changes(course(("regress", day(60), 2)), day(60), Standing(2, 1, "due", day(42)))[2] == (1, day(87), False)


def test_what_lies_behind_a_review_is_off_until_the_plan_has_passed_it() -> None:
    back = course(("advance", day(30)), ("regress", day(40), 1))
    assert changes(back, day(40), Standing(3, 1, "due", day(71)))[3] == (1, None, False)
    again = course(("advance", day(30)), ("regress", day(40), 1), ("advance", day(45)), ("advance", day(50)))
    assert changes(again, day(50), Standing(3, 1, "off", day(71)))[3] == (1, day(91), False)


def test_waiting_at_a_review_keeps_what_is_due_there_and_nothing_behind_it() -> None:
    found = changes(course(), day(50), Standing(2, 1, "due", day(42)), Standing(3, 1, "due", day(71)))
    assert 2 not in found and found[3] == (1, None, False)


def test_the_round_of_a_time_that_was_taken_back_is_off() -> None:
    assert changes(course(), day(20), Standing(1, 2, "due", day(33)))[1] == (2, None, False)


def test_an_ended_plan_asks_for_nothing() -> None:
    for kind in ("complete", "discontinue"):
        assert changes(course((kind, day(20))), day(20)) == {}


def test_an_open_phase_has_no_end_to_ask_for() -> None:
    last = course(("advance", day(3)), ("advance", day(5)), ("advance", day(7)))
    assert renewed([Asked(4, None, 4)], [], PHASES, last, START, day(7)) == ()


class _Visits:
    """What the action keeps: the rounds of each follow-up, changed as `renewed` says, booked and closed at random."""

    def __init__(self) -> None:
        self.rounds: dict[int, list[Standing]] = {}

    def latest(self) -> list[Standing]:
        return [rows[-1] for rows in self.rounds.values()]

    def apply(self, changes: tuple[Due, ...]) -> None:
        for change in changes:
            rows = self.rounds.setdefault(change.key, [])
            if change.due_on is None:
                assert rows[-1].state == "due", "only what is due is off"
                rows[-1] = Standing(change.key, change.round, "off", rows[-1].due_on)
                continue
            row = Standing(change.key, change.round, "due", change.due_on)
            if change.is_new:
                assert change.round == len(rows) + 1
                assert not rows or rows[-1].state not in {"due", "booked"}, "a second open round"
                rows.append(row)
            else:
                assert rows[-1].state in {"due", "off"}, "only what is due moves"
                assert rows[-1].round == change.round
                rows[-1] = row

    def close(self, key: int, state: str) -> None:
        rows = self.rounds.get(key)
        if rows and rows[-1].state in {"due", "booked"}:
            rows[-1] = Standing(key, rows[-1].round, state, rows[-1].due_on)


_KINDS = [Kind.STAY, Kind.PAUSE, Kind.RESUME, Kind.ADVANCE, Kind.REGRESS, Kind.COMPLETE]
_STEP = st.tuples(
    st.integers(0, 20),
    st.sampled_from(_KINDS),
    st.integers(1, 4),
    st.integers(0, 3),
    st.sampled_from(["booked", "attended", "missed", "cancelled", ""]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(_STEP, max_size=12))
def test_there_is_never_a_second_open_round_and_what_is_booked_stays(
    steps: list[tuple[int, Kind, int, int, str]],
) -> None:
    visits, on = _Visits(), START
    ledger = [PlanDecision("start", START)]
    visits.apply(renewed(ASKED, visits.latest(), PHASES, spans(PHASES, ledger), START, on))
    for days, kind, phase, key, happens in steps:
        on += timedelta(days=days)
        if happens:
            visits.close(key, happens)
        wanted = [*ledger, PlanDecision(kind, on, phase if kind is Kind.REGRESS else None)]
        try:
            course_now = spans(PHASES, wanted)
        except ValueError:
            continue
        ledger = wanted
        before = visits.latest()
        found = renewed(ASKED, before, PHASES, course_now, START, on)
        assert not {change.key for change in found} & {row.key for row in before if row.state == "booked"}
        visits.apply(found)
        assert renewed(ASKED, visits.latest(), PHASES, course_now, START, on) == (), "once is enough"
        fixed = visits.rounds[0]
        assert [row.due_on for row in fixed] == [START + timedelta(days=28)]
