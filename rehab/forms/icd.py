from django import forms
from django.utils.translation import gettext_lazy as _

from ..icd import Onset
from ..icd_sentences import REGIONS

LONGEST_SEARCH = 100


class CodeSearchForm(forms.Form):
    """What to look for, and of the episode what an advisory asks: its region and how it began."""

    q = forms.CharField(label=_("Code, or words of a title or another name"), max_length=LONGEST_SEARCH, required=False)
    region = forms.ChoiceField(
        label=_("Region"),
        choices=[("", _("any")), *((region.value, words) for region, words in REGIONS.items())],
        required=False,
    )
    onset = forms.ChoiceField(
        label=_("It came"),
        choices=[
            ("", _("not known")),
            (Onset.SUDDEN.value, _("sudden")),
            (Onset.GRADUAL.value, _("gradual")),
            (Onset.INJURY.value, _("by an injury")),
        ],
        required=False,
    )
    marks_optional = False
