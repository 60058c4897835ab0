from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..hours import Stretch
from ..models import Clinic, ClinicHours, ClosedDay, User

LONGEST_CLOSED = timedelta(days=92)
# What a new clinic begins with.
USUAL = tuple(Stretch(weekday, time(8), time(18)) for weekday in range(5))


@transaction.atomic
def set_hours(*, clinic: Clinic, hours: Sequence[Stretch], by: User, at: datetime) -> None:
    """The week in which the clinic is open, in place of the one before. Raises Refused, with the field `day-<n>`, for a
    stretch that ends before it begins and for two that overlap."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    rows = sorted(hours, key=lambda row: (row.weekday, row.opens))
    for row in rows:
        if row.closes <= row.opens:
            raise Refused("closes_first", _("It closes before it opens."), field=f"day-{row.weekday}")
    for one, other in pairwise(rows):
        if one.weekday == other.weekday and other.opens < one.closes:
            raise Refused("overlap", _("These two overlap."), field=f"day-{one.weekday}")
    there = [Stretch(row.weekday, row.opens, row.closes) for row in clinic.opening.order_by("weekday", "opens")]
    if there == rows:
        return
    clinic.opening.all().delete()
    write_hours(clinic, rows)
    audit.record("clinic.set_hours", clinic, by=by, at=at, fields=["opening"])


def write_hours(clinic: Clinic, hours: Sequence[Stretch]) -> None:
    ClinicHours.objects.bulk_create(
        ClinicHours(clinic=clinic, weekday=row.weekday, opens=row.opens, closes=row.closes) for row in hours
    )


@transaction.atomic
def close_days(*, clinic: Clinic, first_on: date, last_on: date, name: str, by: User, at: datetime) -> ClosedDay:
    """Dates on which the clinic is closed. The same sent twice is noted once. Raises Refused with the field."""
    if last_on < first_on:
        raise Refused("wrong_order", _("The last day is before the first."), field="last_on")
    if last_on < clinic.date_at(at):
        raise Refused("over", _("Those days are over."), field="last_on")
    if last_on - first_on > LONGEST_CLOSED:
        raise Refused("too_long", _("That is longer than three months. Is the year right?"), field="last_on")
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    row, made = ClosedDay.objects.get_or_create(
        clinic=clinic, first_on=first_on, last_on=last_on, name=" ".join(name.split())
    )
    if made:
        audit.record("clinic.close_days", row, by=by, at=at)
    return row


@transaction.atomic
def open_days(*, closed: ClosedDay, by: User, at: datetime) -> None:
    """Take closed dates back."""
    audit.record("clinic.open_days", closed, by=by, at=at)
    closed.delete()
