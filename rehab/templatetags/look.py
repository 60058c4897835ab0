"""Tags of the product's own look: icons, chips, the track, the shapes of days, navigation, form fields."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rehab import charts
from rehab.icons import ICONS, TURNS_ROUND

register = template.Library()

SIZES = {"big": charts.BIG, "middle": charts.MIDDLE, "mini": charts.MINI}
VIEW_BOXES = {"big": "0 -8 731 74", "middle": "0 -5 360 32", "mini": "0 -3 100 12"}

# What stands in the big track's ring where the clock does not run.
RING_MARKS = {"paused": "M-3 -4v8M3 -4v8", "awaiting_review": "M-4 0l3 3 5-6", "completed": "M-4 0l3 3 5-6"}

# What a state looks like and is called: the chip's class, its icon, its word.
STATES = {
    "not_started": ("", "clock", gettext_lazy("not started")),
    "running": ("good", "check", gettext_lazy("on plan")),
    "staying": ("note", "stay", gettext_lazy("staying")),
    "paused": ("warn", "pause", gettext_lazy("exercises stopped")),
    "awaiting_review": ("note", "review", gettext_lazy("check due")),
    "completed": ("good", "flag", gettext_lazy("finished")),
    "discontinued": ("", "minus", gettext_lazy("ended early")),
}

DAY_WORDS = {
    "done": gettext_lazy("done"),
    "not_done": gettext_lazy("not done"),
    "no_report": gettext_lazy("no report"),
    "rest": gettext_lazy("rest day"),
    "not_asked": gettext_lazy("not asked"),
}

MESSAGE_LOOKS = {
    "success": ("good", "check"),
    "warning": ("warn", "alert"),
    "error": ("stop", "alert"),
}

STAFF_NAV = (
    ("caseload", gettext_lazy("My patients"), ("is_physiotherapist",)),
    ("schedule", gettext_lazy("Schedule"), ("is_physiotherapist", "is_front_desk")),
    ("patient_list", gettext_lazy("All patients"), ("is_physiotherapist", "is_front_desk")),
    ("team", gettext_lazy("Team"), ("is_physiotherapist", "is_administrator")),
    ("exercise_list", gettext_lazy("Library"), ("is_physiotherapist", "is_administrator")),
    ("template_list", gettext_lazy("Templates"), ("is_physiotherapist", "is_administrator")),
    ("condition_list", gettext_lazy("Conditions"), ("is_physiotherapist", "is_administrator")),
    ("manage", gettext_lazy("Clinic"), ("is_administrator",)),
)

PATIENT_NAV = (
    ("today", gettext_lazy("Today")),
    ("plan", gettext_lazy("My plan")),
    ("progress", gettext_lazy("Progress")),
    ("visits", gettext_lazy("Visits")),
    ("learn", gettext_lazy("Learn")),
)


@register.filter
def phase_colour(number: int) -> int:
    """The colour of a phase, 1 to 4; a template with more phases begins again."""
    return (number - 1) % 4 + 1


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of `rehab.icons`, hidden from screen readers: the word beside it says the same."""
    turns = " turns" if name in TURNS_ROUND else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        turns,
        ICONS[name],
    )


@register.inclusion_tag("components/phase_chip.html")
def phase_chip(phase: Any) -> dict[str, Any]:
    """The chip of a phase: its colour, its number, its name. `phase` has `number` and `name`."""
    return {"number": phase.number, "name": phase.name, "colour": phase_colour(phase.number)}


@register.inclusion_tag("components/state_chip.html")
def state_chip(state: str, phase: int | None = None) -> dict[str, Any]:
    """The chip of a plan's state; a stay names the phase if `phase` is given."""
    look, name, lazy_word = STATES[str(state)]
    word = str(lazy_word)
    if phase is not None and str(state) == "staying":
        word = _("staying in phase %(number)s") % {"number": phase}
    return {"look": look, "icon": name, "word": word}


@register.filter
def state_word(state: str) -> str:
    """The word of a plan's state."""
    return str(STATES[str(state)][2])


@register.inclusion_tag("components/day_shape.html")
def day_shape(kind: str, size: int = 22) -> dict[str, Any]:
    """The shape of a day: done, not_done, rest, no_report or not_asked. `day_word` has its word."""
    return {"kind": str(kind), "size": size}


@register.filter
def day_word(kind: str) -> str:
    """The word for the kind of a day."""
    return str(DAY_WORDS[str(kind)])


def _track_label(phases: Sequence[Any], now: Any, day: int | None) -> str:
    if now is None:
        return ngettext("%(count)s phase", "%(count)s phases", len(phases)) % {"count": len(phases)}
    words = {"number": now.number, "count": len(phases), "name": now.name}
    if day is None:
        return _("Phase %(number)s of %(count)s, %(name)s") % words
    words["week"] = max(1, (day - 1) // 7 + 1 - (now.first_week - 1))
    if now.last_week is None:
        return _("Phase %(number)s of %(count)s, %(name)s, week %(week)s in this phase") % words
    words["weeks"] = now.last_week - now.first_week + 1
    return _("Phase %(number)s of %(count)s, %(name)s, week %(week)s of %(weeks)s in this phase") % words


def _weeks_of(phase: Any) -> str:
    if phase.last_week is None:
        return _("from week %(first)s on") % {"first": phase.first_week}
    if phase.first_week == phase.last_week:
        return _("week %(first)s") % {"first": phase.first_week}
    return _("weeks %(first)s–%(last)s") % {"first": phase.first_week, "last": phase.last_week}


def _fitting(words: str, width: float, letter: float) -> str:
    """The words, cut where they would run into the next phase."""
    room = int(width // letter)
    return words if len(words) <= room else words[: max(1, room - 1)].rstrip() + "…"


@register.inclusion_tag("components/track.html")
def track(
    phases: Iterable[Any],
    current_phase: int | None = None,
    clock_day: int | None = None,
    label: str = "",
    size: str = "middle",
    state: str = "",
) -> dict[str, Any]:
    """The road of phases with a ring where the patient stands.

    `phases` have number, name, first_week, last_week (None: open) and may have needs_review and `when`, a
    caption for the big track (else their weeks). Without `current_phase` it shows a template. `size` is big,
    middle or mini; a mini track is hidden from screen readers unless it is given a `label`. `state` marks the
    ring of the big one.
    """
    phases = list(phases)
    measures = SIZES[size]
    stretches = [
        charts.Stretch(phase.number, phase.first_week, phase.last_week, bool(getattr(phase, "needs_review", False)))
        for phase in phases
    ]
    layout = charts.track(stretches, phase=current_phase, day=clock_day, size=measures)
    now = next((phase for phase in phases if phase.number == current_phase), None)
    pieces = [
        {
            "road": road,
            "colour": phase_colour(road.number),
            "left": road.x + 2,
            "name": _fitting(f"{road.number} {phase.name}", road.width, 8.4),
            "when": _fitting(str(getattr(phase, "when", "") or _weeks_of(phase)), road.width, 7.0),
        }
        for road, phase in zip(layout.roads, phases, strict=True)
    ]
    return {
        "size": size,
        "big": size == "big",
        "mini": size == "mini",
        "pieces": pieces,
        "ring": layout.ring,
        "measures": measures,
        "middle": measures.height / 2,
        "view_box": VIEW_BOXES[size],
        "mark": RING_MARKS.get(str(state), "") if size == "big" else "",
        "label": label or ("" if size == "mini" else _track_label(phases, now, clock_day)),
    }


@register.inclusion_tag("components/days_chart.html")
def days_chart(days: Iterable[Any]) -> dict[str, Any]:
    """The chart of days with the same figures in a table.

    Each day has date, kind, pain_morning, pain_exercising (None: no answer), state and may have phase, its
    number; the oldest first.
    """
    rows = [
        charts.ChartDay(
            on=day.date,
            kind=str(day.kind),
            pain_morning=day.pain_morning,
            pain_exercising=day.pain_exercising,
            state=str(day.state),
            phase=getattr(day, "phase", None),
        )
        for day in days
    ]
    counted = Counter(row.kind for row in rows)
    return {
        "chart": charts.days_chart(rows),
        "levels": [(pain, charts.pain_y(pain), charts.pain_y(pain) + 5) for pain in (0, 5, 10)],
        "counts": [(kind, counted[kind]) for kind in DAY_WORDS if counted[kind]],
    }


@register.inclusion_tag("components/spark.html")
def spark(pains: Sequence[int | None]) -> dict[str, Any]:
    """A few mornings as a line, the oldest first, None where nobody answered; the figure stands beside it in words."""
    return {"spark": charts.spark(pains)}


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _entry(request: HttpRequest, name: str, word: Any) -> dict[str, Any] | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    current = "page" if request.path == url else "true" if request.path.startswith(url) else ""
    return {"url": url, "word": word, "current": current}


@register.inclusion_tag("components/nav.html", takes_context=True)
def staff_nav(context: template.Context) -> dict[str, Any]:
    """The staff's navigation: what this person's roles open."""
    request = context["request"]
    entries = [
        _entry(request, name, word)
        for name, word, roles in STAFF_NAV
        if any(getattr(request.user, role) for role in roles)
    ]
    return {"entries": [entry for entry in entries if entry]}


@register.inclusion_tag("components/nav.html", takes_context=True)
def patient_nav(context: template.Context) -> dict[str, Any]:
    """The patient's navigation."""
    entries = [_entry(context["request"], name, word) for name, word in PATIENT_NAV]
    return {"entries": [entry for entry in entries if entry]}


@register.filter
def message_look(message: Any) -> dict[str, str]:
    """How a message of Django's framework is shown: the banner's class and icon."""
    look, name = MESSAGE_LOOKS.get(message.level_tag, ("note", "info"))
    return {"look": look, "icon": name}


@register.inclusion_tag("components/scale.html")
def scale(field: BoundField, low: str = "", high: str = "") -> dict[str, Any]:
    """A pain scale of 0 to 10 for a bound field, nothing preselected; `low` and `high` say what its ends mean.

    Where an answer is on record (the field's initial value) it can be taken back: the scale then sends "none".
    """
    value = field.value()
    chosen = "" if value is None else str(value)
    return {
        "field": field,
        "low": low or _("no pain"),
        "high": high or _("worst pain"),
        "numbers": [(number, str(number) == chosen) for number in range(11)],
        "can_be_taken_back": field.initial is not None,
    }


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether the label says "(optional)"; a form can set `marks_optional = False`."""
    return not field.field.required and getattr(field.form, "marks_optional", True)


@register.filter
def first_input(field: BoundField) -> str:
    """The id that a link to a field goes to: of a group of choices the first one."""
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.id_for_label)
