"""What a colleague who leaves still has: numbers for whoever administers, rows for whoever takes them over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from rehab.models import Away, Clinic, User
from rehab.roles import Capability, can

from ..models import Episode, Patient, TreatmentSession, Visit


@dataclass(frozen=True, slots=True)
class StillOpen:
    """How much waits to be handed over. Numbers, never names."""

    episodes: int
    visits: int
    drafts: int
    covers: int

    def __bool__(self) -> bool:
        return bool(self.episodes or self.visits or self.drafts or self.covers)


def still_open(user: User, *, at: datetime) -> StillOpen:
    """What this person leads, is booked for from now on, has begun to write, and covers from today on."""
    covers = Away.objects.filter(
        covered_by=user, withdrawn_at__isnull=True, last_on__gte=user.clinic.date_at(at), user__is_active=True
    )
    return StillOpen(
        episodes_of(user).count(), visits_ahead(user, at=at).count(), drafts_of(user).count(), covers.count()
    )


def to_hand_over(from_user: User, by: User) -> QuerySet[Episode]:
    """The open episodes of `from_user` that `by` may give to another lead: one's own, those of whoever leaves or has
    left, and otherwise those of patients whose record `by` may open (promise 8)."""
    rows = episodes_of(from_user).filter(patient__clinic_id=by.clinic_id)
    if from_user == by or leaves(from_user):
        return rows
    return rows.filter(patient__in=Patient.objects.visible_to(by))


def leaves(user: User) -> bool:
    """Whether somebody leaves, has left, or treats nobody any more."""
    return user.leaving_since is not None or not can(user, Capability.TREAT)


def without_a_future(clinic: Clinic, *, at: datetime) -> list[User]:
    """Physiotherapists who leave, and those without a sign-in of whom something is left. One query."""
    mine = OuterRef("pk")
    visits = Visit.objects.filter(physiotherapist=mine, state=Visit.State.BOOKED, starts_at__gte=at)
    drafts = TreatmentSession.objects.filter(physiotherapist=mine, status=TreatmentSession.Status.DRAFT)
    episodes = Episode.objects.filter(lead=mine, closed_on__isnull=True, patient__archived_at__isnull=True)
    left = Q(is_active=False) & (Q(Exists(episodes)) | Q(Exists(visits)) | Q(Exists(drafts)))
    rows = clinic.users.filter(Q(is_active=True, leaving_since__isnull=False) | left, is_physiotherapist=True)
    return list(rows.order_by("-is_active", "name", "pk"))


def episodes_of(user: User) -> QuerySet[Episode]:
    rows = Episode.objects.filter(lead=user, closed_on__isnull=True, patient__archived_at__isnull=True)
    return rows.select_related("patient", "lead").order_by("patient__sort_name", "pk")


def visits_ahead(user: User, *, at: datetime) -> QuerySet[Visit]:
    rows = Visit.objects.filter(physiotherapist=user, state=Visit.State.BOOKED, starts_at__gte=at)
    return rows.select_related("patient", "physiotherapist").order_by("starts_at", "pk")


def visits_ahead_of(users: Collection[User], *, at: datetime, by: User) -> QuerySet[Visit]:
    """The same of several people, as far as `by` may open the patients' records."""
    rows = Visit.objects.filter(physiotherapist__in=users, state=Visit.State.BOOKED, starts_at__gte=at)
    rows = rows.filter(patient__in=Patient.objects.visible_to(by))
    return rows.select_related("patient", "physiotherapist").order_by("starts_at", "pk")


def drafts_of(user: User) -> QuerySet[TreatmentSession]:
    rows = TreatmentSession.objects.filter(physiotherapist=user, status=TreatmentSession.Status.DRAFT)
    return rows.select_related("patient", "episode", "physiotherapist").order_by("on", "pk")
