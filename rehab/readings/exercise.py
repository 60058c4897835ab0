from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..dosage import Dosage
from ..icd import fold
from ..models import Clinic, Exercise, ExerciseRevision, TemplateExercise


@dataclass(frozen=True, slots=True)
class VariantView:
    """One way of doing an exercise; `dosage` where it asks for another amount than the exercise."""

    key: str
    name: str
    instructions: Sequence[str]
    picture: str
    dosage: Dosage | None
    starts_off: bool
    note: str


def listed(clinic: Clinic, *, text: str = "", kind: str = "") -> list[Exercise]:
    """The clinic's exercises with their current revision, by name: those of a kind whose name, equipment or region
    has all the words of `text`.

    A library is small, and folding finds accents alike on every database, so the words are looked for here.
    """
    rows = Exercise.objects.filter(clinic=clinic, archived_at=None, current__isnull=False).select_related("current")
    if kind:
        rows = rows.filter(current__kind=kind)
    words = fold(text).split()
    found = [row for row in rows if all(word in _searched(row.current) for word in words)]
    return sorted(found, key=lambda row: (_searched(row.current), row.pk))


def _searched(revision: ExerciseRevision | None) -> str:
    if revision is None:
        return ""
    names = " ".join(variant["name"] for variant in revision.variants)
    return fold(f"{revision.name} {revision.equipment} {revision.region.replace('_', ' ')} {names}")


def variants(revision: ExerciseRevision) -> list[VariantView]:
    """The variants of a revision as values."""
    return [_variant(stored) for stored in revision.variants]


def _variant(stored: dict[str, Any]) -> VariantView:
    dosage = Dosage(**stored["dosage"]) if stored["dosage"] else None
    return VariantView(**{**stored, "dosage": dosage})


def uses(exercise: Exercise) -> list[TemplateExercise]:
    """Where the clinic's offered versions ask for the exercise, template by template, in the order of the phases."""
    rows = TemplateExercise.objects.filter(
        revision__exercise=exercise, version__template__clinic_id=exercise.clinic_id, version__status="published"
    )
    return list(rows.select_related("phase", "version__template").order_by("version__template__name", "phase__number"))
