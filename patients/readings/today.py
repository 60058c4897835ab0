"""What Today, and a past day, show of one patient: in six queries, whatever the length of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, QuerySet

from rehab.sentences import dosage_change_words

from ..adherence import Due
from ..models import CheckIn, Decision, ExerciseLog, Patient, Plan, PlanPhase, Prescription, Visit
from ..models.log import PATIENTS_GO_BACK, open_variants
from ..models.plan import CLOCK_KINDS, standing
from ..phase_dates import PhaseDates, phase_dates
from ..progression import Position, State
from .days import DAY, Asked, Day, Readings, load

WEEK = timedelta(days=6)
# For how long a decision or a change is news.
NEWS = timedelta(days=7)
HELPS = ("treatment", "advice")


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of exercises did to one of them: `kind` is new, changed or stopped."""

    kind: str
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise on a date: what was said of each of its occasions, and what a tap on its tick does next."""

    prescription: Prescription
    logs: Sequence[ExerciseLog]
    change: Change | None  # new, or another dose, and not yet seen
    client_id: UUID

    @property
    def times(self) -> int:
        return self.prescription.times_per_day

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The variants that are open to a patient: not those that are off until a person turns them on."""
        return open_variants(self.prescription.what)

    @property
    def done(self) -> int:
        return sum(log.status == ExerciseLog.Status.DONE for log in self.logs)

    @property
    def is_done(self) -> bool:
        return self.done >= self.times

    @property
    def is_said(self) -> bool:
        return len(self.logs) >= self.times

    @property
    def hurt(self) -> bool:
        return any(log.hurt for log in self.logs)

    @property
    def not_done(self) -> ExerciseLog | None:
        return next((log for log in reversed(self.logs) if log.status == ExerciseLog.Status.NOT_DONE), None)

    @property
    def last(self) -> ExerciseLog | None:
        return self.logs[-1] if self.logs else None

    @property
    def occasion(self) -> int:
        """The occasion that a tap records: the first of which nothing is said, else the one that was not done."""
        taken = {log.occasion for log in self.logs}
        free = next((number for number in range(1, self.times + 1) if number not in taken), None)
        not_done = self.not_done
        return free or (not_done.occasion if not_done else self.times)

    @property
    def replaces(self) -> ExerciseLog | None:
        """What a tap corrects, where the occasion was said not to be done."""
        return next((log for log in self.logs if log.occasion == self.occasion), None)


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown as one: an exercise, or a choice of one. `pick` is what "all done" means by it."""

    asked: Asked
    rows: Sequence[Row]
    due: Due
    days_done: int
    done_the_day_before: bool
    pick: Prescription | None

    @property
    def is_said(self) -> bool:
        return any(row.is_said for row in self.rows)

    @property
    def is_done(self) -> bool:
        return any(row.is_done for row in self.rows)


@dataclass(frozen=True)
class DayPage:
    """A day of one patient, as its page shows it."""

    patient: Patient
    on: date
    today: date
    days: Readings
    ledger: Sequence[Decision]
    visit: Visit | None
    kept: Sequence[Prescription] = ()  # of a plan that has ended, what the patient goes on with

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def plan(self) -> Plan | None:
        return self.days.plan

    @cached_property
    def position(self) -> Position:
        return self.days.position(self.on)

    @cached_property
    def phase(self) -> PlanPhase | None:
        return self.days.phase(self.position.phase)

    @property
    def weeks_in_phase(self) -> int | None:
        """How many weeks the present phase has; None where it is open."""
        if self.phase is None or self.phase.last_week is None:
            return None
        return self.phase.last_week - self.phase.first_week + 1

    @property
    def check_in(self) -> CheckIn | None:
        return self.days.check_ins.get(self.on)

    @cached_property
    def cards(self) -> list[Card]:
        """Everything that the plan asks for on the day, in order."""
        return [self._card(asked) for asked in self.days.asked(self.on)]

    @property
    def due(self) -> list[Card]:
        return [card for card in self.cards if not card.asked.optional and card.due is Due.TODAY]

    @property
    def resting(self) -> list[Card]:
        return [card for card in self.cards if not card.asked.optional and card.due is Due.REST]

    @property
    def optional(self) -> list[Card]:
        return [card for card in self.cards if card.asked.optional]

    @property
    def all_said(self) -> bool:
        """Whether something was said of all that is due; not where nothing is."""
        return bool(self.due) and all(card.is_said for card in self.due)

    @property
    def to_do(self) -> list[Prescription]:
        """What "all done" records: what is due and unsaid. A choice is in it once it is known which."""
        return [card.pick for card in self.due if not card.is_said and card.pick is not None]

    @property
    def counts_all(self) -> bool:
        """Whether "all done" is then true of everything that is due."""
        return sum(card.is_done for card in self.due) + len(self.to_do) == len(self.due)

    @property
    def waits_for_a_choice(self) -> bool:
        """Whether a choice is open of which nobody knows what "all done" would mean."""
        return any(card.pick is None and not card.is_said for card in self.due)

    @property
    def last_act(self) -> list[ExerciseLog]:
        """What "undo" takes back: what the patient's last tap on this day's page recorded."""
        mine = [log for log in self.days.logs_on(self.on) if log.by_id == self.patient.user_id]
        latest = max((log.at for log in mine), default=None)
        return [log for log in mine if log.at == latest]

    @cached_property
    def week(self) -> list[Day]:
        """The last seven days, today among them."""
        return self.days.days(self.today - WEEK, self.today)

    @property
    def day_before(self) -> date | None:
        """The day before, where it can still be filled in."""
        before = self.on - DAY
        return before if before >= self.today - PATIENTS_GO_BACK else None

    @property
    def helps(self) -> list[str]:
        """What else helps in this phase, in a patient's words."""
        return _texts(self.phase, HELPS) if self.phase else []

    @cached_property
    def why(self) -> Decision | None:
        """The latest entry that stands, if it says something to the patient or changed an exercise.

        While the plan does not run, the latest that reached the clock: a change of exercises is not why it stands.
        """
        state = self.position.state
        entries = [entry for entry in standing(self.ledger) if entry.on <= self.on or state is State.NOT_STARTED]
        if state is not State.RUNNING:
            entries = [entry for entry in entries if entry.kind in CLOCK_KINDS]
        last = entries[-1] if entries else None
        return last if last and (last.patient_text or last.kind == Decision.Kind.CHANGE) else None

    @property
    def news(self) -> Decision | None:
        """The same while it is news."""
        return self.why if self.why and self.on - self.why.on < NEWS else None

    @property
    def changes(self) -> list[Change]:
        """What the news, if it is a change of exercises, did to those of the present phase."""
        entry = self.news
        if entry is None or entry.kind != Decision.Kind.CHANGE:
            return []
        opened = [row for row in self.days.prescriptions if row.opened_by_id == entry.pk]
        closed = {row.exercise_key: row for row in self.days.prescriptions if row.closed_by_id == entry.pk}
        said = []
        for row in opened:
            before = closed.pop(row.exercise_key, None)
            if before is None:
                said.append(Change("new", row.what.name))
            else:
                said.append(Change("changed", row.what.name, dosage_change_words(before.dosage, row.dosage)))
        return said + [Change("stopped", row.what.name) for row in closed.values()]

    @property
    def unseen(self) -> list[Prescription]:
        """What is marked as new or changed on the page: "got it" takes all these marks away."""
        return [row.prescription for card in self.cards for row in card.rows if row.change is not None]

    @property
    def stopped(self) -> list[Change]:
        """What the news took out of the present phase: nothing is left of it that could bear a mark."""
        return [change for change in self.changes if change.kind == "stopped"]

    @property
    def starts_again_on(self) -> date | None:
        """The day on which a stop ends, where that is decided."""
        if self.position.state is not State.PAUSED:
            return None
        ahead = (span.first_on for span in self.days.course if span.first_on > self.on)
        return min(ahead, default=None)

    def _card(self, asked: Asked) -> Card:
        done_on = {on for row in asked.options for on in self.days.done_on(row)}
        before = [on for on in done_on if on < self.on]
        return Card(
            asked=asked,
            rows=[self._row(row) for row in asked.options],
            due=self.days.verdict(asked, self.on),
            days_done=sum(self.on - WEEK <= on for on in before),
            done_the_day_before=self.on - DAY in done_on,
            pick=self._pick(asked),
        )

    def _row(self, row: Prescription) -> Row:
        return Row(row, self.days.logs_of(row, self.on), self._change(row), uuid4())

    def _change(self, row: Prescription) -> Change | None:
        """What the patient has not yet said "got it" to: an exercise that came after the start, or another dose than
        the one they know."""
        if _is_known(row):
            return None
        known = [
            other
            for other in self.days.prescriptions
            if other.exercise_key == row.exercise_key
            and other.pk < row.pk
            and other.phase.number <= row.phase.number
            and _is_known(other)
        ]
        before = max(known, key=lambda other: other.pk, default=None)
        if before is None:
            return Change("new", row.what.name)
        if before.dosage == row.dosage:
            return None
        return Change("changed", row.what.name, dosage_change_words(before.dosage, row.dosage))

    def _pick(self, asked: Asked) -> Prescription | None:
        if not asked.is_choice:
            return asked.first
        last = {row: max(self.days.done_on(row), default=None) for row in asked.options}
        done = {row: on for row, on in last.items() if on is not None}
        return max(done, key=lambda row: done[row]) if done else None


def _is_known(row: Prescription) -> bool:
    """Whether the plan began with it or the patient has said "got it"."""
    return row.opened_by.kind == Decision.Kind.START or getattr(row, "acknowledgement", None) is not None


@dataclass(frozen=True, slots=True)
class PhaseOnPlan:
    """A phase as the patient's plan shows it."""

    phase: PlanPhase
    dates: PhaseDates
    goals: list[str]
    helps: list[str]
    takes_care: list[str]
    ready_when: list[str]
    exercises: list[Prescription]
    needs_check_before: bool


def day_page(patient: Patient, *, on: date, today: date, at: datetime) -> DayPage:
    """The day `on` of a patient, as its page shows it."""
    ledger = _ledger(patient)
    days = load(patient, ledger[0].plan if ledger else None, min(on, today - WEEK), today, ledger=ledger)
    return DayPage(patient, on, today, days, ledger, next_visit(patient, at=at), _kept(ledger, days))


def _kept(ledger: Sequence[Decision], days: Readings) -> list[Prescription]:
    """What the entry that ended the plan, and stands, left to the patient."""
    ending = next((row for row in reversed(standing(ledger)) if row.kind in {"complete", "discontinue"}), None)
    if ending is None:
        return []
    return [row for row in days.prescriptions if getattr(row, "kept_by", None) == ending.pk]


def prescriptions_of(patient: Patient) -> QuerySet[Prescription]:
    """Every exercise that was ever prescribed to the patient: where a form's address is looked up."""
    return Prescription.objects.filter(plan__patient=patient).select_related("revision", "own_exercise")


def phases_on_plan(days: Readings, on: date) -> list[PhaseOnPlan]:
    """The phases of a plan with their dates as they look on `on`, and what is known of their exercises."""
    dates = {row.number: row for row in phase_dates(days.phase_spans, days.course, on)}
    return [
        PhaseOnPlan(
            phase=phase,
            dates=dates[phase.number],
            goals=_texts(phase, ("goal",)),
            helps=_texts(phase, HELPS),
            takes_care=_texts(phase, ("restriction",)),
            ready_when=_texts(phase, ("criterion",)),
            exercises=[
                row for row in days.prescriptions if row.phase_id == phase.pk and (row.until is None or row.until >= on)
            ],
            needs_check_before=number > 0 and days.phases[number - 1].needs_review,
        )
        for number, phase in enumerate(days.phases)
    ]


def next_visit(patient: Patient, *, at: datetime) -> Visit | None:
    """The next appointment that is not over, or what is due first where none is booked."""
    awaited = patient.visits.filter(state__in=[Visit.State.BOOKED, Visit.State.DUE])
    rows = list(awaited.select_related("physiotherapist"))
    booked = [row for row in rows if row.starts_at and row.starts_at + timedelta(minutes=row.minutes or 0) > at]
    if booked:
        return min(booked, key=lambda row: (row.starts_at, row.pk))
    due = [row for row in rows if row.state == Visit.State.DUE]
    return min(due, key=lambda row: (row.due_on, row.pk), default=None)


def _ledger(patient: Patient) -> list[Decision]:
    """The entries of the patient's open plan, or of the last one, with the plan: one query."""
    plans = Plan.objects.filter(patient=patient).order_by(F("ended_on").desc(nulls_first=True), "-start_on", "-pk")
    rows = Decision.objects.filter(plan=plans.values("pk")[:1]).select_related("plan", "by")
    return list(rows.order_by("sequence"))


def _texts(phase: PlanPhase, kinds: tuple[str, ...]) -> list[str]:
    items = phase.source.items
    return [item["patient_text"] for item in items if item["kind"] in kinds and item.get("patient_text")]
