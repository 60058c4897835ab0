from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..actions.snippet import LONGEST_NAME, LONGEST_TEXT


class SnippetForm(forms.Form):
    """A sentence of one's own and the name that calls it up."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("What you type before Tab, such as: slr"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Give it a name.")},
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        help_text=_("No names of patients: it goes into notes of anybody."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Write the text.")},
    )
    marks_optional = False

    def told(self) -> dict[str, Any]:
        """What the actions take."""
        return {"name": self.cleaned_data["name"], "text": self.cleaned_data["text"]}
