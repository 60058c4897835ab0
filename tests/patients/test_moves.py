"""Every act in every situation of a plan: the entries that do it in one act, or why not (promise 46)."""

from datetime import date, timedelta

import pytest

from patients.moves import TABLE, WITHDRAW, Act, Situation, choices, entries, situation
from patients.progression import (
    DecisionRefused,
    Kind,
    PhaseSpan,
    PlanDecision,
    Refusal,
    State,
    position,
    spans,
)

STD = (PhaseSpan(1, 1, 2), PhaseSpan(2, 3, 6), PhaseSpan(3, 7, 12), PhaseSpan(4, 13, None))
GATED = tuple(PhaseSpan(p.number, p.first_week, p.last_week, p.number < 4) for p in STD)
START = date(2026, 1, 5)
BEGUN = ("start", START)


def jan(day: int) -> date:
    return date(2026, 1, 1) + timedelta(days=day - 1)


# What leads to each situation: phases, situation, the date, the ledger.
LEDGERS = [
    (STD, Situation.NOT_STARTED, jan(2), [BEGUN]),
    (STD, Situation.ENDED_BEFORE_START, jan(2), [BEGUN, ("discontinue", START)]),
    (STD, Situation.RUNNING, jan(25), [BEGUN]),
    (STD, Situation.STAYING, jan(25), [BEGUN, ("stay", jan(12))]),
    (STD, Situation.PAUSED_RUNNING, jan(25), [BEGUN, ("pause", jan(12))]),
    (STD, Situation.PAUSED_STAYING, jan(25), [BEGUN, ("stay", jan(12)), ("pause", jan(20))]),
    (STD, Situation.COMPLETED, jan(25), [BEGUN, ("complete", jan(12))]),
    (STD, Situation.DISCONTINUED, jan(25), [BEGUN, ("discontinue", jan(12))]),
    (GATED, Situation.NOT_STARTED, jan(2), [BEGUN]),
    (GATED, Situation.ENDED_BEFORE_START, jan(2), [BEGUN, ("discontinue", START)]),
    (GATED, Situation.RUNNING, jan(10), [BEGUN]),
    (GATED, Situation.STAYING, jan(10), [BEGUN, ("stay", jan(8))]),
    (GATED, Situation.STAYING, jan(25), [BEGUN, ("stay", jan(12))]),
    (GATED, Situation.AWAITING_REVIEW, jan(25), [BEGUN]),
    (GATED, Situation.PAUSED_RUNNING, jan(25), [BEGUN, ("pause", jan(12))]),
    (GATED, Situation.PAUSED_STAYING, jan(17), [BEGUN, ("stay", jan(12)), ("pause", jan(14))]),
    (GATED, Situation.PAUSED_STAYING, jan(25), [BEGUN, ("stay", jan(12)), ("pause", jan(20))]),
    (GATED, Situation.PAUSED_AWAITING_REVIEW, jan(25), [BEGUN, ("pause", jan(20))]),
    (GATED, Situation.COMPLETED, jan(25), [BEGUN, ("complete", jan(22))]),
    (GATED, Situation.DISCONTINUED, jan(25), [BEGUN, ("discontinue", jan(22))]),
]
NAMES = [f"{'gated' if phases is GATED else 'plain'}-{row}-{on.day}" for phases, row, on, _ in LEDGERS]
ENDS_IN = {
    Act.STAY: State.STAYING,
    Act.STOP: State.PAUSED,
    Act.GO_BACK: State.RUNNING,
    Act.MOVE_ON: State.RUNNING,
    Act.FINISH: State.COMPLETED,
    Act.END_EARLY: State.DISCONTINUED,
}


def ledger(rows: list[tuple]) -> list[PlanDecision]:
    return [PlanDecision(*row) for row in rows]


def test_the_table_is_total():
    assert set(TABLE) == set(Situation)
    for row in TABLE.values():
        assert set(row) == set(Act)
        for answer in row.values():
            assert isinstance(answer, Refusal) or (answer and set(answer) <= {*Kind, WITHDRAW})


def test_every_situation_has_a_ledger_that_leads_to_it():
    assert {row for _, row, _, _ in LEDGERS} == set(Situation)
    assert {row for phases, row, _, _ in LEDGERS if phases is GATED} == set(Situation)


@pytest.mark.parametrize(("phases", "row", "on", "rows"), LEDGERS, ids=NAMES)
def test_the_ledger_leads_to_its_situation(phases, row, on, rows):
    assert situation(phases, ledger(rows), on) is row


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.TAKE_BACK], ids=str)
@pytest.mark.parametrize(("phases", "row", "on", "rows"), LEDGERS, ids=NAMES)
def test_the_clock_takes_the_entries_of_an_act_and_ends_where_the_act_says(phases, row, on, rows, act):
    standing = ledger(rows)
    answer = choices(phases, standing, on)[act]
    to_phase = 1 if act is Act.GO_BACK else None
    if isinstance(answer, Refusal):
        with pytest.raises(DecisionRefused, match=answer):
            entries(act, phases, standing, on, to_phase=to_phase)
        return
    made = entries(act, phases, standing, on, to_phase=to_phase)
    assert tuple(decision.kind for decision in made) == answer
    on = made[0].on
    before, after = (position(phases, each, on) for each in (standing, [*standing, *made]))
    if act in ENDS_IN:
        assert after.state is ENDS_IN[act]
    elif act is Act.START_AGAIN:
        assert after.state == row.removeprefix("paused_")
    else:
        stood_at_the_review = phases is GATED and on == jan(25) and row is not Situation.PAUSED_RUNNING
        assert after.state is (State.AWAITING_REVIEW if stood_at_the_review else State.RUNNING)
    assert after.phase == {Act.GO_BACK: 1, Act.MOVE_ON: before.phase + 1}.get(act, before.phase)


@pytest.mark.parametrize(("phases", "row", "on", "rows"), LEDGERS, ids=NAMES)
def test_taking_back_undoes_the_latest_entry_and_never_the_start(phases, row, on, rows):
    standing = ledger(rows)
    answer = choices(phases, standing, on)[Act.TAKE_BACK]
    assert answer == ((WITHDRAW,) if len(standing) > 1 else Refusal.NOTHING_TO_TAKE_BACK)
    if answer == (WITHDRAW,):
        spans(phases, standing[:-1])


@pytest.mark.parametrize("rows", [[("start", START, 4)], [("start", START, 4), ("pause", jan(8))]])
def test_from_the_last_phase_nobody_moves_on(rows):
    assert choices(STD, ledger(rows), jan(10))[Act.MOVE_ON] is Refusal.NO_LATER_PHASE


def test_an_ended_plan_in_its_last_phase_says_that_it_has_ended():
    rows = [("start", START, 4), ("complete", jan(8))]
    assert choices(STD, ledger(rows), jan(10))[Act.MOVE_ON] is Refusal.PLAN_ENDED


def test_from_a_stop_one_act_moves_on_or_goes_back():
    stopped = ledger([BEGUN, ("pause", jan(20))])
    assert entries(Act.MOVE_ON, STD, stopped, jan(25), to_phase=3) == (
        PlanDecision("resume", jan(25)),
        PlanDecision("advance", jan(25), 3),
    )
    assert entries(Act.GO_BACK, STD, stopped, jan(25), to_phase=1) == (
        PlanDecision("resume", jan(25)),
        PlanDecision("regress", jan(25), 1),
    )


def test_a_stop_until_a_date_brings_its_own_end():
    assert entries(Act.STOP, STD, ledger([BEGUN]), jan(8), until=jan(20)) == (
        PlanDecision("pause", jan(8)),
        PlanDecision("resume", jan(20)),
    )


def test_a_plan_that_has_not_begun_is_ended_on_the_date_of_its_start():
    assert entries(Act.END_EARLY, STD, ledger([BEGUN]), jan(1)) == (PlanDecision("discontinue", START),)


def test_only_a_stop_has_an_end_and_taking_back_makes_no_decision():
    with pytest.raises(ValueError, match="no decisions"):
        entries(Act.STAY, STD, ledger([BEGUN]), jan(8), until=jan(20))
    with pytest.raises(ValueError, match="no decisions"):
        entries(Act.TAKE_BACK, STD, ledger([BEGUN, ("stay", jan(7))]), jan(8))
