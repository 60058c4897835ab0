import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab.dosage import BOUNDS, Dosage, ProblemCode, problems
from rehab.protocol import BodyRegion, ExerciseKind, ItemKind
from rehab.sentences import (
    BODY_REGIONS,
    EXERCISE_KINDS,
    ITEM_KINDS,
    dosage_change_words,
    dosage_problem,
    dosage_short,
    dosage_words,
    frequency_words,
)


def amount(field: str) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), st.integers(*BOUNDS[field]))


DOSAGES = st.builds(
    Dosage,
    sets=amount("sets"),
    reps=amount("reps"),
    hold_seconds=amount("hold_seconds"),
    minutes=amount("minutes"),
    per_side=st.booleans(),
    load=st.text(alphabet=string.ascii_lowercase + " %{}é💪", max_size=40),
    times_per_day=st.integers(*BOUNDS["times_per_day"]),
    days_per_week=st.integers(*BOUNDS["days_per_week"]),
    rest_between=st.booleans(),
).filter(lambda dosage: not problems(dosage))


@pytest.mark.parametrize(
    ("dosage", "words", "short"),
    [
        (Dosage(sets=2, reps=10, hold_seconds=5), "2 sets of 10, hold 5 seconds", "2 × 10, hold 5 s"),
        (
            Dosage(reps=3, per_side=True, hold_seconds=30),
            "3 times each side, hold 30 seconds",
            "3 each side, hold 30 s",
        ),
        (Dosage(minutes=20), "20 minutes", "20 min"),
        (Dosage(sets=1, reps=10), "1 set of 10", "1 × 10"),
        (Dosage(reps=1, hold_seconds=1), "1 time, hold 1 second", "1 time, hold 1 s"),
        (Dosage(reps=5, hold_seconds=10), "5 times, hold 10 seconds", "5 times, hold 10 s"),
        (Dosage(sets=5, hold_seconds=30), "5 sets of 30 seconds", "5 × 30 s"),
        (Dosage(hold_seconds=30), "hold 30 seconds", "30 s"),
        (
            Dosage(sets=2, reps=8, per_side=True, load="4 kg"),
            "2 sets of 8 each side, 4 kg",
            "2 × 8 each side, 4 kg",
        ),
        (Dosage(reps=10, minutes=5), "10 times, for 5 minutes", "10 times, 5 min"),
        (Dosage(sets=3, minutes=5), "3 sets of 5 minutes", "3 × 5 min"),
    ],
)
def test_a_dose_reads_as_people_say_it(dosage: Dosage, words: str, short: str) -> None:
    assert dosage_words(dosage) == words
    assert dosage_short(dosage) == short


@pytest.mark.parametrize(
    ("dosage", "words"),
    [
        (Dosage(reps=1), "every day"),
        (Dosage(reps=1, times_per_day=2), "2 times a day"),
        (Dosage(reps=1, days_per_week=1), "1 day a week"),
        (Dosage(reps=1, days_per_week=3), "3 days a week"),
        (Dosage(reps=1, days_per_week=3, rest_between=True), "3 days a week, with a rest day between"),
        (Dosage(reps=1, times_per_day=2, days_per_week=5), "2 times a day, 5 days a week"),
    ],
)
def test_how_often_reads_as_people_say_it(dosage: Dosage, words: str) -> None:
    assert frequency_words(dosage) == words


WALL_SIT = Dosage(reps=5, hold_seconds=10, days_per_week=3)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (WALL_SIT, WALL_SIT, ""),
        (WALL_SIT, Dosage(reps=5, hold_seconds=20, days_per_week=3), "hold 20 seconds now, not 10"),
        (
            WALL_SIT,
            Dosage(reps=8, hold_seconds=10, days_per_week=7),
            "8 times now, not 5; every day now, not 3 days a week",
        ),
        (WALL_SIT, Dosage(minutes=2, days_per_week=3), "2 minutes now, not 5 times, hold 10 seconds"),
        (
            WALL_SIT,
            Dosage(reps=5, hold_seconds=10, days_per_week=3, rest_between=True),
            "with a rest day between now",
        ),
        (Dosage(reps=5), Dosage(reps=5, per_side=True), "5 times each side now, not 5 times"),
        (Dosage(sets=5, hold_seconds=30), Dosage(sets=5, hold_seconds=40), "40 seconds now, not 30"),
        (
            Dosage(sets=2, reps=8, load="1 kg"),
            Dosage(sets=3, reps=8, load="2 kg"),
            "3 sets now, not 2; 2 kg now, not 1 kg",
        ),
        (Dosage(reps=8), Dosage(reps=8, load="2 kg"), "2 kg now"),
        (Dosage(reps=8, load="2 kg"), Dosage(reps=8), "no load now"),
        (Dosage(reps=8), Dosage(reps=8, times_per_day=2), "2 times a day now, not 1"),
    ],
)
def test_a_change_says_what_is_new_and_what_was(old: Dosage, new: Dosage, words: str) -> None:
    assert dosage_change_words(old, new) == words


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_has_its_sentence(code: ProblemCode) -> None:
    assert dosage_problem(code).endswith(".")


def test_the_sentence_names_the_bounds() -> None:
    assert dosage_problem(ProblemCode.REPS) == "Give a whole number from 1 to 200."


def test_every_kind_and_region_has_its_word() -> None:
    assert set(EXERCISE_KINDS) == set(ExerciseKind)
    assert set(BODY_REGIONS) == set(BodyRegion)
    assert set(ITEM_KINDS) == set(ItemKind)


@settings(deadline=None)
@given(DOSAGES)
def test_words_are_made_for_every_dosage_and_never_say_none(dosage: Dosage) -> None:
    for words in (dosage_words(dosage), dosage_short(dosage), frequency_words(dosage)):
        assert words
        assert "None" not in words


@settings(deadline=None)
@given(DOSAGES, DOSAGES)
def test_a_change_has_words_exactly_where_something_differs(old: Dosage, new: Dosage) -> None:
    words = dosage_change_words(old, new)
    assert bool(words) == (old != new)
    assert "None" not in words
