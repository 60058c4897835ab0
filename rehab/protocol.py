"""A protocol as one value: the exercises, phases and versions of a plan template.

Pure: it knows no database, no clock and no language; `protocol_json` reads and writes these values. A `Document` is
a template with all its versions; a `Version` is complete in itself, with the exercises that it names. What bears no
fact id is not in the source: it is the product's own proposal.

Clinical source: facts P1 to P5; every amount and everything without a fact id is a proposal.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import pairwise

from .dosage import Dosage
from .icd import Region


class ExerciseKind(StrEnum):
    """The eight categories of exercise (fact P5): a closed list."""

    RANGE_OF_MOTION = "range_of_motion"
    ISOMETRIC = "isometric"
    STRETCHING = "stretching"
    STRENGTHENING = "strengthening"
    CORE = "core"
    FUNCTIONAL = "functional"
    DYNAMIC = "dynamic"
    CARDIO = "cardio"


class BodyRegion(StrEnum):
    """The part of the body that an exercise works: a closed list."""

    NECK = "neck"
    SHOULDER = "shoulder"
    LOWER_BACK = "lower_back"
    HIP = "hip"
    TRUNK = "trunk"
    LEG = "leg"
    WHOLE_BODY = "whole_body"


class ItemKind(StrEnum):
    GOAL = "goal"
    TREATMENT = "treatment"
    ADVICE = "advice"
    RESTRICTION = "restriction"
    CRITERION = "criterion"


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Use(StrEnum):
    """Whether a template is made for a condition, or can be used for it too."""

    MADE_FOR = "made_for"
    ALSO_FOR = "also_for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the protocol comes from, and what is not known about that."""

    key: str
    title: str
    author: str = ""
    dated: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A diagnosis that the template serves: an ICD-10-CM code with its dot."""

    code: str
    use: Use
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of doing an exercise. `dosage` where it asks for another amount; `starts_off` where it is not offered
    unless a clinician turns it on, with the reason in `note` (for the clinician)."""

    key: str
    name: str
    instructions: tuple[str, ...]
    picture: str = ""
    dosage: Dosage | None = None
    starts_off: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """What one revision of an exercise says. `cues` are for the clinician, all other texts for the patient."""

    key: str
    name: str
    kind: ExerciseKind
    region: BodyRegion
    equipment: str = ""
    loaded: bool = False
    ballistic: bool = False
    instructions: tuple[str, ...]
    cues: str = ""
    stop_rule: str
    easier: str = ""
    harder: str = ""
    variants: tuple[Variant, ...] = ()
    picture: str
    proposal: bool = False
    fact_ids: tuple[str, ...] = ()
    dosage: Dosage
    # No source gives an amount; where this says so, the default dosage is the product's proposal.
    dosage_proposal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One goal, treatment, piece of advice, restriction or criterion of a phase."""

    key: str
    kind: ItemKind
    text: str
    patient_text: str = ""
    data: Mapping[str, str | int | bool] = field(default_factory=dict)
    fact_ids: tuple[str, ...] = ()

    @property
    def proposal(self) -> bool:
        """Not in the source."""
        return not self.fact_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseExercise:
    """An exercise with its dosage in a phase. Those of one phase with the same `choice` are a choice of one."""

    key: str
    exercise: Exercise
    dosage: Dosage
    optional: bool = False
    starts_ticked: bool = True
    choice: str = ""
    note: str = ""
    fact_ids: tuple[str, ...] = ()

    @property
    def proposal(self) -> bool:
        """Not in the source."""
        return not self.fact_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """`weeks` None is open, the last phase only. Number and week range follow from the order."""

    key: str
    name: str
    source_label: str = ""
    weeks: int | None = None
    needs_review: bool = False
    visits_per_week: int | None = None
    items: tuple[Item, ...] = ()
    exercises: tuple[PhaseExercise, ...] = ()
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A visit that is due `day` days after the start, or on the last day of the `phase` (its key): one of the two."""

    key: str
    name: str
    day: int | None = None
    phase: str = ""
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    number: int
    status: VersionStatus
    label: str
    note: str = ""
    based_on: int | None = None
    phases: tuple[Phase, ...]
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A template: its name, what it is for, its exercises and its versions, by number."""

    schema: int
    key: str
    name: str
    language: str
    sources: tuple[Source, ...] = ()
    conditions: tuple[Condition, ...]
    exercises: tuple[Exercise, ...]
    versions: tuple[Version, ...]


def content_hash(content: Version | Exercise) -> str:
    """SHA-256, in hex, of everything that an exercise revision or a template version says.

    A version's number, status, label, note and ancestry are not part of it, the text of its exercises is: two
    versions with the same hash ask the same of a patient.
    """
    value = asdict(content)
    if isinstance(content, Version):
        value = {name: value[name] for name in ("phases", "follow_ups")}
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_UPPER_HALF = frozenset({BodyRegion.NECK, BodyRegion.SHOULDER})
_LOWER_HALF = frozenset({BodyRegion.LOWER_BACK, BodyRegion.HIP, BodyRegion.LEG})
_OTHER_HALF: Mapping[str, frozenset[BodyRegion]] = {
    Region.NECK: _LOWER_HALF,
    Region.UPPER_BACK: _LOWER_HALF,
    Region.SHOULDER: _LOWER_HALF,
    Region.LOWER_BACK: _UPPER_HALF,
    Region.LUMBOSACRAL: _UPPER_HALF,
    Region.SACRUM_COCCYX: _UPPER_HALF,
    Region.HIP: _UPPER_HALF,
    Region.KNEE: _UPPER_HALF,
}


def of_another_region(exercise_region: str, problem_region: str | None) -> bool:
    """Whether an exercise works a part of the body that has nothing to do with the problem's (an `icd.Region`).

    Facts 1.3 #33: the source gives neck and shoulder exercises for the lower back. Trunk and whole body fit all.
    """
    return exercise_region in _OTHER_HALF.get(problem_region or "", frozenset())


def opens_unasked(version: Version) -> tuple[PhaseExercise, ...]:
    """The loaded and ballistic exercises that a patient would come to by the calendar alone.

    The first phase opens by the decision to start; every later one by itself, unless the phase before needs review.
    """
    return tuple(
        exercise
        for before, phase in pairwise(version.phases)
        if not before.needs_review
        for exercise in phase.exercises
        if exercise.exercise.loaded or exercise.exercise.ballistic
    )
