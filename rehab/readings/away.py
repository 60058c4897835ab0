"""Who is away, and who covers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from ..models import Away, User


def away_on(on: date, *, users: Collection[User] | None = None) -> QuerySet[Away]:
    """The absences of a date that stand, with `user` and `covered_by`: of everybody, or of some."""
    rows = Away.objects.filter(first_on__lte=on, last_on__gte=on, withdrawn_at__isnull=True)
    if users is not None:
        rows = rows.filter(user__in=users)
    return rows.select_related("user", "covered_by")


def covered_by(user: User, on: date) -> list[User]:
    """Those for whom this person covers on a date."""
    return [row.user for row in away_on(on).filter(covered_by=user)]
