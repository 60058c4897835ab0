from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.forms.icd import LONGEST_SEARCH
from rehab.icd import Advisory
from rehab.icd_sentences import MOST_OFFERED, REGIONS
from rehab.models import Clinic, User
from rehab.readings.icd import Hit, find_code, looked_at, search_codes

from ..models import Episode

Precision = Episode.OnsetPrecision


class EpisodeForm(forms.Form):
    """One course of care. `details()` is what the actions take; the onset is as exact as the boxes filled in.

    The code is typed, or looked for and picked. `hits` are the codes to pick from where the page asks for one. `tells`
    names the advisories on the code that was sent, to be sent back with it by those who keep it; `to_know` are those
    that ask for nothing.
    """

    problem = forms.CharField(
        label=gettext_lazy("The problem, in words"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say what the problem is, in a few words.")},
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Part of the body"),
        choices=[("", gettext_lazy("Choose")), *((region.value, words) for region, words in REGIONS.items())],
        error_messages={"required": gettext_lazy("Choose the part of the body.")},
    )
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Episode.Side.choices, required=False)
    q = forms.CharField(
        label=gettext_lazy("Diagnosis code"),
        help_text=gettext_lazy("A code, such as M54.50, or words to look for."),
        max_length=LONGEST_SEARCH,
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "hx-get": reverse_lazy("code_search"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#codes",
                "hx-include": "[name=region]",
                "hx-sync": "this:replace",
            }
        ),
    )
    # Of the codes that were offered the one that was picked; what had been typed when they were offered; and of which
    # advisories the page had told when it offered to keep the code.
    icd_code = forms.CharField(max_length=20, required=False)
    asked = forms.CharField(max_length=LONGEST_SEARCH, required=False)
    told = forms.CharField(max_length=200, required=False)
    onset_day = forms.IntegerField(label=gettext_lazy("Day"), min_value=1, max_value=31, required=False)
    onset_month = forms.TypedChoiceField(
        label=gettext_lazy("Month"), choices=[("", ""), *MONTHS.items()], coerce=int, empty_value=None, required=False
    )
    onset_year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1900, max_value=2100, required=False)
    onset_kind = forms.ChoiceField(
        label=gettext_lazy("How it began"),
        choices=Episode.OnsetKind.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "in-a-row"}),
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

    follows = forms.ChoiceField(label=gettext_lazy("Goes on from"), required=False)

    def __init__(self, *args: Any, clinic: Clinic, earlier: Sequence[Episode] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = {str(row.public_id): row for row in earlier}
        self.latest = next(iter(earlier), None)  # of those that are closed
        if self.latest:
            self.initial.setdefault("follows", str(self.latest.public_id))
            none = ("", _("nothing earlier"))
            self.fields["follows"].choices = [  # type: ignore[attr-defined]
                *((key, _earlier_words(row)) for key, row in self.earlier.items()),
                none,
            ]
        else:
            del self.fields["follows"]
        self.clinic = clinic
        self.hits: list[Hit] = []
        self.tells = ""
        self.to_know: list[Advisory] = []
        # Whoever leads now is offered, too, or saving something else would change the lead.
        stays = Q(leaving_since__isnull=True) | Q(public_id=self.initial.get("lead"))
        leads = clinic.users.filter(stays, is_active=True, is_physiotherapist=True)
        self.fields["lead"].queryset = leads.order_by("name", "pk")  # type: ignore[attr-defined]

    @staticmethod
    def of(episode: Episode) -> dict[str, Any]:
        """The details as they are, to be corrected."""
        names = ("problem", "region", "side", "onset_kind", "referrer")
        onset, precision = episode.onset, episode.onset_precision
        return {name: getattr(episode, name) for name in names} | {
            "lead": episode.lead.public_id,
            "q": episode.icd_code.code if episode.icd_code else "",
            "onset_day": onset.day if onset and precision == Precision.DAY else None,
            "onset_month": onset.month if onset and precision in {Precision.DAY, Precision.MONTH} else None,
            "onset_year": onset.year if onset else None,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        boxes = [f"onset_{part}" for part in ("day", "month", "year")]
        if self.errors.keys().isdisjoint(boxes):
            self._read_onset(*(cleaned.get(box) for box in boxes))
        if self.errors.keys().isdisjoint(("q", "icd_code")):
            self._read_code()
        return cleaned

    def details(self) -> dict[str, Any]:
        names = ("problem", "region", "side", "onset_kind", "referrer", "lead", "onset", "onset_precision")
        read = ("icd_code", "keep_code")
        return {name: self.cleaned_data[name] for name in (*names, *read)}

    def goes_on_from(self) -> Episode | None:
        """The earlier episode that was chosen."""
        return self.earlier.get(self.cleaned_data.get("follows", ""))

    def _read_code(self) -> None:
        """The code that is meant: the one picked, unless something else has been typed since, or what is typed."""
        typed, picked, asked = (self.cleaned_data.get(name, "") for name in ("q", "icd_code", "asked"))
        is_picked = bool(picked) and (not asked or asked == typed)
        text = picked if is_picked else typed
        self.cleaned_data |= {"icd_code": text, "keep_code": False}
        if not text:
            return
        look_at = {"onset": self.cleaned_data.get("onset_kind", ""), "region": self.cleaned_data.get("region", "")}
        code = find_code(text)
        if code is None:
            self.hits = search_codes(text, self.clinic, **look_at)
            self.add_error("q", _("Choose one of these codes.") if self.hits else _("There is no such code."))
            return
        [hit] = looked_at([Hit(code)], **look_at)
        asking = [advisory for advisory in hit.advisories if advisory.asks_to_keep]
        self.to_know = [advisory for advisory in hit.advisories if not advisory.asks_to_keep]
        self.tells = ",".join([code.compact, *(advisory.code for advisory in asking)])
        self.cleaned_data["keep_code"] = is_picked and self.cleaned_data.get("told") == self.tells
        meant = [name for advisory in asking for name in advisory.offered][:MOST_OFFERED]
        others = [Hit(row) for name in dict.fromkeys(meant) if (row := find_code(name))]
        self.hits = [*looked_at(others, **look_at), hit]

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


def _earlier_words(episode: Episode) -> str:
    return _("%(problem)s, closed %(day)s") % {
        "problem": episode.problem,
        "day": date_format(episode.closed_on, "j F Y") if episode.closed_on else "",
    }


class CloseForm(forms.Form):
    """How a course of care went, from when it is over, and when somebody asks again."""

    on = forms.DateField(
        label=gettext_lazy("Closed from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    outcome = forms.CharField(
        label=gettext_lazy("How it went"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say in words how it went.")},
    )
    recall_on = forms.DateField(
        label=gettext_lazy("Ask again on"),
        help_text=gettext_lazy("On that day the patient stands on your list once more. Empty: nobody asks."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
