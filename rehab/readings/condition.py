from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..conditions import FOR_PATIENTS, FactKind, Relation, Severity, Step, Tier
from ..icd import fold
from ..models import Clinic, Condition, ConditionFact, IcdCode, PlanTemplate

# What a list is divided by, in this order; lines without that word come first.
_DIVIDED: dict[FactKind, tuple[str, type[Severity] | type[Relation] | type[Tier] | type[Step]]] = {
    FactKind.SYMPTOM: ("severity", Severity),
    FactKind.SYNONYM: ("relation", Relation),
    FactKind.RED_FLAG: ("tier", Tier),
    FactKind.TREATMENT: ("step", Step),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact with the code that it names and those that are usually meant."""

    fact: ConditionFact
    offers: Sequence[IcdCode]


@dataclass(frozen=True, slots=True)
class Group:
    word: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a condition, in its groups; `word` of a group is empty where the list is not divided."""

    kind: FactKind
    groups: Sequence[Group]


def listed(clinic: Clinic) -> list[Condition]:
    """The clinic's conditions in the order of their codes."""
    return list(clinic.conditions.select_related("icd_code").order_by("icd_code__compact"))


def is_misnamed(condition: Condition) -> bool:
    """Whether the source calls the code something that is not its official title."""
    return bool(condition.source_label) and fold(condition.source_label) != fold(condition.icd_code.title)


def sections(condition: Condition) -> dict[FactKind, Section]:
    """The condition's lists that have lines, each divided as its kind is."""
    facts = list(condition.facts.select_related("icd").order_by("kind", "position"))
    offered = {code for fact in facts for code in fact.data.get("offers", ())}
    codes = {code.code: code for code in IcdCode.objects.filter(code__in=offered)}
    lines = [Line(fact, [codes[code] for code in fact.data.get("offers", ()) if code in codes]) for fact in facts]
    return {
        kind: Section(kind, _groups(kind, of_kind))
        for kind in FactKind
        if (of_kind := [line for line in lines if line.fact.kind == kind])
    }


def _groups(kind: FactKind, lines: Sequence[Line]) -> list[Group]:
    if kind not in _DIVIDED:
        return [Group("", lines)]
    column, words = _DIVIDED[kind]
    found = []
    for word in ("", *words):
        of_word = [line for line in lines if _word(line.fact, column) == word]
        if of_word:
            found.append(Group(str(word), of_word))
    return found


def _word(fact: ConditionFact, column: str) -> str:
    return str(getattr(fact, column, "") or fact.data.get(column, ""))


def templates_for(condition: Condition) -> list[PlanTemplate]:
    """The clinic's templates that serve this diagnosis."""
    code = condition.icd_code.code
    rows = PlanTemplate.objects.filter(clinic_id=condition.clinic_id, retired_at=None).order_by("name", "pk")
    return [row for row in rows if code in row.made_for or code in row.also_for]


def for_patients(clinic: Clinic, codes: Iterable[str]) -> dict[str, list[ConditionFact]]:
    """What a patient reads, kind by kind: of the first of these codes that the clinic knows, else of its first
    condition."""
    known = {row.icd_code.code: row for row in listed(clinic)}
    condition = next((known[code] for code in codes if code in known), next(iter(known.values()), None))
    if condition is None:
        return {}
    facts = list(condition.facts.filter(kind__in=FOR_PATIENTS).order_by("position"))
    return {kind.value: [fact for fact in facts if fact.kind == kind] for kind in FOR_PATIENTS}
