"""A protocol's JSON: the shipped file, and what a template is exported to.

Pure. Fields at their default are left out, so `dump` gives what `parse` takes, and a file shows what matters.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from .dosage import BOUNDS, Dosage, problems
from .protocol import (
    BodyRegion,
    Condition,
    Document,
    Exercise,
    ExerciseKind,
    FollowUp,
    Item,
    ItemKind,
    Phase,
    PhaseExercise,
    Source,
    Use,
    Variant,
    Version,
    VersionStatus,
    opens_unasked,
)
from .strict_json import ProtocolError, Reader, Reason, load_json, refuse_twice

SCHEMA = 1
SHIPPED_FILE = Path(__file__).parent / "data" / "protocol.json"

LONGEST_NAME = 120
LONGEST_PHASE_NAME = 60
LONGEST_CHOICE = 40
MOST_VERSIONS = 1000
MOST_WEEKS = 104
MOST_VISITS_PER_WEEK = 14
LAST_FOLLOW_UP_DAY = 730


def parse(data: Mapping[str, Any] | str) -> Document:
    """The document that the JSON, or its text, holds. Raises `ProtocolError`, with path and reason, at the first
    thing that is missing, too much, or not what it should be."""
    reader = Reader(load_json(data) if isinstance(data, str) else data)
    schema = reader.number("schema", 0, MOST_VERSIONS)
    if schema != SCHEMA:
        raise reader.error("schema", Reason.WRONG_SCHEMA)
    exercises = reader.many("exercises", _exercise)
    refuse_twice([exercise.key for exercise in exercises], "exercises")
    by_key = {exercise.key: exercise for exercise in exercises}
    document = Document(
        schema=schema,
        key=reader.slug("key"),
        name=reader.text("name", longest=LONGEST_NAME),
        language=reader.text("language", longest=10),
        sources=reader.many("sources", _source, default=()),
        conditions=reader.many("conditions", _condition),
        exercises=exercises,
        versions=reader.many("versions", partial(_version, exercises=by_key)),
    )
    reader.finish()
    refuse_twice([source.key for source in document.sources], "sources")
    refuse_twice([condition.code for condition in document.conditions], "conditions", "code")
    _check_versions(document.versions)
    return document


def dump(document: Document) -> dict[str, Any]:
    """The JSON that `parse` takes, without the fields that are at their default."""
    return _fields_dumped(document)


def _source(reader: Reader) -> Source:
    return Source(
        key=reader.text("key", longest=LONGEST_CHOICE),
        title=reader.text("title"),
        author=reader.text("author", default=""),
        dated=reader.text("dated", default=""),
        evidence=reader.text("evidence", default=""),
        note=reader.text("note", default=""),
    )


def _condition(reader: Reader) -> Condition:
    return Condition(code=reader.icd_code("code"), use=reader.choice("use", Use), fact_ids=reader.fact_ids())


def _dosage(reader: Reader) -> Dosage:
    amounts = {name: reader.number_or_none(name, *BOUNDS[name]) for name in BOUNDS}
    dosage = Dosage(
        **{name: amount for name, amount in amounts.items() if amount is not None},
        per_side=reader.flag("per_side", default=False),
        load=reader.text("load", default=""),
        rest_between=reader.flag("rest_between", default=False),
    )
    if wrong := problems(dosage):
        raise reader.error(wrong[0].field, Reason.WRONG_DOSAGE, wrong[0].code)
    return dosage


def _variant(reader: Reader) -> Variant:
    return Variant(
        key=reader.slug("key"),
        name=reader.text("name", longest=LONGEST_NAME),
        instructions=reader.texts("instructions"),
        picture=reader.slug("picture", default=""),
        dosage=reader.one("dosage", _dosage) if reader.has("dosage") else None,
        starts_off=reader.flag("starts_off", default=False),
        note=reader.text("note", default=""),
    )


def _exercise(reader: Reader) -> Exercise:
    exercise = Exercise(
        key=reader.slug("key"),
        name=reader.text("name", longest=LONGEST_NAME),
        kind=reader.choice("kind", ExerciseKind),
        region=reader.choice("region", BodyRegion),
        equipment=reader.text("equipment", longest=LONGEST_NAME, default=""),
        loaded=reader.flag("loaded", default=False),
        ballistic=reader.flag("ballistic", default=False),
        instructions=reader.texts("instructions"),
        cues=reader.text("cues", default=""),
        stop_rule=reader.text("stop_rule"),
        easier=reader.text("easier", default=""),
        harder=reader.text("harder", default=""),
        variants=reader.many("variants", _variant, default=()),
        picture=reader.slug("picture"),
        proposal=reader.flag("proposal", default=False),
        fact_ids=reader.fact_ids(),
        dosage=reader.one("dosage", _dosage),
        dosage_proposal=reader.flag("dosage_proposal", default=False),
    )
    refuse_twice([variant.key for variant in exercise.variants], reader.path("variants"))
    if exercise.proposal == bool(exercise.fact_ids):
        raise reader.error("proposal", Reason.PROPOSAL_OR_FACTS)
    return exercise


def _item(reader: Reader) -> Item:
    return Item(
        key=reader.slug("key"),
        kind=reader.choice("kind", ItemKind),
        text=reader.text("text"),
        patient_text=reader.text("patient_text", default=""),
        data=reader.scalars("data"),
        fact_ids=reader.fact_ids(),
    )


def _phase_exercise(reader: Reader, exercises: Mapping[str, Exercise]) -> PhaseExercise:
    named = reader.slug("exercise")
    if named not in exercises:
        raise reader.error("exercise", Reason.UNKNOWN_EXERCISE, named)
    return PhaseExercise(
        key=reader.uuid("key"),
        exercise=exercises[named],
        dosage=reader.one("dosage", _dosage),
        optional=reader.flag("optional", default=False),
        starts_ticked=reader.flag("starts_ticked", default=True),
        choice=reader.text("choice", longest=LONGEST_CHOICE, default=""),
        note=reader.text("note", default=""),
        fact_ids=reader.fact_ids(),
    )


def _phase(reader: Reader, exercises: Mapping[str, Exercise]) -> Phase:
    phase = Phase(
        key=reader.uuid("key"),
        name=reader.text("name", longest=LONGEST_PHASE_NAME),
        source_label=reader.text("source_label", longest=LONGEST_NAME, default=""),
        weeks=reader.number_or_none("weeks", 1, MOST_WEEKS),
        needs_review=reader.flag("needs_review", default=False),
        visits_per_week=reader.number_or_none("visits_per_week", 1, MOST_VISITS_PER_WEEK),
        items=reader.many("items", _item, default=()),
        exercises=reader.many("exercises", partial(_phase_exercise, exercises=exercises), default=()),
        fact_ids=reader.fact_ids(),
    )
    refuse_twice([item.key for item in phase.items], reader.path("items"))
    return phase


def _follow_up(reader: Reader) -> FollowUp:
    follow_up = FollowUp(
        key=reader.uuid("key"),
        name=reader.text("name", longest=LONGEST_NAME),
        day=reader.number_or_none("day", 1, LAST_FOLLOW_UP_DAY),
        phase=reader.uuid("phase", default=""),
        fact_ids=reader.fact_ids(),
    )
    if (follow_up.day is None) == (not follow_up.phase):
        raise reader.error("", Reason.DAY_OR_PHASE)
    return follow_up


def _version(reader: Reader, exercises: Mapping[str, Exercise]) -> Version:
    version = Version(
        number=reader.number("number", 1, MOST_VERSIONS),
        status=reader.choice("status", VersionStatus),
        label=reader.text("label", longest=LONGEST_NAME),
        note=reader.text("note", default=""),
        based_on=reader.number_or_none("based_on", 1, MOST_VERSIONS),
        phases=reader.many("phases", partial(_phase, exercises=exercises)),
        follow_ups=reader.many("follow_ups", _follow_up, default=()),
    )
    _check_phases(reader, version)
    return version


def _check_phases(reader: Reader, version: Version) -> None:
    """Keys once a version, the open phase last, follow-ups at an end that comes, nothing loaded unasked."""
    refuse_twice([phase.key for phase in version.phases], reader.path("phases"))
    refuse_twice([follow_up.key for follow_up in version.follow_ups], reader.path("follow_ups"))
    for index, phase in enumerate(version.phases):
        if phase.weeks is None and phase is not version.phases[-1]:
            raise reader.error(f"phases[{index}].weeks", Reason.OPEN_PHASE_NOT_LAST)
    seen: set[str] = set()
    for index, phase in enumerate(version.phases):
        for place, exercise in enumerate(phase.exercises):
            if exercise.key in seen:
                raise reader.error(f"phases[{index}].exercises[{place}].key", Reason.DUPLICATE)
            seen.add(exercise.key)
    if version.status is VersionStatus.PUBLISHED and (unasked := opens_unasked(version)):
        raise reader.error("phases", Reason.OPENS_UNASKED, unasked[0].exercise.key)
    weeks = {phase.key: phase.weeks for phase in version.phases}
    for index, follow_up in enumerate(version.follow_ups):
        if follow_up.phase and follow_up.phase not in weeks:
            raise reader.error(f"follow_ups[{index}].phase", Reason.UNKNOWN_PHASE)
        if follow_up.phase and weeks[follow_up.phase] is None:
            raise reader.error(f"follow_ups[{index}].phase", Reason.END_OF_OPEN_PHASE)


def _check_versions(versions: tuple[Version, ...]) -> None:
    refuse_twice([version.number for version in versions], "versions", "number")
    for index, version in enumerate(versions):
        if version.based_on is not None and version.based_on not in [each.number for each in versions[:index]]:
            raise ProtocolError(f"versions[{index}].based_on", Reason.UNKNOWN_VERSION)


def _dumped(value: Any) -> Any:
    if isinstance(value, PhaseExercise):
        return _fields_dumped(value) | {"exercise": value.exercise.key}
    if is_dataclass(value):
        return _fields_dumped(value)
    if isinstance(value, tuple):
        return [_dumped(each) for each in value]
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, StrEnum) else value


def _fields_dumped(value: Any) -> dict[str, Any]:
    dumped = {}
    for each in fields(value):
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        if (content := getattr(value, each.name)) != default:
            dumped[each.name] = _dumped(content)
    return dumped
