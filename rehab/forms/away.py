from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Clinic, User


class Colleague(forms.ModelChoiceField):
    """One of the clinic's physiotherapists who take patients."""

    def __init__(self, *, clinic: Clinic, **kwargs: Any) -> None:
        takes = clinic.users.filter(is_active=True, is_physiotherapist=True, leaving_since__isnull=True)
        says = {"invalid_choice": _("Choose an active physiotherapist of the clinic.")}
        usual = {"to_field_name": "public_id", "empty_label": _("Choose somebody"), "error_messages": says}
        super().__init__(queryset=takes.order_by("name", "pk"), **(usual | kwargs))


class AwayForm(forms.Form):
    """Who is away, from when to when, and who covers."""

    first_on = forms.DateField(
        label=_("First day away"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_on = forms.DateField(
        label=_("Last day away"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    marks_optional = False
    field_order = ("user", "first_on", "last_on", "covered_by")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        usual = {"user": user.public_id} if user.is_physiotherapist else {}
        super().__init__(*args, initial=usual, **kwargs)
        self.fields["user"] = Colleague(clinic=user.clinic, label=_("Who is away"))
        self.fields["covered_by"] = Colleague(clinic=user.clinic, label=_("Covered by"))
        self.order_fields(self.field_order)
