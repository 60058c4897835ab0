"""The whole demo, or what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from patients.models import Patient
from rehab.models import Clinic

from .clinic import TIME_ZONE, Staff, found_clinic, is_the_demos, plan_ahead, staff_of
from .record import Record
from .stories import STORIES, Story

# The clinic was there before its first patient came.
FOUNDED_BEFORE = timedelta(days=150)


class OtherData(Exception):
    """The database holds a clinic that is not the demo's."""


def build_demo(*, day: date, seed: int) -> Iterator[Patient]:
    """Build what is not there yet, each patient in one transaction, and give each as it is done.

    Everything happens before `day`; bookings reach beyond it. Raises OtherData where another clinic has its data here.
    """
    clinics = list(Clinic.objects.all())
    if any(not is_the_demos(clinic) for clinic in clinics):
        raise OtherData
    founded = datetime.combine(day - FOUNDED_BEFORE, time(9), tzinfo=ZoneInfo(TIME_ZONE))
    staff = staff_of(clinics[0]) if clinics else found_clinic(at=founded)
    told = set(Patient.objects.filter(clinic=staff.clinic).values_list("number", flat=True))
    if not clinics:
        plan_ahead(staff, day=day)
    for story in STORIES:
        if story.number not in told:
            yield _tell(story, staff, day, seed)


def day_of_demo() -> date:
    """The day for which the demo that is there was made."""
    clinic = Clinic.objects.get()
    return clinic.date_at(clinic.created_at) + FOUNDED_BEFORE


@transaction.atomic
def _tell(story: Story, staff: Staff, day: date, seed: int) -> Patient:
    lead = staff.physio if story.lead == "physio" else staff.colleague
    # A stream of its own for each, so that one story does not depend on another.
    random = Random(f"{seed} {story.number}")  # noqa: S311  # nosec B311
    record = Record(staff.clinic, lead, day, random, number=story.number)
    story.tell(record)
    return record.patient
