"""Diagnosis codes: how they are typed, what the data file holds, and what is worth a second look."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab import icd
from rehab.icd import AdvisoryCode, Beneath, Kind, Onset, Region


@pytest.fixture(scope="module")
def data():
    return icd.read_data()


@pytest.fixture(scope="module")
def by_code(data):
    return {row.code: row for row in data.rows}


def advise(row, **episode):
    return icd.advisories(
        row.code,
        title=row.title,
        billable=row.billable,
        excludes1=row.excludes1,
        **episode,
    )


def codes_of(advisories):
    return [advisory.code for advisory in advisories]


# --- what is typed


@pytest.mark.parametrize(
    "typed",
    ["M5387", "M53.87", "m53.87", " m53.87 ", "m5387\n", "M53 .87", "\u00a0M53.87\u2003", "m 5 3 8 7"],
)
def test_a_code_is_understood_however_it_is_typed(typed):
    assert icd.normalise(typed) == "M5387"


@pytest.mark.parametrize(
    ("typed", "compact"), [("M53", "M53"), ("m53.", "M53"), ("s39.012a", "S39012A"), ("M1A.0", "M1A0")]
)
def test_categories_and_long_codes_are_understood(typed, compact):
    assert icd.normalise(typed) == compact


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "  ",
        "13",
        "M50-M54",
        "M5.387",
        "M53..87",
        "5387",
        "M53.87Xtoolong",
        "M53\x0087",
        "M53.87'--",
        "M53%",
        "М53.87",
        "Ｍ５３",
        "ß53",
        "ı53",
        "\ud800M53",
        "\u202eM53",
        "M53.87🙂",
        "M" * 10_000,
        " " * 10_000,
    ],
)
def test_what_is_no_code_is_refused(hostile):
    assert icd.normalise(hostile) is None


@given(st.text())
@settings(deadline=None)
def test_any_text_is_a_code_or_none(text):
    compact = icd.normalise(text)
    assert compact is None or icd.normalise(icd.dotted(compact)) == compact


def test_the_written_form_has_its_dot_after_the_category():
    assert icd.dotted("M5387") == "M53.87"
    assert icd.dotted("M53") == "M53"
    with pytest.raises(ValueError, match="not a compact"):
        icd.dotted("M53.87")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ángström  ÉCOLE", "angstrom ecole"),
        ("Straße", "strasse"),
        ("Søren Łuk", "soren luk"),
        ("a\x00b", "a b"),
        ("Sjögren's", "sjogren's"),
        ("\ud800x", "x"),
    ],
)
def test_search_text_has_no_case_and_no_accents(text, folded):
    assert icd.fold(text) == folded


@given(st.text(alphabet=st.characters()))
@settings(deadline=None)
def test_folding_twice_changes_nothing_and_leaves_nothing_that_a_database_refuses(text):
    folded = icd.fold(text)
    assert icd.fold(folded) == folded
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in folded)


# --- what the file holds


def test_official_titles_and_billable_flags_are_those_of_the_release(data, by_code):
    assert data.release == "ICD-10-CM April 2026 (FY2026)"
    assert by_code["M53.87"].title == "Other specified dorsopathies, lumbosacral region"
    assert by_code["M53.3"].title == "Sacrococcygeal disorders, not elsewhere classified"
    billable = ["M53.3", "M53.87", "M53.9", "M54.50", "M54.51", "M54.59", "M54.2", "M79.18", "R29.3", "G83.4",
                "S39.012A", "S33.5XXA"]  # fmt: skip
    headings = ["M53", "M53.8", "M54.5", "M51.2", "M47", "M51.36", "M40-M54", "M50-M54", "13", "S39.012"]
    assert [code for code in billable if not by_code[code].billable] == []
    assert [code for code in headings if by_code[code].billable] == []


def test_the_file_is_whole(data, by_code):
    assert len(by_code) == len(data.rows) == len({row.compact for row in data.rows})
    parents = {row.parent for row in data.rows}
    assert [row.code for row in data.rows if row.billable and row.code in parents] == []
    assert [row.code for row in data.rows if row.kind in {Kind.CHAPTER, Kind.BLOCK} and row.billable] == []
    typed = [row for row in data.rows if row.kind in {Kind.CATEGORY, Kind.CODE}]
    assert [row.code for row in typed if icd.normalise(row.code) != row.compact] == []
    assert [row.code for row in typed if icd.dotted(row.compact) != row.code] == []
    assert {row.kind for row in data.rows if row.parent is None} == {Kind.CHAPTER}


def test_notes_of_category_and_block_are_inherited_with_their_origin(by_code):
    notes = {(note.text, note.source) for note in by_code["M54.50"].excludes1}
    assert ("current injury - see injury of spine by body region", "M50-M54") in notes
    assert ("low back strain (S39.012)", "M54.5") in notes
    note = by_code["M53.87"].excludes1[0]
    assert icd.Excludes1.from_stored(note.stored()) == note


def test_a_row_is_found_by_code_with_and_without_the_dot_title_and_inclusion_term(by_code):
    search = by_code["M53.3"].search
    assert all(word in search for word in ("m53.3", "m533", "sacrococcygeal", "coccygodynia"))


def test_a_child_before_its_parent_is_refused():
    with pytest.raises(ValueError, match="M53"):
        icd.rows([{"code": "M53.3", "title": "x", "parent": "M53"}])


# --- which part of the body


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("M53.87", Region.LUMBOSACRAL),
        ("M53.86", Region.LOWER_BACK),
        ("M53.3", Region.SACRUM_COCCYX),
        ("M54.2", Region.NECK),
        ("M54.59", Region.LOWER_BACK),
        ("M54.07", Region.LUMBOSACRAL),
        ("M54.09", None),
        ("M54.6", Region.UPPER_BACK),
        ("M25.511", Region.SHOULDER),
        ("M17.11", Region.KNEE),
        ("M16.0", Region.HIP),
        ("S39.012A", Region.LOWER_BACK),
        ("M77.11", Region.OTHER),
        ("M79.18", None),
        ("M47", None),
    ],
)
def test_the_title_names_the_region(by_code, code, region):
    assert by_code[code].region == region


@pytest.mark.parametrize(
    ("region", "code", "same"),
    [
        (Region.LOWER_BACK, "M53.87", True),
        (Region.LUMBOSACRAL, "M53.86", True),
        (Region.LUMBOSACRAL, "M53.3", True),
        (Region.LOWER_BACK, "M53.3", False),
        (Region.SACRUM_COCCYX, "M54.59", True),
        (Region.LOWER_BACK, "M54.2", False),
        (Region.UPPER_BACK, "M53.83", True),
        (Region.KNEE, "M79.18", True),
        (Region.OTHER, "M53.87", False),
    ],
)
def test_neighbouring_regions_are_the_same_part_of_the_body(by_code, region, code, same):
    assert icd.same_part(region, by_code[code].title) is same


# --- what is worth a second look


def test_a_fitting_billable_code_asks_nothing(by_code):
    for code in ("M53.87", "M54.59"):
        found = advise(by_code[code], onset=Onset.GRADUAL, region=Region.LUMBOSACRAL)
        assert [advisory for advisory in found if advisory.asks_to_keep] == []


def test_an_episode_of_which_nothing_is_known_asks_nothing(by_code):
    assert advise(by_code["M54.59"], onset="", region="") == ()


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("M54.5", ("M54.50", "M54.51", "M54.59")),
        ("M51.2", ("M51.26", "M51.27")),
        ("M47", ("M47.816", "M47.817")),
    ],
)
def test_headings_that_the_source_names_as_codes_offer_the_billable_ones(by_code, code, offered):
    (advisory,) = advise(by_code[code])
    assert advisory.code == AdvisoryCode.REPLACED
    assert advisory.offered[: len(offered)] == offered
    assert all(by_code[name].billable for name in advisory.offered)


def test_a_code_that_is_not_billable_offers_those_beneath_that_fit_the_region_first(by_code):
    beneath = [Beneath(row.code, row.title) for row in by_code.values() if row.parent == "M53.8"]
    advisory = advise(by_code["M53.8"], billable_beneath=beneath, region="lumbosacral")[0]
    assert advisory.code == AdvisoryCode.NOT_BILLABLE
    assert {"M53.86", "M53.87", "M53.88"} <= set(advisory.offered[:4])
    assert len(advisory.offered) == len(beneath) == 9


def test_an_injury_is_kept_out_of_other_dorsopathies(by_code):
    (advisory, *_) = advise(by_code["M53.87"], onset="injury", region="lower_back")
    assert (advisory.code, advisory.source) == (AdvisoryCode.CURRENT_INJURY, "M50-M54")
    assert advisory.offered == ("S39.012A", "S33.5XXA")
    assert advisory.asks_to_keep


def test_an_injury_elsewhere_is_offered_no_code_of_the_lower_back(by_code):
    (advisory,) = advise(by_code["M54.2"], onset="injury", region="neck")
    assert (advisory.code, advisory.offered) == (AdvisoryCode.CURRENT_INJURY, ())


def test_an_injury_code_may_be_an_injury(by_code):
    assert advise(by_code["S39.012A"], onset="injury", region="lower_back") == ()


def test_a_code_of_another_region_asks_and_says_which(by_code):
    (advisory,) = advise(by_code["M54.2"], region="lumbosacral")
    assert (advisory.code, advisory.region) == (AdvisoryCode.OTHER_REGION, Region.LUMBOSACRAL)


def test_the_sources_example_with_m53_3_for_a_lumbar_problem_asks_and_names_the_wrong_title(by_code):
    found = advise(by_code["M53.3"], onset="gradual", region="lower_back")
    assert codes_of(found) == [AdvisoryCode.OTHER_REGION, AdvisoryCode.SOURCE_TITLE]
    assert [advisory.asks_to_keep for advisory in found] == [True, False]


def test_all_offered_codes_can_be_billed(by_code):
    episodes = [{"onset": onset, "region": region} for onset in ("", "injury") for region in ("", *Region)]
    offered = {
        code
        for row in by_code.values()
        if row.code.startswith(("M47", "M51", "M53", "M54"))
        for episode in episodes
        for advisory in advise(row, **episode)
        for code in advisory.offered
    }
    assert [code for code in offered if not by_code[code].billable] == []


def test_a_region_that_is_none_is_refused(by_code):
    with pytest.raises(ValueError, match="nose"):
        advise(by_code["M53.87"], region="nose")
