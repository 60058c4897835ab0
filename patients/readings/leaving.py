"""What a colleague who leaves still has: numbers for whoever administers, rows for whoever takes them over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from rehab.models import User

from ..models import Episode, TreatmentSession, Visit


@dataclass(frozen=True, slots=True)
class StillOpen:
    """How much waits to be handed over. Numbers, never names."""

    episodes: int
    visits: int
    drafts: int

    def __bool__(self) -> bool:
        return bool(self.episodes or self.visits or self.drafts)


def still_open(user: User, *, at: datetime) -> StillOpen:
    """What this person leads, is booked for from now on, and has begun to write."""
    return StillOpen(episodes_of(user).count(), visits_ahead(user, at=at).count(), drafts_of(user).count())


def episodes_of(user: User) -> QuerySet[Episode]:
    rows = Episode.objects.filter(lead=user, closed_on__isnull=True, patient__archived_at__isnull=True)
    return rows.select_related("patient", "lead").order_by("patient__sort_name", "pk")


def visits_ahead(user: User, *, at: datetime) -> QuerySet[Visit]:
    rows = Visit.objects.filter(physiotherapist=user, state=Visit.State.BOOKED, starts_at__gte=at)
    return rows.select_related("patient", "physiotherapist").order_by("starts_at", "pk")


def visits_ahead_of(users: Collection[User], *, at: datetime) -> QuerySet[Visit]:
    """The same of several people."""
    rows = Visit.objects.filter(physiotherapist__in=users, state=Visit.State.BOOKED, starts_at__gte=at)
    return rows.select_related("patient", "physiotherapist").order_by("starts_at", "pk")


def drafts_of(user: User) -> QuerySet[TreatmentSession]:
    rows = TreatmentSession.objects.filter(physiotherapist=user, status=TreatmentSession.Status.DRAFT)
    return rows.select_related("patient", "episode", "physiotherapist").order_by("on", "pk")
