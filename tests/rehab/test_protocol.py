import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyphen
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehab.dosage import problems
from rehab.icd import Region
from rehab.protocol import (
    BodyRegion,
    Document,
    Exercise,
    ExerciseKind,
    ItemKind,
    Phase,
    Use,
    Version,
    VersionStatus,
    content_hash,
    of_another_region,
    opens_unasked,
)
from rehab.protocol_json import SHIPPED_FILE, dump, parse
from rehab.strict_json import ProtocolError, Reason

DATA: dict[str, Any] = json.loads(SHIPPED_FILE.read_text())
SHIPPED = parse(DATA)
AS_IN_THE_SOURCE, PROPOSED = SHIPPED.versions
EXERCISES = {exercise.key: exercise for exercise in SHIPPED.exercises}
FACTS = [line.split("\t") for line in (Path(__file__).parents[1] / "cases" / "fact-ids.txt").read_text().splitlines()]
PHASE_FACTS = [fact for fact, group, _ in FACTS if group == "phases"]
PICTURES = {
    *("neck-roll", "shoulder-shrug", "abdominal-bracing", "hamstring-stretch", "piriformis-stretch"),
    *("pelvic-tilt", "wall-sit", "front-plank", "front-plank-knees", "side-plank", "bird-dog", "step-up", "lunge"),
    *("kettlebell-swing", "medicine-ball-throw", "swimming", "cycling", "knee-rock", "walking"),
}


def phase_exercise(version: Version, key: str) -> Any:
    return next(each for phase in version.phases for each in phase.exercises if each.exercise.key == key)


# --- what is carried ---------------------------------------------------------------------------------------


def carried(version: Version, fact: str) -> bool:
    """Whether the fact stands on the kind of thing that it is about, in the phase that it is about."""
    if fact == "P5":
        return {each.kind for each in SHIPPED.exercises if "P5" in each.fact_ids} == set(ExerciseKind)
    phase = version.phases[int(fact[1]) - 1]
    match fact[2:3]:
        case "":
            return fact in phase.fact_ids
        case "g":
            return any(fact in item.fact_ids and item.kind is ItemKind.GOAL for item in phase.items)
        case "i":
            kinds = {ItemKind.TREATMENT, ItemKind.ADVICE}
            return any(fact in item.fact_ids and item.kind in kinds for item in phase.items)
        case "e":
            return any(fact in each.fact_ids and fact in each.exercise.fact_ids for each in phase.exercises)
    return False


@pytest.mark.parametrize("fact", PHASE_FACTS)
def test_every_fact_of_the_phases_is_carried_as_in_the_source(fact: str) -> None:
    assert carried(AS_IN_THE_SOURCE, fact)


@pytest.mark.parametrize("fact", PHASE_FACTS)
def test_the_proposal_carries_every_fact_too(fact: str) -> None:
    assert carried(PROPOSED, fact)


def test_no_fact_is_named_that_is_not_on_the_list() -> None:
    named = set(re.findall(r'"(P\d\w*)"', SHIPPED_FILE.read_text()))
    assert named == set(PHASE_FACTS)


def test_the_template_is_made_for_the_two_conditions_of_the_source() -> None:
    assert [each.code for each in SHIPPED.conditions if each.use is Use.MADE_FOR] == ["M53.3", "M53.87"]
    assert [each.code for each in SHIPPED.conditions if each.use is Use.ALSO_FOR] == ["M54.50", "M54.51", "M54.59"]


@pytest.mark.parametrize("version", SHIPPED.versions, ids=lambda version: version.label)
def test_four_phases_of_two_four_six_and_open_weeks(version: Version) -> None:
    assert [phase.weeks for phase in version.phases] == [2, 4, 6, None]
    assert [phase.key for phase in version.phases] == [phase.key for phase in AS_IN_THE_SOURCE.phases]
    assert [phase.name for phase in version.phases] == ["Settle", "Move", "Strengthen", "Return"]


@pytest.mark.parametrize("version", SHIPPED.versions, ids=lambda version: version.label)
def test_the_follow_up_comes_28_days_after_the_start(version: Version) -> None:
    assert [(each.day, each.fact_ids) for each in version.follow_ups if each.day] == [(28, ("X5",))]


# --- as in the source --------------------------------------------------------------------------------------


def test_as_in_the_source_is_retired_and_opens_by_weeks_alone() -> None:
    assert (AS_IN_THE_SOURCE.number, AS_IN_THE_SOURCE.status) == (1, VersionStatus.RETIRED)
    assert not any(phase.needs_review for phase in AS_IN_THE_SOURCE.phases)


def test_as_in_the_source_has_no_proposals() -> None:
    for phase in AS_IN_THE_SOURCE.phases:
        assert not any(item.proposal for item in phase.items)
        assert not any(each.proposal or each.exercise.proposal for each in phase.exercises)


def test_ice_keeps_its_minutes_and_its_vague_interval() -> None:
    ice = next(item for item in AS_IN_THE_SOURCE.phases[0].items if "P1i3" in item.fact_ids)
    assert ice.data == {"minutes_from": 15, "minutes_to": 20, "every": "few hours"}


# --- the product's proposal --------------------------------------------------------------------------------


def test_the_proposal_is_published_and_asks_for_a_check_before_phases_three_and_four() -> None:
    assert (PROPOSED.number, PROPOSED.status, PROPOSED.based_on) == (2, VersionStatus.PUBLISHED, 1)
    assert [phase.needs_review for phase in PROPOSED.phases] == [False, True, True, False]


def test_no_loaded_or_ballistic_exercise_opens_without_a_check() -> None:
    assert opens_unasked(PROPOSED) == ()
    assert not any(each.exercise.loaded or each.exercise.ballistic for each in PROPOSED.phases[0].exercises)
    assert {each.exercise.key for each in opens_unasked(AS_IN_THE_SOURCE)} == {
        *("step-up", "lunge", "kettlebell-swing", "medicine-ball-throw")
    }


def test_exactly_what_is_loaded_ballistic_or_of_another_region_starts_unticked() -> None:
    for phase in PROPOSED.phases:
        for each in phase.exercises:
            what = each.exercise
            risky = what.loaded or what.ballistic or of_another_region(what.region, Region.LUMBOSACRAL)
            assert each.starts_ticked is not risky, what.key


@pytest.mark.parametrize("key", ["neck-roll", "shoulder-shrug"])
def test_the_neck_exercises_stay_but_are_optional(key: str) -> None:
    each = phase_exercise(PROPOSED, key)
    assert (each.optional, each.starts_ticked, bool(each.note)) == (True, False, True)


def test_what_is_added_is_marked_as_the_product_s_own() -> None:
    assert {each.key for each in SHIPPED.exercises if each.proposal} == {"knee-rock", "walking"}
    heat_or_cold = next(item for item in PROPOSED.phases[0].items if item.key == "heat-or-cold")
    assert heat_or_cold.proposal
    assert [item.key for item in PROPOSED.phases[0].items if "P1i3" in item.fact_ids] == ["ice"]


def test_a_follow_up_falls_on_the_last_day_of_each_bounded_phase() -> None:
    ends = [each.phase for each in PROPOSED.follow_ups if each.phase]
    assert ends == [phase.key for phase in PROPOSED.phases if phase.weeks]


# --- the exercises -----------------------------------------------------------------------------------------


def test_loaded_and_ballistic_are_what_they_are() -> None:
    assert {each.key for each in SHIPPED.exercises if each.ballistic} == {"kettlebell-swing", "medicine-ball-throw"}
    assert {each.key for each in SHIPPED.exercises if each.loaded} == {
        *("kettlebell-swing", "medicine-ball-throw", "step-up", "lunge")
    }


@pytest.mark.parametrize("exercise", SHIPPED.exercises, ids=lambda exercise: exercise.key)
def test_every_exercise_has_short_steps_a_stop_rule_and_a_picture(exercise: Exercise) -> None:
    assert 2 <= len(exercise.instructions) <= 4
    assert "Stop" in exercise.stop_rule
    assert "5 of 10" in exercise.stop_rule
    assert len(exercise.stop_rule) <= 130
    assert exercise.picture in PICTURES
    assert {variant.picture for variant in exercise.variants} <= PICTURES


@pytest.mark.parametrize("exercise", SHIPPED.exercises, ids=lambda exercise: exercise.key)
def test_every_amount_is_a_proposal_and_can_be_prescribed(exercise: Exercise) -> None:
    assert exercise.dosage_proposal
    assert problems(exercise.dosage) == ()
    assert all(problems(variant.dosage) == () for variant in exercise.variants if variant.dosage)


def test_the_plank_is_one_exercise_with_its_variants() -> None:
    variants = {variant.key: variant for variant in EXERCISES["plank"].variants}
    assert set(variants) == {"front-plank-knees", "front-plank-toes", "side-plank-knees", "bird-dog"}
    assert [key for key, variant in variants.items() if variant.starts_off] == ["side-plank-knees"]
    assert variants["side-plank-knees"].note


@pytest.mark.parametrize("version", SHIPPED.versions, ids=lambda version: version.label)
def test_swimming_or_cycling_is_a_choice_of_one(version: Version) -> None:
    assert {each.exercise.key for each in version.phases[3].exercises if each.choice} == {"swimming", "cycling"}
    assert len({each.choice for each in version.phases[3].exercises if each.choice}) == 1


@pytest.mark.parametrize(
    ("exercise", "problem", "other"),
    [
        (BodyRegion.NECK, Region.LUMBOSACRAL, True),
        (BodyRegion.SHOULDER, Region.SACRUM_COCCYX, True),
        (BodyRegion.LEG, Region.LOWER_BACK, False),
        (BodyRegion.TRUNK, Region.NECK, False),
        (BodyRegion.LOWER_BACK, Region.NECK, True),
        (BodyRegion.WHOLE_BODY, Region.KNEE, False),
        (BodyRegion.NECK, Region.OTHER, False),
        (BodyRegion.NECK, None, False),
    ],
)
def test_an_exercise_of_another_region_is_known(exercise: BodyRegion, problem: Region | None, other: bool) -> None:
    assert of_another_region(exercise, problem) is other


# --- the patient's words -----------------------------------------------------------------------------------

SYLLABLES = pyphen.Pyphen(lang="en_US")
NOT_FOR_PATIENTS = re.compile(r"adheren|complian|red flag|screening|alert|\bmg\b|tablet", re.IGNORECASE)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade, with the syllables that pyphen sees."""
    sentences = max(1, len(re.findall(r"[.!?](?:\s|$)", text)))
    words = re.findall(r"[A-Za-z0-9’']+", text)
    syllables = sum(len(SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def patient_texts(thing: Exercise | Phase) -> list[str]:
    if isinstance(thing, Phase):
        return [item.patient_text for item in thing.items]
    variants = [step for variant in thing.variants for step in variant.instructions]
    texts = [*thing.instructions, thing.stop_rule, thing.easier, thing.harder, *variants]
    return [text for text in texts if text]


READ_BY_PATIENTS = [
    *(pytest.param(exercise, id=exercise.key) for exercise in SHIPPED.exercises),
    *(
        pytest.param(phase, id=f"{version.number}-{phase.name}")
        for version in SHIPPED.versions
        for phase in version.phases
    ),
]


def test_the_grade_tells_plain_words_from_hard_ones() -> None:
    assert grade("Lie on your back. Bend your knees. Breathe.") < 3
    assert grade("Perform lumbopelvic stabilisation exercises, maintaining diaphragmatic respiration.") > 12


@pytest.mark.parametrize("thing", READ_BY_PATIENTS)
def test_what_patients_read_is_plain(thing: Exercise | Phase) -> None:
    texts = patient_texts(thing)
    assert all(texts)
    assert grade(" ".join(texts)) <= 6.9
    assert not NOT_FOR_PATIENTS.search(" ".join(texts))


# --- reading and writing -----------------------------------------------------------------------------------


def test_the_file_comes_back_as_it_is() -> None:
    assert dump(SHIPPED) == DATA
    assert parse(json.dumps(dump(SHIPPED))) == SHIPPED
    assert SHIPPED_FILE.read_text() == json.dumps(DATA, ensure_ascii=False, indent=2) + "\n"


def test_the_hash_is_of_what_is_asked_and_not_of_the_status() -> None:
    assert content_hash(replace(PROPOSED, status=VersionStatus.RETIRED, number=9)) == content_hash(PROPOSED)
    assert content_hash(AS_IN_THE_SOURCE) != content_hash(PROPOSED)
    assert re.fullmatch("[0-9a-f]{64}", content_hash(PROPOSED))


def test_another_word_in_an_exercise_is_another_version() -> None:
    data = copy.deepcopy(DATA)
    data["exercises"][0]["stop_rule"] = "Stop when it hurts."
    changed = parse(data)
    assert content_hash(changed.exercises[0]) != content_hash(SHIPPED.exercises[0])
    assert content_hash(changed.exercises[1]) == content_hash(SHIPPED.exercises[1])
    assert content_hash(changed.versions[1]) != content_hash(PROPOSED)


ABSENT = object()
PHASE_KEY = PROPOSED.phases[0].key
MALFORMED = [
    ("schema", 2, "wrong_schema"),
    ("schema", "1", "not_a_number"),
    ("schema", ABSENT, "missing"),
    ("surprise", 1, "unknown_field"),
    ("key", "Low Back", "not_a_key"),
    ("name", " ", "blank"),
    ("name", "x" * 121, "too_long"),
    ("name", "a\0b", "unprintable"),
    ("name", "a\ud800b", "unprintable"),
    ("name", 5, "not_text"),
    ("conditions", [], "empty"),
    ("conditions[0]", None, "not_an_object"),
    ("conditions[0].code", "m53.3", "not_a_key"),
    ("conditions[1].code", "M53.3", "duplicate"),
    ("conditions[0].use", "perhaps", "not_a_choice"),
    ("sources[1].key", "S2", "duplicate"),
    ("sources[0].title", ABSENT, "missing"),
    ("exercises", {}, "not_a_list"),
    ("exercises", [1] * 501, "too_long"),
    ("exercises[1].key", "neck-roll", "duplicate"),
    ("exercises[0].kind", "yoga", "not_a_choice"),
    ("exercises[0].region", ["neck"], "not_a_choice"),
    ("exercises[0].loaded", "no", "not_a_flag"),
    ("exercises[0].instructions", [], "empty"),
    ("exercises[0].instructions[1]", "", "blank"),
    ("exercises[0].stop_rule", ABSENT, "missing"),
    ("exercises[0].proposal", True, "proposal_or_facts"),
    ("exercises[0].fact_ids[0]", "p1", "not_a_key"),
    ("exercises[0].fact_ids", ["P5", "P5"], "duplicate"),
    ("exercises[0].dosage.reps", True, "not_a_number"),
    ("exercises[0].dosage.reps", 3.5, "not_a_number"),
    ("exercises[0].dosage.reps", 0, "out_of_range"),
    ("exercises[0].dosage.hold_seconds", 601, "out_of_range"),
    ("exercises[0].dosage.rest_between", True, "wrong_dosage"),
    ("exercises[0].dosage.load", "x" * 41, "wrong_dosage"),
    ("exercises[0].dosage.weight", 4, "unknown_field"),
    ("exercises[9].variants[1].key", "front-plank-knees", "duplicate"),
    ("exercises[9].variants[0].dosage.sets", -1, "out_of_range"),
    ("versions[1].number", 1, "duplicate"),
    ("versions[1].status", "offered", "not_a_choice"),
    ("versions[1].based_on", 2, "unknown_version"),
    ("versions[1].phases", [], "empty"),
    ("versions[1].phases", ABSENT, "missing"),
    ("versions[1].phases[0].key", "1", "not_a_key"),
    ("versions[1].phases[0].key", PHASE_KEY.upper(), "not_a_key"),
    ("versions[1].phases[1].key", PHASE_KEY, "duplicate"),
    ("versions[1].phases[0].name", "x" * 61, "too_long"),
    ("versions[1].phases[0].weeks", 0, "out_of_range"),
    ("versions[1].phases[0].weeks", None, "open_phase_not_last"),
    ("versions[1].phases[0].visits_per_week", 99, "out_of_range"),
    ("versions[1].phases[0].items[0].kind", "hope", "not_a_choice"),
    ("versions[1].phases[0].items[1].key", "less-pain", "duplicate"),
    ("versions[1].phases[0].items[0].data", [], "not_an_object"),
    ("versions[1].phases[0].items[0].data", {"a": 1.5}, "not_a_scalar"),
    ("versions[1].phases[0].exercises[0].exercise", "handstand", "unknown_exercise"),
    ("versions[1].phases[1].exercises[0].key", PROPOSED.phases[0].exercises[0].key, "duplicate"),
    ("versions[1].phases[0].exercises[0].dosage", {}, "wrong_dosage"),
    ("versions[1].phases[0].exercises[0].dosage", ABSENT, "missing"),
    ("versions[1].phases[0].exercises[0].choice", "x" * 41, "too_long"),
    ("versions[1].phases[1].needs_review", False, "opens_unasked"),
    ("versions[1].follow_ups[0].day", 0, "out_of_range"),
    ("versions[1].follow_ups[0].phase", PHASE_KEY, "day_or_phase"),
    ("versions[1].follow_ups[0].day", ABSENT, "day_or_phase"),
    ("versions[1].follow_ups[1].phase", AS_IN_THE_SOURCE.phases[0].exercises[0].key, "unknown_phase"),
    ("versions[1].follow_ups[1].phase", PROPOSED.phases[3].key, "end_of_open_phase"),
]
# Where the error stands, if it is not the field that was changed.
ELSEWHERE = {
    ("versions[1].phases[0].items[0].data", "not_a_scalar"): "versions[1].phases[0].items[0].data.a",
    ("versions[1].phases[0].exercises[0].dosage", "wrong_dosage"): "versions[1].phases[0].exercises[0].dosage.reps",
    ("versions[1].phases[1].needs_review", "opens_unasked"): "versions[1].phases",
    ("versions[1].follow_ups[0].phase", "day_or_phase"): "versions[1].follow_ups[0]",
    ("versions[1].follow_ups[0].day", "day_or_phase"): "versions[1].follow_ups[0]",
}


def with_value(path: str, value: object) -> dict[str, Any]:
    data: Any = copy.deepcopy(DATA)
    steps: list[Any] = [int(step) if step.isdigit() else step for step in re.findall(r"[a-z_]+|\d+", path)]
    place = data
    for step in steps[:-1]:
        place = place[step]
    if value is ABSENT:
        del place[steps[-1]]
    else:
        place[steps[-1]] = value
    return data


@pytest.mark.parametrize(("path", "value", "reason"), MALFORMED)
def test_malformed_data_is_refused_with_where_and_why(path: str, value: object, reason: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse(with_value(path, value))
    assert refused.value.reason == reason
    assert refused.value.path == ELSEWHERE.get((path, reason), path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOT_JSON),
        ("{", Reason.NOT_JSON),
        ("[" * 100_000, Reason.NOT_JSON),
        ("9" * 10_000, Reason.NOT_JSON),
        ("[]", Reason.NOT_AN_OBJECT),
        ("null", Reason.NOT_AN_OBJECT),
        ('{"schema": 1, "schema": 1}', Reason.DUPLICATE),
        ('{"schema": NaN}', Reason.NOT_A_NUMBER),
    ],
)
def test_text_that_is_no_protocol_is_refused(text: str, reason: Reason) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse(text)
    assert (refused.value.path, refused.value.reason) == ("schema" if "NaN" in text else "", reason)
    assert str(refused.value)


def test_every_reason_is_tried() -> None:
    tried = {reason for _, _, reason in MALFORMED} | {Reason.NOT_JSON}
    assert tried == set(Reason)


def places(value: Any, path: str = "") -> list[str]:
    """The path of everything in the data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [] if not path else [path]
    for step, each in inner:
        found += places(each, f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}".strip("."))
    return found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(places(DATA)), JSON | st.just(ABSENT))
def test_anything_anywhere_is_read_or_refused_and_never_breaks(path: str, value: object) -> None:
    try:
        found: Document = parse(with_value(path, value))
    except ProtocolError as refused:
        assert refused.reason in Reason
    else:
        assert parse(dump(found)) == found
