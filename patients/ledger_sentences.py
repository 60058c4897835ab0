"""The words of a plan's ledger: its entries, their reasons, what was known. The patient reads what is `said_of_…`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rehab.dosage import Dosage
from rehab.sentences import dosage_change_words, dosage_short

from .moves import Act
from .progression import State
from .sentences import ACTS, ENTRIES

if TYPE_CHECKING:
    from .models import Decision

OTHER = "other"
_OTHER = (OTHER, gettext_lazy("another reason"))
_PAIN = ("pain", gettext_lazy("more pain"))
_WISH = ("wish", gettext_lazy("the patient’s wish"))

# The reasons that an act's form offers; an act that is not here asks for words alone.
REASONS: Mapping[Act, Sequence[tuple[str, Promise]]] = {
    Act.STAY: (
        ("more_time", gettext_lazy("needs more time in this phase")),
        _PAIN,
        ("few_reports", gettext_lazy("too few reports to judge")),
        _OTHER,
    ),
    Act.STOP: (
        _PAIN,
        ("new_signs", gettext_lazy("new signs to be looked at")),
        ("ill", gettext_lazy("ill")),
        ("away", gettext_lazy("away")),
        ("other_care", gettext_lazy("other treatment or an operation")),
        _OTHER,
    ),
    Act.GO_BACK: (
        _PAIN,
        ("too_hard", gettext_lazy("too hard so far")),
        ("long_break", gettext_lazy("after a long break")),
        _OTHER,
    ),
    Act.MOVE_ON: (
        ("ready", gettext_lazy("ready for the next phase")),
        _WISH,
        _OTHER,
    ),
    Act.FINISH: (
        ("goals", gettext_lazy("goals reached")),
        ("alone", gettext_lazy("goes on alone")),
        _OTHER,
    ),
    Act.END_EARLY: (
        ("goals_early", gettext_lazy("goals reached early")),
        ("no_contact", gettext_lazy("did not come again")),
        _WISH,
        ("other_problem", gettext_lazy("worse, or another problem")),
        ("moved", gettext_lazy("treated elsewhere")),
        _OTHER,
    ),
}
REASON_WORDS: Mapping[str, Promise] = dict(pair for reasons in REASONS.values() for pair in reasons)


def entry_title(entry: Decision) -> str:
    """One ledger entry by name."""
    phase = entry.to_phase or entry.evidence.get("phase")
    words = {"phase": phase, "entry": entry.withdraws.sequence if entry.withdraws else None}
    if entry.kind == "withdraw":
        return _("Taken back: decision %(entry)s") % words
    if entry.kind == "change":
        return change_words(entry.evidence) or str(ENTRIES["change"])
    if entry.kind == "resume" and entry.evidence.get("state") == State.STAYING:
        return str(ACTS[Act.CARRY_ON])
    if entry.kind == "start":
        return _("Start in phase %(phase)s") % {"phase": entry.to_phase or 1}
    if phase and entry.kind in {"stay", "advance", "regress"}:
        return {
            "stay": _("Stay in phase %(phase)s"),
            "advance": _("Move on to phase %(phase)s"),
            "regress": _("Go back to the start of phase %(phase)s"),
        }[entry.kind] % words
    return str(ENTRIES[entry.kind])


def change_words(kept: Mapping[str, Any]) -> str:
    """What an entry changed of the exercises: "Wall sit: hold 20 seconds now, not 10"."""
    if "exercise" not in kept:
        return ""
    was, now = (Dosage(**kept[name]) if name in kept else None for name in ("was", "is"))
    words = {"exercise": kept["exercise"]}
    if was and now:
        return _("%(exercise)s: %(change)s") % {**words, "change": dosage_change_words(was, now)}
    if now:
        return _("%(exercise)s added: %(dose)s") % {**words, "dose": dosage_short(now)}
    return _("%(exercise)s stopped") % words


def evidence_words(kept: Mapping[str, Any]) -> str:
    """What was known to the person who decided: "done 11 of 14 · worst pain 3 (1 March)"."""
    parts = []
    if "asked" in kept:
        parts.append(_("done %(done)s of %(asked)s in 14 days") % kept)
    if silent := kept.get("days_without_report"):
        parts.append(ngettext("no report on %(days)s day", "no report on %(days)s days", silent) % {"days": silent})
    for name, said in (
        ("pain_morning", _("morning pain %(pain)s (%(day)s)")),
        ("pain_exercising", _("worst while exercising %(pain)s (%(day)s)")),
    ):
        if name in kept:
            parts.append(said % {"pain": kept[name], "day": date_format(date.fromisoformat(kept[f"{name}_on"]), "j M")})
    return " · ".join(parts)


def reason_words(entry: Decision) -> str:
    """The reason in words: the one chosen, and what was written."""
    chosen = str(REASON_WORDS[entry.reason_code]) if entry.reason_code in REASON_WORDS else ""
    if entry.reason_code == OTHER:
        chosen = ""
    chosen = chosen[:1].upper() + chosen[1:]
    return ". ".join(part for part in (chosen, entry.reason) if part)


def said_of_addition(exercise: str) -> str:
    """What the patient reads of an exercise that is new."""
    return _("A new exercise is in your plan: %(exercise)s.") % {"exercise": exercise}


def said_of_change(exercise: str) -> str:
    """What the patient reads of another dose."""
    return _("%(exercise)s: please look at how much to do now.") % {"exercise": exercise}


def said_of_stop(exercise: str) -> str:
    """What the patient reads of an exercise that is taken out."""
    return _("You can leave out %(exercise)s from now on.") % {"exercise": exercise}
