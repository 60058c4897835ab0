"""The diagnosis codes: loaded from the shipped file, and searched."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import transaction

from .. import icd
from ..models import IcdCode

COLUMNS = ("code", "title", "kind", "billable", "inclusion", "excludes1", "region", "release", "search")
BATCH = 1000


@transaction.atomic
def load_codes(*, data: icd.Data | None = None) -> int:
    """Write the shipped classification (or `data`) to the code table and return how many rows that changed.

    It is the same for every clinic, so no one person does it and no audit row is written. Loading the same again
    writes nothing; a newer release changes rows in place, and a code that it no longer has stays, with the release
    that it was last in.
    """
    data = data or icd.read_data()
    known = {row["compact"]: row for row in IcdCode.objects.values("id", "parent__code", "compact", *COLUMNS)}
    ids = {row["code"]: row["id"] for row in known.values()}
    written = 0
    for _depth, level in groupby(_by_depth(data.rows), key=lambda item: item[0]):
        rows = [row for _, row in level if _differs(known.get(row.compact), row, data.release)]
        made = IcdCode.objects.bulk_create(
            [IcdCode(compact=row.compact, parent_id=ids[row.parent] if row.parent else None,
                     **_columns(row, data.release)) for row in rows],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["compact"],
            update_fields=["parent", *COLUMNS],
        )  # fmt: skip
        ids.update({code.code: code.pk for code in made})
        written += len(made)
    return written


def _by_depth(rows: Iterable[icd.IcdRow]) -> list[tuple[int, icd.IcdRow]]:
    """The rows with their depth under a chapter, so that a parent has its id before its children need it."""
    depths: dict[str, int] = {}
    for row in rows:
        depths[row.code] = depths[row.parent] + 1 if row.parent else 0
    return sorted(((depths[row.code], row) for row in rows), key=lambda item: item[0])


def _columns(row: icd.IcdRow, release: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "kind": row.kind.value,
        "billable": row.billable,
        "inclusion": list(row.inclusion),
        "excludes1": [note.stored() for note in row.excludes1],
        "region": row.region.value if row.region else "",
        "release": release,
        "search": row.search,
    }


def _differs(known: dict[str, Any] | None, row: icd.IcdRow, release: str) -> bool:
    if known is None or known["parent__code"] != row.parent:
        return True
    return any(known[name] != value for name, value in _columns(row, release).items())
