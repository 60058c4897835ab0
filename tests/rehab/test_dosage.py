import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab.dosage import BOUNDS, LONGEST_LOAD, Dosage, DosageProblem, ProblemCode, changes, problems

WHOLE = st.one_of(st.none(), st.integers(-3, 1000))
ANY_DOSAGE = st.builds(
    Dosage,
    sets=WHOLE,
    reps=WHOLE,
    hold_seconds=WHOLE,
    minutes=WHOLE,
    per_side=st.booleans(),
    load=st.text(max_size=60),
    times_per_day=st.integers(-3, 1000),
    days_per_week=st.integers(-3, 1000),
    rest_between=st.booleans(),
)


@pytest.mark.parametrize(
    "dosage", [Dosage(reps=10), Dosage(hold_seconds=30), Dosage(minutes=20), Dosage(sets=5, hold_seconds=30)]
)
def test_one_measure_is_enough(dosage: Dosage) -> None:
    assert problems(dosage) == ()


@pytest.mark.parametrize("dosage", [Dosage(), Dosage(sets=3), Dosage(load="4 kg")])
def test_nothing_to_do_is_refused(dosage: Dosage) -> None:
    assert problems(dosage) == (DosageProblem(ProblemCode.NOTHING_TO_DO, "reps"),)


@pytest.mark.parametrize("field", BOUNDS)
def test_each_amount_is_taken_at_its_bounds_and_refused_beyond(field: str) -> None:
    lowest, highest = BOUNDS[field]
    for amount in (lowest, highest):
        assert problems(Dosage(**{"reps": 10, field: amount})) == ()
    for amount in (lowest - 1, highest + 1):
        assert problems(Dosage(**{"reps": 10, field: amount})) == (DosageProblem(ProblemCode(field), field),)


def test_the_load_is_short() -> None:
    assert problems(Dosage(reps=1, load="x" * LONGEST_LOAD)) == ()
    assert problems(Dosage(reps=1, load="x" * (LONGEST_LOAD + 1))) == (
        DosageProblem(ProblemCode.LOAD_TOO_LONG, "load"),
    )


@pytest.mark.parametrize(("days", "codes"), [(1, []), (3, []), (4, ["no_room_for_rest"]), (7, ["no_room_for_rest"])])
def test_a_rest_day_between_needs_room_in_every_week(days: int, codes: list[str]) -> None:
    found = problems(Dosage(reps=10, days_per_week=days, rest_between=True))
    assert [problem.code for problem in found] == codes


def test_all_problems_are_named_in_the_order_of_the_fields() -> None:
    found = problems(Dosage(sets=0, minutes=999, times_per_day=0, load="x" * 41))
    assert [problem.field for problem in found] == ["sets", "minutes", "times_per_day", "load"]


def test_changes_name_the_fields_that_differ() -> None:
    old = Dosage(reps=5, hold_seconds=10, days_per_week=3)
    assert changes(old, old) == ()
    assert changes(old, Dosage(reps=5, hold_seconds=20, days_per_week=3, rest_between=True)) == (
        "hold_seconds",
        "rest_between",
    )


@settings(deadline=None)
@given(ANY_DOSAGE)
def test_every_problem_stands_beside_a_field_of_the_dosage(dosage: Dosage) -> None:
    for problem in problems(dosage):
        assert hasattr(dosage, problem.field)
