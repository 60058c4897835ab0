"""The date on which somebody looks again at an episode."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.models import Clinic


def look_again_field(clinic: Clinic) -> forms.DateField:
    """The field of every form that sets the date."""
    return forms.DateField(
        label=_("Look again on"),
        help_text=_("On this day the patient is back in your caseload. At most %(days)s days ahead.")
        % {"days": clinic.look_again_max_days},
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Choose the day on which somebody looks again."),
            "invalid": gettext_lazy("Give a day, such as 2026-03-04."),
        },
    )


class LookAgainForm(forms.Form):
    """The date alone."""

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["look_again_on"] = look_again_field(clinic)


class DealtWithForm(forms.Form):
    """What was done about a reason of the caseload, and until when it need not show."""

    words = forms.CharField(
        label=gettext_lazy("What was done"),
        help_text=gettext_lazy("A line for the record and for colleagues. The patient does not see it."),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say in a few words what was done.")},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"] = forms.DateField(
            label=_("Until"),
            help_text=_(
                "That day it is back, if it still holds; at once if it gets worse. At most %(days)s days ahead."
            )
            % {"days": clinic.look_again_max_days},
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={
                "required": _("Choose a day."),
                "invalid": _("Give a day, such as 2026-03-04."),
            },
        )
