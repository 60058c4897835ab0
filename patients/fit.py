"""How well a plan template fits a diagnosis code. Pure; it sorts and says, it never hides."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Fit(StrEnum):
    """From the best fit to the least: the order of a list."""

    MADE_FOR = "made_for"
    ALSO_FOR = "also_for"
    RELATED = "related"
    NOT_CODED = "not_coded"
    OTHER = "other"


def fit(code: str | None, made_for: Collection[str], also_for: Collection[str]) -> Fit:
    """The fit of a template that is made for some codes, and used for others too; codes are written with their dot."""
    if not code:
        return Fit.NOT_CODED
    if code in made_for:
        return Fit.MADE_FOR
    if code in also_for:
        return Fit.ALSO_FOR
    categories = {named.partition(".")[0] for named in (*made_for, *also_for)}
    return Fit.RELATED if code.partition(".")[0] in categories else Fit.OTHER


def rank(found: Fit) -> int:
    return list(Fit).index(found)
