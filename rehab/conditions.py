"""What the shipped conditions say: synonyms, symptoms, causes, red flags and the rest, with their fact ids.

Pure: `read_data()` turns the data file into frozen values and refuses a row that says something unknown.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

DATA_FILE = Path(__file__).parent / "data" / "conditions.json"


class FactKind(StrEnum):
    """The lists of a condition, in the order in which a page shows them."""

    CODING = "coding"
    SYNONYM = "synonym"
    EXAMPLE = "example"
    RED_FLAG = "red_flag"
    REFERRAL = "referral"
    SYMPTOM = "symptom"
    SIGN = "sign"
    CAUSE = "cause"
    RISK_FACTOR = "risk_factor"
    COMORBIDITY = "comorbidity"
    DIFFERENTIAL = "differential"
    TREATMENT = "treatment"
    NOTE = "note"
    EDUCATION = "education"
    PREVENTION = "prevention"
    QUESTION = "question"
    DISCLAIMER = "disclaimer"


class Severity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Relation(StrEnum):
    """What another name is to the condition; an excluded one is a different diagnosis."""

    SYNONYM = "synonym"
    RELATED = "related"
    BROADER = "broader"
    EXCLUDED = "excluded"


class Tier(StrEnum):
    """How soon a red flag needs a person: now, today, within days, at the next contact within a week."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    URGENT = "urgent"
    PROMPT = "prompt"


class Step(StrEnum):
    """Where a treatment stands in the stepped order; a principle holds for all of them."""

    PRINCIPLE = "principle"
    CONSERVATIVE = "conservative"
    INTERVENTIONAL = "interventional"
    SURGICAL = "surgical"
    ALTERNATIVE = "alternative"


# Patients read these: `patient_text` is theirs, `text` the clinician's line (of a question: the question).
FOR_PATIENTS = frozenset({FactKind.EDUCATION, FactKind.PREVENTION, FactKind.QUESTION, FactKind.DISCLAIMER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of one list.

    `icd` is the code that the line names, `offers` the billable codes that are usually meant. `watch` marks
    a symptom that is ordinary while stable and a red flag when new or worse. `fact_ids` are the rows of the
    source checklist that it carries, none where the product adds something; `source_errors` number the
    problems of the sources that it puts right.
    """

    kind: FactKind
    position: int
    text: str
    patient_text: str = ""
    title: str = ""
    severity: Severity | None = None
    relation: Relation | None = None
    tier: Tier | None = None
    step: Step | None = None
    icd: str | None = None
    offers: tuple[str, ...] = ()
    watch: bool = False
    fact_ids: tuple[str, ...] = ()
    source_errors: tuple[int, ...] = ()

    def details(self) -> dict[str, Any]:
        """What only some kinds say, ready for a JSON column: title, tier, step, offers, watch, source_errors;
        what is empty is left out."""
        details = {
            "title": self.title,
            "tier": self.tier and self.tier.value,
            "step": self.step and self.step.value,
            "offers": list(self.offers),
            "watch": self.watch,
            "source_errors": list(self.source_errors),
        }
        return {key: value for key, value in details.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionData:
    """A condition of the sources: its written code, what the source calls it, and all its lists."""

    icd: str
    source_label: str
    source_category: str
    description: str
    facts: tuple[Fact, ...]


def read_data() -> tuple[ConditionData, ...]:
    """The shipped conditions. Reads and parses the file at each call; raises ValueError as `parse` does."""
    return parse(json.loads(DATA_FILE.read_text(encoding="utf-8")))


def parse(raw: Mapping[str, Any]) -> tuple[ConditionData, ...]:
    """The conditions of a data file; the position of a fact is its place among those of its kind.

    Raises ValueError for a row with an unknown key or word, without text, without what patients read, for a
    condition that is not there, or that carries neither a fact of the sources nor the number of their error
    that asked for it.
    """
    codes = [item["icd"] for item in raw["conditions"]]
    if len(set(codes)) != len(codes):
        raise ValueError("a condition is there twice")
    facts: dict[str, list[Fact]] = {code: [] for code in codes}
    places: Counter[tuple[str, str]] = Counter()
    for item in raw["facts"]:
        for code in item.get("for", codes):
            if code not in facts:
                raise ValueError(f"no condition {code!r}")
            places[code, item["kind"]] += 1
            facts[code].append(_fact(item, places[code, item["kind"]]))
    return tuple(ConditionData(**item, facts=tuple(facts[item["icd"]])) for item in raw["conditions"])


_KEYS = frozenset(Fact.__dataclass_fields__) - {"position"} | {"for"}


def _fact(item: Mapping[str, Any], position: int) -> Fact:
    unknown = set(item) - _KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    fact = Fact(
        kind=FactKind(item["kind"]),
        position=position,
        text=item["text"],
        patient_text=item.get("patient_text", ""),
        title=item.get("title", ""),
        severity=Severity(item["severity"]) if "severity" in item else None,
        relation=Relation(item["relation"]) if "relation" in item else None,
        tier=Tier(item["tier"]) if "tier" in item else None,
        step=Step(item["step"]) if "step" in item else None,
        icd=item.get("icd"),
        offers=tuple(item.get("offers", ())),
        watch=item.get("watch", False),
        fact_ids=tuple(item["fact_ids"]),
        source_errors=tuple(item.get("source_errors", ())),
    )
    if not fact.text or (fact.kind in FOR_PATIENTS) != bool(fact.patient_text):
        raise ValueError(f"{fact.kind} {position}: a text is missing, or one that nobody reads is there")
    if not (fact.fact_ids or fact.source_errors):
        raise ValueError(f"{fact.kind} {position}: nothing says where it comes from")
    for kind, word in (
        (FactKind.SYNONYM, fact.relation),
        (FactKind.RED_FLAG, fact.tier),
        (FactKind.TREATMENT, fact.step),
    ):
        if (fact.kind == kind) != (word is not None):
            raise ValueError(f"{fact.kind} {position}: relation, tier or step is missing or out of place")
    return fact
