"""Finding a diagnosis code: as a clinician types it, by words, by another name of the clinic."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from rehab.icd import AdvisoryCode
from rehab.models import Clinic, Condition, ConditionFact, User
from rehab.readings.icd import MOST_HITS, find_code, search_codes
from tests import cast

pytestmark = pytest.mark.django_db
ADDRESS = "/library/codes/"


def found(text: str, clinic: Clinic, **episode: str) -> list[str]:
    return [hit.code.code for hit in search_codes(text, clinic, **episode)]


@pytest.mark.parametrize("typed", ["M53.87", "M5387", " m53.87 ", "m5387", "m53 .87"])
def test_a_code_is_found_however_it_is_typed(clinic: Clinic, typed: str) -> None:
    assert found(typed, clinic) == ["M53.87"]
    assert str(find_code(typed)).startswith("M53.87 ")


def test_the_code_itself_comes_first_then_what_begins_with_it_billable_first(clinic: Clinic) -> None:
    codes = found("m54.5", clinic)
    assert codes == ["M54.5", "M54.50", "M54.51", "M54.59"]
    wider = search_codes("M53", clinic)
    assert wider[0].code.code == "M53"
    billable = [hit.code.billable for hit in wider[1:]]
    assert billable == sorted(billable, reverse=True)


def test_the_words_of_a_title_are_found_in_any_order_and_case(clinic: Clinic) -> None:
    assert found("Low BACK pain", clinic)[0] == "M54.50"
    assert set(found("region lumbosacral dorsopathies", clinic)) == set(
        found("DORSOPATHIES lumbosacral region", clinic)
    )
    assert "M53.87" in found("dorsopathies lumbosacral", clinic)


def test_an_inclusion_term_leads_to_its_code(clinic: Clinic) -> None:
    assert found("coccygodynia", clinic) == ["M53.3"]


def test_another_name_of_the_clinic_leads_to_the_code_and_says_so(clinic: Clinic) -> None:
    (hit,) = search_codes("facet joint syndrome", clinic)
    assert (hit.code.code, hit.called) == ("M53.87", "Facet joint syndrome")


def test_a_name_that_is_another_diagnosis_leads_to_that_one(clinic: Clinic) -> None:
    codes = found("lumbosacral disc disorder", clinic)
    assert "M51.27" in codes
    assert "M53.87" not in codes


def test_the_names_of_another_clinic_are_not_searched(clinic: Clinic, other_clinic: Clinic) -> None:
    theirs = Condition.objects.get(clinic=other_clinic, icd_code__code="M53.87")
    ConditionFact.objects.create(condition=theirs, kind="synonym", position=90, text="Hilltop back", relation="synonym")
    assert found("hilltop back", other_clinic) == ["M53.87"]
    assert found("hilltop back", clinic) == []


def test_chapters_and_blocks_are_given_to_nobody(clinic: Clinic) -> None:
    assert found("M50-M54", clinic) == []
    assert find_code("13") is None
    assert all(hit.code.kind in {"category", "code"} for hit in search_codes("dorsopathies", clinic))


def test_there_are_never_more_than_a_screen_takes(clinic: Clinic) -> None:
    assert len(search_codes("pain", clinic)) == MOST_HITS


@pytest.mark.parametrize(
    "typed", ["", "   ", "zzz", "M99.99", "%", "_", "\x00", "😀", "ظهر", "\ud800", "'; --", "a" * 10_000]
)
def test_what_is_no_code_and_no_word_finds_nothing(clinic: Clinic, typed: str) -> None:
    assert found(typed, clinic) == [] or typed in {"%", "_"}
    assert find_code(typed) is None


def test_a_hit_says_what_to_look_at_for_this_episode(clinic: Clinic) -> None:
    (hit,) = search_codes("M53.87", clinic, onset="injury", region="neck")
    assert [advisory.code for advisory in hit.advisories] == [
        AdvisoryCode.CURRENT_INJURY,
        AdvisoryCode.OTHER_REGION,
        AdvisoryCode.NO_CLEAR_CAUSE,
    ]
    heading = search_codes("M53.8", clinic)[0]
    assert [advisory.code for advisory in heading.advisories] == [AdvisoryCode.NOT_BILLABLE]
    assert "M53.87" in heading.advisories[0].offered


def test_a_search_takes_three_queries_at_most_whatever_it_finds(
    clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for text, queries in (("spondylosis", 3), ("pain", 2), ("M53", 2), ("M53.87", 1), ("", 0)):
        with django_assert_num_queries(queries):
            search_codes(text, clinic)


class AnythingTyped(TestCase):
    """Promise 40, on the search."""

    @classmethod
    def setUpTestData(cls) -> None:
        cast.found_clinics()

    @settings(deadline=None, max_examples=100, derandomize=True)
    @given(st.text(max_size=60))
    def test_a_search_answers_whatever_is_typed(self, text: str) -> None:
        assert len(search_codes(text, Clinic.objects.earliest("pk"))) <= MOST_HITS

    @settings(deadline=None, max_examples=50, derandomize=True)
    @given(st.text(max_size=120), st.text(max_size=20), st.text(max_size=20))
    def test_the_page_answers_whatever_is_sent(self, q: str, region: str, onset: str) -> None:
        client = Client()
        client.force_login(cast.person("Ana"))
        query = "&".join(
            f"{k}={quote(v, errors='surrogatepass')}" for k, v in {"q": q, "region": region, "onset": onset}.items()
        )
        assert client.get(f"{ADDRESS}?{query}").status_code in {200, 422}


# --- the page ----------------------------------------------------------------------------------------------

ClientOf = Callable[[User], Client]


def test_the_page_lists_hits_with_title_billing_and_advice(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(ADDRESS, {"q": "m54.5", "region": "neck"})
    assert page.status_code == 200
    assert "Vertebrogenic low back pain" in page.text
    assert "not billable" in page.text
    assert "Usually meant: M54.50, M54.51, M54.59." in page.text
    assert "names a part of the body other than this episode’s (neck)" in page.text
    assert 'name="icd_code"' not in page.text


def test_for_a_form_the_hits_are_radio_buttons(client_of: ClientOf, ana: User) -> None:
    fragment = client_of(ana).get(ADDRESS, {"q": "M5387"}, headers={"HX-Request": "true"})
    assert '<input type="radio" name="icd_code" value="M53.87">' in fragment.text
    assert "<html" not in fragment.text
    assert "HX-Request" in fragment.headers["Vary"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_unknown_code_is_answered_with_what_to_try(client_of: ClientOf, ana: User, headers: dict[str, str]) -> None:
    page = client_of(ana).get(ADDRESS, {"q": "M99.Q"}, headers=headers)
    assert page.status_code == 200
    assert "Nothing fits “M99.Q”" in page.text


def test_nothing_asked_is_a_form_and_no_complaint(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(ADDRESS)
    assert page.status_code == 200
    assert "No code found" not in page.text


@pytest.mark.parametrize(
    "query", [{"q": "a" * 10_000}, {"q": "x\x00y"}, {"q": "x", "region": "moon"}, {"q": "x", "onset": "'"}]
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_cannot_be_searched_for_is_refused_with_a_sentence(
    client_of: ClientOf, ana: User, query: dict[str, str], headers: dict[str, str]
) -> None:
    page = client_of(ana).get(f"{ADDRESS}?{urlencode(query)}", headers=headers)
    assert page.status_code == 422
    assert 'class="error"' in page.text


def test_what_was_typed_is_shown_as_text(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(ADDRESS, {"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text


def test_the_page_is_for_those_who_read_the_library(client_of: ClientOf, admin: User, desk: User, zoe: User) -> None:
    assert Client().get(ADDRESS).status_code == 302
    assert client_of(admin).get(ADDRESS).status_code == 200
    assert client_of(zoe).get(ADDRESS).status_code == 200
    assert client_of(desk).get(ADDRESS).status_code == 403
    assert client_of(admin).post(ADDRESS).status_code == 405
