"""What an appointment of a patient with a physiotherapist may meet, read once for a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from rehab.hours import Closed, Stretch
from rehab.models import Away, Clinic, User

from ..clashes import Absence, Clash, Slot, Taken, clashes, slot
from ..models import Patient, Visit

# No visit is longer.
LONGEST = timedelta(hours=8)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Agenda:
    """The hours of the clinic, its closed days, the absences and the visits within a stretch of time."""

    clinic: Clinic
    hours: tuple[Stretch, ...]
    closed: tuple[Closed, ...]
    absences: tuple[Absence, ...]
    taken: list[Taken]

    def clashes(self, starts_at: datetime, minutes: int) -> tuple[Clash, ...]:
        """What an appointment meets."""
        shown = starts_at.astimezone(self.clinic.zone).replace(tzinfo=None)
        return clashes(
            slot(starts_at, minutes),
            slot(shown, minutes),
            hours=self.hours,
            closed=self.closed,
            absences=self.absences,
            taken=self.taken,
        )

    def has_at(self, starts_at: datetime) -> bool:
        """Whether the patient has a visit that begins at this very moment: the database takes no second one."""
        return any(row.of_patient and row.slot.starts == starts_at for row in self.taken)

    def add(self, visit: Visit) -> None:
        """One that was booked meanwhile."""
        self.taken.append(_taken(visit, visit.patient_id))


def read_agenda(
    patient: Patient, physiotherapist: User, first: datetime, last: datetime, *, but: Visit | None = None
) -> Agenda:
    """What appointments that begin between two moments may meet; `but` is the visit that they are for."""
    clinic = patient.clinic
    days = {"first_on__lte": clinic.date_at(last) + DAY, "last_on__gte": clinic.date_at(first)}
    away = Away.objects.filter(user=physiotherapist, withdrawn_at__isnull=True, **days).select_related("covered_by")
    visits = Visit.objects.filter(
        Q(patient=patient) | Q(physiotherapist=physiotherapist),
        state__in=[Visit.State.BOOKED, Visit.State.ATTENDED],
        starts_at__gt=first - LONGEST,
        starts_at__lt=last + LONGEST,
    ).order_by("starts_at", "pk")
    if but is not None:
        visits = visits.exclude(pk=but.pk)
    return Agenda(
        clinic=clinic,
        hours=tuple(Stretch(row.weekday, row.opens, row.closes) for row in clinic.opening.all()),
        closed=tuple(Closed(row.first_on, row.last_on, row.name) for row in clinic.closed_days.filter(**days)),
        absences=tuple(Absence(row.first_on, row.last_on, row.covered_by.name) for row in away),
        taken=[_taken(row, patient.pk) for row in visits],
    )


def _taken(visit: Visit, patient_id: int) -> Taken:
    starts = visit.starts_at
    if starts is None:
        raise ValueError("a visit without a time takes none")
    ends = starts + timedelta(minutes=visit.minutes or 0)
    return Taken(f"visit-{visit.public_id}", Slot(starts, ends), of_patient=visit.patient_id == patient_id)
