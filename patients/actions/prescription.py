from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.dosage import Dosage, problems
from rehab.errors import Refused
from rehab.models import ExerciseRevision, TemplateExercise, User
from rehab.sentences import dosage_problem

from ..models import Decision, ExerciseLog, OwnExercise, Plan, PlanPhase, Prescription
from ..opening import Caution, Offered, cautions, starts_ticked
from ..progression import ENDED, PlanDecision
from .ledger import Seen, append, check_seen, lock


@dataclass(frozen=True, slots=True)
class Chosen:
    """An exercise as somebody ticked it: which one, how much, and where in the template it stands, if it does."""

    what: ExerciseRevision | OwnExercise
    dosage: Dosage
    source: TemplateExercise | None = None
    optional: bool = False
    choice: str = ""

    @property
    def wording_key(self) -> int:
        """As `Prescription.wording_key`."""
        return -self.what.pk if isinstance(self.what, OwnExercise) else self.what.pk

    @property
    def exercise_key(self) -> int:
        """As `Prescription.exercise_key`."""
        return -self.what.pk if isinstance(self.what, OwnExercise) else self.what.exercise_id


def offered(phase: PlanPhase, episode_region: str) -> list[tuple[TemplateExercise, bool]]:
    """The template's exercises of a phase, each with whether it starts ticked for an episode of that region."""
    rows = phase.source.exercises.select_related("revision").order_by("position")
    return [(row, ticks(row, episode_region)) for row in rows]


def ticks(row: TemplateExercise, episode_region: str) -> bool:
    return starts_ticked(_looked_at(row.revision, row.starts_ticked), episode_region)


def cautions_of(what: ExerciseRevision | OwnExercise, episode_region: str) -> tuple[Caution, ...]:
    """What to look at before this exercise is given for an episode of that region."""
    if isinstance(what, OwnExercise):
        return ()  # made for this patient
    return cautions(_looked_at(what, True), episode_region)


def _looked_at(what: ExerciseRevision, ticked: bool) -> Offered:
    return Offered(what.region, what.loaded, what.ballistic, ticked)


def chosen(row: TemplateExercise, dosage: Dosage | None = None) -> Chosen:
    """The template's exercise as it stands there, or with another dosage."""
    return Chosen(row.revision, dosage or row.dosage, row, row.optional, row.choice)


def open_phase(plan: Plan, number: int, exercises: Sequence[Chosen], *, decision: Decision, since: date) -> None:
    """Make `exercises` those of a phase from `since` on: what stands already is kept, the rest is closed.

    Raises Refused for a dosage that cannot be done.
    """
    phase = plan.phases.get(number=number)
    standing = {_what(row.wording_key, row.dosage): row for row in _open_rows(plan, phase)}
    for position, wanted in enumerate(exercises, start=1):
        check_dosage(wanted.dosage)
        if standing.pop(_what(wanted.wording_key, wanted.dosage), None) is None:
            _open(plan, phase, wanted, position=position, decision=decision, since=since)
    for row in standing.values():
        _close(row, decision=decision, last_day=since - timedelta(days=1))


def open_reachable_phases(plan: Plan, after: int, *, decision: Decision, since: date) -> None:
    """Open the exercises of the phases that follow by themselves, up to the first review.

    Nothing loaded, ballistic or of another region is among them: such an exercise opens by a person's decision only.
    """
    phases = list(plan.phases.select_related("source"))
    for before, phase in pairwise(phases):
        if phase.number <= after:
            continue
        if before.needs_review:
            break
        if not _open_rows(plan, phase):
            _open_offered(plan, phase, decision=decision, since=since)


def open_unopened(plan: Plan, number: int, *, decision: Decision, since: date) -> None:
    """Open the template's exercises of an earlier phase that this plan has none of: it started after that phase."""
    phase = plan.phases.select_related("source").get(number=number)
    if not plan.prescriptions.standing().filter(phase=phase).exists():
        _open_offered(plan, phase, decision=decision, since=since)


def _open_offered(plan: Plan, phase: PlanPhase, *, decision: Decision, since: date) -> None:
    rows = [chosen(row) for row, ticked in offered(phase, plan.episode.region) if ticked]
    for position, wanted in enumerate(rows, start=1):
        _open(plan, phase, wanted, position=position, decision=decision, since=since)


def give_back(entry: Decision, *, withdrawal: Decision, on: date) -> None:
    """Undo what an entry that is taken back did to the prescriptions.

    What it opened is void, what it closed is open again. Where something was logged meanwhile on what it opened, that
    stays in force today, and what it closed is open again from tomorrow.
    """
    opened = list(entry.opened.filter(voided_by__isnull=True))
    logged = {row.pk for row in opened if _has_logs(row)}
    for row in opened:
        if row.pk in logged:
            _close(row, decision=withdrawal, last_day=on)
        else:
            row.voided_by = withdrawal
            row.save(update_fields=["voided_by"])
    for row in entry.closed.filter(voided_by__isnull=True):
        if logged:
            wanted = Chosen(row.what, row.dosage, row.source, row.optional, row.choice)
            tomorrow = on + timedelta(days=1)
            _open(row.plan, row.phase, wanted, position=row.position, decision=withdrawal, since=tomorrow)
        else:
            row.until, row.closed_by = None, None
            row.save(update_fields=["until", "closed_by"])


@transaction.atomic
def add_prescription(
    *,
    plan: Plan,
    phase: int,
    what: ExerciseRevision | OwnExercise,
    dosage: Dosage,
    seen: Seen,
    by: User,
    at: datetime,
    source: TemplateExercise | None = None,
    optional: bool = False,
    reason: str = "",
    patient_text: str = "",
) -> Prescription:
    """Add an exercise to a phase of the plan from today on, as one *change* entry."""
    evidence = {"exercise": what.name, "is": asdict(dosage)}
    plan, entry, today = _change(plan, seen, reason, patient_text, evidence, by=by, at=at)
    check_dosage(dosage)
    row = plan.phases.get(number=phase)
    wanted = Chosen(what, dosage, source, optional)
    if any(open_row.exercise_key == wanted.exercise_key for open_row in _open_rows(plan, row)):
        raise Refused("exercise_there", _("This exercise is in the phase already. Change its dose instead."))
    since = max(today, plan.start_on)
    added = _open(plan, row, wanted, position=_next_position(plan, row), decision=entry, since=since)
    audit.record("prescription.add", added, by=by, at=at)
    return added


@transaction.atomic
def change_prescription(
    *,
    prescription: Prescription,
    dosage: Dosage,
    seen: Seen,
    by: User,
    at: datetime,
    reason: str = "",
    patient_text: str = "",
) -> Prescription:
    """Give an exercise another dosage, from today, or from tomorrow if today's is logged already."""
    what = _of(prescription) | {"is": asdict(dosage)}
    plan, entry, today = _change(prescription.plan, seen, reason, patient_text, what, by=by, at=at)
    row = _standing_row(plan, prescription)
    check_dosage(dosage)
    if dosage == row.dosage:
        raise Refused("same_dosage", _("That is the dose it has."))
    since = _first_day_of_change(row, today)
    wanted = Chosen(row.what, dosage, row.source, row.optional, row.choice)
    _close(row, decision=entry, last_day=since - timedelta(days=1))
    new = _open(plan, row.phase, wanted, position=row.position, decision=entry, since=since)
    audit.record("prescription.change", new, by=by, at=at, fields=["dosage"])
    return new


@transaction.atomic
def stop_prescription(
    *,
    prescription: Prescription,
    seen: Seen,
    by: User,
    at: datetime,
    reason: str = "",
    patient_text: str = "",
) -> None:
    """Take an exercise out of the plan, from today, or from tomorrow if today's is logged already."""
    what = _of(prescription)
    plan, entry, today = _change(prescription.plan, seen, reason, patient_text, what, by=by, at=at)
    row = _standing_row(plan, prescription)
    _close(row, decision=entry, last_day=_first_day_of_change(row, today) - timedelta(days=1))
    audit.record("prescription.stop", row, by=by, at=at, fields=["until"])


def check_dosage(dosage: Dosage) -> None:
    """Raises Refused, with the field, for a dosage that cannot be done."""
    for problem in problems(dosage):
        raise Refused(f"dosage_{problem.code}", dosage_problem(problem.code), field=problem.field)


def _of(prescription: Prescription) -> dict[str, Any]:
    return {"exercise": prescription.what.name, "was": asdict(prescription.dosage)}


def _change(
    plan: Plan, seen: Seen, reason: str, patient_text: str, what: dict[str, Any], *, by: User, at: datetime
) -> tuple[Plan, Decision, date]:
    """The *change* entry. `what` stays in the ledger: the exercise, the dose it had, the dose it has."""
    plan = lock(plan)
    check_seen(plan, seen, at=at)
    today = plan.patient.clinic.date_at(at)
    if plan.position(today).state in ENDED or plan.ended_on is not None:
        raise Refused("plan_ended", _("The plan has ended, so its exercises no longer change."))
    entry = append(
        plan,
        PlanDecision(Decision.Kind.CHANGE, today),
        reason=reason,
        patient_text=patient_text,
        evidence=what,
        by=by,
        at=at,
    )
    return plan, entry, today


def _open_rows(plan: Plan, phase: PlanPhase) -> list[Prescription]:
    rows = plan.prescriptions.standing().filter(phase=phase, until__isnull=True)
    return list(rows.select_related("revision", "own_exercise", "phase", "source", "plan"))


def _standing_row(plan: Plan, prescription: Prescription) -> Prescription:
    row = (
        plan.prescriptions.standing()
        .select_related("revision", "own_exercise", "phase", "source")
        .filter(pk=prescription.pk, until__isnull=True)
        .first()
    )
    if row is None:
        raise Refused("prescription_closed", _("This exercise has been changed or stopped meanwhile."))
    return row


def _what(wording_key: int, dosage: Dosage) -> tuple[int, Dosage]:
    return wording_key, dosage


def _next_position(plan: Plan, phase: PlanPhase) -> int:
    return max((row.position for row in _open_rows(plan, phase)), default=0) + 1


def _has_logs(row: Prescription) -> bool:
    current = ExerciseLog.objects.filter(prescription=row, superseded_at__isnull=True)
    return current.exclude(status=ExerciseLog.Status.WITHDRAWN).exists()


def _first_day_of_change(row: Prescription, today: date) -> date:
    logged_today = (
        ExerciseLog.objects.filter(prescription=row, on=today, superseded_at__isnull=True)
        .exclude(status=ExerciseLog.Status.WITHDRAWN)
        .exists()
    )
    return max(today + timedelta(days=1) if logged_today else today, row.since)


def _open(
    plan: Plan, phase: PlanPhase, wanted: Chosen, *, position: int, decision: Decision, since: date
) -> Prescription:
    return Prescription.objects.create(
        plan=plan,
        phase=phase,
        source=wanted.source,
        revision=None if isinstance(wanted.what, OwnExercise) else wanted.what,
        own_exercise=wanted.what if isinstance(wanted.what, OwnExercise) else None,
        position=position,
        optional=wanted.optional,
        choice=wanted.choice,
        since=since,
        opened_by=decision,
        **asdict(wanted.dosage),
    )


def _close(row: Prescription, *, decision: Decision, last_day: date) -> None:
    """End a prescription with `last_day`; one that would never have been in force is void instead."""
    if last_day < row.since:
        row.voided_by = decision
        row.save(update_fields=["voided_by"])
    else:
        row.until, row.closed_by = last_day, decision
        row.save(update_fields=["until", "closed_by"])
