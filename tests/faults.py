"""Breaking an act at its n-th statement: whatever it was doing, nothing of it may be left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection


class Fault(DatabaseError):
    """The statement that was broken."""


@contextmanager
def fails_at(number: int) -> Iterator[None]:
    """Within it the statement of that number, counted from 1, is not executed and raises Fault instead.

    BEGIN, COMMIT and savepoints are not counted: what is broken is the work between them.
    """
    counted = 0

    def breaks(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal counted
        if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
            counted += 1
            if counted == number:
                raise Fault(f"statement {number}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(breaks):
        yield


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the product, to compare before and after."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for name in ("rehab", "patients")
        for model in apps.get_app_config(name).get_models()
        if model._meta.label not in {"rehab.IcdCode", "rehab.ConditionFact"}
    }


def broken_at_each_statement(act: Callable[[], Any]) -> int:
    """Do `act` again and again, broken at its first, second, … statement, until it goes through; how many it took.

    Raises AssertionError where a broken one left anything behind. Any error but the fault is the act's own mistake.
    """
    before = all_rows()
    number = 1
    while True:
        try:
            with fails_at(number):
                act()
        except Fault:
            assert all_rows() == before, f"broken at statement {number}, it left something"
            number += 1
        else:
            return number - 1
