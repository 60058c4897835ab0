from django import forms
from django.utils.translation import gettext_lazy as _

from ..sentences import EXERCISE_KINDS

LONGEST_SEARCH = 100


class ExerciseFilterForm(forms.Form):
    """Which exercises a list shows."""

    q = forms.CharField(label=_("Name, equipment or region"), max_length=LONGEST_SEARCH, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("every kind")), *((kind.value, words) for kind, words in EXERCISE_KINDS.items())],
        required=False,
        widget=forms.Select(attrs={"aria-label": _("Kind")}),
    )
    marks_optional = False
