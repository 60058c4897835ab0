from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Patient

# Day before month, as it is spoken; a year in front is never mistaken.
BIRTH_DATE_FORMATS = ["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y"]


class PatientForm(forms.Form):
    """A person's details, for adding and for correcting them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Type the name.")},
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        help_text=_("Day, month, year: 4.3.1981"),
        input_formats=BIRTH_DATE_FORMATS,
        widget=forms.DateInput(format="%d.%m.%Y", attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Give day, month and year, such as 4.3.1981."),
            "invalid": _("Give day, month and year, such as 4.3.1981."),
        },
    )
    number = forms.CharField(
        label=_("Patient number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    contact = forms.CharField(
        label=_("Address, and whom else to call"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    @staticmethod
    def of(patient: Patient) -> dict[str, Any]:
        """The details as they are, to be corrected."""
        return {name: getattr(patient, name) for name in PatientForm.base_fields}
