from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.dosage import AMOUNTS, BOUNDS
from rehab.models import Snippet, User
from rehab.sentences import dosage_words

from ..actions.note import LONGEST_NOTE, LONGEST_SESSION, LONGEST_TEXT, WORDS, Difference, Done, fields_of
from ..models import Addendum, Episode, Prescription, SessionExercise, TreatmentSession, Visit
from ..readings.session import offered_exercises

LABELS = {
    "sets": gettext_lazy("Sets"),
    "reps": gettext_lazy("Times"),
    "hold_seconds": gettext_lazy("Hold, seconds"),
    "minutes": gettext_lazy("Minutes"),
}
WALK_IN, NO_VISIT = "walk_in", "none"
WHOLE_PAIN = gettext_lazy("A whole number from 0 to 10, please.")


class LongText(forms.CharField):
    """A text of a note: lines end alike whatever browser sent them, and it is counted as it is stored."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        too_long = gettext_lazy("That is longer than %(limit_value)d characters. Please shorten it.")
        super().__init__(
            max_length=LONGEST_TEXT, widget=area, error_messages={"max_length": too_long}, required=False, **kwargs
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class Pain(forms.IntegerField):
    """0 to 10, or nothing: not asked is not zero."""

    def __init__(self, **kwargs: Any) -> None:
        says = dict.fromkeys(("invalid", "min_value", "max_value"), WHOLE_PAIN)
        super().__init__(min_value=0, max_value=10, required=False, error_messages=says, **kwargs)


class StartForm(forms.Form):
    """What a session note begins with. Nothing filled in is one in the clinic today."""

    on = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Give a day, such as 2026-03-04.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=TreatmentSession.Kind.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    visit = forms.ChoiceField(label=gettext_lazy("The visit"), required=False, widget=forms.RadioSelect)
    episode = forms.ChoiceField(label=gettext_lazy("Episode"), required=False)
    marks_optional = False

    def __init__(
        self, *args: Any, episodes: list[Episode], visits: list[Visit], today: date, user: User, **kwargs: Any
    ) -> None:
        """`visits` are those of today that have no note yet."""
        own = [visit for visit in visits if visit.physiotherapist_id == user.pk]
        usual = {
            "on": today,
            "kind": TreatmentSession.Kind.CLINIC.value,
            "visit": str((own or visits)[0].public_id) if visits else WALK_IN,
            "episode": str(episodes[0].public_id),
        }
        super().__init__(*args, initial=usual, **kwargs)
        self.usual, self.today = usual, today
        self.episodes = {str(episode.public_id): episode for episode in episodes}
        self.visits = {str(visit.public_id): visit for visit in visits}
        self.fields["episode"].choices = [  # type: ignore[attr-defined]
            (key, episode.problem) for key, episode in self.episodes.items()
        ]
        self.fields["visit"].choices = [  # type: ignore[attr-defined]
            *((key, _visit_line(visit)) for key, visit in self.visits.items()),
            (WALK_IN, _("came without an appointment")),
            (NO_VISIT, _("no visit, only a note")),
        ]
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("visit") in self.visits and cleaned.get("on") not in (None, self.today):
            self.add_error("visit", _("That visit is today’s. For an earlier day choose “no visit, only a note”."))
        return cleaned

    def start(self) -> dict[str, Any]:
        """What `start_session` is told; what was left out is as it is most often."""
        start = {name: self.cleaned_data[name] or self.usual[name] for name in ("on", "kind", "episode")}
        return start | {"episode": self.episodes[start["episode"]]}

    def chosen_visit(self) -> Visit | None:
        """The visit of today that the note is of."""
        return self.visits.get(self._chosen())

    def is_walk_in(self) -> bool:
        """Whether somebody came without an appointment: today, and not by phone."""
        start = self.start()
        return self._chosen() == WALK_IN and start["on"] == self.today and start["kind"] != TreatmentSession.Kind.PHONE

    def _chosen(self) -> str:
        if self.cleaned_data["visit"]:
            return str(self.cleaned_data["visit"])
        return WALK_IN if self.start()["on"] != self.today else str(self.usual["visit"])


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise as the form shows it: its key in the form, whether it is ticked, the box for a remark, and the
    amounts of today only, which begin as the plan has them."""

    key: str
    prescription: Prescription
    ticked: bool
    remark: forms.BoundField
    amounts: list[forms.BoundField]

    @property
    def is_other(self) -> bool:
        """Whether another dose than the plan's stands in the form, or what was typed as one is wrong."""
        planned = self.prescription
        return any(
            field.errors or field.value() not in (None, "", planned_amount, str(planned_amount))
            for field, planned_amount in zip(
                self.amounts, (getattr(planned, name) for name in _amounts(planned)), strict=True
            )
        )

    @property
    def dose(self) -> str:
        return dosage_words(self.prescription.dosage)


class NoteForm(forms.Form):
    """A draft of a session note. `content()` and `done_here()` are what the actions take.

    With `words_only` it knows nothing of the exercises: so is saved what is typed, which asks as little as it can.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TreatmentSession.Kind.choices)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=LONGEST_SESSION,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    pain_before = Pain(label=gettext_lazy("Pain before"))
    subjective = LongText(label=gettext_lazy("Subjective"), help_text=gettext_lazy("what the patient says"), rows=4)
    objective = LongText(label=gettext_lazy("Objective"), help_text=gettext_lazy("what you find"), rows=4)
    assessment = LongText(label=gettext_lazy("Assessment"), help_text=gettext_lazy("what you make of it"), rows=3)
    plan_text = LongText(label=gettext_lazy("Plan"), help_text=gettext_lazy("what comes next"), rows=3)
    text = LongText(label=gettext_lazy("Note"), rows=8)
    treatment = LongText(label=gettext_lazy("Treatment given"), rows=2)
    pain_after = Pain(label=gettext_lazy("Pain after"))
    done = forms.MultipleChoiceField(
        label=gettext_lazy("Exercises done"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "One of the exercises that you ticked is not in the plan on this day. Please look at the ticks again."
            )
        },
    )
    marks_optional = False

    def __init__(self, *args: Any, session: TreatmentSession, words_only: bool = False, **kwargs: Any) -> None:
        self.session, self.words_only = session, words_only
        self.names = fields_of(session.note_kind)
        self.recorded = {} if words_only else {row.wording_key: row for row in _recorded(session)}
        super().__init__(*args, initial=self._as_it_is(), **kwargs)
        for name in {name for words in WORDS.values() for name in words} - set(self.names):
            del self.fields[name]
        self.prescriptions = {} if words_only else _by_exercise(session, self.recorded)
        self.fields["done"].choices = [(key, key) for key in self.prescriptions]  # type: ignore[attr-defined]
        for key, prescription in self.prescriptions.items():
            self._ask_about(key, prescription)

    def _ask_about(self, key: str, prescription: Prescription) -> None:
        before = self.recorded.get(prescription.wording_key)
        name = prescription.what.name
        self.fields[_remark(key)] = forms.CharField(
            label=_("Remark on %(name)s") % {"name": name},
            max_length=LONGEST_NOTE,
            required=False,
            initial=before.note if before else "",
            widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        )
        for amount in _amounts(prescription):
            lowest, highest = BOUNDS[amount]
            planned = getattr(prescription, amount)
            self.fields[_amount(key, amount)] = forms.IntegerField(
                label=LABELS[amount],
                min_value=lowest,
                max_value=highest,
                required=False,
                initial=before.amounts.get(amount, planned) if before else planned,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-planned": planned}),
            )

    def words(self) -> list[forms.BoundField]:
        """The texts that this note is made of, in order."""
        return [self[name] for name in WORDS[self.session.note_kind]]

    def still_empty(self) -> list[tuple[forms.BoundField, bool]]:
        """What a note has besides its exercises, each with whether nothing stands there: shown beside the signature."""
        names = ("pain_before", *WORDS[self.session.note_kind], "pain_after", "minutes")
        return [(self[name], self[name].value() in (None, "")) for name in names]

    def exercises(self) -> list[ExerciseRow]:
        """The rows of the form, ticked as they were sent, or as the note has them."""
        ticked = self["done"].value() or []
        return [
            ExerciseRow(
                key,
                prescription,
                key in ticked,
                self[_remark(key)],
                [self[_amount(key, name)] for name in _amounts(prescription)],
            )
            for key, prescription in self.prescriptions.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for key, prescription in self.prescriptions.items():
            if "done" in cleaned and key not in cleaned["done"] and self._is_said(key, prescription):
                name = prescription.what.name
                self.add_error(
                    _remark(key),
                    _("Tick %(name)s as well, or take the remark out: it was not done here.") % {"name": name},
                )
        return cleaned

    def _is_said(self, key: str, prescription: Prescription) -> bool:
        return bool(self.cleaned_data.get(_remark(key))) or bool(self._other_amounts(key, prescription))

    def _other_amounts(self, key: str, prescription: Prescription) -> dict[str, int]:
        sent = {name: self.cleaned_data.get(_amount(key, name)) for name in _amounts(prescription)}
        return {
            name: amount
            for name, amount in sent.items()
            if amount is not None and amount != getattr(prescription, name)
        }

    def content(self) -> dict[str, Any]:
        """The fields of the note that can be kept: what is wrong stays in the form until it is put right."""
        return {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}

    def done_here(self) -> list[Done] | None:
        """The exercises; None, which leaves them as they were, where there is something wrong with them."""
        if self.words_only or set(self.errors) - set(self.base_fields) or "done" in self.errors:
            return None
        return [
            Done(
                self.prescriptions[key],
                self.cleaned_data[_remark(key)],
                self._other_amounts(key, self.prescriptions[key]),
            )
            for key in self.cleaned_data["done"]
        ]

    def show(self, version: int) -> None:
        """Let what was typed stand beside a newer version: what is sent next is meant to follow that one."""
        self.put("version", str(version))

    def put(self, name: str, value: str) -> None:
        self.data = self.data.copy()
        self.data[name] = value

    def insert(self, snippet: Snippet, into: str) -> None:
        """Put a snippet behind what was typed in a text; nothing is saved by it."""
        name = into if into in WORDS[self.session.note_kind] else WORDS[self.session.note_kind][0]
        typed = self.data.get(name, "").rstrip()
        self.put(name, f"{typed}\n{snippet.text}" if typed else snippet.text)

    def _as_it_is(self) -> dict[str, Any]:
        values: Mapping[str, Any] = {name: getattr(self.session, name) for name in self.names}
        ticked = [_key(row) for row in self.recorded.values()]
        return {**values, "version": self.session.version, "done": ticked}


class AddendumForm(forms.Form):
    """What is said of a signed note afterwards."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=[choice for choice in Addendum.Kind.choices if choice[0] != Addendum.Kind.ENTERED_IN_ERROR],
        widget=forms.RadioSelect,
    )
    text = LongText(label=gettext_lazy("Text"), rows=4)
    marks_optional = False


class InErrorForm(forms.Form):
    """Why a signed note does not belong into this chart."""

    reason = LongText(
        label=gettext_lazy("How it came about"),
        help_text=gettext_lazy("Of the mistake only, not of the other patient."),
        rows=2,
    )
    marks_optional = False


def label_of(difference: Difference) -> str:
    """The name of a field that two people filled in differently."""
    return str(NoteForm.base_fields[difference.field].label)


def _visit_line(visit: Visit) -> str:
    """A visit of today as one chooses it."""
    starts = time_format(localtime(visit.starts_at), "H:i")
    name = visit.physiotherapist.name if visit.physiotherapist else ""
    return f"{starts}, {name}, {visit.get_state_display()}"


def _key(row: Prescription | SessionExercise) -> str:
    """The address of an exercise in the form."""
    return str(row.what.public_id if row.revision is None else row.revision.exercise.public_id)


def _remark(key: str) -> str:
    return f"remark_{key}"


def _amount(key: str, name: str) -> str:
    return f"{name}_{key}"


def _amounts(prescription: Prescription) -> list[str]:
    """The amounts that the plan's dose has: another dose for today is another number of the same."""
    return [name for name in AMOUNTS if getattr(prescription, name) is not None]


def _recorded(session: TreatmentSession) -> list[SessionExercise]:
    return list(
        session.exercises.select_related(
            "revision__exercise", "own_exercise", "prescription__revision__exercise", "prescription__own_exercise"
        )
    )


def _by_exercise(session: TreatmentSession, recorded: Mapping[int, SessionExercise]) -> dict[str, Prescription]:
    """What can be ticked, by the exercise's id: a dose that was changed meanwhile is still the same exercise."""
    rows = {_key(row): row for row in offered_exercises(session)}
    for done in recorded.values():
        if done.prescription is not None:
            rows.setdefault(_key(done), done.prescription)
    return rows
