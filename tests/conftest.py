from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from patients.models import Patient, Plan
from rehab import freeze
from rehab.models import Clinic, User

from . import cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The clinics are founded once a test database; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        cast.found_clinics()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Every test happens on Tuesday 3 March 2026, and may `clock.move_to` another moment."""
    with time_machine.travel(cast.NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _limits_start_fresh(request: pytest.FixtureRequest) -> None:
    """The shared cache lives in the database and outlives a flush: sign-in limits would leak from test to test."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture(autouse=True)
def _triggers_let_the_flush_pass(request: pytest.FixtureRequest) -> Iterator[None]:
    """A transactional test ends with a flush, which the triggers would refuse; migrate's signal makes them anew."""
    if not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    cast.found_clinics()
    yield
    freeze.drop(connection)


@pytest.fixture
def clinic(db: None) -> Clinic:
    cast.found_clinics()
    return Clinic.objects.get(name="Harbour Physio")


@pytest.fixture
def other_clinic(clinic: Clinic) -> Clinic:
    return Clinic.objects.get(name="Hilltop Rehab")


@pytest.fixture
def ana(clinic: Clinic) -> User:
    return cast.person("Ana")


@pytest.fixture
def bruno(clinic: Clinic) -> User:
    return cast.person("Bruno")


@pytest.fixture
def admin(clinic: Clinic) -> User:
    return cast.person("Adela")


@pytest.fixture
def desk(clinic: Clinic) -> User:
    return cast.person("Dora")


@pytest.fixture
def zoe(clinic: Clinic) -> User:
    return cast.person("Zoe")


@pytest.fixture
def maria(ana: User) -> Patient:
    """In phase 2, week 1 of it, with an account."""
    patient = cast.patient("María Soto", by=ana)
    cast.plan(cast.episode(patient, lead=ana), by=ana, start_on=date(2026, 2, 16))
    cast.give_account(patient)
    return patient


@pytest.fixture
def marias_plan(maria: Patient) -> Plan:
    return maria.plans.get()


@pytest.fixture
def omar(ana: User) -> Patient:
    """In phase 1, on paper: no account."""
    patient = cast.patient("Omar Haddad", by=ana, birth_date=date(1956, 11, 2))
    cast.plan(cast.episode(patient, lead=ana), by=ana, start_on=date(2026, 2, 24), reports_by="paper")
    return patient


@pytest.fixture
def nils(ana: User) -> Patient:
    """Just added: no episode."""
    return cast.patient("Nils Berg", by=ana, birth_date=date(1999, 6, 30))


@pytest.fixture
def yann(zoe: User) -> Patient:
    """A patient of the other clinic, with a running plan."""
    patient = cast.patient("Yann Moreau", by=zoe)
    cast.plan(cast.episode(patient, lead=zoe), by=zoe, start_on=date(2026, 2, 16))
    return patient


@pytest.fixture
def client_of() -> Callable[[User | Patient], Client]:
    """A browser in which this person is signed in."""

    def signed_in(who: User | Patient) -> Client:
        client = Client()
        user = who.user if isinstance(who, Patient) else who
        assert user is not None, f"{who} has no account"
        client.force_login(user)
        return client

    return signed_in
