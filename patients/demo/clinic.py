"""The demo's clinic and its staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from rehab.accounts import DEMO_PASSWORD
from rehab.actions.away import plan_away
from rehab.actions.catalogue import load_catalogue
from rehab.actions.clinic import create_clinic
from rehab.actions.clinic_hours import close_days
from rehab.actions.icd import load_codes
from rehab.actions.user import add_staff
from rehab.models import Clinic, User

OWNER_EMAIL = "ingrid@example.com"
ADMINISTRATOR_EMAIL = "admin@example.com"
PHYSIOTHERAPIST_EMAIL = "physio@example.com"
FRONT_DESK_EMAIL = "desk@example.com"
TIME_ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who treats: the colleague owns the clinic and has no password, so nobody signs in as her."""

    clinic: Clinic
    physio: User
    colleague: User


@transaction.atomic
def found_clinic(*, at: datetime) -> Staff:
    """The clinic with its catalogue, its owner, an administrator and a physiotherapist."""
    load_codes()
    clinic, owner = create_clinic(
        name="Millbrook Physiotherapy",
        time_zone=TIME_ZONE,
        country="GB",
        phone="01632 960 480",
        emergency_number="999",
        hours="Monday to Friday, 8 am to 6 pm",
        first_user_name="Ingrid Solberg",
        first_user_email=OWNER_EMAIL,
        first_user_password=None,
        at=at,
    )
    load_catalogue(clinic=clinic, by=owner, at=at)
    for name, email, role in (
        ("Samir Whitfield", ADMINISTRATOR_EMAIL, "is_administrator"),
        ("Daniel Reyes", PHYSIOTHERAPIST_EMAIL, "is_physiotherapist"),
        ("Amara Nwosu", FRONT_DESK_EMAIL, "is_front_desk"),
    ):
        add_staff(clinic=clinic, name=name, email=email, password=DEMO_PASSWORD, roles=[role], by=owner, at=at)
    return staff_of(clinic)


@transaction.atomic
def plan_ahead(staff: Staff, *, day: date) -> None:
    """What lies ahead of the day of the demo: the colleague is away from tomorrow and covered, and a day is closed."""
    at = datetime.combine(day - timedelta(days=1), time(17, 30), tzinfo=staff.clinic.zone)
    first = day + timedelta(days=1)
    plan_away(
        user=staff.colleague,
        first_on=first,
        last_on=first + timedelta(days=6),
        covered_by=staff.physio,
        by=staff.colleague,
        at=at,
    )
    closed = first + timedelta(days=(-first.weekday()) % 7 + 14)  # a Monday
    close_days(clinic=staff.clinic, first_on=closed, last_on=closed, name="Bank holiday", by=staff.colleague, at=at)


def staff_of(clinic: Clinic) -> Staff:
    users = clinic.users.select_related("clinic")
    return Staff(clinic, users.get(email=PHYSIOTHERAPIST_EMAIL), users.get(email=OWNER_EMAIL))


def is_the_demos(clinic: Clinic) -> bool:
    """Whether a clinic is the one that `found_clinic` makes."""
    wanted = {OWNER_EMAIL, ADMINISTRATOR_EMAIL, PHYSIOTHERAPIST_EMAIL}
    return clinic.users.filter(email__in=wanted).count() == len(wanted)
