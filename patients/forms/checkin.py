from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..actions.checkin import WORST_PAIN
from ..actions.report import LONGEST_NOTE
from ..models import CheckIn
from .log import READ_WHEN

PARTS = ("pain_morning", "pain_exercising", "note")
NOT_A_NUMBER = _("Choose a whole number from 0 to 10.")
# What a scale sends to take an answer back; where nothing is chosen it sends nothing.
NO_ANSWER = "none"


class PainField(forms.IntegerField):
    """0 to 10 or no answer; shown as a scale with nothing preselected."""

    def __init__(self, *, label: Any) -> None:
        messages = {"invalid": NOT_A_NUMBER, "min_value": NOT_A_NUMBER, "max_value": NOT_A_NUMBER}
        super().__init__(label=label, required=False, min_value=0, max_value=WORST_PAIN, error_messages=messages)

    def to_python(self, value: Any) -> int | None:
        if value == NO_ANSWER:
            return None
        # Django takes "3.0" for 3; what was asked for is a whole number.
        if isinstance(value, str) and value.strip() and not (value.strip().isascii() and value.strip().isdigit()):
            raise forms.ValidationError(NOT_A_NUMBER, code="invalid")
        return super().to_python(value)


class CheckInForm(forms.Form):
    """How the back is on a date. `parts` are the questions that a page asks; what is not answered stays as it was."""

    marks_optional = False
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    pain_morning = PainField(label=_("Pain this morning"))
    pain_exercising = PainField(label=_("Worst pain while exercising"))
    note = forms.CharField(
        label=_("A few words, if you like"),
        help_text=READ_WHEN,
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, parts: Collection[str] = PARTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PARTS:
            if name not in parts:
                del self.fields[name]

    @staticmethod
    def of(row: CheckIn | None) -> dict[str, Any]:
        """What was answered, to be said otherwise; nothing where nobody answered."""
        if row is None:
            return {}
        return {"pain_exercising": row.pain_exercising, "pain_morning": row.pain_morning, "note": row.note}

    def answer(self) -> dict[str, Any]:
        """The answer as the action takes it: what was not asked or not answered is not in it, None takes one back."""
        pains = {
            name: self.cleaned_data[name]
            for name in ("pain_morning", "pain_exercising")
            if self.cleaned_data.get(name) is not None or self.data.get(name) == NO_ANSWER
        }
        return pains | ({"note": self.cleaned_data["note"]} if "note" in self.data else {})
