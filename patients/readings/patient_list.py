from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q

from ..models import Episode, Patient, Plan, PlanPhase, PlanSpan, Visit
from ..models.patient import PatientQuerySet
from ..progression import Position

# How many people without a problem the list names before it.
NAMED = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One person: the episode that is open, the plan that is or was last in force, and what comes next."""

    patient: Patient
    age: int
    episode: Episode | None
    plan: Plan | None
    position: Position | None
    phase: PlanPhase | None
    visit: Visit | None

    @property
    def weeks(self) -> int | None:
        """How many weeks the present phase has, None where it is open."""
        if self.phase is None or self.phase.last_week is None:
            return None
        return self.phase.last_week - self.phase.first_week + 1


def listed(patients: PatientQuerySet) -> PatientQuerySet:
    """The people that a list shows, by name."""
    return patients.filter(archived_at__isnull=True).order_by("sort_name", "pk")


@dataclass(frozen=True, slots=True)
class WithoutProblem:
    """Those of whom nobody has said yet what the problem is: how many, and the first of them to be added."""

    count: int
    first: list[Patient]

    @property
    def more(self) -> int:
        return self.count - len(self.first)


def without_problem(patients: PatientQuerySet) -> WithoutProblem:
    """Whom the front desk added, say: they have no episode, so no reason of the caseload can name them."""
    found = patients.filter(episodes__isnull=True)
    return WithoutProblem(found.count(), list(found.order_by("at", "pk")[:NAMED]))


def rows(patients: Iterable[Patient], *, today: date, at: datetime) -> list[Row]:
    """A row for each patient of a page that was read `with_rows`."""
    return [_row(patient, today, at) for patient in patients]


def with_rows(patients: PatientQuerySet, *, today: date) -> PatientQuerySet:
    """The same people with all that their rows need, in as many queries for one as for many."""
    today_or_open = Q(last_on__isnull=True) | Q(last_on__gte=today)
    spans = PlanSpan.objects.filter(today_or_open, first_on__lte=today)
    phases = PlanPhase.objects.select_related("source")
    plans = Plan.objects.prefetch_related(Prefetch("spans", queryset=spans), Prefetch("phases", queryset=phases))
    return patients.select_related("clinic").prefetch_related(
        Prefetch("episodes", queryset=Episode.objects.select_related("lead", "icd_code")),
        Prefetch("plans", queryset=plans),
        Prefetch("visits", queryset=Visit.objects.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED])),
    )


def _row(patient: Patient, today: date, at: datetime) -> Row:
    episodes = sorted(patient.episodes.all(), key=lambda row: row.closed_on is not None)
    plans = sorted(patient.plans.all(), key=lambda row: row.ended_on is not None)
    plan = plans[0] if plans else None
    position = plan.position(today) if plan else None
    phase = (
        next((row for row in plan.phases.all() if position and row.number == position.phase), None) if plan else None
    )
    return Row(
        patient=patient,
        age=patient.age_on(today),
        episode=episodes[0] if episodes else None,
        plan=plan,
        position=position,
        phase=phase,
        visit=next_visit(patient, at),
    )


def next_visit(patient: Patient, at: datetime) -> Visit | None:
    """The next appointment, what is due first where none is booked, or the last one of which nobody has said more."""
    visits = list(patient.visits.all())
    booked = [visit for visit in visits if visit.starts_at and visit.starts_at >= at]
    if booked:
        return min(booked, key=lambda visit: (visit.starts_at, visit.pk))
    due = [visit for visit in visits if visit.state == Visit.State.DUE]
    if due:
        return min(due, key=lambda visit: (visit.due_on, visit.pk))
    over = [visit for visit in visits if visit.starts_at]
    return max(over, key=lambda visit: (visit.starts_at, visit.pk), default=None)
