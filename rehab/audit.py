"""The audit trail: one row for every act, in the act's own transaction. No screen's logic reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from .models import AuditEvent, User


def record(verb: str, row: models.Model, *, by: User, at: datetime, fields: Iterable[str] = ()) -> None:
    """Note that `by` did `verb` ("plan.decide") to `row` at `at`. `fields` names what changed, never the values."""
    AuditEvent.objects.create(
        at=at,
        clinic_id=by.clinic_id,
        actor_id=by.pk,
        verb=verb,
        object_type=row._meta.label,
        object_id=row.pk,
        fields=sorted(fields),
    )
