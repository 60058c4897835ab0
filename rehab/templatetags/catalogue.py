"""Filters that say the catalogue's values in words."""

from typing import Any

from django import template

from rehab import condition_sentences, sentences
from rehab.icd import Advisory
from rehab.icd_sentences import advisory_sentence

register = template.Library()


@register.filter
def dose(dosage: Any) -> str:
    """The amount of a `Dosage`, as a clinician reads it."""
    return sentences.dosage_short(dosage)


@register.filter
def dose_words(dosage: Any) -> str:
    """The amount of a `Dosage`, as a patient reads it."""
    return sentences.dosage_words(dosage)


@register.filter
def frequency(dosage: Any) -> str:
    """How often, of a `Dosage`."""
    return sentences.frequency_words(dosage)


@register.filter
def exercise_kind(value: str) -> str:
    return str(sentences.EXERCISE_KINDS[value])  # type: ignore[index]


@register.filter
def body_region(value: str) -> str:
    return str(sentences.BODY_REGIONS[value])  # type: ignore[index]


@register.filter
def heading(kind: str) -> str:
    """The heading of a condition's list."""
    return str(condition_sentences.HEADINGS[kind])  # type: ignore[index]


@register.filter
def group_heading(word: str) -> str:
    """The heading of a group within a condition's list."""
    return str(condition_sentences.GROUPS[word])


@register.filter
def advisory(advisory: Advisory) -> str:
    return advisory_sentence(advisory)


@register.filter
def item_heading(kind: str) -> str:
    """The heading of a phase's goals, treatments, advice, restrictions or criteria."""
    return str(sentences.ITEM_HEADINGS[kind])  # type: ignore[index]
