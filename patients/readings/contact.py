"""Who a patient is, how to reach them and when they come: what the front desk reads, and nothing clinical."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from ..models import Episode, Patient, Visit
from ..models.patient import PatientQuerySet
from .my_visits import MyVisits, my_visits
from .patient_list import next_visit


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person on the front desk's list."""

    patient: Patient
    visit: Visit | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One person on a page of their own. Without an open episode there is nothing to book for, as yet."""

    visits: MyVisits
    can_be_booked: bool


def with_visits(patients: PatientQuerySet) -> PatientQuerySet:
    """The same people with what their rows need: two queries for one as for many."""
    awaited = Visit.objects.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED])
    return patients.select_related("clinic").prefetch_related(Prefetch("visits", queryset=awaited))


def contact_rows(patients: Iterable[Patient], *, at: datetime) -> list[ContactRow]:
    """A row for each patient of a page that was read `with_visits`."""
    return [ContactRow(patient, next_visit(patient, at)) for patient in patients]


def contact(patient: Patient, *, at: datetime) -> Contact:
    """The visits of one patient, as the patient reads them too, and whether one can be booked."""
    episodes = Episode.objects.filter(patient=patient, closed_on__isnull=True)
    return Contact(visits=my_visits(patient, at=at), can_be_booked=episodes.exists())
