from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import TemplatePhase, TemplateVersion, User

from .. import sentences
from ..decision_dates import check_date
from ..models import Episode, Patient, Plan, PlanPhase
from ..progression import DecisionRefused, Kind, PhaseSpan, PlanDecision
from .episode import lock_open_episode
from .follow_up import renew_due_visits
from .ledger import append, write_spans
from .prescription import Chosen, open_phase, open_reachable_phases
from .sight import seen_to


@transaction.atomic
def assign_plan(
    *,
    episode: Episode,
    version: TemplateVersion,
    start_on: date,
    exercises: Sequence[Chosen],
    by: User,
    at: datetime,
    start_phase: int = 1,
    reports_by: str = Plan.ReportsBy.PHONE,
    reason: str = "",
    patient_text: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> Plan:
    """Copy a published version into a plan of this episode that starts on `start_on` in `start_phase`.

    `exercises` are those of the start phase, as ticked and dosed on the form; the phases after it that open by
    themselves get the template's own, less what is loaded, ballistic or of another region. `evidence` is what the
    person had before them. Raises Refused: a second open plan, a version that is not published, a closed episode, a
    start too far off or before the onset, no exercise or one that is not the phase's.
    """
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=episode.patient_id)
    _check(episode, version, patient, start_on, start_phase, reason, at)
    _check_exercises(exercises, version, start_phase)
    plan = Plan(
        patient=patient,
        episode=episode,
        version=version,
        start_on=start_on,
        reports_by=reports_by,
        by=by,
        at=at,
    )
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("open_plan", _("This patient has an open plan. End it first; its record stays.")) from error
    _copy_phases(plan)
    to_phase = start_phase if start_phase != 1 else None
    start = append(
        plan,
        PlanDecision(Kind.START, start_on, to_phase),
        reason=reason,
        patient_text=patient_text,
        evidence=evidence,
        by=by,
        at=at,
    )
    write_spans(plan)
    open_phase(plan, start_phase, exercises, decision=start, since=start_on)
    open_reachable_phases(plan, start_phase, decision=start, since=start_on)
    renew_due_visits(plan, by=by, at=at)
    seen_to(episode, by=by, at=at)
    audit.record("plan.assign", plan, by=by, at=at)
    return plan


def _check(
    episode: Episode,
    version: TemplateVersion,
    patient: Patient,
    start_on: date,
    start_phase: int,
    reason: str,
    at: datetime,
) -> None:
    if version.template.clinic_id != patient.clinic_id or version.status != TemplateVersion.Status.PUBLISHED:
        raise Refused(
            "version_not_offered",
            _("This version cannot be assigned. Choose a published one."),
            field="version",
        )
    lock_open_episode(episode)
    if not version.phases.filter(number=start_phase).exists():
        raise Refused("no_such_phase", sentences.refusal("no_such_phase"), field="start_phase")
    if start_phase != 1 and not reason.strip():
        raise Refused("reason_for_later_phase", _("Say why the plan starts in a later phase."), field="reason")
    if episode.onset is not None and start_on < episode.onset:
        raise Refused("before_onset", _("The plan cannot start before the problem did."), field="start_on")
    try:
        check_date(Kind.START, start_on, patient.clinic.date_at(at), ())
    except DecisionRefused as refused:
        raise Refused(refused.code, sentences.refusal(refused.code), field="start_on") from refused


def _check_exercises(exercises: Sequence[Chosen], version: TemplateVersion, start_phase: int) -> None:
    if not exercises:
        raise Refused("no_exercises", _("Tick at least one exercise."), field="exercises")
    of_the_phase = set(version.exercises.filter(phase__number=start_phase).values_list("pk", "revision_id"))
    if any(each.source is None or (each.source.pk, each.what.pk) not in of_the_phase for each in exercises):
        raise Refused("exercise_elsewhere", _("One of these exercises is not of this phase."), field="exercises")


def laid_out(phases: Iterable[TemplatePhase]) -> tuple[PhaseSpan, ...]:
    """The phases of a version, in order, with the weeks that they cover in a plan."""
    found: list[PhaseSpan] = []
    week = 1
    for phase in phases:
        last_week = week + phase.weeks - 1 if phase.weeks else None
        found.append(PhaseSpan(phase.number, week, last_week, phase.needs_review))
        week = (last_week or week) + 1
    return tuple(found)


def _copy_phases(plan: Plan) -> None:
    phases = list(plan.version.phases.all())
    PlanPhase.objects.bulk_create(
        PlanPhase(
            plan=plan,
            number=phase.number,
            first_week=span.first_week,
            last_week=span.last_week,
            needs_review=phase.needs_review,
            source=phase,
        )
        for phase, span in zip(phases, laid_out(phases), strict=True)
    )
