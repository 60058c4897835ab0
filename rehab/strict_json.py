"""Reads JSON that a person may have edited: every value is checked, every error says where and why.

Pure. `protocol_json` says what a protocol consists of; this says how one field of it is taken.
"""

import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ICD_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
FACT_ID = re.compile(r"[A-Z][0-9]+([a-z][0-9]+)?")
LONGEST_KEY = 60
LONGEST_TEXT = 2000
LONGEST_LIST = 500


class Reason(StrEnum):
    """Every reason for which a protocol is refused: a closed list."""

    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_LIST = "not_a_list"
    NOT_TEXT = "not_text"
    NOT_A_FLAG = "not_a_flag"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_KEY = "not_a_key"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_SCALAR = "not_a_scalar"
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    BLANK = "blank"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    OUT_OF_RANGE = "out_of_range"
    EMPTY = "empty"
    DUPLICATE = "duplicate"
    WRONG_SCHEMA = "wrong_schema"
    WRONG_DOSAGE = "wrong_dosage"
    UNKNOWN_EXERCISE = "unknown_exercise"
    UNKNOWN_PHASE = "unknown_phase"
    UNKNOWN_VERSION = "unknown_version"
    OPEN_PHASE_NOT_LAST = "open_phase_not_last"
    DAY_OR_PHASE = "day_or_phase"
    END_OF_OPEN_PHASE = "end_of_open_phase"
    PROPOSAL_OR_FACTS = "proposal_or_facts"
    OPENS_UNASKED = "opens_unasked"


class ProtocolError(ValueError):
    """The data is no protocol: `path` is where, such as "versions[1].phases[0].name", `reason` is why."""

    def __init__(self, path: str, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{path or 'the document'}: {reason}{f' ({detail})' if detail else ''}")
        self.path = path
        self.reason = reason


def load_json(text: str) -> Any:
    """The value of a JSON text; a field given twice is an error too."""
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except ProtocolError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProtocolError("", Reason.NOT_JSON, str(error)) from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise ProtocolError("", Reason.DUPLICATE, twice)
    return found


class Reader:
    """One object of the data and its path. Fields are taken by name; `finish` refuses those that nobody took.

    A field with a default may be left out; one without is required.
    """

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise ProtocolError(path, Reason.NOT_AN_OBJECT)
        self._data = data
        self._path = path
        self._taken: set[str] = set()

    def finish(self) -> None:
        for name in self._data:
            if name not in self._taken:
                raise self.error(str(name), Reason.UNKNOWN_FIELD)

    def error(self, name: str, reason: Reason, detail: str = "") -> ProtocolError:
        """The error to raise for one field of this object; an empty name is the object itself."""
        return ProtocolError(self.path(name), reason, detail)

    def path(self, name: str) -> str:
        return f"{self._path}.{name}".strip(".")

    def text(self, name: str, *, longest: int = LONGEST_TEXT, default: str | None = None) -> str:
        return self._take(name, default, lambda value, path: checked_text(value, path, longest))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts with something in it."""

        def each(value: Any, path: str) -> tuple[str, ...]:
            if not (items := _listed(value, path)):
                raise ProtocolError(path, Reason.EMPTY)
            return tuple(checked_text(item, where) for item, where in items)

        return self._take(name, None, each)

    def slug(self, name: str, *, default: str | None = None) -> str:
        return self._take(name, default, lambda value, path: _matching(SLUG, value, path))

    def icd_code(self, name: str) -> str:
        """An ICD-10-CM code as it is written, with its dot; whether it exists is not asked here."""
        return self._take(name, None, lambda value, path: _matching(ICD_CODE, value, path))

    def uuid(self, name: str, *, default: str | None = None) -> str:
        return self._take(name, default, _canonical_uuid)

    def fact_ids(self, name: str = "fact_ids") -> tuple[str, ...]:
        def each_once(value: Any, path: str) -> tuple[str, ...]:
            ids = tuple(_matching(FACT_ID, each, where) for each, where in _listed(value, path))
            if len(set(ids)) != len(ids):
                raise ProtocolError(path, Reason.DUPLICATE)
            return ids

        return self._take(name, (), each_once)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        def checked(value: Any, path: str) -> bool:
            if not isinstance(value, bool):
                raise ProtocolError(path, Reason.NOT_A_FLAG)
            return value

        return self._take(name, default, checked)

    def number(self, name: str, lowest: int, highest: int) -> int:
        return self._take(name, None, lambda value, path: _whole_number(value, path, lowest, highest))

    def number_or_none(self, name: str, lowest: int, highest: int) -> int | None:
        """A number that may be absent: left out, or null."""
        if self._data.get(name) is None:
            self._taken.add(name)
            return None
        return self.number(name, lowest, highest)

    def choice(self, name: str, choices: type[Choice], *, default: Choice | None = None) -> Choice:
        def checked(value: Any, path: str) -> Choice:
            if not isinstance(value, str) or value not in list(choices):
                raise ProtocolError(path, Reason.NOT_A_CHOICE)
            return choices(value)

        return self._take(name, default, checked)

    def scalars(self, name: str) -> dict[str, str | int | bool]:
        """A small object of texts, whole numbers and flags; empty where it is left out."""

        def checked(value: Any, path: str) -> dict[str, str | int | bool]:
            if not isinstance(value, Mapping):
                raise ProtocolError(path, Reason.NOT_AN_OBJECT)
            found: dict[str, str | int | bool] = {}
            for key, each in value.items():
                where = f"{path}.{key}"
                if not isinstance(each, str | int):
                    raise ProtocolError(where, Reason.NOT_A_SCALAR)
                found[checked_text(key, where, LONGEST_KEY)] = (
                    checked_text(each, where) if isinstance(each, str) else each
                )
            return found

        return self._take(name, {}, checked)

    def many(
        self, name: str, read: Callable[["Reader"], Value], *, default: tuple[Value, ...] | None = None
    ) -> tuple[Value, ...]:
        """A list of objects, each read to its last field. A list without a default must have something in it."""

        def each(value: Any, path: str) -> tuple[Value, ...]:
            items = _listed(value, path)
            if not items and default is None:
                raise ProtocolError(path, Reason.EMPTY)
            return tuple(_whole(read, item, where) for item, where in items)

        return self._take(name, default, each)

    def one(self, name: str, read: Callable[["Reader"], Value]) -> Value:
        return self._take(name, None, lambda value, path: _whole(read, value, path))

    def _take(self, name: str, default: Value | None, read: Callable[[Any, str], Value]) -> Value:
        self._taken.add(name)
        if name not in self._data:
            if default is None:
                raise self.error(name, Reason.MISSING)
            return default
        return read(self._data[name], self.path(name))

    def has(self, name: str) -> bool:
        """Whether the field is given, and not as null."""
        return self._data.get(name) is not None


def refuse_twice(values: Sequence[object], path: str, name: str = "key") -> None:
    """Raises at the second of two equal values; `path` is the list that they stand in."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ProtocolError(f"{path}[{index}].{name}", Reason.DUPLICATE)


def checked_text(value: Any, path: str, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str):
        raise ProtocolError(path, Reason.NOT_TEXT)
    if not value.strip():
        raise ProtocolError(path, Reason.BLANK)
    if len(value) > longest:
        raise ProtocolError(path, Reason.TOO_LONG)
    # Control characters and lone surrogates: the one database stores them, the other does not.
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value if character != "\n"):
        raise ProtocolError(path, Reason.UNPRINTABLE)
    return value


def _whole(read: Callable[[Reader], Value], data: Any, path: str) -> Value:
    reader = Reader(data, path)
    found = read(reader)
    reader.finish()
    return found


def _listed(value: Any, path: str) -> list[tuple[Any, str]]:
    if not isinstance(value, list | tuple):
        raise ProtocolError(path, Reason.NOT_A_LIST)
    if len(value) > LONGEST_LIST:
        raise ProtocolError(path, Reason.TOO_LONG)
    return [(each, f"{path}[{index}]") for index, each in enumerate(value)]


def _matching(pattern: re.Pattern[str], value: Any, path: str) -> str:
    text = checked_text(value, path, LONGEST_KEY)
    if not pattern.fullmatch(text):
        raise ProtocolError(path, Reason.NOT_A_KEY)
    return text


def _canonical_uuid(value: Any, path: str) -> str:
    text = checked_text(value, path, LONGEST_KEY)
    try:
        same = str(uuid.UUID(text)) == text
    except ValueError:
        same = False
    if not same:
        raise ProtocolError(path, Reason.NOT_A_KEY)
    return text


def _whole_number(value: Any, path: str, lowest: int, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolError(path, Reason.NOT_A_NUMBER)
    if not lowest <= value <= highest:
        raise ProtocolError(path, Reason.OUT_OF_RANGE)
    return value
