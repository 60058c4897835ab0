"""The shipped conditions carry every fact of the sources, in own words, at a reading grade of 6."""

import copy
import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehab import conditions, icd
from rehab.conditions import FOR_PATIENTS, FactKind, Relation, Severity, Step, Tier
from tests.reading import grade

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
GROUPS = {"conditions", "synonyms", "causes", "symptoms", "red-flags", "risk-factors", "differentials"}
GROUPS |= {"prevention", "faq"}
TREATMENTS = {f"T{number}" for number in range(1, 23)}
TEMPLATES = ["help/index.html", "help/_safety.html", "learn/index.html"]
HIGHEST_GRADE = 6.9


@pytest.fixture(scope="module")
def shipped():
    return conditions.read_data()


@pytest.fixture(scope="module")
def facts(shipped):
    return [fact for condition in shipped for fact in condition.facts]


@pytest.fixture(scope="module")
def codes():
    return {row.code: row for row in icd.read_data().rows}


def raw():
    return json.loads(conditions.DATA_FILE.read_text(encoding="utf-8"))


def strings_of(template):
    """What a reader sees of a template: its translated strings."""
    source = (ROOT / "templates" / "patients" / template).read_text(encoding="utf-8")
    found = re.findall(r'{% translate "([^"]*)" %}', source)
    blocks = re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", source, re.DOTALL)
    return found + [re.sub(r"{{ number }}", "911", re.sub(r"{{ name }}", "us", text)) for text in blocks]


# --- every fact of the sources


def test_every_fact_of_the_sources_is_carried(facts):
    listed = [line.split("\t") for line in (CASES / "fact-ids.txt").read_text(encoding="utf-8").splitlines()]
    wanted = {fact_id for fact_id, group, _ in listed if group in GROUPS} | TREATMENTS
    carried = {fact_id for fact in facts for fact_id in fact.fact_ids}
    assert wanted - carried == set()
    assert carried - wanted == set()


def test_both_conditions_of_the_sources_are_there_under_their_codes(shipped, codes):
    assert [condition.icd for condition in shipped] == ["M53.3", "M53.87"]
    assert all(codes[condition.icd].billable for condition in shipped)


def test_the_sources_wrong_title_of_m53_3_is_kept_as_its_label_and_put_right(shipped, codes):
    condition = shipped[0]
    assert "Other specified dorsopathies" in condition.source_label
    assert codes["M53.3"].title.startswith("Sacrococcygeal")
    assert 1 in {number for fact in condition.facts for number in fact.source_errors}


def test_positions_count_from_one_in_each_list(shipped):
    for condition in shipped:
        for kind in FactKind:
            places = [fact.position for fact in condition.facts if fact.kind == kind]
            assert places == list(range(1, len(places) + 1))


def test_symptoms_are_graded_in_three_severities(shipped):
    for condition in shipped:
        grades = [fact.severity for fact in condition.facts if fact.severity]
        assert {severity: grades.count(severity) for severity in Severity} == dict.fromkeys(Severity, 3)


def test_bladder_and_bowel_are_an_emergency_and_one_leg_is_a_same_day_sign(facts):
    tiers = {fact.tier for fact in facts if fact.kind == FactKind.RED_FLAG and "R4" in fact.fact_ids}
    assert tiers == {Tier.EMERGENCY, Tier.SAME_DAY}
    by_id = {fact_id: fact.tier for fact in facts if fact.tier for fact_id in fact.fact_ids}
    assert (by_id["R1"], by_id["R2"], by_id["R3"]) == (Tier.URGENT, Tier.SAME_DAY, Tier.SAME_DAY)


def test_numb_or_weak_legs_are_to_be_watched(facts):
    watched = {fact_id for fact in facts if fact.watch for fact_id in fact.fact_ids}
    assert watched == {"Y4", "Y5", "Y18"}


def test_other_diagnoses_are_no_synonyms(facts):
    relations = {fact.text: fact.relation for fact in facts if fact.kind == FactKind.SYNONYM}
    assert relations["Spondylosis"] == relations["Lumbosacral disc disorder"] == Relation.EXCLUDED
    assert relations["Radiculopathy"] == Relation.RELATED
    assert relations["Dorsopathy"] == Relation.BROADER


def test_named_codes_exist_and_those_that_cannot_be_billed_offer_some_that_can(facts, codes):
    for fact in facts:
        assert all(codes[code].billable for code in fact.offers), fact
        if fact.icd:
            excluded = fact.relation == Relation.EXCLUDED
            assert codes[fact.icd].billable or fact.offers or excluded, fact


def test_the_offered_codes_are_those_of_the_advisories(facts, codes):
    for code in ("M54.5", "M51.2", "M47"):
        (fact,) = [fact for fact in facts if fact.icd == code and fact.fact_ids[0] in {"D5", "D6", "D7"}][:1]
        (advisory,) = icd.advisories(code, title=codes[code].title, billable=False)
        assert fact.offers == advisory.offered


def test_details_hold_only_what_is_said():
    fact = conditions.read_data()[0].facts[0]
    assert fact.details() == {"offers": ["M53.86", "M53.87"], "source_errors": [1, 2, 54]}


# --- a bad file


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rumour"},
        {"severity": "awful"},
        {"tier": "someday"},
        {"text": ""},
        {"patient_text": "Nobody reads this."},
        {"fact_ids": [], "source_errors": []},
        {"for": ["M99.99"]},
        {"surprise": 1},
        {"relation": "synonym"},
        {"kind": "prevention"},
        {"kind": "red_flag"},
    ],
)
def test_a_row_that_says_something_unknown_is_refused(change):
    data = raw()
    row = next(item for item in data["facts"] if item["kind"] == "cause")
    row.update(copy.deepcopy(change))
    with pytest.raises(ValueError):
        conditions.parse(data)


def test_a_condition_that_is_there_twice_is_refused():
    data = raw()
    data["conditions"].append(data["conditions"][0])
    with pytest.raises(ValueError, match="twice"):
        conditions.parse(data)


# --- the words


def test_what_patients_read_is_of_grade_six(facts):
    for fact in facts:
        if fact.kind in FOR_PATIENTS:
            assert grade(fact.patient_text) <= HIGHEST_GRADE, fact.patient_text


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_pages_that_patients_read_are_of_grade_six(template):
    strings = strings_of(template)
    assert grade("\n".join(strings)) <= HIGHEST_GRADE


@pytest.mark.parametrize("word", ["adherence", "compliance", "red flag", "screening", "alert"])
def test_words_that_patients_never_read_are_not_there(facts, word):
    texts = [fact.patient_text + fact.title for fact in facts]
    texts += [text for template in TEMPLATES for text in strings_of(template)]
    assert [text for text in texts if word in text.lower()] == []


def test_no_sentence_of_the_sources_is_copied(shipped, facts):
    """Hashes of all runs of eight words of the sources, so that their text need not be kept here."""
    known = set((CASES / "seed-8grams.txt").read_text(encoding="ascii").split())
    texts = [condition.description for condition in shipped]
    texts += [text for fact in facts for text in (fact.text, fact.patient_text)]
    texts += [text for template in TEMPLATES for text in strings_of(template)]
    for text in texts:
        words = re.findall(r"[a-z0-9]+", text.lower())
        runs = (" ".join(words[start : start + 8]) for start in range(len(words) - 7))
        assert [run for run in runs if hashlib.sha256(run.encode()).hexdigest()[:10] in known] == []


def test_the_measure_tells_hard_words_from_easy_ones():
    easy = "Stop the exercises until somebody has looked at it."
    hard = "Discontinue physiotherapeutic interventions immediately, notwithstanding symptomatic improvement."
    assert grade(easy) < HIGHEST_GRADE < grade(hard)


# --- whatever word stands in a row

WORDS = ["kind", "text", "patient_text", "severity", "relation", "tier", "step"]
KNOWN = [each.value for words in (FactKind, Severity, Relation, Tier, Step) for each in words]


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(WORDS), st.text(max_size=20) | st.sampled_from(KNOWN))
def test_a_row_with_another_word_is_read_as_it_stands_or_refused_with_a_sentence(data, key, word):
    changed = raw()
    row = data.draw(st.sampled_from(changed["facts"]))
    row[key] = word
    try:
        found = conditions.parse(changed)
    except ValueError as refused:
        assert str(refused)
        return
    facts = [fact for condition in found for fact in condition.facts]
    assert all(fact.text and (fact.kind in FOR_PATIENTS) == bool(fact.patient_text) for fact in facts)
    assert any(getattr(fact, key) == word for fact in facts)
