"""The shipped catalogue as a clinic's own copy: exercises, a plan template with its versions, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit, conditions, protocol, protocol_json
from ..errors import Refused
from ..models import (
    Clinic,
    Condition,
    ConditionFact,
    Exercise,
    ExerciseRevision,
    FollowUp,
    IcdCode,
    PlanTemplate,
    TemplateExercise,
    TemplatePhase,
    TemplateVersion,
    User,
)
from .plan_template import publish, retire


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load wrote. `waits` says that a newer version is there and that a draft of the clinic is in its place."""

    revisions: int = 0
    versions: int = 0
    conditions: int = 0
    waits: bool = False


@cache
def shipped() -> tuple[protocol.Document, tuple[conditions.ConditionData, ...]]:
    """The protocol and the conditions of this release, read once."""
    return protocol_json.parse(protocol_json.SHIPPED_FILE.read_text(encoding="utf-8")), conditions.read_data()


@transaction.atomic
def load_catalogue(
    *,
    clinic: Clinic,
    by: User,
    at: datetime,
    document: protocol.Document | None = None,
    knowledge: Sequence[conditions.ConditionData] | None = None,
) -> Loaded:
    """Copy the shipped protocol and conditions (or `document` and `knowledge`) into the clinic's catalogue.

    Loading the same again writes nothing. Of a newer document changed exercises become new revisions, and the version
    that it offers becomes a draft; what the clinic has published, and its conditions, stay as they are. Raises Refused
    where the diagnosis codes are not loaded.
    """
    document = document or shipped()[0]
    knowledge = shipped()[1] if knowledge is None else knowledge
    # Two loads at once would both find nothing there.
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    revisions, written = _load_exercises(clinic, document, by=by, at=at)
    template = PlanTemplate.objects.filter(clinic=clinic, key=document.key).first()
    if template is None:
        _new_template(clinic, document, revisions, by=by, at=at)
        versions, waits = len(document.versions), False
    else:
        versions, waits = _load_newer(template, document, revisions, by=by, at=at)
    return Loaded(
        revisions=written,
        versions=versions,
        conditions=_load_conditions(clinic, knowledge, by=by, at=at),
        waits=waits,
    )


# --- exercises ---------------------------------------------------------------------------------------------


def _load_exercises(
    clinic: Clinic, document: protocol.Document, *, by: User, at: datetime
) -> tuple[dict[str, ExerciseRevision], int]:
    """The revision that says what the document says, by the exercise's key, and how many of them are new."""
    hashes = {exercise.key: protocol.content_hash(exercise) for exercise in document.exercises}
    exercises = {row.key: row for row in Exercise.objects.filter(clinic=clinic, key__in=hashes)}
    absent = [Exercise(clinic=clinic, key=key) for key in hashes if key not in exercises]
    exercises |= {row.key: row for row in Exercise.objects.bulk_create(absent)}
    revisions, last = {}, dict.fromkeys(exercises, 0)
    for revision in ExerciseRevision.objects.filter(exercise__in=exercises.values()).select_related("exercise"):
        key = revision.exercise.key
        last[key] = max(last[key], revision.number)
        if revision.content_hash == hashes[key]:
            revisions[key] = revision
    made = ExerciseRevision.objects.bulk_create(
        ExerciseRevision(
            exercise=exercises[exercise.key],
            number=last[exercise.key] + 1,
            language=document.language,
            content_hash=hashes[exercise.key],
            at=at,
            **_revision_columns(exercise),
        )
        for exercise in document.exercises
        if exercise.key not in revisions
    )
    for revision in made:
        revision.exercise.current = revision
        revisions[revision.exercise.key] = revision
        audit.record("exercise.revise", revision.exercise, by=by, at=at, fields=["current"])
    Exercise.objects.bulk_update([revision.exercise for revision in made], ["current"])
    return revisions, len(made)


def _revision_columns(exercise: protocol.Exercise) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "kind": exercise.kind.value,
        "region": exercise.region.value,
        "equipment": exercise.equipment,
        "loaded": exercise.loaded,
        "ballistic": exercise.ballistic,
        "instructions": list(exercise.instructions),
        "cues": exercise.cues,
        "stop_rule": exercise.stop_rule,
        "easier": exercise.easier,
        "harder": exercise.harder,
        "variants": [asdict(variant) for variant in exercise.variants],
        "picture": exercise.picture,
        "proposal": exercise.proposal,
        "fact_ids": list(exercise.fact_ids),
        **asdict(exercise.dosage),
    }


# --- the template ------------------------------------------------------------------------------------------


def _new_template(
    clinic: Clinic,
    document: protocol.Document,
    revisions: dict[str, ExerciseRevision],
    *,
    by: User,
    at: datetime,
) -> None:
    """The template with all its versions, each in the state that the document gives it."""
    codes = {use: [each.code for each in document.conditions if each.use is use] for use in protocol.Use}
    template = PlanTemplate.objects.create(
        clinic=clinic,
        key=document.key,
        name=document.name,
        made_for=codes[protocol.Use.MADE_FOR],
        also_for=codes[protocol.Use.ALSO_FOR],
    )
    audit.record("plan_template.create", template, by=by, at=at)
    made: dict[int | None, TemplateVersion] = {}
    for version in document.versions:
        draft = _draft(
            template, version, revisions, number=version.number, based_on=made.get(version.based_on), by=by, at=at
        )
        made[version.number] = draft
        if version.status is protocol.VersionStatus.PUBLISHED:
            publish(version=draft, by=by, at=at)
        elif version.status is protocol.VersionStatus.RETIRED:
            retire(version=draft, by=by, at=at)


def _load_newer(
    template: PlanTemplate,
    document: protocol.Document,
    revisions: dict[str, ExerciseRevision],
    *,
    by: User,
    at: datetime,
) -> tuple[int, bool]:
    """How many drafts were made, one or none, and whether one waits for the place of another."""
    newest = max(document.versions, key=lambda version: version.number)
    known = template.versions.filter(source_hash=protocol.content_hash(newest))
    if known.exists():
        return 0, False
    if template.versions.filter(status=TemplateVersion.Status.DRAFT).exists():
        return 0, True
    last = template.versions.order_by("-number").first()
    _draft(template, newest, revisions, number=last.number + 1 if last else 1, based_on=last, by=by, at=at)
    return 1, False


def _draft(
    template: PlanTemplate,
    version: protocol.Version,
    revisions: dict[str, ExerciseRevision],
    *,
    number: int,
    based_on: TemplateVersion | None,
    by: User,
    at: datetime,
) -> TemplateVersion:
    """A version with its phases, exercises and follow-ups, still open."""
    content = protocol.content_hash(version)
    draft = TemplateVersion.objects.create(
        template=template,
        number=number,
        label=version.label,
        note=version.note,
        based_on=based_on,
        source_hash=content,
        content_hash=content,
    )
    phases = TemplatePhase.objects.bulk_create(
        TemplatePhase(
            version=draft,
            key=phase.key,
            number=place,
            name=phase.name,
            source_label=phase.source_label,
            weeks=phase.weeks,
            needs_review=phase.needs_review,
            visits_per_week=phase.visits_per_week,
            items=[_item(item) for item in phase.items],
            fact_ids=list(phase.fact_ids),
        )
        for place, phase in enumerate(version.phases, start=1)
    )
    TemplateExercise.objects.bulk_create(
        TemplateExercise(
            version=draft,
            phase=row,
            key=each.key,
            position=place,
            revision=revisions[each.exercise.key],
            optional=each.optional,
            starts_ticked=each.starts_ticked,
            choice=each.choice,
            note=each.note,
            fact_ids=list(each.fact_ids),
            **asdict(each.dosage),
        )
        for row, phase in zip(phases, version.phases, strict=True)
        for place, each in enumerate(phase.exercises, start=1)
    )
    by_key = {phase.key: row for row, phase in zip(phases, version.phases, strict=True)}
    FollowUp.objects.bulk_create(
        FollowUp(version=draft, key=each.key, name=each.name, day=each.day, phase=by_key.get(each.phase))
        for each in version.follow_ups
    )
    audit.record("template_version.create", draft, by=by, at=at)
    return draft


def _item(item: protocol.Item) -> dict[str, Any]:
    return asdict(item) | {"kind": item.kind.value, "fact_ids": list(item.fact_ids)}


# --- conditions --------------------------------------------------------------------------------------------


def _load_conditions(clinic: Clinic, knowledge: Iterable[conditions.ConditionData], *, by: User, at: datetime) -> int:
    """Add the conditions that the clinic does not have, with their facts, and return how many."""
    there = set(Condition.objects.filter(clinic=clinic).values_list("icd_code__code", flat=True))
    absent = [data for data in knowledge if data.icd not in there]
    named = {data.icd for data in absent} | {fact.icd for data in absent for fact in data.facts if fact.icd}
    codes = {code.code: code for code in IcdCode.objects.filter(code__in=named)}
    if missing := sorted(named - codes.keys()):
        raise Refused(
            "codes_not_loaded",
            _("Load the diagnosis codes first; %(codes)s are not there.") % {"codes": ", ".join(missing)},
        )
    rows = Condition.objects.bulk_create(
        Condition(
            clinic=clinic,
            icd_code=codes[data.icd],
            source_label=data.source_label,
            description=data.description,
        )
        for data in absent
    )
    for row in rows:
        audit.record("condition.create", row, by=by, at=at)
    ConditionFact.objects.bulk_create(
        ConditionFact(
            condition=row,
            kind=fact.kind.value,
            position=fact.position,
            text=fact.text,
            patient_text=fact.patient_text,
            severity=fact.severity or "",
            relation=fact.relation or "",
            icd=codes[fact.icd] if fact.icd else None,
            data=fact.details(),
            fact_ids=list(fact.fact_ids),
        )
        for row, data in zip(rows, absent, strict=True)
        for fact in data.facts
    )
    return len(rows)
