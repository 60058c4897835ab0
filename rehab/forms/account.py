"""The forms of signing in, in the product's own words, and what the commands ask for."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Clinic, User

NEW_PASSWORD_HELP = _("At least 12 characters. A few words in a row are easy to keep in mind.")


def _say(form: forms.Form, **words: tuple[Any, Any]) -> None:
    """Label and help of each field that is named; what allauth writes into the empty fields is taken out."""
    for name, (label, help_text) in words.items():
        form.fields[name].label, form.fields[name].help_text = label, help_text
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignIn(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            login=(_("E-mail"), ""),
            password=(_("Password"), ""),
            remember=(
                _("This is my own phone"),
                _("For patients: you stay signed in for 90 days. Leave it empty on a shared phone or computer."),
            ),
        )


class ChangePassword(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            oldpassword=(_("Your password of today"), ""),
            password1=(_("New password"), NEW_PASSWORD_HELP),
            password2=(_("New password again"), ""),
        )


class NewPassword(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, password1=(_("New password"), NEW_PASSWORD_HELP), password2=(_("New password again"), ""))


class ResetPassword(account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, email=(_("E-mail"), ""))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if self.users:
            return super().save(request, **kwargs)
        # An address that nobody signs in with gets a letter too: the answer and its time are alike, and who typed the
        # wrong one learns of it.
        email: str = self.cleaned_data["email"]
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class PersonForm(forms.Form):
    """A person with a sign-in: name, e-mail, password."""

    name = forms.CharField(label=_("name"), max_length=120)
    email = forms.EmailField(label=_("e-mail"), max_length=254)
    password = forms.CharField(label=_("password"), strip=False)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "password" in data:
            try:
                validate_password(data["password"], User(name=data.get("name", ""), email=data.get("email")))
            except ValidationError as error:
                self.add_error("password", error)
        return data


class ClinicForm(forms.ModelForm):
    """What a clinic is founded with."""

    country = forms.CharField(
        label=_("country"),
        validators=[RegexValidator(r"^[A-Za-z]{2}\Z", _("Two letters, such as DE or US."))],
    )

    class Meta:
        model = Clinic
        fields = ["name", "time_zone", "country", "phone", "emergency_number", "hours"]

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in zoneinfo.available_timezones():
            raise ValidationError(_("There is no time zone of that name. Write it like Europe/Berlin."))
        return name


class UnlockForm(forms.Form):
    """The password of the person who is signed in, with the limits of signing in."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Give your password.")},
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    marks_optional = False

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        adapter = get_adapter(self.request)
        found = adapter.authenticate(self.request, email=self.request.user.email or "", password=password)
        if found is None or found.pk != self.request.user.pk:
            raise ValidationError(_("This is not your password. Try again."))
        return password
