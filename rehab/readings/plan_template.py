from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from ..models import (
    Clinic,
    Condition,
    FollowUp,
    IcdCode,
    PlanTemplate,
    TemplateExercise,
    TemplatePhase,
    TemplateVersion,
)
from ..protocol import ItemKind


@dataclass(frozen=True, slots=True)
class ExerciseView:
    """An exercise of a phase; `instead` are the names of the others of its choice of one."""

    row: TemplateExercise
    instead: Sequence[str]


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with the weeks that follow from the order; `last_week` None is open."""

    row: TemplatePhase
    first_week: int
    last_week: int | None
    groups: Sequence[tuple[str, Sequence[dict[str, Any]]]]
    exercises: Sequence[ExerciseView]

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def needs_review(self) -> bool:
        return self.row.needs_review


@dataclass(frozen=True, slots=True)
class CodeView:
    """A diagnosis that a template is made for or also used for, and the clinic's page about it, if there is one."""

    code: str
    title: str
    condition: Condition | None
    made_for: bool


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template of the list with the version that it shows, None where it has none."""

    template: PlanTemplate
    version: TemplateVersion | None
    phases: Sequence[PhaseView]


def listed(clinic: Clinic) -> list[TemplateRow]:
    """The clinic's templates by name, each with the phases of the version that stands for it."""
    versions = TemplateVersion.objects.order_by("number").prefetch_related("phases")
    templates = clinic.plan_templates.order_by("name", "pk").prefetch_related(Prefetch("versions", versions))
    rows = []
    for template in templates:
        version = standing(template.versions.all())
        rows.append(TemplateRow(template, version, phases(version.phases.all()) if version else ()))
    return rows


def standing(versions: Iterable[TemplateVersion]) -> TemplateVersion | None:
    """The version that a template is known by: the newest that is offered, else the newest of all."""
    rows = sorted(versions, key=lambda version: version.number)
    published = [version for version in rows if version.status == TemplateVersion.Status.PUBLISHED]
    return next(reversed(published or rows), None)


def full(version: TemplateVersion) -> tuple[list[PhaseView], list[FollowUp]]:
    """Everything that a version says: its phases with their exercises, and its follow-ups by date."""
    exercises = TemplateExercise.objects.select_related("revision__exercise").order_by("position", "pk")
    rows: QuerySet[TemplatePhase] = version.phases.order_by("number")
    follow_ups = version.follow_ups.select_related("phase").order_by("day", "phase__number", "pk")
    return phases(rows.prefetch_related(Prefetch("exercises", exercises)), with_exercises=True), sorted(
        follow_ups, key=lambda each: (each.day is None, each.day or 0, each.phase.number if each.phase else 0)
    )


def phases(rows: Iterable[TemplatePhase], *, with_exercises: bool = False) -> list[PhaseView]:
    """The phases with their weeks: each begins in the week after the one before it."""
    made, week = [], 1
    for row in rows:
        last = week + row.weeks - 1 if row.weeks else None
        made.append(
            PhaseView(
                row=row,
                first_week=week,
                last_week=last,
                groups=[(kind, items) for kind in ItemKind if (items := _items(row, kind))],
                exercises=_exercises(list(row.exercises.all())) if with_exercises else (),
            )
        )
        week = (last or week) + 1
    return made


def _items(phase: TemplatePhase, kind: ItemKind) -> list[dict[str, Any]]:
    return [item for item in phase.items if item["kind"] == kind]


def _exercises(rows: Sequence[TemplateExercise]) -> list[ExerciseView]:
    return [
        ExerciseView(
            row, [each.revision.name for each in rows if row.choice and each.choice == row.choice and each != row]
        )
        for row in rows
    ]


def codes(template: PlanTemplate) -> list[CodeView]:
    """The diagnoses that a template is made for, then those that it is also used for, with their official titles."""
    written = [*template.made_for, *template.also_for]
    titles = dict(IcdCode.objects.filter(code__in=written).values_list("code", "title"))
    rows = Condition.objects.filter(clinic_id=template.clinic_id, icd_code__code__in=written)
    known = {row.icd_code.code: row for row in rows.select_related("icd_code")}
    return [
        CodeView(code, titles.get(code, ""), known.get(code), made_for=code in template.made_for) for code in written
    ]
