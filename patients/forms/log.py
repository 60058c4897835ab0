from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..actions.report import LONGEST_NOTE
from ..models import ExerciseLog, Prescription
from ..models.log import open_variants

DONE, DONE_BUT_HURT, NOT_DONE = "done", "hurt", "not_done"
OUTCOMES = [(DONE, _("Done")), (DONE_BUT_HURT, _("Done, but it hurt")), (NOT_DONE, _("Not done"))]
READ_WHEN = _("We read this at your next visit, not today.")
LONGEST_LIST = 200


class LogForm(forms.Form):
    """One tap on a tick, or the fuller answer of an opened row: how it went with one occasion of one exercise.

    `prescription` and `replaces` are addresses that the view looks up in the patient's own record.
    """

    marks_optional = False
    prescription = forms.UUIDField(widget=forms.HiddenInput)
    occasion = forms.IntegerField(min_value=1, max_value=20, widget=forms.HiddenInput)
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("How did it go?"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("If not, why?"), required=False, choices=[("", _("choose")), *ExerciseLog.Reason.choices]
    )
    note = forms.CharField(
        label=_("A few words, if you like"),
        help_text=READ_WHEN,
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, of: Prescription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variants: list[tuple[str, str | Promise]] = [(each["key"], each["name"]) for each in open_variants(of.what)]
        if variants:
            self.fields["variant"] = forms.ChoiceField(
                label=_("Which way?"), required=False, choices=[("", _("choose")), *variants]
            )

    @staticmethod
    def of(log: ExerciseLog) -> dict[str, Any]:
        """What stands of an occasion, to be said otherwise."""
        outcome = NOT_DONE if log.status == ExerciseLog.Status.NOT_DONE else DONE_BUT_HURT if log.hurt else DONE
        return {"outcome": outcome, "reason": log.reason, "variant": log.variant, "note": log.note}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == NOT_DONE and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why not. Choose one."))
        return cleaned

    def said(self) -> dict[str, Any]:
        """The answer as the actions take it."""
        typed = self.cleaned_data
        not_done = typed["outcome"] == NOT_DONE
        return {
            "status": ExerciseLog.Status.NOT_DONE if not_done else ExerciseLog.Status.DONE,
            "reason": typed["reason"] if not_done else "",
            "hurt": True if typed["outcome"] == DONE_BUT_HURT else None,
            "variant": typed.get("variant", ""),
            "note": typed["note"],
        }


class UuidsField(forms.Field):
    """Several addresses under one name, as hidden inputs carry them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> Any:
        single = forms.UUIDField()
        return [single.clean(each) for each in (value or [])[:LONGEST_LIST]]


class AllDoneForm(forms.Form):
    """The one tap for everything: `shown` are the prescriptions that the page showed."""

    client_id = forms.UUIDField()
    shown = UuidsField()


class UndoForm(forms.Form):
    """Take back: `log` are the client ids of the rows that the page showed."""

    client_id = forms.UUIDField()
    log = UuidsField()
