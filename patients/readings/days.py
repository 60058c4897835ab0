"""A patient's days, read once: what the plan asked for, what was said of it, and how the back was.

`load` takes a fixed small number of queries whatever the length of the record; what it gives answers every question
about those days without another. Today, the chart, the evidence of a decision and the lists read the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from django.db.models import F, FilteredRelation, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from .. import adherence as pure
from ..adherence import ASKING, Adherence, DayKind, Due, PrescribedSpan, Report
from ..models import CheckIn, Decision, ExerciseLog, KeptExercise, Patient, Plan, PlanPhase, PlanSpan, Prescription
from ..models.plan import CLOCK_KINDS, standing
from ..progression import PhaseSpan, Position, SpanRow, State, position_from, span_on, spans

Row = TypeVar("Row", bound=Model)

# Whether a day rests is read from the six days before it.
DAYS_BEFORE = timedelta(days=6)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a plan asks for on a date: an exercise, or a choice of one among several."""

    options: tuple[Prescription, ...]

    @property
    def first(self) -> Prescription:
        return self.options[0]

    @property
    def optional(self) -> bool:
        return self.first.optional

    @property
    def is_choice(self) -> bool:
        return len(self.options) > 1


@dataclass(frozen=True, slots=True)
class Day:
    """A date as the chart of days draws it. Pain that was not answered is None, never zero."""

    date: date
    kind: DayKind
    pain_morning: int | None
    pain_exercising: int | None
    state: State
    phase: int | None


@dataclass(frozen=True)
class Readings:
    """The days from `first` to `last` of one patient, under one plan (None: without). Made by `load` and `load_many`.

    `prescriptions` are those that stand, of every phase, with `what`, `phase` and `opened_by`. `logs` are what
    stands of what was said, of this plan and of earlier ones, from six days before `first`. `check_ins` are by date.
    """

    patient_id: int
    plan: Plan | None
    first: date
    last: date
    phases: list[PlanPhase] = field(default_factory=list)
    course: Sequence[SpanRow] = ()
    prescriptions: list[Prescription] = field(default_factory=list)
    logs: list[ExerciseLog] = field(default_factory=list)
    check_ins: dict[date, CheckIn] = field(default_factory=dict)

    @cached_property
    def phase_spans(self) -> tuple[PhaseSpan, ...]:
        """The phases as the clock reads them."""
        return tuple(
            PhaseSpan(phase.number, phase.first_week, phase.last_week, phase.needs_review) for phase in self.phases
        )

    def position(self, on: date) -> Position:
        """Where the plan stands on a date; not started where there is no plan."""
        return position_from(self.phase_spans, span_on(self.course, on), on)

    def phase(self, number: int | None) -> PlanPhase | None:
        return next((phase for phase in self.phases if phase.number == number), None)

    def in_force(self, on: date) -> list[Prescription]:
        """What is prescribed on a date, in order: of the phase of that date; nothing while exercises are stopped."""
        position = self.position(on)
        if position.state not in ASKING:
            return []
        return [row for row in self.prescriptions if row.phase.number == position.phase and _covers(row, on)]

    def asked(self, on: date) -> list[Asked]:
        """The same with each choice of one folded, optional ones included."""
        return [Asked(tuple(rows)) for rows in _folded(self.in_force(on))]

    def verdict(self, asked: Asked, on: date) -> Due:
        """Whether it is due on a date or rests, from the dates on which it, or another option of it, was done."""
        dosage = asked.first
        done_on = {on for row in asked.options for on in self.done_on(row)}
        return pure.due(dosage.days_per_week, dosage.rest_between, done_on, on)

    def due_today(self, on: date) -> list[Asked]:
        """What is due on a date: "all done" means these. Optional ones and those that rest are not among them."""
        return [asked for asked in self.asked(on) if not asked.optional and self.verdict(asked, on) is Due.TODAY]

    def done_on(self, prescription: Prescription) -> set[date]:
        """The dates on which this exercise was done, in whatever dosage and plan."""
        return self._done_on[prescription.exercise_key]

    def done_count(self, prescription: Prescription, first: date, last: date) -> int:
        """On how many dates from `first` to `last`, both included, this exercise was done."""
        return sum(first <= on <= last for on in self.done_on(prescription))

    def logs_of(self, prescription: Prescription, on: date) -> list[ExerciseLog]:
        """What stands of what was said of a prescription on a date, by occasion."""
        return self._logs_by[prescription.pk, on]

    def logs_on(self, on: date) -> list[ExerciseLog]:
        return [log for log in self.logs if log.on == on]

    def adherence(self, first: date, last: date) -> Adherence:
        """What was asked and done from `first` to `last`, both included: optional ones left out, a choice as one."""
        asked, reports = self._counted
        return pure.adherence_over(self.course, asked, reports, first, last)

    def adherence_of(self, row: Prescription, first: date, last: date) -> Adherence:
        """The same for one exercise in whatever dosage it was asked for, or for the choice that it is an option of."""
        alike = [other for other in self.prescriptions if other.phase_id == row.phase_id and _is_one(other, row)]
        leads = _leads(alike) if row.choice else [_prescribed(other) for other in alike]
        ids = {other.pk for other in alike}
        reports = [_report(log, leads if row.choice else ()) for log in self.logs if log.prescription_id in ids]
        return pure.adherence_over(self.course, leads, reports, first, last)

    def day_kinds(self, first: date, last: date) -> dict[date, DayKind]:
        """What each date was, in order."""
        asked, reports = self._counted
        return pure.day_kinds(self.course, asked, reports, first, last)

    def days(self, first: date, last: date) -> list[Day]:
        """The dates from `first` to `last`, both included, for the chart of days."""
        return [self._day(on, kind) for on, kind in self.day_kinds(first, last).items()]

    def _day(self, on: date, kind: DayKind) -> Day:
        position, check_in = self.position(on), self.check_ins.get(on)
        return Day(
            date=on,
            kind=kind,
            pain_morning=check_in.pain_morning if check_in else None,
            pain_exercising=check_in.pain_exercising if check_in else None,
            state=position.state,
            phase=position.phase,
        )

    @cached_property
    def _logs_by(self) -> defaultdict[tuple[int, date], list[ExerciseLog]]:
        rows: defaultdict[tuple[int, date], list[ExerciseLog]] = defaultdict(list)
        for log in self.logs:
            rows[log.prescription_id, log.on].append(log)
        return rows

    @cached_property
    def _done_on(self) -> defaultdict[int, set[date]]:
        dates: defaultdict[int, set[date]] = defaultdict(set)
        for log in self.logs:
            if log.status == ExerciseLog.Status.DONE:
                dates[log.of_exercise].add(log.on)  # type: ignore[attr-defined]  # annotated by `_logs`
        return dates

    @cached_property
    def _counted(self) -> tuple[list[PrescribedSpan], list[Report]]:
        """Prescriptions and reports as `adherence` counts them."""
        rows = [row for row in self.prescriptions if not row.optional]
        single = [_prescribed(row) for row in rows if not row.choice]
        folded: list[PrescribedSpan] = []
        stands_for: dict[int, list[PrescribedSpan]] = {}
        for options in _folded([row for row in rows if row.choice]):
            leads = _leads(options)
            folded += leads
            stands_for |= {row.pk: leads for row in options}
        return single + folded, [_report(log, stands_for.get(log.prescription_id, ())) for log in self.logs]


def load(
    patient: Patient,
    plan: Plan | None,
    first: date,
    last: date,
    *,
    ledger: Sequence[Decision] | None = None,
) -> Readings:
    """The days of one patient from `first` to `last`, both included. Four queries, whatever the number of rows.

    With `ledger`, all entries of the plan's, in hand, the clock is read from it and not from the stored spans: three.
    """
    if plan is None:
        return replace(
            Readings(patient.pk, None, first, last),
            logs=_logs([patient.pk], first, last),
            check_ins={row.on: row for row in _check_ins([patient.pk], first, last)},
        )
    phases = _phases([plan])[plan.pk]
    readings = Readings(patient.pk, plan, first, last, phases=[phase for phase, _ in phases])
    if ledger is None:
        course: Sequence[SpanRow] = list(plan.spans.all())
    else:
        entries = [entry.for_the_clock() for entry in standing(ledger) if entry.kind in CLOCK_KINDS]
        course = spans(readings.phase_spans, entries)
    return replace(
        readings,
        course=course,
        prescriptions=_in_order(plan, phases),
        logs=_logs([patient.pk], first, last),
        check_ins={row.on: row for row in _check_ins([patient.pk], first, last)},
    )


def load_many(plans: Collection[Plan], first: date, last: date, *, first_days: int = 0) -> dict[int, Readings]:
    """The same for each plan of a list, by the plan's primary key: four queries for all of them together.

    With `first_days` the check-ins of so many days from each plan's start are there, too.
    """
    patients = {plan.patient_id for plan in plans}
    phases = _phases(plans, with_items=False)
    courses = _by(PlanSpan.objects.filter(plan__in=plans), "plan_id")
    logs = _by(_logs(patients, first, last), "patient_id")
    check_ins = _by(_check_ins(patients, first, last, also=_from_the_start(plans, first_days)), "patient_id")
    return {
        plan.pk: Readings(
            plan.patient_id,
            plan,
            first,
            last,
            phases=[phase for phase, _ in phases[plan.pk]],
            course=courses[plan.pk],
            prescriptions=_in_order(plan, phases[plan.pk]),
            logs=logs[plan.patient_id],
            check_ins={row.on: row for row in check_ins[plan.patient_id]},
        )
        for plan in plans
    }


_PhaseRows = list[tuple[PlanPhase, list[Prescription]]]


def _phases(plans: Collection[Plan], *, with_items: bool = True) -> defaultdict[int, _PhaseRows]:
    """The phases of each plan with their standing prescriptions: one query, as Today has few to spend."""
    kept = KeptExercise.objects.filter(prescription=OuterRef("given__id")).order_by("-pk")
    rows = (
        PlanPhase.objects.filter(plan__in=plans)
        .annotate(given=FilteredRelation("prescriptions", condition=Q(prescriptions__voided_by__isnull=True)))
        .annotate(kept_by=Subquery(kept.values("decision")[:1]))
        .select_related(
            "source", "given__revision__exercise", "given__own_exercise", "given__opened_by", "given__acknowledgement"
        )  # type: ignore[misc]
        .order_by("plan_id", "number", "given__position", "given__id")
    )
    if not with_items:
        rows = rows.defer("source__items", "source__fact_ids")
    found: defaultdict[int, _PhaseRows] = defaultdict(list)
    for row in rows:
        of_plan = found[row.plan_id]
        if not of_plan or of_plan[-1][0].pk != row.pk:
            of_plan.append((row, []))
        given = getattr(row, "given", None)  # not set where the phase has none
        if given is not None:
            given.kept_by = row.kept_by  # the entry that ended the plan and left it to the patient, if any
            of_plan[-1][1].append(given)
    return found


def _in_order(plan: Plan, phases: _PhaseRows) -> list[Prescription]:
    for phase, rows in phases:
        phase.plan = plan
        for row in rows:
            row.plan, row.phase = plan, phase
    return [row for _, rows in phases for row in rows]


def _logs(patients: Collection[int], first: date, last: date) -> list[ExerciseLog]:
    rows = ExerciseLog.objects.filter(
        patient__in=patients,
        on__range=(first - DAYS_BEFORE, last),
        superseded_at__isnull=True,
        prescription__voided_by__isnull=True,
    )
    return list(
        rows.exclude(status=ExerciseLog.Status.WITHDRAWN)
        .annotate(of_exercise=Coalesce(F("prescription__revision__exercise_id"), -F("prescription__own_exercise_id")))
        .order_by("on", "prescription_id", "occasion")
    )


def _check_ins(patients: Collection[int], first: date, last: date, *, also: Q | None = None) -> list[CheckIn]:
    wanted = Q(patient__in=patients, on__range=(first, last))
    rows = CheckIn.objects.filter(wanted | also if also else wanted, superseded_at__isnull=True)
    return list(rows.order_by("on"))


def _from_the_start(plans: Collection[Plan], days: int) -> Q:
    """The first days of each plan, those that start on one date together."""
    found = Q()
    if days:
        for start_on in sorted({plan.start_on for plan in plans}):
            patients = [plan.patient_id for plan in plans if plan.start_on == start_on]
            found |= Q(patient__in=patients, on__range=(start_on, start_on + (days - 1) * DAY))
    return found


def _by(rows: Iterable[Row], column: str) -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, column)].append(row)
    return grouped


def _covers(row: Prescription, on: date) -> bool:
    return row.since <= on and (row.until is None or on <= row.until)


def _folded(rows: Sequence[Prescription]) -> list[list[Prescription]]:
    """Those of one phase with the same choice together, in the place of the first of them."""
    groups: dict[object, list[Prescription]] = {}
    for row in rows:
        groups.setdefault((row.phase_id, row.choice) if row.choice else row.pk, []).append(row)
    return list(groups.values())


def _is_one(one: Prescription, other: Prescription) -> bool:
    if one.choice or other.choice:
        return one.choice == other.choice
    return one.exercise_key == other.exercise_key


def _prescribed(row: Prescription, since: date | None = None, until: date | None = None) -> PrescribedSpan:
    return PrescribedSpan(
        id=row.pk,
        phase=row.phase.number,
        times_per_day=row.times_per_day,
        days_per_week=row.days_per_week,
        since=since or row.since,
        until=until if since else row.until,
        rest_between=row.rest_between,
        exercise=row.exercise_key,
    )


def _leads(options: Sequence[Prescription]) -> list[PrescribedSpan]:
    """A choice as one: between the dates on which its options change, the first in force stands for all."""
    starts = sorted({row.since for row in options} | {row.until + DAY for row in options if row.until})
    spans_of_leads: list[PrescribedSpan] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        lead = next((row for row in options if _covers(row, start)), None)
        if lead is None:
            continue
        until = following - DAY if following else None
        if spans_of_leads and spans_of_leads[-1].id == lead.pk:
            spans_of_leads[-1] = replace(spans_of_leads[-1], until=until)
        else:
            spans_of_leads.append(_prescribed(lead, start, until))
    return spans_of_leads


def _report(log: ExerciseLog, leads: Collection[PrescribedSpan]) -> Report:
    """A report of an option is one of what stands for it on that date."""
    lead = next(
        (
            span
            for span in leads
            if span.since and span.since <= log.on and (span.until is None or log.on <= span.until)
        ),
        None,
    )
    return Report(lead.id if lead else log.prescription_id, log.on, log.status == ExerciseLog.Status.DONE)
