"""The words of the caseload: each reason by name, and what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .attention import Found, Reason

NAMES: Mapping[Reason, Promise] = {
    Reason.STOPPED_BY_PAIN: gettext_lazy("Stopped because of pain"),
    Reason.PAIN_WORSE: gettext_lazy("Pain is worse"),
    Reason.LOOK_AGAIN: gettext_lazy("Look again"),
    Reason.CHECK_DUE: gettext_lazy("Check due"),
    Reason.VISIT_MISSED: gettext_lazy("Missed a visit"),
    Reason.NOTHING_AHEAD: gettext_lazy("Nothing booked"),
    Reason.VISIT_UNSAID: gettext_lazy("Came or missed?"),
    Reason.NOTE_OPEN: gettext_lazy("Note not signed"),
    Reason.OPENS_SOON: gettext_lazy("Phase opens soon"),
    Reason.SILENT: gettext_lazy("No word"),
    Reason.LITTLE_DONE: gettext_lazy("Little done"),
}


def reason_title(found: Found) -> str:
    """The reason in a few words."""
    kept = found.evidence
    if found.reason is Reason.LOOK_AGAIN and kept["kind"] == "recall":
        return _("Ask how it went on")
    if found.reason is Reason.NOTE_OPEN and kept["kind"] == "missing":
        return _("Note missing")
    if found.reason is Reason.OPENS_SOON and kept["kind"] == "review":
        return _("Check falls due soon")
    if found.reason is Reason.NOTHING_AHEAD and kept["kind"] == "no_plan":
        return _("No plan, no visit")
    return str(NAMES[found.reason])


def reason_evidence(found: Found, *, held: str = "") -> str:
    """What speaks for it. `held` is why the plan stays or is stopped, in words."""
    kept = found.evidence
    days = {name: _day(value) for name, value in kept.items() if isinstance(value, date)}
    match found.reason:
        case Reason.STOPPED_BY_PAIN | Reason.CHECK_DUE:
            return _("Since %(since)s") % days
        case Reason.PAIN_WORSE:
            return _pain(kept)
        case Reason.LOOK_AGAIN:
            return _look_again(kept, days, held)
        case Reason.VISIT_MISSED:
            return _("On %(on)s, and nobody has said what comes instead") % days
        case Reason.NOTHING_AHEAD:
            return _nothing_ahead(kept, days)
        case Reason.VISIT_UNSAID:
            return _of_several(
                kept, _("The visit of %(on)s is over"), _("%(number)s visits are over, the last of %(on)s")
            )
        case Reason.NOTE_OPEN:
            return _of_several(kept, _("Of %(on)s"), _("%(number)s notes, the oldest of %(on)s"))
        case Reason.OPENS_SOON:
            return _("On %(on)s, and no visit until then") % days
        case Reason.SILENT:
            count = {"days": kept["days"]}
            return ngettext("Nothing for %(days)s day", "Nothing for %(days)s days", int(str(kept["days"]))) % count
        case _:
            return _("%(percent)s %% of what was asked in seven days") % kept


def _pain(kept: Mapping[str, int | date | str]) -> str:
    if kept["kind"] == "risen":
        return _("Mornings %(pains)s; in the first week %(first)s") % kept
    if kept["kind"] == "mornings":
        return _("Mornings %(pains)s; the limit is %(limit)s") % kept
    return _("While exercising %(pains)s; the limit is %(limit)s") % kept


def _look_again(kept: Mapping[str, int | date | str], days: Mapping[str, str], held: str) -> str:
    if kept["kind"] == "recall":
        return _("The episode is closed; recall on %(on)s") % days
    if "since" not in days:
        return _("Set for %(on)s") % days
    staying = kept["kind"] == "staying"
    since = (_("Staying since %(since)s") if staying else _("Stopped since %(since)s")) % days
    return f"{since}: {held}" if held else since


def _nothing_ahead(kept: Mapping[str, int | date | str], days: Mapping[str, str]) -> str:
    if "due_on" in days:
        return _("A visit was due on %(due_on)s") % days
    if kept["kind"] == "no_plan":
        return _("The episode is open, and nothing is planned")
    if kept["kind"] == "ended":
        return _("The plan has ended: close the episode, or plan what comes")
    return _("No visit is booked or due")


def _of_several(kept: Mapping[str, int | date | str], one: str, several: str) -> str:
    words = {"on": _day(kept["on"]), "number": kept["number"]}
    return (one if kept["number"] == 1 else several) % words


def _day(on: object) -> str:
    return date_format(on, "D j M") if isinstance(on, date) else str(on)
