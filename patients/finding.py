"""How a patient is found and told from another: what is stored for the search, and what a query means. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from rehab.icd import fold

LONGEST_QUERY = 100
_MOST_TOKENS = 8
# From here on two spellings of a name are taken for the same person's.
_ALIKE = 0.8

_PUNCTUATION = re.compile(r"[^\w]+|_+")
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a query: words of the person begin with all of `words`, or the birth date is one of these or of
    this year."""

    words: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    birth_year: int | None = None


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, without punctuation: "O’Brien-Núñez" is o, brien, nunez."""
    return tuple(word for word in _PUNCTUATION.split(fold(text)) if word)


def searchable(*texts: str) -> str:
    """The text in which a search looks, each word after a blank; a word with punctuation is there in one piece, too."""
    kept: list[str] = []
    for piece in " ".join(texts).split():
        parts = words(piece)
        kept += [*parts, "".join(parts)] if len(parts) > 1 else parts
    return "".join(f" {word}" for word in dict.fromkeys(kept))


def read_query(text: str) -> tuple[Token, ...]:
    """What somebody typed to find a patient, word by word; all of them are meant at once.

    A birth date may be written 1981-03-04, 4.3.1981 or 04/03/1981; where day and month could be either, both are meant.
    """
    tokens = []
    for piece in text[:LONGEST_QUERY].split()[:_MOST_TOKENS]:
        if dates := birth_dates(piece):
            tokens.append(Token(birth_dates=dates))
        elif found := words(piece):
            year = int(found[0]) if len(found) == 1 and _YEAR.fullmatch(found[0]) else None
            tokens.append(Token(words=found, birth_year=year))
    return tuple(tokens)


def birth_dates(text: str) -> tuple[date, ...]:
    """The dates that a text can mean, day before month first; empty where it is none."""
    folded = fold(text)
    if match := _YEAR_FIRST.fullmatch(folded):
        return tuple(_dates([(int(match[1]), int(match[2]), int(match[3]))]))
    if match := _YEAR_LAST.fullmatch(folded):
        year, first, second = int(match[3]), int(match[1]), int(match[2])
        return tuple(_dates([(year, second, first), (year, first, second)]))
    return ()


def alike(name: str, other: str) -> bool:
    """Whether two names may be one person's: the same words in any order, one within the other, or nearly so."""
    one, two = words(name), words(other)
    if not one or not two:
        return False
    if set(one) <= set(two) or set(two) <= set(one):
        return True
    spellings = (("".join(one), "".join(two)), ("".join(sorted(one)), "".join(sorted(two))))
    return any(SequenceMatcher(None, *pair).ratio() >= _ALIKE for pair in spellings)


def _dates(candidates: Iterable[tuple[int, int, int]]) -> Iterable[date]:
    found = []
    for candidate in candidates:
        try:
            found.append(date(*candidate))
        except ValueError:
            continue
    return dict.fromkeys(found)
