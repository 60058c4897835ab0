"""The clinic's settings, its week, its closed days, and a new colleague."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..actions.clinic import SETTINGS
from ..hours import Stretch
from ..models import Clinic, NoteKind
from ..roles import ROLES
from .account import PersonForm

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
STRETCHES = 2
LABELS: Mapping[str, tuple[Promise, Promise | str]] = {
    "name": (_("Name of the clinic"), ""),
    "phone": (_("Phone that patients call"), ""),
    "hours": (_("Opening hours, in words"), _("As patients read them.")),
    "emergency_number": (_("Emergency number"), ""),
    "note_kind": (_("Session notes"), ""),
    "own_caseload_only": (_("Physiotherapists see only the patients they lead or cover"), ""),
    "visit_minutes": (_("Usual length of a visit, minutes"), ""),
    "short_notice_hours": (_("A cancellation is at short notice within, hours"), ""),
    "pain_limit": (_("Pain above this is too much, 0 to 10"), ""),
    "adherence_good": (_("Done well, from percent"), ""),
    "adherence_low": (_("Done little, below percent"), ""),
    "silent_days": (_("No word for so many days calls for a look"), ""),
    "look_again_max_days": (_("Look again at the latest after, days"), ""),
    "day_minutes_budget": (_("Exercise minutes a day, at most"), ""),
}


class SettingsForm(forms.Form):
    """Every setting, each with its usual value and its bounds beside it."""

    marks_optional = False

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(clinic, name) for name in SETTINGS}, **kwargs)
        for name, bounds in SETTINGS.items():
            self.fields[name] = _field(name, bounds)

    @property
    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "phone", "hours", "emergency_number")]

    @property
    def ways(self) -> list[forms.BoundField]:
        return [self[name] for name in ("note_kind", "own_caseload_only")]

    @property
    def figures(self) -> list[forms.BoundField]:
        return [self[name] for name, bounds in SETTINGS.items() if bounds is not None]


def _field(name: str, bounds: tuple[int, int] | None) -> forms.Field:
    label, hint = LABELS[name]
    column = Clinic._meta.get_field(name)
    if name == "note_kind":
        return forms.ChoiceField(label=label, choices=NoteKind.choices, widget=forms.RadioSelect)
    if name == "own_caseload_only":
        return forms.BooleanField(label=label, required=False)
    if bounds is None:
        return forms.CharField(
            label=label, help_text=hint, max_length=column.max_length, widget=forms.TextInput(attrs={"dir": "auto"})
        )
    lowest, highest = bounds
    says = _("%(lowest)s to %(highest)s; usually %(usual)s")
    return forms.IntegerField(
        label=label,
        help_text=str(says) % {"lowest": lowest, "highest": highest, "usual": column.default},
        min_value=lowest,
        max_value=highest,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class WeekForm(forms.Form):
    """When the clinic is open: up to two stretches a weekday. `hours()` is what the action takes."""

    marks_optional = False

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        there: dict[int, list[Any]] = {}
        for row in clinic.opening.order_by("weekday", "opens"):
            there.setdefault(row.weekday, []).append(row)
        initial = {}
        for weekday, rows in there.items():
            for place, row in enumerate(rows[:STRETCHES]):
                initial |= {_name(weekday, place, "opens"): row.opens, _name(weekday, place, "closes"): row.closes}
        super().__init__(*args, initial=initial, **kwargs)
        for weekday, day in enumerate(WEEKDAYS):
            for place in range(STRETCHES):
                for end, word in (("opens", _("%(day)s opens")), ("closes", _("%(day)s closes"))):
                    self.fields[_name(weekday, place, end)] = forms.TimeField(
                        label=str(word) % {"day": day},
                        required=False,
                        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                        error_messages={"invalid": _("Give a time, such as 14:30.")},
                    )

    def days(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """Weekday by weekday its stretches as pairs of fields."""
        return [
            (
                str(day),
                [[self[_name(weekday, place, end)] for end in ("opens", "closes")] for place in range(STRETCHES)],
            )
            for weekday, day in enumerate(WEEKDAYS)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for weekday in range(len(WEEKDAYS)):
            for place in range(STRETCHES):
                opens, closes = (_name(weekday, place, end) for end in ("opens", "closes"))
                if opens in cleaned and closes in cleaned and (cleaned[opens] is None) != (cleaned[closes] is None):
                    self.add_error(closes if cleaned[closes] is None else opens, _("Give both times, or none."))
        return cleaned

    def hours(self) -> list[Stretch]:
        found = []
        for weekday in range(len(WEEKDAYS)):
            for place in range(STRETCHES):
                opens = self.cleaned_data[_name(weekday, place, "opens")]
                closes = self.cleaned_data[_name(weekday, place, "closes")]
                if opens is not None and closes is not None:
                    found.append(Stretch(weekday, opens, closes))
        return found

    def refuse(self, field: str | None, sentence: str) -> None:
        """Say it beside the last stretch of the weekday that is to blame."""
        weekday = int(field.removeprefix("day-")) if field and field.startswith("day-") else None
        self.add_error(_name(weekday, 0, "closes") if weekday is not None else None, sentence)


def _name(weekday: int, place: int, end: str) -> str:
    return f"d{weekday}-{place}-{end}"


class ClosedForm(forms.Form):
    """Dates on which the clinic is closed."""

    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    name = forms.CharField(
        label=_("What it is"), max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )


class StaffForm(PersonForm):
    """A new colleague: who, how they sign in, and what they may."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = forms.CharField(
        label=_("A first password"),
        help_text=_("At least 12 characters. Tell it to them; they change it after signing in."),
        strip=False,
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.column, role.name) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Give the person at least one role.")},
    )
    marks_optional = False
