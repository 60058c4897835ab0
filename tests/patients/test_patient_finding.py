"""How a patient is found and told from another (pure)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.finding import alike, birth_dates, read_query, searchable, words

FOURTH_OF_MARCH, THIRD_OF_APRIL = date(1981, 3, 4), date(1981, 4, 3)


@pytest.mark.parametrize("text", ["1981-03-04", "1981.3.4", "1981/03/04"])
def test_a_birth_date_with_the_year_first_means_one_day(text: str) -> None:
    assert birth_dates(text) == (FOURTH_OF_MARCH,)


@pytest.mark.parametrize("text", ["4.3.1981", "04/03/1981", "4-3-1981"])
def test_where_day_and_month_could_be_either_both_are_meant_the_day_first(text: str) -> None:
    assert birth_dates(text) == (FOURTH_OF_MARCH, THIRD_OF_APRIL)


def test_a_day_that_is_no_month_means_one_date() -> None:
    assert birth_dates("30.6.1999") == (date(1999, 6, 30),)
    assert birth_dates("4.4.1981") == (date(1981, 4, 4),)


@pytest.mark.parametrize("text", ["31.2.1981", "32.13.1981", "0.0.0000", "1981", "today", "", "9999-99-99"])
def test_what_is_no_date_means_none(text: str) -> None:
    assert birth_dates(text) == ()


def test_names_are_searched_without_accents_case_and_punctuation() -> None:
    assert searchable("A-17", "Émile O’Brien-Núñez") == " a 17 a17 emile o brien nunez obriennunez"
    assert words("O’BRIEN") == ("o", "brien")


def test_a_year_may_be_a_birth_year_or_part_of_a_number() -> None:
    [token] = read_query("1981")
    assert token.words == ("1981",)
    assert token.birth_year == 1981


def test_a_query_has_an_end() -> None:
    assert len(read_query("a " * 10_000)) <= 8
    assert len(read_query("a" * 10_000)[0].words[0]) <= 100


@pytest.mark.parametrize(
    "other",
    ["Maria Soto", "SOTO, María", "Maria José Soto", "Soto", "Marja Soto", "Maria Sotto"],
)
def test_one_name_in_its_spellings_is_alike(other: str) -> None:
    assert alike("María Soto", other)


@pytest.mark.parametrize("other", ["Omar Haddad", "Mario Costa", "", "…"])
def test_another_name_is_not(other: str) -> None:
    assert not alike("María Soto", other)


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_it(one: str, two: str) -> None:
    read_query(one)
    searchable(one, two)
    alike(one, two)


@given(st.text(max_size=120))
def test_who_is_searched_by_the_whole_name_is_found(name: str) -> None:
    stored = searchable(name)
    assert all(f" {word}" in stored for word in words(name))
