"""The ways in which an action says no. Each carries a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The act cannot be done: `code` of a closed list, `sentence` for the screen, `field` where one is to blame.

    Raised inside a transaction, so nothing of the act is written.
    """

    status = 422

    def __init__(self, code: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field


class Conflict(Refused):
    """Somebody else was faster: what was shown is no longer so. `now` is what is true meanwhile."""

    status = 409

    def __init__(self, code: str, sentence: str, *, now: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, sentence)
        self.now = dict(now or {})
