from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.icd_sentences import REGIONS
from rehab.models import User

from ..models import Episode

Precision = Episode.OnsetPrecision


class EpisodeForm(forms.Form):
    """One course of care. `details()` is what the actions take; the onset is as exact as the boxes filled in."""

    problem = forms.CharField(
        label=gettext_lazy("The problem, in words"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Part of the body"),
        choices=[("", gettext_lazy("Choose")), *((region.value, words) for region, words in REGIONS.items())],
    )
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Episode.Side.choices, required=False)
    icd_code = forms.CharField(
        label=gettext_lazy("Diagnosis code"),
        help_text=gettext_lazy("A code, such as M54.50, or words to look for."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # Of the codes that the page offered, the one that was picked, for what had been typed, after which advisories.
    pick = forms.CharField(max_length=20, required=False)
    asked = forms.CharField(max_length=200, required=False)
    onset_day = forms.IntegerField(label=gettext_lazy("Day"), min_value=1, max_value=31, required=False)
    onset_month = forms.TypedChoiceField(
        label=gettext_lazy("Month"), choices=[("", ""), *MONTHS.items()], coerce=int, empty_value=None, required=False
    )
    onset_year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1900, max_value=2100, required=False)
    onset_kind = forms.ChoiceField(
        label=gettext_lazy("How it began"),
        choices=Episode.OnsetKind.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    referrer = forms.CharField(
        label=gettext_lazy("Referred by"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    lead = forms.ModelChoiceField(
        label=gettext_lazy("Lead"), queryset=User.objects.none(), to_field_name="public_id", empty_label=None
    )

    def __init__(self, *args: Any, clinic_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = User.objects.filter(clinic_id=clinic_id, is_active=True, is_physiotherapist=True)
        self.fields["lead"].queryset = leads.order_by("name", "pk")  # type: ignore[attr-defined]

    @staticmethod
    def of(episode: Episode) -> dict[str, Any]:
        """The details as they are, to be corrected."""
        names = ("problem", "region", "side", "onset_kind", "referrer")
        onset, precision = episode.onset, episode.onset_precision
        return {name: getattr(episode, name) for name in names} | {
            "lead": episode.lead.public_id,
            "icd_code": episode.icd_code.code if episode.icd_code else "",
            "onset_day": onset.day if onset and precision == Precision.DAY else None,
            "onset_month": onset.month if onset and precision in {Precision.DAY, Precision.MONTH} else None,
            "onset_year": onset.year if onset else None,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        boxes = [f"onset_{part}" for part in ("day", "month", "year")]
        if self.errors.keys().isdisjoint(boxes):
            self._read_onset(*(cleaned.get(box) for box in boxes))
        return cleaned

    def details(self) -> dict[str, Any]:
        names = ("problem", "region", "side", "onset_kind", "referrer", "lead", "onset", "onset_precision")
        return {name: self.cleaned_data[name] for name in names}

    def _read_onset(self, day: int | None, month: int | None, year: int | None) -> None:
        self.cleaned_data |= {"onset": None, "onset_precision": Precision.UNKNOWN}
        if year is None:
            if day or month:
                self.add_error("onset_year", _("Give the year, too, or leave all three empty."))
            return
        if day and not month:
            self.add_error("onset_month", _("Give the month, too, or leave the day empty."))
            return
        try:
            self.cleaned_data["onset"] = date(year, month or 1, day or 1)
        except ValueError:
            self.add_error("onset_day", _("This month has no such day."))
            return
        self.cleaned_data["onset_precision"] = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
