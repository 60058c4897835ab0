from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ..actions.checkin import KEEP
from ..actions.occasion import Said
from ..actions.on_behalf import Change, PainChange
from ..models import CheckIn, ExerciseLog, How
from ..readings.sheet import Box, Week
from .checkin import CheckInForm
from .log import DONE_BUT_HURT, NOT_DONE, OUTCOMES, LogForm

HOWS = [
    (How.ON_BEHALF, _("The patient told us")),
    (How.PAPER, _("From a sheet of paper")),
    (How.IN_CLINIC, _("Seen in the clinic")),
]


class OccasionForm(forms.Form):
    """How it went with one occasion of one exercise. Nothing said is no report, never "not done"."""

    marks_optional = False
    outcome = forms.ChoiceField(
        label=_("How did it go?"),
        required=False,
        choices=[("", _("No report")), *OUTCOMES],
        widget=forms.RadioSelect(attrs={"class": "in-a-row"}),
    )
    reason = forms.ChoiceField(
        label=_("If not, why?"), required=False, choices=[("", _("choose")), *ExerciseLog.Reason.choices]
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == NOT_DONE and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why not. Choose one."))
        return cleaned


class AnswersForm(CheckInForm):
    """The date's pain and words, as the patient gave them; and how that is known, of the whole day."""

    how = forms.ChoiceField(
        label=_("How do you know?"), choices=HOWS, widget=forms.RadioSelect(attrs={"class": "in-a-row"})
    )
    was = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("In the patient’s words")
        self.fields["note"].help_text = ""
        self.fields["pain_morning"].label = _("Pain in the morning")


@dataclass(frozen=True, slots=True)
class Line:
    """One occasion on the page: its box and its form."""

    box: Box
    form: OccasionForm
    is_first: bool
    is_several: bool

    @property
    def was_name(self) -> str:
        return f"was-{_prefix(self.box)}"

    @property
    def was(self) -> str:
        """What the page shows, to be sent back: the answer, and the row that it is of."""
        log = self.box.log
        said = _said(log)
        return f"{said.get('outcome', '')} {said.get('reason', '')}|{log.client_id if log else ''}"


class DayForm:
    """All that can be said of one date on one page, on what the plan asked for and what is on record (`week`)."""

    def __init__(self, sent: Any, *, week: Week, on: date) -> None:
        self.sent, self.week, self.on = sent, week, on
        self.answers = AnswersForm(sent, initial=self._initial(week.answers.get(on)))

    @cached_property
    def lines(self) -> list[Line]:
        found = []
        for row in self.week.rows:
            boxes = next((cell.boxes for cell in row.cells if cell.on == self.on), ())
            for number, box in enumerate(boxes):
                form = OccasionForm(self.sent, prefix=_prefix(box), initial=_said(box.log))
                found.append(Line(box, form, number == 0, len(boxes) > 1))
        return found

    @property
    def how(self) -> str:
        return str(self.answers.cleaned_data["how"])

    def is_valid(self) -> bool:
        return all([self.answers.is_valid(), *(line.form.is_valid() for line in self.lines)])

    def changes(self) -> list[Change]:
        """The occasions of which this person says something else than the page showed."""
        found = []
        for line in self.lines:
            typed, box = line.form.cleaned_data, line.box
            shown, _bar, row_shown = self.sent.get(line.was_name, " ").partition("|")
            outcome, reason = typed["outcome"], typed["reason"] if typed["outcome"] == NOT_DONE else ""
            if f"{outcome} {reason}" == shown:
                continue
            kept = box.log
            said = outcome and Said(
                status=ExerciseLog.Status.NOT_DONE if outcome == NOT_DONE else ExerciseLog.Status.DONE,
                reason=reason,
                variant=kept.variant if kept else "",
                hurt=True if outcome == DONE_BUT_HURT else None,
                note=kept.note if kept else "",
            )
            was = kept.client_id if kept is not None and str(kept.client_id) == row_shown else None
            found.append(Change(box.prescription.public_id, self.on, box.occasion, said or None, was))
        return found

    def answer_changes(self) -> list[PainChange]:
        typed: Mapping[str, Any] = self.answers.answer()
        row = self.week.answers.get(self.on)
        before = AnswersForm.of(row)
        nothing = {"note": ""}
        changed = {name: value for name, value in typed.items() if value != before.get(name, nothing.get(name))}
        if not changed:
            return []
        exercising, _bar, morning = self.answers.cleaned_data["was"].partition("|")
        return [
            PainChange(
                on=self.on,
                was=(_number(exercising), _number(morning)),
                pain_exercising=changed.get("pain_exercising", KEEP),
                pain_morning=changed.get("pain_morning", KEEP),
                note=changed.get("note", KEEP),
            )
        ]

    def _initial(self, row: CheckIn | None) -> dict[str, Any]:
        pains = (row.pain_exercising, row.pain_morning) if row else (None, None)
        was = "|".join("" if pain is None else str(pain) for pain in pains)
        return CheckInForm.of(row) | {"client_id": uuid4(), "how": How.ON_BEHALF, "was": was}


def _prefix(box: Box) -> str:
    return f"{box.prescription.public_id}.{box.occasion}"


def _said(log: ExerciseLog | None) -> dict[str, Any]:
    """What stands of an occasion; nothing is preselected where nothing does."""
    return {} if log is None else LogForm.of(log)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None
