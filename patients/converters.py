from __future__ import annotations

from datetime import date

from .attention import Reason
from .moves import Act


class DayConverter:
    """A date in an address: 2026-03-03."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # its ValueError is Django's "no such address"

    def to_url(self, value: date) -> str:
        return value.isoformat()


class ActConverter:
    """An act of a plan in an address: move-on."""

    regex = "|".join(act.replace("_", "-") for act in Act)

    def to_python(self, value: str) -> Act:
        return Act(value.replace("-", "_"))

    def to_url(self, value: str) -> str:
        return value.replace("_", "-")


class ReasonConverter:
    """A reason of the caseload in an address: note-open."""

    regex = "|".join(reason.replace("_", "-") for reason in Reason)

    def to_python(self, value: str) -> Reason:
        return Reason(value.replace("-", "_"))

    def to_url(self, value: str) -> str:
        return value.replace("_", "-")
