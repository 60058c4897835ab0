from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rehab.models import User

from ..models import Episode, Patient, Plan, TreatmentSession, Visit
from .session import start_session
from .visit import open_visit


@transaction.atomic
def walk_in(
    *, patient: Patient, episode: Episode, kind: str, by: User, at: datetime, plan: Plan | None = None
) -> tuple[Visit, TreatmentSession]:
    """Somebody came without an appointment: a visit of this moment, attended and unplanned, and its session note.

    The same tap twice is one visit; a note of today that was begun without a visit gets this one. Raises Refused as
    `start_session` does.
    """
    today = patient.clinic.date_at(at)
    session = start_session(patient=patient, episode=episode, plan=plan, on=today, kind=kind, by=by, at=at)
    TreatmentSession.objects.select_for_update(of=("self",)).get(pk=session.pk)  # one visit for each note
    if there := Visit.objects.filter(session=session).first():
        return there, session
    visit = Visit(
        patient=patient,
        episode=episode,
        plan=plan,
        kind=Visit.Kind.TREATMENT,
        state=Visit.State.ATTENDED,
        unplanned=True,
        physiotherapist=by,
        starts_at=at,
        minutes=patient.clinic.visit_minutes,
        session=session,
    )
    return open_visit(visit, by=by, at=at), session
