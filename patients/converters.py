from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from .attention import Reason
from .moves import Act


class DayConverter:
    """A date in an address: 2026-03-03."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # its ValueError is Django's "no such address"

    def to_url(self, value: date) -> str:
        return value.isoformat()


class WordConverter:
    """One of the words of an enumeration, with hyphens."""

    words: ClassVar[type[StrEnum]]
    regex: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.regex = "|".join(word.replace("_", "-") for word in cls.words)

    def to_python(self, value: str) -> StrEnum:
        return self.words(value.replace("-", "_"))

    def to_url(self, value: str) -> str:
        return value.replace("_", "-")


class ActConverter(WordConverter):
    """An act of a plan in an address: move-on."""

    words = Act


class ReasonConverter(WordConverter):
    """A reason of the caseload in an address: note-open."""

    words = Reason
