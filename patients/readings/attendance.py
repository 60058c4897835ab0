"""How often a patient missed a visit, and called one off at short notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from ..models import Patient, Visit, VisitEvent


@dataclass(frozen=True, slots=True)
class Attendance:
    missed: int
    short_notice: int


NONE_MISSED = Attendance(0, 0)


def attendance_of(patient: Patient) -> Attendance:
    """Counted in one query. Short notice is what the patient called off less than the clinic's hours before it began;
    what the clinic called off is nobody's fault."""
    notice = timedelta(hours=patient.clinic.short_notice_hours)
    rows = VisitEvent.objects.filter(visit__patient=patient, to_state=F("visit__state")).exclude(from_state="")
    missed: set[int] = set()
    short: set[int] = set()
    for row in rows.only("visit", "from_state", "to_state", "starts_at", "cause", "at"):
        by_patient = row.from_state == Visit.State.BOOKED and row.cause == VisitEvent.Cause.PATIENT
        if row.to_state == Visit.State.MISSED:
            missed.add(row.visit_id)
        elif row.to_state == Visit.State.CANCELLED and by_patient and row.starts_at and row.at > row.starts_at - notice:
            short.add(row.visit_id)
    return Attendance(len(missed), len(short))
