from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class StartForm(forms.Form):
    """What a patient types to sign in with a code."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("It is in the letter from your clinic: ten letters and numbers."),
        error_messages={"required": _("Type the code from your letter.")},
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
    )
    birth_year = forms.RegexField(
        regex=r"^(19|20)[0-9]{2}\Z",
        label=_("The year you were born"),
        help_text=_("Four numbers, such as 1981."),
        error_messages={
            "required": _("Type the year you were born, such as 1981."),
            "invalid": _("Write the year with four numbers, such as 1981."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "4", "autocomplete": "bday-year"}),
    )
    own_phone = forms.BooleanField(
        label=_("This is my own phone"),
        help_text=_(
            "You stay signed in for 90 days. Leave it empty on a shared phone: "
            "you are then signed out after 30 minutes, and need a new code to come back."
        ),
        required=False,
    )


class SignInEmailForm(forms.Form):
    """The address with which a patient may sign in."""

    email = forms.EmailField(
        label=_("E-mail for signing in"),
        help_text=_(
            "The patient then sets a password with “Forgot your password?”. Leave it empty for the code alone."
        ),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
