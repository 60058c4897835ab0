from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.dosage import AMOUNTS

from .dosage import DosageForm
from .seen import SeenForm


class StopExerciseForm(SeenForm):
    """Why an exercise is taken out, and what the patient reads of it."""

    patient_text = forms.CharField(
        label=gettext_lazy("What the patient reads"),
        help_text=gettext_lazy("On the page for today. Short and plain."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    field_order: tuple[str, ...] = ("sequence", "phase", "reason", "patient_text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Reason")


class ChangeDoseForm(StopExerciseForm, DosageForm):
    """Another dose for an exercise."""

    field_order = ("sequence", "phase", *DosageForm.field_order, "reason", "patient_text")
    marks_optional = False

    @property
    def amounts(self) -> list[forms.BoundField]:
        """How much on one occasion."""
        return [self[name] for name in (*AMOUNTS, "load", "per_side")]

    @property
    def how_often(self) -> list[forms.BoundField]:
        return [self[name] for name in ("times_per_day", "days_per_week", "rest_between")]


class AddExerciseForm(ChangeDoseForm):
    """A new exercise with its dose. One that asks for caution is looked at twice: `confirm`."""

    confirm = forms.BooleanField(
        label=gettext_lazy("I have looked at this, and it is meant"),
        error_messages={"required": gettext_lazy("Tick this to add the exercise all the same.")},
    )

    def __init__(self, *args: Any, needs_confirming: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_confirming:
            del self.fields["confirm"]
