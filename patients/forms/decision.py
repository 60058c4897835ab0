from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.dosage import Dosage
from rehab.errors import Refused
from rehab.models import ExerciseRevision, TemplateExercise
from rehab.sentences import dosage_short

from ..actions.decision import LOOKS_AGAIN
from ..actions.farewell import Farewell
from ..actions.prescription import Chosen, cautions_of, offered
from ..actions.sight import proposed
from ..budget import Budget, budget
from ..decision_sentences import CAUTIONS, SAID_OF_ABSENCE, SAID_TO_PATIENT, date_help, where_to_go_on
from ..ledger_sentences import OTHER, REASONS
from ..models import OwnExercise, Prescription
from ..moves import Act
from ..progression import Refusal
from ..readings.plan import PlanReading
from .dosage import DosageForm
from .seen import SeenForm
from .sight import look_again_field

ENDING = frozenset({Act.FINISH, Act.END_EARLY})
FOR_GOOD = "always"
# For so many days the patient reads a plan that has ended.
READABLE = [
    ("30", gettext_lazy("for a month")),
    ("90", gettext_lazy("for three months")),
    ("365", gettext_lazy("for a year")),
    (FOR_GOOD, gettext_lazy("for good")),
]
# These take the patient out of what was agreed, so somebody says why.
NEEDS_A_REASON = frozenset({Act.STOP, Act.GO_BACK, Act.END_EARLY})
# The field that a refusal of the clock is shown beside, where the form has it.
_BESIDE: Mapping[str, str] = {
    Refusal.NO_PHASE_NAMED: "to_phase",
    Refusal.NO_SUCH_PHASE: "to_phase",
    Refusal.NOT_AN_EARLIER_PHASE: "to_phase",
    Refusal.ABSENCE_ENDS_TOO_SOON: "until",
    Refusal.ABSENCE_WITHOUT_END: "until",
}
_DATES = frozenset(
    {
        Refusal.BEFORE_START,
        Refusal.TOO_FAR_BACK,
        Refusal.BEFORE_THE_LAST_DECISION,
        Refusal.IN_THE_FUTURE,
        Refusal.TOO_FAR_AHEAD,
        Refusal.NOT_THE_NEXT_PHASE,
    }
)


@dataclass(frozen=True, slots=True)
class NextExercise:
    """An exercise of the phase that opens: its tick, why it starts without one, and its dose."""

    key: str
    chosen: Chosen
    ticked: bool
    why_not: Sequence[str]
    dose: DosageForm

    @property
    def what(self) -> ExerciseRevision | OwnExercise:
        return self.chosen.what

    @property
    def dose_words(self) -> str:
        return dosage_short(self.chosen.dosage)


class DecisionForm(SeenForm):
    """The form of any act but taking back. `act_and_phase()`, `until` and `chosen()` are what `decide` is given."""

    on = forms.DateField(
        label=gettext_lazy("From"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    patient_text = forms.CharField(
        label=gettext_lazy("What the patient reads"),
        help_text=gettext_lazy("On the page for today. Short and plain."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    field_order = (
        "sequence",
        "phase",
        "where",
        "to_phase",
        "on",
        "until",
        "look_again_on",
        "cancels",
        "keeps",
        "readable",
        "reason_code",
        "reason",
        "patient_text",
    )

    def __init__(
        self, data: QueryDict | None = None, *, reading: PlanReading, act: Act, typed: QueryDict | None = None
    ) -> None:
        self.reading, self.act = reading, act
        said = str(SAID_TO_PATIENT[act])
        today = max(reading.today, reading.plan.start_on) if act is Act.STOP else reading.today
        self._proposed = proposed(reading.plan.episode, reading.today) if act in LOOKS_AGAIN else None
        initial = {"on": today, "patient_text": said, "look_again_on": self._proposed}
        super().__init__(data, reading=reading, typed=typed, initial=initial)
        self.fields["on"].help_text = date_help(act, reading)
        self._add_where(act)
        self._add_reason(act)
        if act is Act.STOP:
            self._add_until()
        if act in LOOKS_AGAIN and not reading.may_plan_absence:  # before the start, its end is the date
            self.fields["look_again_on"] = look_again_field(reading.plan.patient.clinic)
        if act is Act.END_EARLY and reading.may_plan_absence:
            del self.fields["on"]  # it ends on the date of its start
        if act in ENDING:
            self._add_farewell()
        self.rows = self._next_exercises(data) if act is Act.MOVE_ON else []
        self.order_fields(self.field_order)

    def _add_farewell(self) -> None:
        """What becomes of booked visits, and what the patient keeps: finished, everything that is done now."""
        plan, today = self.reading.plan, self.reading.today
        clinic = plan.patient.clinic
        booked = plan.patient.visits.filter(state="booked", episode=plan.episode).order_by("starts_at")
        visits = [row for row in booked if row.starts_at and clinic.date_at(row.starts_at) >= today]
        # The plan may be finished at one of today's.
        of_today = [row for row in visits if row.starts_at and clinic.date_at(row.starts_at) == today]
        kept = [row for row in self.reading.exercises(self.reading.present.number) if row.until is None]
        if visits:
            self.fields["cancels"] = _ticks(
                _("Booked visits to cancel"),
                [(str(row.public_id), _when(row.starts_at, clinic.zone)) for row in visits],
                ticked=[str(row.public_id) for row in visits if row not in of_today],
            )
        if kept:
            self.fields["keeps"] = _ticks(
                _("Exercises to go on with"),
                [(str(row.public_id), f"{row.what.name}, {dosage_short(row.dosage)}") for row in kept],
                ticked=[str(row.public_id) for row in kept] if self.act is Act.FINISH else [],
            )
        self.fields["readable"] = forms.ChoiceField(
            label=_("The patient can read the plan"), choices=READABLE, initial="90"
        )

    def farewell(self) -> Farewell | None:
        """What `decide` is told of an end; None for other acts."""
        if self.act not in ENDING:
            return None
        days = self.cleaned_data["readable"]
        return Farewell(
            cancels=[UUID(key) for key in self.cleaned_data.get("cancels", ())],
            keeps=[UUID(key) for key in self.cleaned_data.get("keeps", ())],
            readable_until=None if days == FOR_GOOD else self.reading.today + timedelta(days=int(days)),
        )

    @property
    def shows_exercises(self) -> bool:
        return self.act is Act.MOVE_ON

    @property
    def budget(self) -> Budget:
        """What a day of the phase that opens asks for, with what is ticked and the doses that were shown."""
        asked: dict[object, Dosage] = {}
        for row in self.rows:
            if row.ticked and not row.chosen.optional:
                asked.setdefault(row.chosen.choice or row.key, row.chosen.dosage)
        return budget(asked.values(), self.reading.plan.patient.clinic.day_minutes_budget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason_code") == OTHER and not cleaned.get("reason"):
            self.add_error("reason", _("Say the reason in words."))
        for row in self.rows:
            if row.ticked and not row.dose.is_valid():
                self.add_error(None, _("Look at the dose of “%(name)s”.") % {"name": row.what.name})
        if self.is_bound and self.shows_exercises and not any(row.ticked for row in self.rows):
            self.add_error(None, _("Tick at least one exercise, or choose another act."))
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """Say beside its field why the act was refused."""
        name = refused.field or _BESIDE.get(refused.code) or ("on" if refused.code in _DATES else None)
        if refused.code == Refusal.TOO_FAR_AHEAD and self.ends_on and not refused.field:
            name = "until"
        self.add_error(name if name in self.fields else None, refused.sentence)

    @property
    def on_date(self) -> date:
        """From when it counts. Of a valid form."""
        on: date = self.cleaned_data.get("on", self.reading.today)
        return on

    @property
    def ends_on(self) -> date | None:
        found: date | None = self.cleaned_data.get("until")
        return found

    @property
    def looks_again_on(self) -> date | None:
        """When somebody looks again; None, for the day of the new start, of a planned absence left as it was."""
        found: date | None = self.cleaned_data.get("look_again_on")
        return None if self.ends_on and found == self._proposed else found

    def act_and_phase(self) -> tuple[Act, int | None]:
        """What is to be done: starting again after a long stop may mean going back."""
        where = self.cleaned_data.get("where")
        if where and where != "on":
            return Act.GO_BACK, int(where)
        return self.act, self.cleaned_data.get("to_phase")

    def said(self) -> str:
        """What the patient reads; of a planned absence, left as it was, its own sentence."""
        text: str = self.cleaned_data["patient_text"]
        return str(SAID_OF_ABSENCE) if self.ends_on and text == str(SAID_TO_PATIENT[Act.STOP]) else text

    def chosen(self) -> list[Chosen] | None:
        """The exercises of the phase that opens, as ticked and dosed; None for other acts."""
        if not self.shows_exercises:
            return None
        return [
            Chosen(row.what, row.dose.dosage(), row.chosen.source, row.chosen.optional, row.chosen.choice)
            for row in self.rows
            if row.ticked
        ]

    def typed_lines(self, sent: QueryDict) -> list[tuple[str, str]]:
        ticked = set(sent.getlist("exercises"))
        names = [row.what.name for row in self.rows if row.key in ticked]
        return [*super().typed_lines(sent), *([(_("Exercises"), ", ".join(names))] if names else [])]

    def _add_where(self, act: Act) -> None:
        reading = self.reading
        if act is Act.GO_BACK:
            self.fields["to_phase"] = forms.TypedChoiceField(
                label=_("Where to"),
                coerce=int,
                choices=where_to_go_on(reading)[1:],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the phase to go back to.")},
            )
        if act is Act.START_AGAIN and reading.asks_where_to_go_on:
            self.fields["where"] = forms.ChoiceField(
                label=_("Where to go on"),
                choices=where_to_go_on(reading),
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose where to go on.")},
            )

    def _add_reason(self, act: Act) -> None:
        if act not in REASONS:
            self.fields["reason"].label = _("Reason")
            return
        self.fields["reason_code"] = forms.ChoiceField(
            label=_("Reason"),
            choices=[("", _("choose")), *REASONS[act]],
            required=act in NEEDS_A_REASON,
            error_messages={"required": _("Choose a reason.")},
        )

    def _add_until(self) -> None:
        self.fields["until"] = forms.DateField(
            label=_("Start again on, if that is known"),
            help_text=_("With a day here it is a planned absence: exercises start again by themselves."),
            required=self.reading.may_plan_absence,
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )

    def _next_exercises(self, data: QueryDict | None) -> list[NextExercise]:
        """What the next phase has in this plan already, ticked, then what else its template has."""
        phase = self.reading.following
        if phase is None:
            return []
        region = self.reading.plan.episode.region
        standing = [row for row in self.reading.exercises(phase.number) if row.until is None]
        prefetch_related_objects(standing, "source")
        there = {row.exercise_key for row in standing}
        found = [self._row(_of(row), str(row.public_id), True, data) for row in standing]
        for source, ticked in offered(phase, region):
            if source.revision.exercise_id not in there:
                starts = ticked and not standing
                found.append(self._row(_from(source), str(source.key), starts, data))
        return found

    def _row(self, chosen: Chosen, key: str, ticked: bool, data: QueryDict | None) -> NextExercise:
        found = cautions_of(chosen.what, self.reading.plan.episode.region)
        why_not = [] if ticked else [str(CAUTIONS[caution]) for caution in found]
        if chosen.optional:
            why_not.append(_("optional"))
        return NextExercise(
            key=key,
            chosen=chosen,
            ticked=ticked if data is None else key in data.getlist("exercises"),
            why_not=why_not,
            dose=DosageForm(data, prefix=key, initial=DosageForm.of(chosen.dosage)),
        )


def _of(row: Prescription) -> Chosen:
    return Chosen(row.what, row.dosage, row.source, row.optional, row.choice)


def _from(row: TemplateExercise) -> Chosen:
    return Chosen(row.revision, row.dosage, row, row.optional, row.choice)


def _ticks(label: str, choices: list[tuple[str, str]], *, ticked: list[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        initial=ticked,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("This has changed meanwhile. Look again.")},
    )


def _when(starts_at: datetime | None, zone: ZoneInfo) -> str:
    return date_format(timezone.localtime(starts_at, zone), "l j F, H:i") if starts_at else ""
