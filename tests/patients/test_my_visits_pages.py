"""My visits: booked, to be booked and past ones, in a patient's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from patients.actions.visit import book_visit, cancel_visit, miss_visit
from patients.models import Patient, Visit
from rehab.models import User

ClientOf = Callable[[Patient], Client]


def book(visit: Visit, ana: User, **ahead: float) -> Visit:
    starts_at = (timezone.now() + timedelta(**ahead)).replace(second=0, microsecond=0)
    return book_visit(
        visit=visit,
        seen=visit.last_sequence,
        physiotherapist=ana,
        starts_at=starts_at,
        minutes=30,
        by=ana,
        at=timezone.now(),
    )


def test_nothing_yet_says_whom_to_call(nils: Patient, client_of: ClientOf) -> None:
    from tests import cast

    cast.give_account(nils)
    text = client_of(nils).get("/visits/").text
    assert "No visits yet" in text and "030 555 0134" in text


def test_what_is_due_is_to_be_booked_by_a_call(maria: Patient, client_of: ClientOf) -> None:
    text = client_of(maria).get("/visits/").text
    assert "To be booked" in text and "Around Monday 16 March" in text and "Call 030 555 0134 to book" in text


def test_a_booked_one_is_next_here_and_on_today(maria: Patient, ana: User, client_of: ClientOf) -> None:
    book(maria.visits.order_by("due_on").first(), ana, days=10)
    phone = client_of(maria)
    assert "Friday 13 March, 10:00" in phone.get("/visits/").text
    assert "Friday 13 March, 10:00, with Ana Ruiz." in phone.get("/today/").text


def test_past_ones_are_told_without_blame(maria: Patient, ana: User, client_of: ClientOf, clock: object) -> None:
    first, second, *_rest = maria.visits.order_by("due_on")
    first, second = book(first, ana, hours=1), book(second, ana, hours=3)
    clock.shift(timedelta(hours=2))
    miss_visit(visit=first, seen=first.last_sequence, by=ana, at=timezone.now())
    cancel_visit(visit=second, seen=second.last_sequence, cause="clinic", by=ana, at=timezone.now())
    text = client_of(maria).get("/visits/").text
    assert "it did not work out" in text and "called off" in text


def test_somebody_elses_visits_are_not_there(maria: Patient, omar: Patient, ana: User, client_of: ClientOf) -> None:
    book(omar.visits.order_by("due_on").first(), ana, days=9)
    assert "12 March" not in client_of(maria).get("/visits/").text
