from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import User

from .. import sentences
from ..decision_dates import DAYS_AHEAD, DAYS_BACK, check_date, in_the_way, planned
from ..models import Decision, Episode, Plan
from ..models.plan import CLOCK_KINDS
from ..moves import Act, entries
from ..progression import DecisionRefused, Kind, PlanDecision, Refusal
from .farewell import Farewell, carry_out
from .follow_up import renew_due_visits
from .ledger import Seen, append, check_seen, lock, write_spans
from .prescription import Chosen, give_back, open_phase, open_reachable_phases, open_unopened
from .sight import check_look_again, keep_in_sight, proposed, put_look_again, seen_to
from .sight import give_back as give_back_look_again

ENDS = frozenset({Kind.COMPLETE, Kind.DISCONTINUE})
# These leave the patient where they are, so somebody looks again on a date.
LOOKS_AGAIN = frozenset({Act.STAY, Act.STOP})
# Under this name an entry keeps, among its evidence, the date of looking again that stood before it.
LOOK_AGAIN_WAS = "look_again_was"


@transaction.atomic
def decide(
    *,
    plan: Plan,
    act: Act,
    on: date,
    seen: Seen,
    by: User,
    at: datetime,
    to_phase: int | None = None,
    until: date | None = None,
    look_again_on: date | None = None,
    exercises: Sequence[Chosen] | None = None,
    farewell: Farewell | None = None,
    reason: str = "",
    reason_code: str = "",
    patient_text: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> list[Decision]:
    """Do an act (but TAKE_BACK, see `take_back`) on a plan: one or more entries of its ledger, in one transaction.

    `on` is the date from which it counts. `to_phase`: where GO_BACK goes; MOVE_ON goes to the phase after the one seen.
    `until` makes a STOP a planned absence that ends on that date. `exercises` are those of the next phase, for MOVE_ON.
    `look_again_on`, of STAY and STOP, is when somebody looks again; see `sight.proposed` for what it is if not given.
    `farewell`, of FINISH and END_EARLY, is what becomes of booked visits and what the patient keeps.
    A planned absence that cannot stand with the act is taken back with it. Raises Conflict for a stale page, Refused
    with a sentence for everything that the clock and its dates refuse.
    """
    if look_again_on is not None and act not in LOOKS_AGAIN:
        raise ValueError(f"nobody looks again after {act}")
    plan = lock(plan)
    check_seen(plan, seen, at=at)
    today = plan.patient.clinic.date_at(at)
    if act is Act.MOVE_ON:
        to_phase = (seen.phase or 0) + 1
        if exercises is None:
            raise Refused("no_exercises", _("Choose the exercises of the next phase."), field="exercises")
    try:
        absence, wanted = _entries(plan, act, on, today, to_phase, until)
    except DecisionRefused as refused:
        raise Refused(refused.code, sentences.refusal(refused.code)) from refused
    if act in LOOKS_AGAIN:
        look_again_on = look_again_on or proposed(plan.episode, today, until=until)
        check_look_again(plan.episode, look_again_on, at=at)
    act_number = plan.last_sequence + 1
    for row in reversed(absence):
        _withdraw(plan, row, on=today, reason=reason, by=by, at=at, act=act_number)
    # One entry speaks to the patient: where an act has several, the one that is in force when they read it.
    speaks = wanted[0] if until else wanted[-1]
    written = [
        append(
            plan,
            entry,
            act=act_number,
            reason=reason,
            reason_code=reason_code,
            patient_text=patient_text if entry is speaks else "",
            look_again_on=look_again_on if entry is speaks else None,
            evidence={**(evidence or {}), LOOK_AGAIN_WAS: _iso(plan.episode.look_again_on)},
            by=by,
            at=at,
        )
        for entry in wanted
    ]
    write_spans(plan)
    _follow_through(plan, written, exercises)
    renew_due_visits(plan, by=by, at=at)
    if farewell is not None and written[-1].kind in ENDS:
        carry_out(plan, written[-1], farewell, by=by, at=at)
    if look_again_on is not None:
        put_look_again(plan.episode, look_again_on, by=by, at=at)
    else:
        seen_to(plan.episode, by=by, at=at)
    audit.record(f"plan.{act}", plan, by=by, at=at)
    return written


@transaction.atomic
def take_back(*, plan: Plan, seen: Seen, by: User, at: datetime, reason: str = "") -> list[Decision]:
    """Take back the latest act that still stands, never the start. Both stay on record.

    Raises Conflict for a stale page, Refused where nothing can be taken back, another plan is open meanwhile, or the
    episode has been closed since: a closed one has no open plan.
    """
    plan = lock(plan)
    check_seen(plan, seen, at=at)
    today = plan.patient.clinic.date_at(at)
    standing = plan.standing()
    last = standing[-1]
    if last.kind == Kind.START:
        raise Refused(Refusal.NOTHING_TO_TAKE_BACK, sentences.refusal(Refusal.NOTHING_TO_TAKE_BACK))
    act_number = plan.last_sequence + 1
    rows = [row for row in standing if row.act == last.act]
    written = [_withdraw(plan, row, on=today, reason=reason, by=by, at=at, act=act_number) for row in reversed(rows)]
    _write_or_refuse(plan)
    _reopen(plan)
    renew_due_visits(plan, by=by, at=at)
    _look_again_as_before(plan, rows, by=by, at=at)
    audit.record("plan.take_back", plan, by=by, at=at)
    return written


@transaction.atomic
def take_back_absence(*, plan: Plan, seen: Seen, by: User, at: datetime, reason: str = "") -> list[Decision]:
    """Take back a planned absence that has not begun, as one, whatever was decided after it was planned."""
    plan = lock(plan)
    check_seen(plan, seen, at=at)
    today = plan.patient.clinic.date_at(at)
    rows = planned_absence(plan.standing(), today)
    if not rows:
        raise Refused("no_absence", _("There is no planned absence ahead."))
    act_number = plan.last_sequence + 1
    written = [_withdraw(plan, row, on=today, reason=reason, by=by, at=at, act=act_number) for row in reversed(rows)]
    _write_or_refuse(plan)
    renew_due_visits(plan, by=by, at=at)
    _look_again_as_before(plan, rows, by=by, at=at)
    audit.record("plan.take_back_absence", plan, by=by, at=at)
    return written


def planned_absence(standing: Sequence[Decision], today: date) -> list[Decision]:
    """The absence that lies ahead, its pause and its resume; empty where none does."""
    rows = [row for row in standing if row.kind in CLOCK_KINDS]
    for group in planned([row.for_the_clock() for row in rows], today):
        if rows[group[0]].kind == Kind.PAUSE:
            return [rows[place] for place in group]
    return []


def _entries(
    plan: Plan, act: Act, on: date, today: date, to_phase: int | None, until: date | None
) -> tuple[list[Decision], tuple[PlanDecision, ...]]:
    """What is planned ahead and cannot stand with the act, and the entries that do the act."""
    if on < plan.start_on <= today:
        raise DecisionRefused(Refusal.BEFORE_START)
    if on < today - timedelta(days=DAYS_BACK):
        raise DecisionRefused(Refusal.TOO_FAR_BACK)
    if on > today + timedelta(days=DAYS_AHEAD):
        raise DecisionRefused(Refusal.TOO_FAR_AHEAD)
    rows = [row for row in plan.standing() if row.kind in CLOCK_KINDS]
    standing = [row.for_the_clock() for row in rows]
    phases = plan.phase_spans()
    wanted = entries(act, phases, standing, on, to_phase=to_phase, until=until)
    # Of a planned absence the stop is asked for, and its end with it; of everything else each entry.
    for entry in wanted[:1] if until else wanted:
        check_date(entry.kind, entry.on, today, standing, until=until)
    away = in_the_way(phases, standing, wanted, today)
    return [rows[place] for place in away], wanted


def _follow_through(plan: Plan, written: Sequence[Decision], exercises: Sequence[Chosen] | None) -> None:
    """What the entries mean beyond the clock: the exercises of the phase gone to, the plan's end."""
    last = written[-1]
    if last.kind == Kind.ADVANCE and last.to_phase and exercises is not None:
        open_phase(plan, last.to_phase, exercises, decision=last, since=last.on)
        open_reachable_phases(plan, last.to_phase, decision=last, since=last.on)
    if last.kind == Kind.REGRESS and last.to_phase:
        open_unopened(plan, last.to_phase, decision=last, since=last.on)
    if last.kind in ENDS:
        plan.ended_on = last.on
        plan.save(update_fields=["ended_on"])


def _withdraw(plan: Plan, row: Decision, *, on: date, reason: str, by: User, at: datetime, act: int) -> Decision:
    withdrawal = append(
        plan,
        PlanDecision(Decision.Kind.WITHDRAW, on),
        withdraws=row,
        act=act,
        reason=reason,
        by=by,
        at=at,
    )
    give_back(row, withdrawal=withdrawal, on=on)
    return withdrawal


def _look_again_as_before(plan: Plan, rows: Sequence[Decision], *, by: User, at: datetime) -> None:
    """Of entries that have been taken back: the date of looking again that stood before them."""
    decided = next((row for row in rows if LOOK_AGAIN_WAS in row.evidence), None)
    if decided is None:
        keep_in_sight(plan.episode, by=by, at=at)
        return
    was = decided.evidence[LOOK_AGAIN_WAS]
    give_back_look_again(
        plan.episode,
        left=next((row.look_again_on for row in rows if row.look_again_on), None),
        was=date.fromisoformat(was) if was else None,
        made=decided.at,
        by=by,
        at=at,
    )


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _write_or_refuse(plan: Plan) -> None:
    try:
        write_spans(plan)
    except DecisionRefused as refused:
        raise Refused(refused.code, sentences.refusal(refused.code)) from refused


def _reopen(plan: Plan) -> None:
    if plan.ended_on is None or any(row.kind in ENDS for row in plan.standing()):
        return
    if Episode.objects.select_for_update(of=("self",)).get(pk=plan.episode_id).closed_on is not None:
        raise Refused("episode_closed", _("The episode of this plan is closed. Open the episode again first."))
    plan.ended_on = plan.readable_until = None
    try:
        with transaction.atomic():
            plan.save(update_fields=["ended_on", "readable_until"])
    except IntegrityError as error:
        raise Refused("open_plan", _("Another plan has been started since, so this one stays ended.")) from error
