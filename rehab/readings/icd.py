"""Finding a diagnosis code, and what to look at before it is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from ..icd import Advisory, Beneath, Excludes1, Kind, advisories, dotted, fold, normalise
from ..models import Clinic, ConditionFact, IcdCode

MOST_HITS = 20
MOST_WORDS = 8
# Chapters and blocks only order the classification: nobody is given one.
CHOSEN_KINDS = (Kind.CATEGORY, Kind.CODE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that was found; `called` is the clinic's other name for it that the search matched, if it was that."""

    code: IcdCode
    called: str = ""
    advisories: tuple[Advisory, ...] = ()


def search_codes(text: str, clinic: Clinic, *, onset: str = "", region: str = "") -> list[Hit]:
    """At most 20 codes for what somebody typed: a code with or without its dot, words of a title or of an inclusion
    term, or one of the clinic's synonyms.

    The code itself comes first, then codes that begin with it, synonyms, titles that begin with the words, and the
    rest; of each the billable ones first.
    Every hit carries its advisories for an episode's `onset` and `region`, empty where not known.
    """
    words = fold(text).split()[:MOST_WORDS]
    if not words:
        return []
    compact = normalise(text)
    called = {} if compact else _synonyms(words, clinic)
    in_words = Q()
    for word in words:
        in_words &= Q(search__contains=word)
    rank = Case(
        *([When(compact=compact, then=Value(0)), When(compact__startswith=compact, then=Value(1))] if compact else []),
        When(code__in=called, then=Value(2)),
        When(title__istartswith=" ".join(words), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    asked = in_words | Q(code__in=called)
    if compact:
        asked |= Q(compact__startswith=compact)
    found = _choosable().filter(asked).order_by(rank, "-billable", "compact")[:MOST_HITS]
    return looked_at([Hit(code, called.get(code.code, "")) for code in found], onset=onset, region=region)


def find_code(text: str) -> IcdCode | None:
    """The code that somebody typed, with or without its dot, in any case; None where there is none."""
    compact = normalise(text)
    return _choosable().filter(compact=compact).first() if compact else None


def looked_at(hits: Sequence[Hit], *, onset: str = "", region: str = "") -> list[Hit]:
    """The hits with what to look at before one is kept (`icd.advisories`), in one query for all of them."""
    beneath = _billable_beneath([hit.code for hit in hits if not hit.code.billable])
    return [
        replace(
            hit,
            advisories=advisories(
                hit.code.code,
                title=hit.code.title,
                billable=hit.code.billable,
                excludes1=[Excludes1.from_stored(note) for note in hit.code.excludes1],
                billable_beneath=beneath[hit.code.compact],
                onset=onset or None,
                region=region or None,
            ),
        )
        for hit in hits
    ]


def _choosable() -> QuerySet[IcdCode]:
    return IcdCode.objects.filter(kind__in=CHOSEN_KINDS)


def _synonyms(words: Sequence[str], clinic: Clinic) -> dict[str, str]:
    """Codes by another name of the clinic that has all the words.

    A name that is really another diagnosis leads to the codes of that one, not to the condition it was listed under.
    """
    called: dict[str, str] = {}
    names = ConditionFact.objects.filter(condition__clinic=clinic, kind="synonym")
    for fact in names.select_related("condition__icd_code", "icd").order_by("condition", "position"):
        if not all(word in fold(fact.text) for word in words):
            continue
        codes = [] if fact.relation == "excluded" else [fact.condition.icd_code.code]
        codes += [fact.icd.code] if fact.icd else []
        for code in [*codes, *fact.data.get("offers", ())]:
            called.setdefault(code, fact.text)
    return called


def _billable_beneath(codes: Sequence[IcdCode]) -> dict[str, list[Beneath]]:
    """The billable codes under each of these, by its compact form."""
    beneath: dict[str, list[Beneath]] = defaultdict(list)
    if not codes:
        return beneath
    asked = Q()
    for code in codes:
        asked |= Q(compact__startswith=code.compact)
    rows = IcdCode.objects.filter(asked, billable=True).order_by("compact").values_list("compact", "title")
    for compact, title in rows:
        for code in codes:
            if compact.startswith(code.compact):
                beneath[code.compact].append(Beneath(dotted(compact), title))
    return beneath
