"""Why somebody is needed: each reason with its boundaries, and what holds for all of them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.attention import TABLE, Answer, Case, Found, Limits, Reason, ready, reasons, still_asks
from patients.progression import State

TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
LIMITS = Limits()
# On plan, heard of yesterday, much done, a visit ahead: nobody is needed.
CALM = Case(
    on=TODAY,
    state=State.RUNNING,
    asked_on=frozenset(TODAY - days * DAY for days in range(1, 15)),
    said_on=frozenset({TODAY - DAY}),
    done_week=80,
    days_week=7,
    done_fortnight=80,
    booked_on=[TODAY + 9 * DAY],
)


def days(*pains: int) -> list[tuple[date, int]]:
    """Answers on the last days, the newest yesterday."""
    return [(TODAY - ago * DAY, pain) for ago, pain in zip(range(len(pains), 0, -1), pains, strict=True)]


def found(case: Case, limits: Limits = LIMITS) -> list[Reason]:
    return [each.reason for each in reasons(case, limits)]


def test_the_table_is_total_and_in_the_order_of_the_reasons() -> None:
    assert list(TABLE) == list(Reason)
    assert found(CALM) == []
    assert not ready(CALM, LIMITS)


def heard(ago: int) -> dict[str, Any]:
    return {"said_on": frozenset({TODAY - ago * DAY})}


STOPPED = {"state": State.PAUSED, "stopped_by_pain": True}
WAITS = {"state": State.AWAITING_REVIEW, "review_on": TODAY}
FIRST = {"first_mornings": [2, 2, 3]}
CASES: list[tuple[Reason, bool, dict[str, Any]]] = [
    (Reason.STOPPED_BY_PAIN, True, STOPPED),
    (Reason.STOPPED_BY_PAIN, False, STOPPED | {"stopped_by_pain": False}),
    (Reason.STOPPED_BY_PAIN, False, STOPPED | {"state": State.RUNNING}),
    # mornings: two of the last three over the limit
    (Reason.PAIN_WORSE, True, {"mornings": days(6, 6, 0)}),
    (Reason.PAIN_WORSE, True, {"mornings": days(6, 0, 6)}),
    (Reason.PAIN_WORSE, True, {"mornings": days(6, 6)}),
    (Reason.PAIN_WORSE, False, {"mornings": days(5, 5, 5)}),  # at the limit is not over it
    (Reason.PAIN_WORSE, False, {"mornings": days(6, 5, 5)}),
    (Reason.PAIN_WORSE, False, {"mornings": days(6, 6, 0, 0)}),  # of the last three but one
    (Reason.PAIN_WORSE, False, {"mornings": days(10)}),
    (Reason.PAIN_WORSE, False, {}),
    # mornings: the last two at least 2 above the median of the first seven days
    (Reason.PAIN_WORSE, True, FIRST | {"mornings": days(4, 4)}),
    (Reason.PAIN_WORSE, False, FIRST | {"mornings": days(4, 3)}),
    (Reason.PAIN_WORSE, False, FIRST | {"mornings": days(4, 4, 3)}),
    (Reason.PAIN_WORSE, False, FIRST | {"mornings": days(4)}),
    (Reason.PAIN_WORSE, False, {"mornings": days(4, 4)}),  # nothing to measure against
    (Reason.PAIN_WORSE, False, {"mornings": days(4, 4), "first_mornings": [2, 3]}),  # 2.5 and 2 is more than 4
    # while exercising
    (Reason.PAIN_WORSE, True, {"exercising": days(6, 1, 6)}),
    (Reason.PAIN_WORSE, False, {"exercising": days(6, 1, 5)}),
    (Reason.PAIN_WORSE, False, FIRST | {"exercising": days(4, 4)}),  # only mornings are measured against the first
    (Reason.LOOK_AGAIN, True, {"look_again_on": TODAY}),
    (Reason.LOOK_AGAIN, True, {"look_again_on": TODAY - 9 * DAY}),
    (Reason.LOOK_AGAIN, False, {"look_again_on": TODAY + DAY}),
    (Reason.LOOK_AGAIN, True, {"look_again_on": TODAY, "seen_on": TODAY - DAY}),
    (Reason.LOOK_AGAIN, False, {"look_again_on": TODAY - DAY, "seen_on": TODAY - DAY}),
    (Reason.LOOK_AGAIN, True, {"look_again_on": TODAY, "is_closed": True, "state": State.COMPLETED}),
    (Reason.CHECK_DUE, True, WAITS),
    (Reason.CHECK_DUE, False, {"review_on": TODAY}),
    (Reason.VISIT_MISSED, True, {"missed_on": TODAY - DAY}),
    (Reason.NOTHING_AHEAD, True, {"booked_on": []}),
    (Reason.NOTHING_AHEAD, True, {"booked_on": [], "due_on": [TODAY - DAY]}),
    (Reason.NOTHING_AHEAD, False, {"booked_on": [], "due_on": [TODAY]}),
    (Reason.NOTHING_AHEAD, False, {"due_on": [TODAY - DAY]}),  # one is booked
    (Reason.VISIT_UNSAID, True, {"unsaid_on": [TODAY]}),
    (Reason.NOTE_OPEN, True, {"drafts_on": [TODAY]}),
    (Reason.NOTE_OPEN, True, {"unwritten_on": [TODAY]}),
    # within three days, and no visit until then
    (Reason.OPENS_SOON, True, {"next_phase_on": TODAY + DAY}),
    (Reason.OPENS_SOON, True, {"review_on": TODAY + 3 * DAY}),
    (Reason.OPENS_SOON, False, {"next_phase_on": TODAY + 4 * DAY}),
    (Reason.OPENS_SOON, False, {"next_phase_on": TODAY}),
    (Reason.OPENS_SOON, False, {"next_phase_on": TODAY + 3 * DAY, "booked_on": [TODAY + 3 * DAY]}),
    (Reason.OPENS_SOON, True, {"next_phase_on": TODAY + 2 * DAY, "booked_on": [TODAY + 3 * DAY]}),
    (Reason.OPENS_SOON, False, {"next_phase_on": TODAY + DAY, "state": State.PAUSED}),
    # no word for three days: today is not over
    (Reason.SILENT, False, heard(3)),
    (Reason.SILENT, True, heard(4)),
    (Reason.SILENT, True, {"said_on": frozenset()}),
    (Reason.SILENT, False, {"said_on": frozenset({TODAY})}),
    (Reason.SILENT, False, heard(4) | {"by_phone": False}),
    (Reason.SILENT, False, heard(4) | {"state": State.PAUSED}),
    (Reason.SILENT, False, heard(4) | {"state": State.NOT_STARTED}),
    (Reason.SILENT, False, {"said_on": frozenset(), "asked_on": frozenset({TODAY - DAY, TODAY - 2 * DAY})}),
    (Reason.SILENT, True, {"said_on": frozenset(), "asked_on": frozenset(TODAY - n * DAY for n in (1, 2, 3))}),
    # done less than the clinic calls little, of at least three days
    (Reason.LITTLE_DONE, True, {"done_week": 49}),
    (Reason.LITTLE_DONE, False, {"done_week": 50}),
    (Reason.LITTLE_DONE, True, {"done_week": 0}),
    (Reason.LITTLE_DONE, False, {"done_week": None}),  # silence is no zero
    (Reason.LITTLE_DONE, False, {"done_week": 10, "days_week": 2}),
    (Reason.LITTLE_DONE, True, {"done_week": 10, "days_week": 3}),
]


@pytest.mark.parametrize(("reason", "holds", "known"), CASES)
def test_a_reason_holds_from_its_boundary_on(reason: Reason, holds: bool, known: dict[str, Any]) -> None:
    assert (reason in found(replace(CALM, **known))) is holds


def test_every_reason_has_a_case_in_which_it_holds_alone() -> None:
    alone = {got[0] for _, holds, known in CASES if holds and len(got := found(replace(CALM, **known))) == 1}
    assert alone == set(Reason)


def test_the_thresholds_are_the_clinics() -> None:
    assert found(replace(CALM, mornings=days(4, 4)), Limits(pain=3)) == [Reason.PAIN_WORSE]
    assert found(replace(CALM, **heard(3)), Limits(silent_days=2)) == [Reason.SILENT]
    assert found(replace(CALM, done_week=60), Limits(low=70)) == [Reason.LITTLE_DONE]
    assert found(replace(CALM, unwritten_on=[TODAY]), Limits(keeps_notes=False)) == []
    assert found(replace(CALM, drafts_on=[TODAY]), Limits(keeps_notes=False)) == [Reason.NOTE_OPEN]


def test_a_closed_episode_has_no_reason_but_its_recall() -> None:
    closed = replace(CALM, is_closed=True, booked_on=[], drafts_on=[TODAY], mornings=days(9, 9, 9))
    assert found(closed) == []
    assert found(replace(closed, look_again_on=TODAY)) == [Reason.LOOK_AGAIN]


READY = replace(CALM, **WAITS, exercising=days(3, 3, 5))


@pytest.mark.parametrize(
    ("is_ready", "known"),
    [
        (True, {}),
        (True, {"exercising": days(3)}),
        (False, {"exercising": days(3, 4, 4)}),
        (False, {"exercising": days(3, 4)}),  # a median of 3.5
        (False, {"exercising": days(0, 0, 6)}),  # one over the limit
        (False, {"exercising": []}),  # nobody answered
        (False, {"exercising": [(TODAY - 15 * DAY, 1)]}),  # too long ago
        (True, {"exercising": [(TODAY - 14 * DAY, 1)]}),
        (False, {"done_fortnight": 79}),
        (False, {"done_fortnight": None}),
        (False, {"state": State.RUNNING}),
        (False, {"mornings": days(6, 6, 6)}),
    ],
)
def test_ready_to_move_on(is_ready: bool, known: dict[str, Any]) -> None:
    assert ready(replace(READY, **known), LIMITS) is is_ready


# --- dealt with until ---


@pytest.mark.parametrize(
    ("until", "level", "shows"),
    [(1, 5, False), (0, 5, True), (-1, 5, True), (1, 4, True), (1, 6, False)],
)
def test_an_answer_holds_until_its_day_and_no_worse(until: int, level: int, shows: bool) -> None:
    answers = [Answer(Reason.SILENT, TODAY + until * DAY, level)]
    assert still_asks(Found(Reason.SILENT, 5), answers, TODAY) is shows


def test_the_latest_answer_counts_and_only_for_its_reason() -> None:
    tomorrow, over = (Answer(Reason.SILENT, TODAY + days * DAY, 5) for days in (1, 0))
    assert not still_asks(Found(Reason.SILENT, 5), [over, tomorrow], TODAY)
    assert still_asks(Found(Reason.SILENT, 5), [tomorrow, over], TODAY)
    assert still_asks(Found(Reason.CHECK_DUE, 5), [tomorrow], TODAY)


def level(reason: Reason, **known: Any) -> int:
    return next(each.level for each in reasons(replace(CALM, **known), LIMITS) if each.reason is reason)


@pytest.mark.parametrize(
    ("reason", "was", "worse"),
    [
        (Reason.PAIN_WORSE, {"mornings": days(6, 6)}, {"mornings": days(6, 7)}),
        (Reason.STOPPED_BY_PAIN, STOPPED, STOPPED | {"mornings": [(TODAY, 6)]}),
        (Reason.VISIT_MISSED, {"missed_on": TODAY - 9 * DAY}, {"missed_on": TODAY}),
        (Reason.NOTE_OPEN, {"drafts_on": [TODAY - DAY]}, {"drafts_on": [TODAY - DAY, TODAY]}),
        (Reason.LOOK_AGAIN, {"look_again_on": TODAY - DAY}, {"look_again_on": TODAY}),
        (Reason.SILENT, heard(9), heard(4)),  # a word, and silent once more
        (Reason.LITTLE_DONE, {"done_week": 40}, {"done_week": 10}),
    ],
)
def test_what_gets_worse_or_happens_again_has_a_higher_level(
    reason: Reason, was: dict[str, Any], worse: dict[str, Any]
) -> None:
    assert level(reason, **was) < level(reason, **worse)


@pytest.mark.parametrize("later", range(1, 20))
def test_a_silence_that_only_lasts_is_not_worse(later: int) -> None:
    def silent(on: date) -> int:
        asked = frozenset(on - n * DAY for n in range(1, 15))
        return level(Reason.SILENT, on=on, asked_on=asked, **heard(5))

    assert silent(TODAY + later * DAY) <= silent(TODAY)


# --- what holds for every case ---

near = st.integers(-10, 10).map(lambda n: TODAY + n * DAY)
past = st.integers(0, 13).map(lambda n: TODAY - n * DAY)
pains = st.dictionaries(past, st.integers(0, 10), max_size=8).map(lambda found: list(found.items()))
some_days = st.lists(near, max_size=4)
percents = st.none() | st.integers(0, 100)
cases = st.builds(
    Case,
    on=st.just(TODAY),
    state=st.none() | st.sampled_from(State),
    is_closed=st.booleans(),
    by_phone=st.booleans(),
    stopped_by_pain=st.booleans(),
    state_since=st.none() | past,
    look_again_on=st.none() | near,
    seen_on=st.none() | past,
    review_on=st.none() | near,
    next_phase_on=st.none() | near,
    mornings=pains,
    first_mornings=st.lists(st.integers(0, 10), max_size=7),
    exercising=pains,
    asked_on=st.frozensets(past),
    said_on=st.frozensets(past),
    done_week=percents,
    days_week=st.integers(0, 7),
    done_fortnight=percents,
    booked_on=some_days,
    due_on=some_days,
    missed_on=st.none() | past,
    unsaid_on=some_days,
    drafts_on=some_days,
    unwritten_on=some_days,
)


@given(cases)
def test_reasons_come_once_each_in_order_with_a_level_that_a_row_can_keep(case: Case) -> None:
    got = reasons(case, LIMITS)
    order = list(Reason)
    assert [order.index(each.reason) for each in got] == sorted({order.index(each.reason) for each in got})
    assert all(each.level >= 0 for each in got)


@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_changes_nothing(case: Case, random: Any) -> None:
    shuffled = {}
    for each in fields(Case):
        value = getattr(case, each.name)
        if isinstance(value, list):
            shuffled[each.name] = random.sample(value, len(value))
    assert reasons(replace(case, **shuffled), LIMITS) == reasons(case, LIMITS)
    assert ready(replace(case, **shuffled), LIMITS) == ready(case, LIMITS)


@given(cases)
def test_missing_is_never_zero(case: Case) -> None:
    """Without a single answer nothing is said about pain or about how much was done, good or bad."""
    silent = replace(case, mornings=[], exercising=[], done_week=None, done_fortnight=None)
    assert not {Reason.PAIN_WORSE, Reason.LITTLE_DONE} & set(found(silent))
    assert not ready(silent, LIMITS)


TROUBLE: dict[str, Any] = {
    "missed_on": TODAY,
    "stopped_by_pain": True,
    "booked_on": [],
    "due_on": [],
    "unsaid_on": [TODAY],
    "drafts_on": [TODAY],
    "unwritten_on": [TODAY],
    "said_on": frozenset(),
    "done_week": 0,
    "mornings": days(10, 10, 10),
    "exercising": days(10, 10, 10),
}


@given(cases, st.sampled_from(sorted(TROUBLE)))
def test_more_evidence_of_trouble_never_removes_a_reason_and_never_makes_ready(case: Case, name: str) -> None:
    worse = replace(case, **{name: TROUBLE[name]})
    assert set(found(case)) <= set(found(worse))
    assert not (ready(worse, LIMITS) and not ready(case, LIMITS))


@given(cases, st.integers(6, 10))
def test_one_more_answer_over_the_limit_never_removes_a_reason(case: Case, pain: int) -> None:
    latest = TODAY + DAY  # after every other answer
    worse = replace(case, mornings=[*case.mornings, (latest, max(pain, *(p for _, p in case.mornings), 0))])
    assert set(found(case)) <= set(found(worse))
