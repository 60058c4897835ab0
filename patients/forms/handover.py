from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rehab.forms.away import Colleague
from rehab.models import User

from ..actions.handover import LONGEST_NOTE
from ..models import Episode


class HandoverForm(forms.Form):
    """Which patients go to whom, and what the next one should know."""

    episodes = forms.MultipleChoiceField(
        label=_("Patients"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one."),
            "invalid_choice": _("One of these has another lead or is closed meanwhile. Look again."),
        },
    )
    note = forms.CharField(
        label=_("What they should know"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    marks_optional = False
    field_order = ("episodes", "to_user", "note")

    def __init__(self, *args: Any, episodes: Sequence[Episode], user: User, one: str = "", **kwargs: Any) -> None:
        ids = [str(row.public_id) for row in episodes]
        super().__init__(*args, initial={"episodes": [one] if one in ids else ids}, **kwargs)
        self.fields["episodes"].choices = [(str(row.public_id), row) for row in episodes]  # type: ignore[attr-defined]
        self.fields["to_user"] = Colleague(clinic=user.clinic, label=_("To"))
        self.order_fields(self.field_order)

    def rows(self) -> list[tuple[str, Episode, bool]]:
        """The episodes as the form shows them: key, row, whether ticked."""
        ticked = self["episodes"].value() or []
        return [(key, row, key in ticked) for key, row in self.fields["episodes"].choices]  # type: ignore[attr-defined]
