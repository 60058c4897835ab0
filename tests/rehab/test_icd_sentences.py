"""Every advisory has its sentence, and the sentence names the code and those that are offered."""

import pytest

from rehab.icd import Advisory, AdvisoryCode, Region
from rehab.icd_sentences import REGIONS, advisory_sentence


@pytest.mark.parametrize("code", AdvisoryCode)
def test_every_advisory_has_a_sentence_that_names_its_codes(code):
    advisory = Advisory(code, "M99.99", ("M11.11", "M22.22"), source="M00-M25", region=Region.HIP)
    sentence = advisory_sentence(advisory)
    assert "M99.99" in sentence
    assert "%" not in sentence
    assert code == AdvisoryCode.OTHER_REGION or "M11.11, M22.22" in sentence


@pytest.mark.parametrize("code", [AdvisoryCode.NOT_BILLABLE, AdvisoryCode.CURRENT_INJURY])
def test_without_an_offer_the_sentence_offers_nothing(code):
    sentence = advisory_sentence(Advisory(code, "M99.99", source="M00-M25"))
    assert sentence.endswith((".", "region.")) and ": ." not in sentence and "with ." not in sentence


def test_a_long_list_of_codes_is_cut():
    codes = tuple(f"M53.8{digit}" for digit in range(9))
    sentence = advisory_sentence(Advisory(AdvisoryCode.NOT_BILLABLE, "M53.8", codes))
    assert "M53.85 and 3 more." in sentence
    assert "M53.86" not in sentence


def test_every_region_has_a_name():
    assert set(REGIONS) == set(Region)
