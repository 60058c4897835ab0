"""The people of the tests, and the two clinics that they belong to: everything built through actions.

Harbour Physio (Berlin time): Ana and Bruno are physiotherapists, Adela administers, Dora sits at the front desk. Maria
is a patient with an account and a running plan, Omar one without account, Nils one without episode.
Zoe is a physiotherapist of another clinic, Yann her patient.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from patients.actions.episode import open_episode
from patients.actions.patient import add_patient
from patients.actions.plan import assign_plan
from patients.actions.prescription import chosen, offered
from patients.models import Episode, Patient, Plan, PlanPhase
from rehab.actions.catalogue import load_catalogue
from rehab.actions.clinic import create_clinic
from rehab.actions.icd import load_codes
from rehab.actions.user import add_staff
from rehab.models import Clinic, IcdCode, TemplateVersion, User

PASSWORD = "a long word, four harbours"
FOUNDED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
# A Tuesday, ten in the morning in Berlin: the day on which every test happens unless it travels.
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)


def found_clinics() -> None:
    """Both clinics with their staff and catalogue, once."""
    if not IcdCode.objects.exists():
        load_codes()
    if Clinic.objects.exists():
        return
    harbour, ana = create_clinic(
        name="Harbour Physio",
        time_zone="Europe/Berlin",
        country="de",
        phone="030 555 0134",
        emergency_number="112",
        hours="Monday to Friday, 8 to 18",
        first_user_name="Ana Ruiz",
        first_user_email="ana@harbour.example",
        first_user_password=PASSWORD,
        at=FOUNDED,
    )
    User.objects.filter(pk=ana.pk).update(is_administrator=False)  # Adela does that here
    for name, role in (
        ("Bruno Keller", "physiotherapist"),
        ("Adela Quist", "administrator"),
        ("Dora Lind", "front_desk"),
    ):
        add_staff(
            clinic=harbour,
            name=name,
            email=f"{name.split()[0].lower()}@harbour.example",
            password=PASSWORD,
            roles=[f"is_{role}"],
            by=ana,
            at=FOUNDED,
        )
    other, zoe = create_clinic(
        name="Hilltop Rehab",
        time_zone="America/New_York",
        country="us",
        phone="555 0199",
        emergency_number="911",
        hours="weekdays",
        first_user_name="Zoe Park",
        first_user_email="zoe@hilltop.example",
        first_user_password=PASSWORD,
        at=FOUNDED,
    )
    load_catalogue(clinic=harbour, by=ana, at=FOUNDED)
    load_catalogue(clinic=other, by=zoe, at=FOUNDED)


def person(name: str) -> User:
    """A member of staff by first name."""
    return User.objects.select_related("clinic").get(name__startswith=name)


def patient(name: str, *, by: User, at: datetime = FOUNDED, birth_date: date = date(1981, 4, 12)) -> Patient:
    return add_patient(clinic=by.clinic, name=name, birth_date=birth_date, by=by, at=at)


def episode(of: Patient, *, lead: User, at: datetime = FOUNDED, region: str = "lower_back") -> Episode:
    return open_episode(
        patient=of, lead=lead, problem="Low back pain, worse after sitting", region=region, by=lead, at=at
    )


def offered_version(clinic: Clinic) -> TemplateVersion:
    return TemplateVersion.objects.get(template__clinic=clinic, status="published")


def plan(
    of: Episode,
    *,
    by: User,
    start_on: date,
    start_phase: int = 1,
    at: datetime | None = None,
    reports_by: str = "phone",
) -> Plan:
    """The shipped template, assigned with what it ticks."""
    version = offered_version(by.clinic)
    phase = PlanPhase(number=start_phase, source=version.phases.get(number=start_phase))
    ticked = [chosen(row) for row, ticks in offered(phase, of.region) if ticks]
    return assign_plan(
        episode=of,
        version=version,
        start_on=start_on,
        start_phase=start_phase,
        exercises=ticked,
        reports_by=reports_by,
        reason="Settled already" if start_phase > 1 else "",
        by=by,
        at=at or datetime.combine(start_on, NOW.timetz()),
    )


def give_account(to: Patient, *, at: datetime = FOUNDED, email: str | None = None, password: str | None = None) -> User:
    """The account that redeeming a code makes, without the code's page."""
    from patients.actions.invitation import invite, redeem

    _, code = invite(patient=to, by=to.by, at=at)
    user = redeem(code=code, birth_year=to.birth_date.year, at=at + timedelta(minutes=1))
    if email:
        user.email = email
        user.set_password(password or PASSWORD)
        user.save(update_fields=["email", "password"])
    to.refresh_from_db()
    return user
