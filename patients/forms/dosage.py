from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rehab.dosage import AMOUNTS, BOUNDS, LONGEST_LOAD, Dosage, problems
from rehab.sentences import dosage_problem

_LABELS = {
    "sets": _("Sets"),
    "reps": _("Times"),
    "hold_seconds": _("Hold, seconds"),
    "minutes": _("Minutes"),
    "times_per_day": _("Times a day"),
    "days_per_week": _("Days a week"),
}


class DosageForm(forms.Form):
    """How much, and how often. `dosage()` is the value of a valid form; `of` gives the initial data of one."""

    per_side = forms.BooleanField(label=_("Each side"), required=False)
    load = forms.CharField(label=_("Load"), required=False, max_length=LONGEST_LOAD)
    rest_between = forms.BooleanField(label=_("A rest day between"), required=False)

    marks_optional = False
    field_order = (*AMOUNTS, "per_side", "load", "times_per_day", "days_per_week", "rest_between")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (lowest, highest) in BOUNDS.items():
            self.fields[name] = forms.IntegerField(
                label=_LABELS[name], required=name not in AMOUNTS, min_value=lowest, max_value=highest
            )
        self.order_fields(self.field_order)

    @staticmethod
    def of(dosage: Dosage) -> dict[str, Any]:
        return asdict(dosage)

    def dosage(self) -> Dosage:
        return Dosage(**{name: self.cleaned_data[name] for name in asdict(Dosage())})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for problem in problems(self.dosage()):
                self.add_error(problem.field, dosage_problem(problem.code))
        return cleaned
