from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rehab import audit
from rehab.models import User

from ..models import Acknowledgement, Patient, Prescription


@transaction.atomic
def acknowledge(*, patient: Patient, prescriptions: Collection[UUID], by: User, at: datetime) -> list[Acknowledgement]:
    """ "Got it": the patient has seen that these exercises are new, or their dose is another. Said twice it is said
    once; ids of other people's exercises are passed over."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    rows = Prescription.objects.filter(plan__patient=patient, public_id__in=prescriptions, acknowledgement__isnull=True)
    written = [Acknowledgement.objects.create(patient=patient, prescription=row, by=by, at=at) for row in rows]
    for row in written:
        audit.record("prescription.acknowledge", row, by=by, at=at)
    return written
