"""Many rows at once, where only their number matters: a list or a page is tried at ten and at a thousand.

State that means something is built through actions (`tests/cast.py`); these rows only weigh.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory

from patients.models import Decision, ExerciseLog, Patient, Visit

from .cast import NOW, TODAY


class _Rows(factory.django.DjangoModelFactory[Any]):
    class Meta:
        abstract = True

    at = NOW

    @classmethod
    def write(cls, number: int, *, first: int = 0, **values: Any) -> None:
        """`number` rows in one statement or a few, counted from `first`."""
        cls.reset_sequence(first)
        rows = cls.build_batch(number, **values)
        cls._meta.model._default_manager.bulk_create(rows, batch_size=500)  # type: ignore[union-attr]


class PatientFactory(_Rows):
    """People named Zoltan, the last on any page; needs `clinic` and `by`."""

    class Meta:
        model = Patient

    name = factory.Sequence(lambda n: f"Zoltan {n:04}")
    sort_name = factory.LazyAttribute(lambda patient: patient.name.lower())
    search_name = factory.LazyAttribute(lambda patient: f" {patient.name.lower()}")
    birth_date = date(1970, 1, 1)


class DecisionFactory(_Rows):
    """Changes without a change; needs `plan` and `by`, and counts on from the plan's last sequence with `first`."""

    class Meta:
        model = Decision

    sequence = factory.Sequence(lambda n: n + 1)
    act = factory.SelfAttribute("sequence")
    kind = Decision.Kind.CHANGE
    on = TODAY


class VisitFactory(_Rows):
    """Booked visits, one a day, each before the last; needs `patient`, `episode`, `physiotherapist` and `by`."""

    class Meta:
        model = Visit

    kind = Visit.Kind.TREATMENT
    state = Visit.State.BOOKED
    starts_at = factory.Sequence(lambda n: datetime(2026, 3, 2, 9, tzinfo=UTC) - timedelta(days=n))
    minutes = 30


class ExerciseLogFactory(_Rows):
    """Ticks of one prescription on each of a hundred days, then again; needs `patient`, `prescription` and `by`."""

    class Meta:
        model = ExerciseLog

    on = factory.Sequence(lambda n: TODAY - timedelta(days=1 + n % 100))
    occasion = factory.Sequence(lambda n: 1 + n // 100)
    status = ExerciseLog.Status.DONE
    how = "live"
    made_at = NOW
