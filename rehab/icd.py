"""ICD-10-CM codes: how they are written, what the data file says of them, and what is worth a second look.

Pure: it knows no database, no clock and no language. `icd_sentences` has the words for an `Advisory`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

DATA_FILE = Path(__file__).parent / "data" / "icd10cm.json"

_COMPACT = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_WRITTEN = re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})")
_LONGEST_INPUT = 40


class Kind(StrEnum):
    CHAPTER = "chapter"
    BLOCK = "block"
    CATEGORY = "category"
    CODE = "code"


class Region(StrEnum):
    """The parts of the body that an episode and a code can name: a closed list."""

    NECK = "neck"
    UPPER_BACK = "upper_back"
    LOWER_BACK = "lower_back"
    LUMBOSACRAL = "lumbosacral"
    SACRUM_COCCYX = "sacrum_coccyx"
    SHOULDER = "shoulder"
    HIP = "hip"
    KNEE = "knee"
    OTHER = "other"


class Onset(StrEnum):
    """How an episode began: a closed list."""

    SUDDEN = "sudden"
    GRADUAL = "gradual"
    INJURY = "injury"


@dataclass(frozen=True, slots=True)
class Excludes1:
    """A note that two things are never coded together, and the code, category or block that it stands on."""

    text: str
    source: str

    def stored(self) -> dict[str, str]:
        """The note as a JSON column keeps it; `from_stored` reads it back."""
        return {"text": self.text, "from": self.source}

    @classmethod
    def from_stored(cls, value: dict[str, str]) -> "Excludes1":
        return cls(text=value["text"], source=value["from"])


@dataclass(frozen=True, slots=True)
class IcdRow:
    """One row of the classification; `excludes1` holds its own notes and those of all it stands under."""

    code: str
    compact: str
    title: str
    kind: Kind
    billable: bool
    parent: str | None
    inclusion: tuple[str, ...]
    excludes1: tuple[Excludes1, ...]
    region: Region | None

    @property
    def search(self) -> str:
        """The folded text that a search looks in: code with and without the dot, title, inclusion terms."""
        return fold(" ".join((self.code, self.compact, self.title, *self.inclusion)))


@dataclass(frozen=True, slots=True)
class Data:
    release: str
    rows: tuple[IcdRow, ...]


def normalise(text: str) -> str | None:
    """The compact form ("M5387") of a code as somebody typed it (" m53.87 "), or None if it is no code.

    It says nothing about whether the code exists.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    packed = "".join(text.split())
    if not packed.isascii():
        return None
    written = _WRITTEN.fullmatch(packed.upper())
    return written[1] + written[2] if written else None


def dotted(compact: str) -> str:
    """The written form ("M53.87") of a compact code; a category ("M53") has no dot.

    Raises ValueError if the text is not a compact code.
    """
    if not _COMPACT.fullmatch(compact):
        raise ValueError("not a compact ICD-10-CM code")
    return f"{compact[:3]}.{compact[3:]}" if len(compact) > 3 else compact


# Letters that Unicode does not take apart, though people leave their strokes out when they search.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
    }
)


def fold(text: str) -> str:
    """Text for search columns and for what is searched in them: no case, accents, control characters or
    surrogates, single blanks. Folding twice changes nothing."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (
        " " if unicodedata.category(char) in {"Cc", "Cs"} else char
        for char in plain.translate(_PLAIN_LETTERS)
        if unicodedata.category(char) not in {"Mn", "Cf"}
    )
    return " ".join("".join(kept).split())


# --- the data file -----------------------------------------------------------------------------------------


def read_data() -> Data:
    """The shipped classification, parents before children. Reads and parses the file at each call."""
    raw = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    return Data(release=raw["release"], rows=rows(raw["rows"]))


def rows(raw: Sequence[dict[str, Any]]) -> tuple[IcdRow, ...]:
    """Rows of the data file with their inherited Excludes1 notes, in the order of the file.

    The classification writes such a note once, on the category or block, and means all that is under it.
    Raises ValueError if a parent stands after its child or is missing.
    """
    notes: dict[str, tuple[Excludes1, ...]] = {}
    made = []
    for item in raw:
        code, parent = item["code"], item.get("parent")
        if parent is not None and parent not in notes:
            raise ValueError(f"{code}: its parent {parent} is not before it")
        own = tuple(Excludes1(text=text, source=code) for text in item.get("excludes1", ()))
        notes[code] = own + (notes[parent] if parent is not None else ())
        regions = code_regions(item["title"])
        made.append(
            IcdRow(
                code=code,
                compact=code.replace(".", ""),
                title=item["title"],
                kind=_kind(code),
                billable=item.get("billable", False),
                parent=parent,
                inclusion=tuple(item.get("inclusion", ())),
                excludes1=notes[code],
                region=regions[0] if regions else None,
            )
        )
    return tuple(made)


def _kind(code: str) -> Kind:
    if code.isdigit():
        return Kind.CHAPTER
    if "-" in code:
        return Kind.BLOCK
    return Kind.CODE if "." in code else Kind.CATEGORY


# --- regions -----------------------------------------------------------------------------------------------

_BACK = (Region.LOWER_BACK, Region.LUMBOSACRAL)
# Official titles name the site in words; the first region of each is the one that a list shows.
_TITLE_WORDS: tuple[tuple[str, tuple[Region, ...]], ...] = (
    (r"cervicothoracic", (Region.NECK, Region.UPPER_BACK)),
    (r"cervicobrachial", (Region.NECK, Region.SHOULDER)),
    (r"cervical|cervicalgia|cervicocranial|occipito-atlanto-axial|neck|torticollis", (Region.NECK,)),
    (r"thoracolumbar", (Region.UPPER_BACK, Region.LOWER_BACK)),
    (r"thoracic", (Region.UPPER_BACK,)),
    (r"lumbosacral", (Region.LUMBOSACRAL,)),
    (r"lumbago|sciatica|low back|lower back|lumbar", _BACK),
    (r"sacroiliac|sacroiliitis", (Region.SACRUM_COCCYX, Region.LUMBOSACRAL)),
    (r"sacral|sacrococcygeal|coccyx|sacrum", (Region.SACRUM_COCCYX,)),
    (r"back", (Region.UPPER_BACK, *_BACK)),
    (r"shoulder|rotator cuff", (Region.SHOULDER,)),
    (r"hip|trochanteric", (Region.HIP,)),
    (r"knee|patella|patellar|patellofemoral", (Region.KNEE,)),
    (r"thigh", (Region.HIP, Region.KNEE)),
    (r"lower leg", (Region.KNEE, Region.OTHER)),
    (r"upper arm|humerus", (Region.SHOULDER, Region.OTHER)),
    (
        r"elbow|forearm|wrist|hands?|fingers?|finger\(s\)|thumb|ankle|foot|feet|toe|toes|toe\(s\)|jaw|"
        r"temporomandibular|ulna|radius|tibia|fibula",
        (Region.OTHER,),
    ),
)
_WORDS = tuple((re.compile(rf"(?<![\w-])(?:{words})(?![\w-])"), regions) for words, regions in _TITLE_WORDS)
_NO_ONE_SITE = re.compile(r"multiple sites|unspecified site|site unspecified|other site|other specified site")

# An episode of the key's region is the same body part as a code of one of these.
_SAME_PART: dict[Region, frozenset[Region]] = {
    **{region: frozenset({region}) for region in Region},
    Region.LOWER_BACK: frozenset({Region.LOWER_BACK, Region.LUMBOSACRAL}),
    Region.LUMBOSACRAL: frozenset({Region.LUMBOSACRAL, Region.LOWER_BACK, Region.SACRUM_COCCYX}),
    Region.SACRUM_COCCYX: frozenset({Region.SACRUM_COCCYX, Region.LUMBOSACRAL}),
}


def code_regions(title: str) -> tuple[Region, ...]:
    """The parts of the body that an official title names, the most telling first; empty if it names none.

    What stands after the last comma is the site and decides: "..., lumbar region".
    """
    folded = fold(title)
    if _NO_ONE_SITE.search(folded):
        return ()
    return _named(folded.rpartition(",")[2]) or _named(folded)


def _named(text: str) -> tuple[Region, ...]:
    found: list[Region] = []
    for words, regions in _WORDS:
        if words.search(text):
            text = words.sub(" ", text)
            found.extend(region for region in regions if region not in found)
    return tuple(found)


def same_part(region: Region, title: str) -> bool:
    """Whether an episode's region is the part of the body that a code's title names (or it names none)."""
    regions = code_regions(title)
    return not regions or not _SAME_PART[region].isdisjoint(regions)


# --- advisories --------------------------------------------------------------------------------------------


class AdvisoryCode(StrEnum):
    NOT_BILLABLE = "not_billable"
    REPLACED = "replaced"
    CURRENT_INJURY = "current_injury"
    OTHER_REGION = "other_region"
    SOURCE_TITLE = "source_title"
    NO_CLEAR_CAUSE = "no_clear_cause"


@dataclass(frozen=True, slots=True)
class Advisory:
    """Something to look at before a code is kept. It never changes a code.

    `offered` are the written codes that may be meant instead, the best fit first. `asks_to_keep` says that
    the code is only taken after the clinician has said so; without it the advisory is information.
    """

    code: AdvisoryCode
    about: str
    offered: tuple[str, ...] = ()
    source: str = ""
    region: Region | None = None
    asks_to_keep: bool = True


@dataclass(frozen=True, slots=True)
class Beneath:
    """A billable code under the one that was chosen."""

    code: str
    title: str


# The three that the source document offers as differentials and that cannot be billed (facts D5-D7).
_REPLACEMENTS = {
    "M54.5": ("M54.50", "M54.51", "M54.59"),
    "M51.2": ("M51.26", "M51.27"),
    "M47": ("M47.816", "M47.817", "M47.26", "M47.27", "M47.896", "M47.897"),
}
_INJURY_CODES = ("S39.012A", "S33.5XXA")
_CURRENT_INJURY = re.compile(r"current injury", re.IGNORECASE)
_OTHER_SPECIFIED = frozenset({"M53.80", "M53.86", "M53.87", "M53.88"})
_UNSPECIFIC_BACK_PAIN = ("M54.50", "M54.59")


def advisories(
    code: str,
    *,
    title: str,
    billable: bool,
    excludes1: Iterable[Excludes1] = (),
    billable_beneath: Iterable[Beneath] = (),
    onset: str | None = None,
    region: str | None = None,
) -> tuple[Advisory, ...]:
    """What to look at before an episode keeps a code, those that ask first.

    `code` is the written form ("M53.87"); `title`, `billable` and `excludes1` are its row's;
    `billable_beneath` are the billable codes under it. `onset` (an Onset) and `region` (a Region) are the
    episode's, empty or None where not known; plain strings are as good. Raises ValueError for a region that
    is not of the list.
    Sources: facts C1-C3, C10, D5-D8, K2 and the official notes of the classification.
    """
    part = Region(region) if region else None
    found = []
    if not billable:
        found.append(_not_billable(code, tuple(billable_beneath), part))
    injury = next((note for note in excludes1 if _CURRENT_INJURY.match(note.text)), None)
    if injury and onset == Onset.INJURY:
        lower_back = not _SAME_PART[Region.LOWER_BACK].isdisjoint({part} if part else code_regions(title))
        offered = _INJURY_CODES if lower_back else ()
        found.append(Advisory(AdvisoryCode.CURRENT_INJURY, code, offered, source=injury.source))
    if part and not same_part(part, title):
        found.append(Advisory(AdvisoryCode.OTHER_REGION, code, region=part))
    if code == "M53.3":
        offered = ("M53.86", "M53.87")
        found.append(Advisory(AdvisoryCode.SOURCE_TITLE, code, offered, asks_to_keep=False))
    if code in _OTHER_SPECIFIED:
        offered = _UNSPECIFIC_BACK_PAIN
        found.append(Advisory(AdvisoryCode.NO_CLEAR_CAUSE, code, offered, asks_to_keep=False))
    return tuple(found)


def _not_billable(code: str, beneath: tuple[Beneath, ...], region: Region | None) -> Advisory:
    if code in _REPLACEMENTS:
        return Advisory(AdvisoryCode.REPLACED, code, _REPLACEMENTS[code])
    offered = sorted(beneath, key=lambda item: _distance(region, item.title)) if region else beneath
    return Advisory(AdvisoryCode.NOT_BILLABLE, code, tuple(item.code for item in offered))


def _distance(region: Region, title: str) -> int:
    """0 for a title of that very region, then its neighbours, those that name no region, all others."""
    named = code_regions(title)
    if region in named:
        return 0
    if not named:
        return 2
    return 1 if same_part(region, title) else 3
