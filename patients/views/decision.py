from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rehab.errors import Conflict, Refused

from .. import sentences
from ..access import chart_page
from ..actions import decision
from ..actions.ledger import check_seen
from ..decision_sentences import absence_ahead, act_title, comes_next, effect
from ..forms.decision import DecisionForm
from ..forms.seen import SeenForm, TakeBackForm
from ..ledger_sentences import entry_title, evidence_words
from ..models import Decision, Patient
from ..moves import Act
from ..progression import DecisionRefused, Refusal
from ..readings.closing import called_off
from ..readings.plan import PlanReading, read_plan

# Beside the acts: a planned absence is taken back as one, whatever was decided after it.
ABSENCE = "absence"
page = require_http_methods(["GET", "HEAD", "POST"])


@page
@chart_page
def decide(request: HttpRequest, patient: Patient, plan_id: UUID, act: Act) -> HttpResponse:
    """The form of one act, with its effect on this plan, and the act itself."""
    return _page(request, patient, plan_id, act)


@page
@chart_page
def absence_take_back(request: HttpRequest, patient: Patient, plan_id: UUID) -> HttpResponse:
    """Take back a planned absence that has not begun."""
    return _page(request, patient, plan_id, ABSENCE)


def _page(request: HttpRequest, patient: Patient, plan_id: UUID, what: Act | str) -> HttpResponse:
    at = timezone.now()
    reading = read(patient, plan_id, at)
    form = _form(what, reading, request.POST if request.method == "POST" else None)
    if form.is_bound:
        try:
            if form.seen:
                check_seen(reading.plan, form.seen, at=at)
            if form.is_valid():
                _do(what, form, reading, by=request.user, at=at)
                return _done(request, patient, plan_id, _title(what, reading), at)
        except Conflict as conflict:
            return _overtaken(request, patient, plan_id, what, conflict, at)
        except Refused as refused:
            form.refuse(refused)
    return render(
        request, _template(what), _context(patient, reading, what, form), status=422 if form.is_bound else 200
    )


def read(patient: Patient, plan_id: UUID, at: datetime) -> PlanReading:
    """The patient's plan of that address, as it stands at the moment `at`; 404 where there is none."""
    plans = patient.plans.select_related("patient__clinic", "episode__lead", "episode__patient__clinic")
    return read_plan(patient, get_object_or_404(plans, public_id=plan_id), patient.clinic.date_at(at))


def _form(what: Act | str, reading: PlanReading, sent: QueryDict | None, typed: QueryDict | None = None) -> SeenForm:
    if isinstance(what, Act) and what is not Act.TAKE_BACK:
        return DecisionForm(sent, reading=reading, act=what, typed=typed)
    return TakeBackForm(sent, reading=reading, typed=typed)


def _template(what: Act | str, *, whole: bool = True) -> str:
    name = "take_back" if what in {ABSENCE, Act.TAKE_BACK} else "decide"
    return f"patients/decision/{name if whole else '_' + name}.html"


def _title(what: Act | str, reading: PlanReading) -> str:
    if not isinstance(what, Act):
        return _("Take back the planned absence")
    if what is Act.STOP and reading.may_plan_absence:
        return _("Plan an absence")
    return act_title(what, reading)


def _do(what: Act | str, form: SeenForm, reading: PlanReading, *, by: Any, at: datetime) -> None:
    told: dict[str, Any] = {"plan": reading.plan, "seen": form.seen, "by": by, "at": at}
    told["reason"] = form.cleaned_data["reason"]
    if not isinstance(form, DecisionForm):
        take_back = decision.take_back if what is Act.TAKE_BACK else decision.take_back_absence
        take_back(**told)
        return
    act, to_phase = form.act_and_phase()
    decision.decide(
        act=act,
        on=form.on_date,
        to_phase=to_phase,
        until=form.ends_on,
        look_again_on=form.looks_again_on,
        exercises=form.chosen(),
        farewell=form.farewell(),
        reason_code=form.cleaned_data.get("reason_code", ""),
        patient_text=form.said(),
        evidence=reading.evidence(),
        **told,
    )


def _done(request: HttpRequest, patient: Patient, plan_id: UUID, title: str, at: datetime) -> HttpResponse:
    """Back to the chart, which says what has been done and what comes next now."""
    reading = read(patient, plan_id, at)
    following = absence_ahead(reading) if reading.last_act == reading.absence else comes_next(reading)
    messages.success(request, _("On record: %(act)s. %(next)s") % {"act": title, "next": following})
    return redirect("chart", patient.public_id)


def _overtaken(
    request: HttpRequest, patient: Patient, plan_id: UUID, what: Act | str, conflict: Conflict, at: datetime
) -> HttpResponse:
    """The page that was sent is no longer true: what happened meanwhile, what was typed, and the form as it is now."""
    reading = read(patient, plan_id, at)
    form = _form(what, reading, None, typed=request.POST)
    context = _context(patient, reading, what, form)
    context |= {
        "conflict": conflict,
        "typed": form.typed_lines(request.POST),
        "form_template": _template(what, whole=False),
    }
    return render(request, "patients/decision/overtaken.html", context, status=conflict.status)


def _context(patient: Patient, reading: PlanReading, what: Act | str, form: SeenForm) -> dict[str, Any]:
    context = {
        "patient": patient,
        "age": patient.age_on(reading.today),
        "today": reading.today,
        "now": reading,
        "comes_next": comes_next(reading),
        "evidence": evidence_words(reading.evidence()),
        "form": form,
        "title": _title(what, reading),
        "button": _title(what, reading).rstrip("…"),
        "why_not": _why_not(what, reading),
    }
    if context["why_not"]:
        return context
    if not isinstance(what, Act):
        return context | {"rows": _titles(reading.absence), "effect": _("Exercises go on through those days.")}
    if what is Act.STOP and reading.may_plan_absence:
        words = _("Nothing is asked from the one day to the other; the weeks of the plan move on by as much.")
        return context | {"effect": words}
    if what is Act.TAKE_BACK:
        back = {"rows": _titles(reading.last_act), "called_off": called_off(reading.plan, reading.last_act)}
        return context | back | {"effect": _after_taking_back(reading)}
    return context | {"effect": effect(what, reading), "in_the_way": _titles(reading.in_the_way(what))}


def _why_not(what: Act | str, reading: PlanReading) -> str:
    """Why the act cannot be done today; empty where it can."""
    if not isinstance(what, Act):
        return "" if reading.absence else _("There is no planned absence ahead.")
    answer = reading.choices[what]
    if what is Act.TAKE_BACK and not isinstance(answer, Refusal):
        try:
            reading.after_taking_back(reading.last_act)
        except DecisionRefused as refused:
            return sentences.refusal(refused.code)
    if not isinstance(answer, Refusal) or (what is Act.STOP and reading.may_plan_absence):
        return ""
    return sentences.refusal(answer)


def _titles(rows: Sequence[Decision]) -> list[tuple[Decision, str]]:
    return [(row, entry_title(row)) for row in rows]


def _after_taking_back(reading: PlanReading) -> str:
    after = reading.after_taking_back(reading.last_act)
    state = sentences.STATES[after.state]
    if after.phase is None:
        return _("The plan is then as before: %(state)s.") % {"state": state}
    return _("The plan is then in phase %(phase)s, %(state)s.") % {"phase": after.phase, "state": state}
