"""What holds of the plan clock for every protocol and every ledger, against a clock that is walked day by day."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from patients.decision_dates import in_the_way, planned
from patients.moves import Act, choices, entries
from patients.phase_dates import When, phase_dates
from patients.progression import (
    LIVE,
    DecisionRefused,
    Kind,
    PhaseSpan,
    PlanDecision,
    Refusal,
    State,
    position,
    position_from,
    span_on,
    spans,
)

START = date(2026, 1, 5)
GOING = LIVE - {State.PAUSED}
fast = settings(deadline=None, max_examples=100)


def later(days: int, on: date = START) -> date:
    return on + timedelta(days=days)


def taken_back(standing: list[PlanDecision], today: date) -> tuple[int, ...]:
    """The places of what one act wrote last: the latest entry, or the whole of a planned absence."""
    latest = len(standing) - 1
    return next((group for group in planned(standing, today) if latest in group), (latest,))


@st.composite
def protocols(draw) -> tuple[PhaseSpan, ...]:
    weeks = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    is_open = draw(st.booleans())
    phases, first_week = [], 1
    for number, length in enumerate(weeks, start=1):
        last_week = None if is_open and number == len(weeks) else first_week + length - 1
        phases.append(PhaseSpan(number, first_week, last_week, draw(st.booleans())))
        first_week += length
    return tuple(phases)


@st.composite
def plans(draw, most: int = 6) -> tuple[tuple[PhaseSpan, ...], list[PlanDecision]]:
    """A protocol and a ledger that the clock takes, in the order of its dates."""
    phases = draw(protocols())
    ledger = [PlanDecision("start", START, draw(st.none() | st.integers(1, len(phases))))]
    kinds = ["stay", "pause", "resume", "advance", "regress"] * 3 + ["complete", "discontinue"]
    steps = st.tuples(st.integers(0, 18), st.sampled_from(kinds), st.none() | st.integers(1, len(phases)))
    on = START
    for days, kind, to_phase in draw(st.lists(steps, max_size=most)):
        on = later(days, on)
        ledger = taken(phases, ledger, PlanDecision(kind, on, to_phase)) or ledger
    return phases, ledger


def taken(phases, ledger, decision) -> list[PlanDecision] | None:
    try:
        spans(phases, [*ledger, decision])
    except DecisionRefused:
        return None
    return [*ledger, decision]


def acceptable(phases, ledger, on) -> list[PlanDecision]:
    every = [PlanDecision(kind, on, to_phase) for kind in Kind for to_phase in (None, 1, 2, 3, 4)]
    return [decision for decision in every if taken(phases, ledger, decision)]


def dates_of(ledger, more: int = 60) -> list[date]:
    last = max(decision.on for decision in ledger)
    return [later(days) for days in range(-2, (last - START).days + more)]


@dataclass
class Walked:
    """A clock that knows only today and what was decided today: the reference."""

    phases: tuple[PhaseSpan, ...]
    state: str = "not_started"
    phase: int = 0
    day: int = 0
    stood: bool = False
    phase_since: date | None = None
    before: tuple[str, bool] = ("", False)

    def wakes(self, on: date) -> None:
        if self.state not in ("running", "staying"):
            return
        phase = self.phases[self.phase - 1]
        if phase.last_week is None or self.day < phase.last_week * 7:
            self.day += 1
        elif self.state == "running" and phase.needs_review:
            self.state, self.stood = "awaiting_review", True
        elif self.state == "running" and self.phase < len(self.phases):
            self.opens(self.phase + 1, on)
        else:
            self.stood = True

    def opens(self, number: int, on: date) -> None:
        self.state, self.phase, self.phase_since, self.stood = "running", number, on, False
        self.day = self.phases[number - 1].first_week * 7 - 6

    def decides(self, decision: PlanDecision) -> None:
        phase = self.phases[self.phase - 1]
        match decision.kind:
            case "start":
                self.opens(decision.to_phase or 1, decision.on)
            case "advance":
                self.opens(self.phase + 1, decision.on)
            case "regress":
                self.opens(decision.to_phase, decision.on)
            case "stay":
                self.state = "staying"
            case "pause":
                self.before, self.state = (self.state, self.stood), "paused"
            case "resume" if self.state == "paused":
                self.state, self.stood = self.before
            case "resume":
                self.state = "awaiting_review" if self.stood and phase.needs_review else "running"
            case end:
                self.state = {"complete": "completed", "discontinue": "discontinued"}[end]


@fast
@given(plans())
def test_position_is_what_a_clock_walked_day_by_day_reads(plan):
    phases, ledger = plan
    walked, state, state_since = Walked(phases), None, None
    for on in dates_of(ledger):
        walked.wakes(on)
        for decision in ledger:
            if decision.on == on:
                walked.decides(decision)
        if walked.state != state:
            state, state_since = walked.state, on
        at = position(phases, ledger, on)
        assert at.state == walked.state
        if at.state is not State.NOT_STARTED:
            assert (at.phase, at.day, at.phase_since) == (walked.phase, walked.day, walked.phase_since)
            assert at.state_since == state_since
            assert at.week == (at.day + 6) // 7
            assert at.week_in_phase == at.week - phases[at.phase - 1].first_week + 1 >= 1


@fast
@given(plans())
def test_position_agrees_with_spans_on_every_date(plan):
    phases, ledger = plan
    course = spans(phases, ledger)
    for on in dates_of(ledger):
        covering = [span for span in course if span.first_on <= on and (span.last_on or on) >= on]
        assert len(covering) == (on >= START)
        at = position(phases, ledger, on)
        assert at == position_from(phases, span_on(course, on), on)
        for span in covering:
            day = span.first_day + (on - span.first_on).days * span.moves
            assert (at.state, at.phase, at.day) == (span.state, span.phase, day)
            assert (at.phase_since, at.state_since) == (span.phase_since, span.state_since)


@fast
@given(plans())
def test_spans_are_contiguous_and_only_the_last_is_open(plan):
    course = spans(*plan)
    assert course[0].first_on == START
    assert course[-1].last_on is None
    for span, following in pairwise(course):
        assert span.first_on <= span.last_on == later(-1, following.first_on)
        assert span.phase_since <= span.first_on >= span.state_since
        same = (span.state, span.phase, span.moves, span.phase_since)
        if same == (following.state, following.phase, following.moves, following.phase_since):
            days = (following.first_on - span.first_on).days * span.moves
            assert following.first_day != span.first_day + days, "a seam where the clock does not jump"


@fast
@given(plans())
def test_no_phase_is_skipped_and_the_clock_never_runs_backwards_but_by_decision(plan):
    phases, ledger = plan
    for yesterday, on in pairwise(dates_of(ledger)[2:]):
        before, at = position(phases, ledger, yesterday), position(phases, ledger, on)
        kinds = {decision.kind for decision in ledger if decision.on == on}
        if "regress" not in kinds:
            assert at.day >= before.day
            assert at.phase >= before.phase
        if not kinds & {"regress", "advance"}:
            assert at.day - before.day in (0, 1)
            assert at.phase - before.phase in (0, 1)
            assert (at.phase > before.phase) == (at.phase_since == on)


@fast
@given(plans(), st.integers(0, 120))
def test_what_a_position_foretells_comes_true(plan, days):
    phases, ledger = plan
    on = later(days)
    known = [decision for decision in ledger if decision.on <= on]
    at = position(phases, known, on)
    if at.next_phase_on is not None:
        eve, then = (position(phases, known, later(back, at.next_phase_on)) for back in (-1, 0))
        assert (eve.phase, then.phase, then.phase_since) == (at.phase, at.phase + 1, at.next_phase_on)
        assert at.next_phase_on > on
    if at.review_on is not None and at.state is State.RUNNING:
        eve, then = (position(phases, known, later(back, at.review_on)) for back in (-1, 0))
        assert (eve.state, then.state, then.phase) == (State.RUNNING, State.AWAITING_REVIEW, at.phase)
        assert then.review_on == then.state_since == at.review_on > on
    if at.state is State.AWAITING_REVIEW:
        eve = position(phases, known, later(-1, at.review_on))
        assert at.review_on == at.state_since <= on
        assert eve.state is not State.AWAITING_REVIEW


@fast
@given(plans(), st.integers(0, 60))
def test_no_decision_changes_a_position_before_its_own_date(plan, days):
    phases, ledger = plan
    on = later(days)
    before = [date for date in dates_of(ledger) if date < on]
    positions = [position(phases, ledger, each) for each in before]
    for decision in acceptable(phases, ledger, on):
        course = spans(phases, [*ledger, decision])
        assert [position_from(phases, span_on(course, each), each) for each in before] == positions


@fast
@given(plans(), st.integers(0, 9))
def test_withdrawing_undoes_exactly(plan, days):
    phases, ledger = plan
    course = spans(phases, ledger)
    on = later(days, ledger[-1].on)
    for decision in acceptable(phases, ledger, on):
        more = [*ledger, decision]
        away = taken_back(more, on)
        assert spans(phases, [each for place, each in enumerate(more) if place not in away]) == course


@fast
@given(plans(), st.integers(1, 40), st.integers(1, 30))
def test_a_planned_absence_is_withdrawn_as_one_whatever_stands_after_it(plan, ahead, length):
    phases, ledger = plan
    today = ledger[-1].on
    begins = later(ahead, today)
    absence = [PlanDecision("pause", begins), PlanDecision("resume", later(length, begins))]
    if position(phases, ledger, begins).state not in GOING:
        return
    places = (len(ledger), len(ledger) + 1)
    assert taken_back([*ledger, *absence], today) == places
    for decision in acceptable(phases, [*ledger, *absence], today):
        after = [*ledger, *absence, decision]
        if decision.kind != "pause":
            assert places in planned(after, today)
        without = [each for place, each in enumerate(after) if place not in places]
        assert spans(phases, without) == spans(phases, [*ledger, decision])


@fast
@given(plans(), st.integers(1, 40), st.data())
def test_a_pause_and_its_resume_shift_what_follows_and_change_nothing_else(plan, length, data):
    phases, ledger = plan
    going = [on for on in dates_of(ledger) if position(phases, ledger, on).state in GOING]
    if not going:
        return
    begins = data.draw(st.sampled_from(going))
    ends = later(length, begins)

    def shifted(on: date | None) -> date | None:
        return on and later(length * (on > begins), on)

    shifted_ledger = [PlanDecision(each.kind, shifted(each.on), each.to_phase) for each in ledger]
    absent = [*shifted_ledger, PlanDecision("pause", begins), PlanDecision("resume", ends)]
    # On the day of the resume itself it comes before what was decided for the days after.
    absent.sort(key=lambda each: (each.on, each.kind != "resume" or each.on != ends))
    at_begin = position(phases, ledger, begins)
    for on in dates_of(ledger):
        at = position(phases, ledger, on)
        if on < begins:
            assert position(phases, absent, on) == at
            continue
        then = position(phases, absent, later(length, on))
        assert (then.state, then.phase, then.day) == (at.state, at.phase, at.day)
        assert then.phase_since == shifted(at.phase_since)
        assert then.state_since == (shifted(at.state_since) if at.state_since > begins else ends)
        assert then.next_phase_on == shifted(at.next_phase_on)
        if at.state is State.RUNNING:
            assert then.review_on == shifted(at.review_on)
    # A stop on the day on which another one ended is, as the dates show it, the same stop.
    eve = position(phases, ledger, later(-1, begins))
    stopped_since = eve.state_since if eve.state is State.PAUSED else begins
    for away in range(length):
        at = position(phases, absent, later(away, begins))
        assert (at.state, at.phase, at.day) == (State.PAUSED, at_begin.phase, at_begin.day)
        assert (at.phase_since, at.state_since) == (at_begin.phase_since, stopped_since)


@fast
@given(plans(), st.integers(-3, 120))
def test_the_dates_of_the_phases_come_true(plan, days):
    phases, ledger = plan
    on = later(days)
    known = [decision for decision in ledger if decision.on <= on or decision.kind == "start"]
    course = spans(phases, known)
    for phase in phase_dates(phases, course, on):
        if phase.when is When.NEVER:
            assert (phase.first_on, phase.last_on) == (None, None)
        if phase.first_on is not None:
            assert position(phases, known, phase.first_on).phase == phase.number
            assert (phase.first_on > on) == (phase.when is When.AHEAD)
        if phase.last_on is not None:
            assert position(phases, known, phase.last_on).phase == phase.number
            assert (phase.last_on < on) == (phase.when is When.PAST)
            after = position(phases, known, later(1, phase.last_on))
            still_open = after.state in (State.AWAITING_REVIEW, State.RUNNING) and after.phase == len(phases)
            moved = after.phase != phase.number or after.phase_since == later(1, phase.last_on)
            assert moved or still_open or after.state not in (State.RUNNING, State.STAYING)


decisions = st.builds(
    PlanDecision,
    st.sampled_from([*Kind, "start", "pause", "withdraw", ""]),
    st.integers(-5, 60).map(later),
    st.none() | st.integers(-1, 6),
)


@settings(deadline=None, max_examples=200)
@given(protocols(), st.lists(decisions, max_size=6), st.booleans())
def test_any_ledger_is_taken_or_refused_with_a_code(phases, ledger, begins):
    if begins:
        ledger = [PlanDecision("start", START), *ledger]
    try:
        course = spans(phases, ledger)
    except DecisionRefused as refused:
        assert refused.code in Refusal
        assert refused.decision is None or refused.decision in ledger
    else:
        by_date = sorted(ledger, key=lambda decision: decision.on)
        assert course == spans(phases, by_date)
        assert course == spans(phases, [PlanDecision(str(d.kind), d.on, d.to_phase) for d in by_date])


class PlanClock(RuleBasedStateMachine):
    """A plan lived forward: days pass, a person acts, forms are sent twice. No phase is skipped or doubled."""

    @initialize(phases=protocols())
    def start(self, phases):
        self.phases, self.today = phases, START
        self.ledger = [PlanDecision("start", START)]

    @rule(days=st.integers(1, 30))
    def days_pass(self, days):
        was = position(self.phases, self.ledger, self.today)
        self.today = later(days, self.today)
        at = position(self.phases, self.ledger, self.today)
        assert was.day <= at.day <= was.day + days
        assert at.state_since >= was.state_since
        if was.next_phase_on is None or was.next_phase_on > self.today:
            assert at.phase == was.phase

    @rule(act=st.sampled_from([act for act in Act if act is not Act.TAKE_BACK]), to_phase=st.integers(1, 4))
    def act(self, act, to_phase):
        was = position(self.phases, self.ledger, self.today)
        answer = choices(self.phases, self.ledger, self.today)[act]
        if isinstance(answer, Refusal):
            return
        named = {Act.GO_BACK: min(to_phase, was.phase), Act.MOVE_ON: was.phase + 1}.get(act)
        made = entries(act, self.phases, self.ledger, self.today, to_phase=named)
        assert in_the_way(self.phases, self.ledger, made, self.today) == ()
        self.ledger += made
        at = position(self.phases, self.ledger, self.today)
        assert at.phase == (named or was.phase)
        assert at.day == (was.day if named is None else self.phases[named - 1].first_day)

    @precondition(lambda self: any(decision.kind == "advance" for decision in self.ledger))
    @rule()
    def the_form_of_moving_on_is_sent_again(self):
        again = next(decision for decision in reversed(self.ledger) if decision.kind == "advance")
        phase = position(self.phases, self.ledger, self.today).phase
        if phase >= again.to_phase:
            stale = PlanDecision("advance", self.today, again.to_phase)
            assert taken(self.phases, self.ledger, stale) is None

    @precondition(lambda self: len(self.ledger) > 1)
    @rule()
    def take_back(self):
        (latest,) = taken_back(self.ledger, self.today)
        assert latest == len(self.ledger) - 1
        del self.ledger[latest]

    @invariant()
    def no_phase_is_skipped_or_doubled(self):
        decided = {(decision.on, decision.kind) for decision in self.ledger}
        for span, following in pairwise(spans(self.phases, self.ledger)):
            on = following.first_on
            if span.phase_since == following.phase_since or (on, "regress") in decided:
                continue
            if (on, "advance") not in decided:
                assert following.phase == span.phase + 1
                assert following.first_day == self.phases[span.phase].first_day
            assert following.phase > span.phase


PlanClock.TestCase.settings = settings(deadline=None, max_examples=1000, stateful_step_count=8)
TestPlanClock = PlanClock.TestCase
