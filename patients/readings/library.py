"""The clinic's exercises as somebody looks for one to add to a plan."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from rehab.dosage import Dosage
from rehab.models import Clinic, Exercise, ExerciseRevision, TemplateExercise
from rehab.readings.exercise import listed

from .plan import PlanReading


@dataclass(frozen=True, slots=True)
class Addable:
    """An exercise of the library: its present text, the phase's own line for it if there is one, and whether the
    phase of this plan has it already."""

    exercise: Exercise
    revision: ExerciseRevision
    source: TemplateExercise | None
    is_there: bool

    @property
    def dosage(self) -> Dosage:
        """The dose to begin with: the phase's, else the exercise's own."""
        return self.source.dosage if self.source else self.revision.dosage


def addable(clinic: Clinic, reading: PlanReading, text: str = "") -> list[Addable]:
    """What can be added to the present phase, first what its template has and the plan has not, then by name."""
    sources = {row.revision.exercise_id: row for row in reading.present.source.exercises.select_related("revision")}
    there = {row.exercise_key for row in reading.exercises(reading.present.number) if row.until is None}
    found = [
        Addable(exercise, exercise.current, sources.get(exercise.pk), exercise.pk in there)
        for exercise in listed(clinic, text=text)
        if exercise.current is not None
    ]
    return sorted(found, key=lambda row: (row.is_there, row.source is None))


def find_addable(clinic: Clinic, reading: PlanReading, address: UUID) -> Addable | None:
    """The exercise of that address, if this clinic's library has it."""
    return next((row for row in addable(clinic, reading) if row.exercise.public_id == address), None)
