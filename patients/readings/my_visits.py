"""A patient's visits as the patient reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..models import Patient, Visit


@dataclass(frozen=True, slots=True)
class MyVisits:
    """Booked ones that are not over, the nearest first; those to be booked, by date; what was, the latest first."""

    ahead: list[Visit]
    to_book: list[Visit]
    past: list[Visit]


def my_visits(patient: Patient, *, at: datetime) -> MyVisits:
    """The visits of a patient at a moment. What was called off without ever having had a time is nothing to them."""
    rows = list(patient.visits.select_related("physiotherapist").order_by("pk"))
    timed = [row for row in rows if row.starts_at is not None and row.state != Visit.State.DUE]
    ahead = [row for row in timed if row.state == Visit.State.BOOKED and not _is_over(row, at)]
    return MyVisits(
        ahead=sorted(ahead, key=lambda row: (row.starts_at, row.pk)),
        to_book=sorted((row for row in rows if row.state == Visit.State.DUE), key=lambda row: (row.due_on, row.pk)),
        past=sorted((row for row in timed if row not in ahead), key=lambda row: (row.starts_at, row.pk), reverse=True),
    )


def _is_over(row: Visit, at: datetime) -> bool:
    return row.starts_at is not None and row.starts_at + timedelta(minutes=row.minutes or 0) <= at
