from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions.checkin import KEEP
from ..actions.occasion import Said
from ..actions.on_behalf import Change, PainChange
from ..models import ExerciseLog, How
from ..readings.sheet import Box, Cell, SheetRow, Week
from .checkin import PainField

HOWS = [(How.PAPER, gettext_lazy("From a sheet of paper")), (How.ON_BEHALF, gettext_lazy("The patient told us"))]
PAINS = ("pain_morning", "pain_exercising")
# More boxes than this no week has.
MOST_BOXES = 7 * 20 * 60


class PrintSheetForm(forms.Form):
    """Which seven days are printed."""

    first_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )


class TextsField(forms.Field):
    """Several short texts under one name, as checkboxes and hidden inputs carry them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return [str(each)[:100] for each in (value or [])[:MOST_BOXES]]


@dataclass(frozen=True, slots=True)
class BoxShown:
    """A box as the form draws it."""

    box: Box
    is_checked: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    row: SheetRow
    cells: Sequence[tuple[date, Sequence[BoxShown]]]


class WeekForm(forms.Form):
    """A week of ticks as on the sheet; with `asks_pain` the two pains of each day too.

    Boxes are named by exercise, date and occasion. `was` says which were ticked when the page was made, and by which
    row, so that only what this person changed is a change. What says more than a tick can is not touched.
    """

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label=gettext_lazy("How do you know?"),
        choices=HOWS,
        widget=forms.RadioSelect(attrs={"class": "in-a-row"}),
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    tick = TextsField(required=False)
    was = TextsField(required=False)
    all = TextsField(required=False)
    marks_optional = False

    def __init__(self, *args: Any, week: Week, asks_pain: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.week, self.asks_pain = week, asks_pain
        if not asks_pain:
            return
        for on in week.answer_dates:
            answer = week.answers.get(on)
            for name in PAINS:
                label = _("Pain in the morning, %(day)s") if name == "pain_morning" else _("Worst pain, %(day)s")
                field = PainField(label=label % {"day": date_format(on, "l j F")})
                field.initial = getattr(answer, name) if answer else None
                self.fields[f"{name}-{on.isoformat()}"] = field

    def clean_tick(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["tick"]
        if any(key not in self.week.boxes for key in ticked):
            raise forms.ValidationError(_("One of these boxes is not on this sheet any more. Look again."))
        return ticked

    def clean_all(self) -> list[date]:
        by_name = {on.isoformat(): on for on in self.week.open_dates}
        if any(name not in by_name for name in self.cleaned_data["all"]):
            raise forms.ValidationError(_("One of these days is not on this sheet any more. Look again."))
        return [by_name[name] for name in self.cleaned_data["all"]]

    def changes(self) -> list[Change]:
        """What this person ticked, and what they took a tick away from."""
        typed = self.cleaned_data
        was = self._was
        ticked = set(typed["tick"]) | {box.key for on in typed["all"] for box in self.week.all_of(on)}
        found = []
        for key, box in self.week.boxes.items():
            if (key in ticked) == (key in was) or (key in ticked and box.is_fixed and box.is_ticked):
                continue
            said = Said(ExerciseLog.Status.DONE) if key in ticked else None
            found.append(Change(box.prescription.public_id, box.on, box.occasion, said, was.get(key)))
        return found

    def answers(self) -> list[PainChange]:
        """The pains that this person changed, a date each."""
        if not self.asks_pain:
            return []
        found = []
        for on in self.week.answer_dates:
            was = {name: self._pain_was(name, on) for name in PAINS}
            given = {name: self.cleaned_data.get(f"{name}-{on.isoformat()}") for name in PAINS}
            changed = {name: value for name, value in given.items() if value != was[name]}
            if changed:
                found.append(
                    PainChange(
                        on=on,
                        was=(was["pain_exercising"], was["pain_morning"]),
                        pain_exercising=changed.get("pain_exercising", KEEP),
                        pain_morning=changed.get("pain_morning", KEEP),
                    )
                )
        return found

    @cached_property
    def shown(self) -> list[RowShown]:
        """The grid: ticked as it was sent, or as it is on record."""
        return [RowShown(row, [(cell.on, self._boxes(cell)) for cell in row.cells]) for row in self.week.rows]

    @property
    def pain_rows(self) -> list[tuple[str, list[Any]]]:
        """The two rows of pain, a field for each day that can be answered, None for one that cannot."""
        titles = {"pain_morning": _("Pain in the morning"), "pain_exercising": _("Worst pain while exercising")}
        names = {name: [f"{name}-{on.isoformat()}" for on in self.week.dates] for name in PAINS}
        return [(titles[name], [self[key] if key in self.fields else None for key in names[name]]) for name in PAINS]

    def _boxes(self, cell: Cell) -> list[BoxShown]:
        return [BoxShown(box, self._is_checked(box)) for box in cell.boxes]

    def _is_checked(self, box: Box) -> bool:
        if not self.is_bound or box.is_fixed:
            return box.is_ticked
        days = set(self.data.getlist("all"))  # type: ignore[attr-defined]
        return box.key in set(self.data.getlist("tick")) or (  # type: ignore[attr-defined]
            box.on.isoformat() in days and box in self.week.all_of(box.on)
        )

    @cached_property
    def _was(self) -> dict[str, UUID]:
        found = {}
        for each in self.cleaned_data["was"]:
            key, _space, client_id = each.partition(" ")
            try:
                found[key] = UUID(client_id)
            except ValueError:
                continue
        return found

    def _pain_was(self, name: str, on: date) -> int | None:
        sent = str(self.data.get(f"was-{name}-{on.isoformat()}", ""))
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 3 else None
