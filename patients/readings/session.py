from __future__ import annotations

from collections.abc import Mapping

from ..models import Prescription, TreatmentSession


def offered_exercises(session: TreatmentSession) -> list[Prescription]:
    """What can be ticked in a session: what was prescribed on its date in the phase of that date, in order."""
    if session.plan is None or session.phase is None:
        return []
    rows = session.plan.prescriptions.standing().filter(phase__number=session.phase, since__lte=session.on)
    in_force = (
        rows.exclude(until__lt=session.on).select_related("revision__exercise", "phase").order_by("position", "pk")
    )
    return list({row.revision_id: row for row in in_force}.values())


def exercises_done(session: TreatmentSession) -> dict[int, str]:
    """The exercises that a session has on record: the note of each, by revision."""
    return dict(session.exercises.values_list("revision_id", "note"))


def exercises_text(session: TreatmentSession, exercises: Mapping[int, str]) -> str:
    """The exercises of a session in words, one a line, for two texts beside each other."""
    names = {row.revision_id: row.revision.name for row in offered_exercises(session)}
    names |= {row.revision_id: row.revision.name for row in session.exercises.select_related("revision")}
    lines = [f"{names[key]}: {note}" if note else names[key] for key, note in exercises.items()]
    return "\n".join(sorted(lines))
