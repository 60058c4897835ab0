from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from rehab.access import require
from rehab.errors import Refused
from rehab.models import User
from rehab.roles import Capability

from ..access import chart_page
from ..actions.plan import assign_plan
from ..actions.sheet import print_sheet
from ..forms.assign import PROPOSED, AssignForm
from ..models import Episode, Patient, Plan
from ..readings.offers import offers


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@chart_page
def assign(request: HttpRequest, patient: Patient, episode_id: uuid.UUID) -> HttpResponse:
    at = timezone.now()
    user = require(request.user, Capability.TREAT)
    episode = get_object_or_404(patient.episodes.select_related("icd_code", "patient"), public_id=episode_id)
    open_plan = patient.plans.select_related("version__template").filter(ended_on__isnull=True).first()
    if open_plan is not None:
        return _has_a_plan(request, episode, open_plan)
    offered = offers(episode)
    if not offered:
        return render(request, "patients/assign/nothing_to_assign.html", {"patient": patient})
    looking = request.method != "POST" or "look" in request.POST
    sent = request.POST if request.method == "POST" else None
    form = AssignForm(sent, episode=episode, offers=offered, today=patient.clinic.date_at(at), looking=looking)
    if form.is_valid():
        try:
            plan = _assign(form, episode, by=user, at=at)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            messages.success(request, _assigned(plan))
            return _go_on(request.POST.get("then"), plan, by=user, at=at)
    template = "patients/assign/assign.html"
    return render(
        request,
        f"{template}#preview" if "HX-Request" in request.headers else template,
        {"patient": patient, "episode": episode, "form": form, "phases": form.phase_rows()},
        status=200 if looking else 422,
    )


def _go_on(then: str | None, plan: Plan, *, by: User, at: datetime) -> HttpResponse:
    """To the letter with the code, to the first week on paper, or to the chart."""
    patient = plan.patient
    if then == "print":
        try:
            sheet = print_sheet(plan=plan, first_on=plan.start_on, by=by, at=at)
        except Refused:  # nothing is asked yet: the page of the sheets says so
            return redirect("sheet_list", patient.public_id)
        return redirect("sheet", patient.public_id, sheet.public_id)
    return redirect("invitation" if then == "invite" else "chart", patient.public_id)


def _assign(form: AssignForm, episode: Episode, *, by: User, at: datetime) -> Plan:
    typed = form.cleaned_data
    course = typed["course"]
    return assign_plan(
        episode=episode,
        version=form.offer.version,
        start_on=typed["start_on"],
        start_phase=typed["start_phase"],
        reports_by=typed["reports_by"],
        exercises=form.chosen(),
        reason=typed["reason"],
        patient_text=typed["patient_text"],
        evidence={"course": course, "proposed_phase": PROPOSED[course]} if course else {},
        by=by,
        at=at,
    )


def _has_a_plan(request: HttpRequest, episode: Episode, plan: Plan) -> HttpResponse:
    """One open plan a patient. The same form sent again leads to the plan that it made."""
    if request.method == "POST" and plan.episode_id == episode.pk and _is_the_same(request, plan):
        messages.info(request, _("This plan is assigned already; it was not made twice."))
        return redirect("chart", episode.patient.public_id)
    context = {"patient": episode.patient, "plan": plan}
    return render(request, "patients/assign/has_a_plan.html", context, status=409 if request.method == "POST" else 200)


def _is_the_same(request: HttpRequest, plan: Plan) -> bool:
    version = f"{plan.version.template.public_id}.{plan.version.number}"
    return (request.POST.get("version"), request.POST.get("start_on")) == (version, plan.start_on.isoformat())


def _assigned(plan: Plan) -> str:
    return _("The plan is assigned. It starts on %(day)s.") % {"day": date_format(plan.start_on, "l j F Y")}
