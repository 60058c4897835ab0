"""The ledger of one plan: its lock, its next entry, its clock written out. Called inside an action's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from rehab.errors import Conflict
from rehab.models import User

from .. import sentences
from ..models import Decision, Plan, PlanSpan
from ..progression import PlanDecision, spans


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form showed: the ledger's last number, and the phase that the plan stood in (None before its start)."""

    sequence: int
    phase: int | None


def lock(plan: Plan) -> Plan:
    """The plan's row, locked until the transaction ends."""
    return (
        Plan.objects.select_for_update(of=("self",))
        .select_related("patient__clinic", "episode__patient__clinic", "version")
        .get(pk=plan.pk)
    )


def check_seen(plan: Plan, seen: Seen, *, at: datetime) -> None:
    """Raises Conflict where the ledger or the phase is another than the form showed."""
    position = plan.position(plan.patient.clinic.date_at(at))
    if plan.last_sequence == seen.sequence and position.phase == seen.phase:
        return
    meanwhile = [entry for entry in plan.decisions.select_related("by") if entry.sequence > seen.sequence]
    raise Conflict(
        "stale",
        _("This plan has changed since you opened the page. Look at what happened, then decide again."),
        now={
            "entries": [sentences.entry_line(entry) for entry in meanwhile],
            "phase": position.phase,
            "was": seen.phase,
        },
    )


def append(
    plan: Plan,
    entry: PlanDecision,
    *,
    by: User,
    at: datetime,
    act: int | None = None,
    reason: str = "",
    reason_code: str = "",
    patient_text: str = "",
    look_again_on: date | None = None,
    evidence: Mapping[str, Any] | None = None,
    withdraws: Decision | None = None,
) -> Decision:
    """Write the next entry of the ledger. `act` is the number of the first entry of the same act."""
    plan.last_sequence += 1
    plan.save(update_fields=["last_sequence"])
    return Decision.objects.create(
        plan=plan,
        sequence=plan.last_sequence,
        kind=entry.kind,
        on=entry.on,
        to_phase=entry.to_phase,
        withdraws=withdraws,
        act=act or plan.last_sequence,
        reason_code=reason_code,
        reason=reason,
        patient_text=patient_text,
        look_again_on=look_again_on,
        evidence=dict(evidence or {}),
        by=by,
        at=at,
    )


def write_spans(plan: Plan) -> None:
    """Make the plan's span rows from the entries that stand; DecisionRefused where they cannot stand together."""
    rows = [
        PlanSpan(
            plan=plan,
            state=span.state,
            phase=span.phase,
            first_on=span.first_on,
            last_on=span.last_on,
            first_day=span.first_day,
            moves=span.moves,
            phase_since=span.phase_since,
            state_since=span.state_since,
        )
        for span in spans(plan.phase_spans(), plan.clock_entries())
    ]
    plan.spans.all().delete()
    PlanSpan.objects.bulk_create(rows)
