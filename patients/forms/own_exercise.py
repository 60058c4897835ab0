from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions.own_exercise import LONGEST_NAME, LONGEST_TEXT
from ..photos import LARGEST_FILE, PhotoProblem, PhotoRefused, made_anew
from .prescription import ChangeDoseForm

PROBLEMS = {
    PhotoProblem.TOO_LARGE: gettext_lazy("This photo is too large. Send one of at most %(size)s MB."),
    PhotoProblem.NO_PHOTO: gettext_lazy("This is no photo that can be read. Send a JPEG, PNG or WebP."),
}


class OwnExerciseForm(ChangeDoseForm):
    """An exercise of one patient only, with its dose and perhaps a photo. `photo()` is what the action takes."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give it a name.")},
    )
    words = forms.CharField(
        label=gettext_lazy("How it is done"),
        help_text=gettext_lazy("The patient reads this: short, plain lines."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say how it is done.")},
    )
    stop_rule = forms.CharField(
        label=gettext_lazy("When to stop"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Say when the patient stops.")},
    )
    picture = forms.FileField(
        label=gettext_lazy("Photo"),
        help_text=gettext_lazy("From the phone or the camera. Where it was taken is not kept."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": PROBLEMS[PhotoProblem.NO_PHOTO]},
    )
    field_order = ("sequence", "phase", "name", "words", "stop_rule", "picture", *ChangeDoseForm.field_order[2:])

    @property
    def about(self) -> list[forms.BoundField]:
        """What the exercise is."""
        return [self[name] for name in ("name", "words", "stop_rule", "picture")]

    def clean_picture(self) -> bytes | None:
        file = self.cleaned_data.get("picture")
        if not file:
            return None
        try:
            return made_anew(file, file.size)
        except PhotoRefused as refused:
            says = str(PROBLEMS[refused.code]) % {"size": LARGEST_FILE // 1024 // 1024}
            raise forms.ValidationError(says) from refused

    def made(self) -> dict[str, Any]:
        """What `add_own_exercise` is told of the exercise."""
        texts = {name: self.cleaned_data[name] for name in ("name", "words", "stop_rule")}
        return texts | {"photo": self.cleaned_data["picture"], "dosage": self.dosage()}

    def typed_lines(self, sent: Any) -> list[tuple[str, str]]:
        lines = super().typed_lines(sent)
        return [*lines, (str(self.fields["picture"].label), _("choose it once more"))] if self.files else lines
