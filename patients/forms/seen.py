"""Forms that send back what their page showed, so that nothing is decided on a page that is no longer true."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.errors import Refused

from ..actions.ledger import Seen
from ..readings.plan import PlanReading

# Beyond this no ledger and no protocol goes; a larger number in a hidden field is nobody's page.
_LARGEST = 1_000_000
_BROKEN = gettext_lazy("Something of the page is missing. Load it again.")
_NOT_THIS_PAGE = dict.fromkeys(("required", "invalid", "min_value", "max_value"), _BROKEN)


def number_seen(sent: str) -> int:
    """The number that a page sent back for what it showed; 0, which nothing ever has, for what is no such number."""
    return int(sent) if sent.isdecimal() and len(sent) <= len(str(_LARGEST)) else 0


class SeenForm(forms.Form):
    """What the page showed when it was made, sent back with every decision, and why it is decided."""

    sequence = forms.IntegerField(
        min_value=0, max_value=_LARGEST, widget=forms.HiddenInput, error_messages=_NOT_THIS_PAGE
    )
    phase = forms.IntegerField(
        min_value=1, max_value=_LARGEST, required=False, widget=forms.HiddenInput, error_messages=_NOT_THIS_PAGE
    )
    reason = forms.CharField(
        label=gettext_lazy("In words"),
        help_text=gettext_lazy("For the record. The patient does not see it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, reading: PlanReading, typed: QueryDict | None = None, **kwargs: Any) -> None:
        """`typed` is what stood on a page that was overtaken: it stands on the new one, with what is so now."""
        shown = {"sequence": reading.sequence, "phase": reading.position.phase}
        kept = {name: typed[name] for name in typed} if typed else {}
        kwargs["initial"] = {**kwargs.get("initial", {}), **kept, **shown}
        super().__init__(*args, **kwargs)

    @property
    def seen(self) -> Seen | None:
        """What the page showed, of a form that was sent; None where it does not say."""
        if "sequence" in self.errors or "phase" in self.errors:
            return None
        return Seen(self.cleaned_data["sequence"], self.cleaned_data["phase"])

    def refuse(self, refused: Refused) -> None:
        """Say why the act was refused, beside its field where the form has it."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)

    def typed_lines(self, sent: QueryDict) -> list[tuple[str, str]]:
        """Of a page that was overtaken the label and what was typed, field by field; of a choice its words."""
        found = []
        for name, field in self.fields.items():
            value = sent.get(name, "")
            if value and not isinstance(field.widget, forms.HiddenInput):
                words = dict(getattr(field, "choices", ())).get(value, value)
                found.append((str(field.label), str(words)))
        return found


class TakeBackForm(SeenForm):
    """Why something is taken back: always in words, as they stand beside it on record."""

    field_order = ("sequence", "phase", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].label = _("Why it is taken back")
