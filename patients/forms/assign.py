from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.dosage import Dosage
from rehab.models import TemplateExercise, TemplatePhase
from rehab.sentences import dosage_short, frequency_words

from ..actions.plan import laid_out
from ..actions.prescription import Chosen, cautions_of, chosen, ticks
from ..budget import Budget, budget
from ..decision_sentences import CAUTIONS
from ..models import Episode, Plan
from ..phase_dates import PhaseDates, When, phase_dates
from ..progression import Kind, PlanDecision, spans
from ..readings.offers import Offer
from .dosage import DosageForm

# How the problem has gone so far, and the phase that this proposes. A person decides (facts 1.3, no. 32).
NEW, LASTED = "new", "lasted"
PROPOSED = {NEW: 1, LASTED: 2}


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise of the start phase as the form shows it: its tick, why it starts without one, and its dose."""

    source: TemplateExercise
    ticked: bool
    why_not: Sequence[str]
    dose: DosageForm

    @property
    def dose_words(self) -> str:
        dosage = self.dose.dosage() if self.dose.is_valid() else self.source.dosage
        return f"{dosage_short(dosage)}, {frequency_words(dosage)}"


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase for the chosen start, as the list and the track show it; `when` has its dates in words."""

    number: int
    name: str
    first_week: int
    last_week: int | None
    needs_review: bool
    when: str


class AssignForm(forms.Form):
    """All of assigning on one page.

    With `looking` it is shown again with what was typed, for another template, start or phase; else what was sent is
    to be done. The page sends back as `shown` for which version, phase and course it showed the exercises, so that
    those of one phase are never taken for another's.
    """

    version = forms.ChoiceField(
        label=gettext_lazy("Template"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("This version cannot be assigned. Choose a published one.")},
    )
    course = forms.ChoiceField(
        label=gettext_lazy("The problem"),
        choices=[(NEW, gettext_lazy("Is new, or a flare-up")), (LASTED, gettext_lazy("Has lasted"))],
        required=False,
        widget=forms.RadioSelect(attrs={"class": "in-a-row"}),
    )
    start_on = forms.DateField(
        label=gettext_lazy("Starts on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reports_by = forms.ChoiceField(
        label=gettext_lazy("The patient reports"),
        choices=Plan.ReportsBy.choices,
        widget=forms.RadioSelect(attrs={"class": "in-a-row"}),
    )
    start_phase = forms.TypedChoiceField(label=gettext_lazy("Starts in"), coerce=int, widget=forms.RadioSelect)
    exercises = forms.MultipleChoiceField(
        label=gettext_lazy("Exercises"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one exercise."),
            "invalid_choice": gettext_lazy("One of these exercises is not of this phase. Look again."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    patient_text = forms.CharField(
        label=gettext_lazy("What the patient reads"),
        help_text=gettext_lazy("Shown with the plan. Short and plain."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    marks_optional = False

    def __init__(
        self, sent: QueryDict | None, *, episode: Episode, offers: Sequence[Offer], today: date, looking: bool
    ) -> None:
        typed: QueryDict = sent if sent is not None else QueryDict()
        self.offers = offers
        self.offer = next((offer for offer in offers if offer.key == typed.get("version")), offers[0])
        self.phases = list(self.offer.version.phases.all())
        self.start = self._start_phase(typed, looking)
        shown_key = f"{self.offer.key}:{self.start.number}"
        self.shows_the_same = typed.get("shown", "").rpartition(":")[0] == shown_key
        self.clinic = episode.patient.clinic
        self.rows = self._rows(typed if self.shows_the_same else None, episode.region)
        initial: dict[str, Any] = {"start_on": today, "reports_by": Plan.ReportsBy.PHONE}
        initial |= _flat(typed) if looking else {}
        initial |= {"version": self.offer.key, "start_phase": self.start.number}
        super().__init__(None if looking else sent, initial=initial)
        self.shown = f"{shown_key}:{typed.get('course', '')}"
        self._offer("version", [(offer.key, str(offer.version)) for offer in offers])
        self._offer("start_phase", [(phase.number, phase.name) for phase in self.phases])
        self._offer("exercises", [(str(row.source.key), row.source.revision.name) for row in self.rows])
        self.first_day = _date(self["start_on"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.shows_the_same:
            self.errors.pop("exercises", None)
            words = {"number": self.start.number, "template": self.offer.version.template.name}
            self.add_error(
                "start_phase",
                _("The exercises below are now those of phase %(number)s of %(template)s. Look, then assign.") % words,
            )
        for row in self.rows:
            if self.shows_the_same and row.ticked and not row.dose.is_valid():
                words = {"name": row.source.revision.name}
                self.add_error("exercises", _("Look at the dose of “%(name)s”.") % words)
        return cleaned

    def chosen(self) -> list[Chosen]:
        """What is ticked, with its dose. Of a valid form."""
        return [chosen(row.source, row.dose.dosage()) for row in self.rows if row.ticked]

    @property
    def budget(self) -> Budget:
        """What a day of the first phase asks for, with what is ticked."""
        asked: dict[object, Dosage] = {}
        for row in self.rows:
            if row.ticked and not row.source.optional:
                asked.setdefault(row.source.choice or row.source.key, row.source.dosage)
        return budget(asked.values(), self.clinic.day_minutes_budget)

    def phase_rows(self) -> list[PhaseRow]:
        """The phases with their dates for the start as it is typed; without dates where that is none."""
        laid = laid_out(self.phases)
        dates: Sequence[PhaseDates | None] = [None] * len(laid)
        if self.first_day:
            named = self.start.number if self.start.number != 1 else None
            try:
                course = spans(laid, [PlanDecision(Kind.START, self.first_day, named)])
                dates = phase_dates(laid, course, self.first_day)
            except OverflowError:  # at the end of the calendar; such a start is refused when it is sent
                self.first_day = None
        return [
            PhaseRow(phase.number, phase.name, span.first_week, span.last_week, phase.needs_review, _when(on))
            for phase, span, on in zip(self.phases, laid, dates, strict=True)
        ]

    @property
    def clock_day(self) -> int:
        """The plan's day on the start."""
        return (laid_out(self.phases)[self.start.number - 1].first_week - 1) * 7 + 1

    def _offer(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _start_phase(self, typed: Mapping[str, Any], looking: bool) -> TemplatePhase:
        """The phase asked for; where another course was named since the page was shown, the one that it proposes."""
        wanted = str(typed.get("start_phase", "1"))
        course, course_shown = typed.get("course"), str(typed.get("shown", "")).rpartition(":")[2]
        if looking and course and course != course_shown:
            wanted = str(PROPOSED.get(course, 1))
        return next((phase for phase in self.phases if str(phase.number) == wanted), self.phases[0])

    def _rows(self, typed: QueryDict | None, region: str) -> list[ExerciseRow]:
        ticked = set(typed.getlist("exercises")) if typed is not None else set()
        found = []
        for source in self.start.exercises.select_related("revision").order_by("position"):
            key = str(source.key)
            found.append(
                ExerciseRow(
                    source=source,
                    ticked=key in ticked if typed is not None else ticks(source, region),
                    why_not=_why_not(source, region),
                    dose=DosageForm(typed, prefix=key, initial=DosageForm.of(source.dosage)),
                )
            )
        return found


def _why_not(source: TemplateExercise, region: str) -> list[str]:
    """In a few words, why an exercise starts without its tick; empty where it starts with one."""
    if ticks(source, region):
        return []
    words = [str(CAUTIONS[caution]) for caution in cautions_of(source.revision, region)]
    if source.optional:
        words.append(_("optional"))
    return words or [_("off in the template")]


def _when(dates: PhaseDates | None) -> str:
    """The dates of a phase in a few words, for the start as it is typed."""
    if dates is None:
        return ""
    if dates.when is When.NEVER:
        return _("left out")
    if dates.first_on is None:
        return _("after a check")
    words = {"first": date_format(dates.first_on, "j M")}
    if dates.last_on is None:
        return _("from %(first)s") % words
    return _("%(first)s – %(last)s") % (words | {"last": date_format(dates.last_on, "j M")})


def _flat(typed: QueryDict) -> dict[str, Any]:
    return {name: typed.getlist(name) if name == "exercises" else typed[name] for name in typed}


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return parse_date(str(value or ""))
    except ValueError:
        return None
