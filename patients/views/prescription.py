from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from rehab.errors import Conflict, Refused
from rehab.ids import uuid_or_none

from ..access import chart_page
from ..actions import prescription as actions
from ..actions.ledger import check_seen
from ..actions.own_exercise import add_own_exercise
from ..decision_sentences import CAUTIONS
from ..forms.own_exercise import OwnExerciseForm
from ..forms.prescription import AddExerciseForm, ChangeDoseForm, StopExerciseForm
from ..forms.seen import SeenForm
from ..ledger_sentences import said_of_addition, said_of_change, said_of_stop
from ..models import Patient, Prescription
from ..readings.library import Addable, addable, find_addable
from ..readings.plan import DAY, PlanReading
from .decision import read

page = require_http_methods(["GET", "HEAD", "POST"])
Do = Callable[[Any, dict[str, Any]], object]


@page
@chart_page
def prescription_add(request: HttpRequest, patient: Patient, plan_id: UUID) -> HttpResponse:
    """Choose an exercise of the clinic's library, then its dose; it joins the present phase."""
    at = timezone.now()
    reading = read(patient, plan_id, at)
    wanted = request.POST.get("exercise") or request.GET.get("exercise")
    if not wanted:
        query = request.GET.get("q", "").strip()[:100]
        context = _context(patient, reading, _("Add an exercise"))
        context |= {"query": query, "found": addable(patient.clinic, reading, query), **_way_back(request, patient)}
        return render(request, "patients/prescription/choose.html", context, status=422 if request.POST else 200)
    found = _wanted(patient, reading, wanted)
    cautions = actions.cautions_of(found.revision, reading.plan.episode.region)
    said = said_of_addition(found.revision.name)

    def form(data: Any, **kwargs: Any) -> AddExerciseForm:
        initial = AddExerciseForm.of(found.dosage) | {"patient_text": said}
        return AddExerciseForm(data, initial=initial, needs_confirming=bool(cautions), **kwargs)

    def do(sent: Any, told: dict[str, Any]) -> None:
        told |= {"what": found.revision, "source": found.source, "dosage": sent.dosage()}
        actions.add_prescription(plan=reading.plan, phase=reading.present.number, **told)

    context = _context(patient, reading, _("Add “%(exercise)s”") % {"exercise": found.revision.name})
    context |= {"found": found, "revision": found.revision, "cautions": [CAUTIONS[caution] for caution in cautions]}
    if found.is_there and not context["why_not"]:
        context["why_not"] = _("This exercise is in the phase already. Change its dose instead.")
    return _page(request, patient, reading, context, form, do, at)


@page
@chart_page
def prescription_own(request: HttpRequest, patient: Patient, plan_id: UUID) -> HttpResponse:
    """An exercise of this patient only; it joins the present phase."""
    at = timezone.now()
    reading = read(patient, plan_id, at)

    def form(data: Any, **kwargs: Any) -> OwnExerciseForm:
        usual = {"times_per_day": 1, "days_per_week": 7}
        return OwnExerciseForm(data, request.FILES if data is not None else None, initial=usual, **kwargs)

    def do(sent: Any, told: dict[str, Any]) -> None:
        add_own_exercise(plan=reading.plan, phase=reading.present.number, **sent.made(), **told)

    context = _context(patient, reading, _("An exercise of this patient’s own")) | {"own": True}
    return _page(request, patient, reading, context, form, do, at)


@page
@chart_page
def prescription_change(request: HttpRequest, patient: Patient, plan_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Another dose."""
    at = timezone.now()
    reading = read(patient, plan_id, at)
    row = _row(reading, prescription_id)
    said = said_of_change(row.what.name)

    def form(data: Any, **kwargs: Any) -> ChangeDoseForm:
        return ChangeDoseForm(data, initial=ChangeDoseForm.of(row.dosage) | {"patient_text": said}, **kwargs)

    def do(sent: Any, told: dict[str, Any]) -> None:
        actions.change_prescription(prescription=row, dosage=sent.dosage(), **told)

    title = _("Change the dose of “%(exercise)s”") % {"exercise": row.what.name}
    return _page(request, patient, reading, _context_of(patient, reading, row, title), form, do, at)


@page
@chart_page
def prescription_stop(request: HttpRequest, patient: Patient, plan_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Take an exercise out of the plan."""
    at = timezone.now()
    reading = read(patient, plan_id, at)
    row = _row(reading, prescription_id)
    said = said_of_stop(row.what.name)

    def form(data: Any, **kwargs: Any) -> StopExerciseForm:
        return StopExerciseForm(data, initial={"patient_text": said}, **kwargs)

    def do(sent: Any, told: dict[str, Any]) -> None:
        actions.stop_prescription(prescription=row, **told)

    title = _("Stop “%(exercise)s”") % {"exercise": row.what.name}
    context = _context_of(patient, reading, row, title) | {"stops": True}
    return _page(request, patient, reading, context, form, do, at)


def _page(
    request: HttpRequest,
    patient: Patient,
    reading: PlanReading,
    context: dict[str, Any],
    make: Callable[..., SeenForm],
    do: Do,
    at: datetime,
) -> HttpResponse:
    """One page of one form: shown, sent and done, refused, or overtaken by what happened meanwhile.

    Asked for by htmx it is the row of the chart's table in which the exercise stands.
    """
    in_place = bool(request.htmx) and "row" in context
    ids = {"auto_id": f"id_{context['row'].public_id}_%s"} if in_place else {}
    form = make(request.POST if request.method == "POST" else None, reading=reading, **ids)
    context |= {"form": form, "in_place": in_place, **_way_back(request, patient)}
    if form.is_bound:
        try:
            if form.seen:
                check_seen(reading.plan, form.seen, at=at)
            if form.is_valid():
                told = {name: form.cleaned_data[name] for name in ("reason", "patient_text")}
                do(form, told | {"seen": form.seen, "by": request.user, "at": at})
                messages.success(request, _("On record: %(what)s.") % {"what": context["title"]})
                return HttpResponseClientRedirect(context["back"]) if in_place else redirect(context["back"])
        except Conflict as conflict:
            return _overtaken(request, patient, reading, context, make, conflict, at)
        except Refused as refused:
            form.refuse(refused)
    template = "patients/prescription/form.html#row" if in_place else "patients/prescription/form.html"
    response = render(request, template, context, status=422 if form.is_bound else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _way_back(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Where one goes afterwards: to the note from which one came, if it is this patient's draft, else to the chart."""
    session = uuid_or_none(request.POST.get("next") or request.GET.get("next"))
    if session is not None and patient.sessions.filter(public_id=session, status="draft").exists():
        return {"next_session": session, "back": reverse("session", args=[patient.public_id, session])}
    return {"next_session": None, "back": reverse("chart", args=[patient.public_id])}


def _overtaken(
    request: HttpRequest,
    patient: Patient,
    reading: PlanReading,
    context: dict[str, Any],
    make: Callable[..., SeenForm],
    conflict: Conflict,
    at: datetime,
) -> HttpResponse:
    now = read(patient, reading.plan.public_id, at)
    typed = context["form"].typed_lines(request.POST)
    context |= {"now": now, "conflict": conflict, "typed": typed, "in_place": False}
    context["form"] = make(None, reading=now, typed=request.POST)
    return render(request, "patients/prescription/overtaken.html", context, status=conflict.status)


def _wanted(patient: Patient, reading: PlanReading, address: str) -> Addable:
    try:
        found = find_addable(patient.clinic, reading, UUID(address))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _row(reading: PlanReading, address: UUID) -> Prescription:
    rows = reading.plan.prescriptions.select_related("revision", "own_exercise", "phase", "plan")
    return get_object_or_404(rows, public_id=address)


def _context(patient: Patient, reading: PlanReading, title: str) -> dict[str, Any]:
    why_not = _("The plan has ended, so its exercises no longer change.") if reading.ended else ""
    return {
        "patient": patient,
        "age": patient.age_on(reading.today),
        "today": reading.today,
        "now": reading,
        "title": title,
        "why_not": why_not,
    }


def _context_of(patient: Patient, reading: PlanReading, row: Prescription, title: str) -> dict[str, Any]:
    context = _context(patient, reading, title)
    if not context["why_not"] and (row.until is not None or row.voided_by_id):
        context["why_not"] = _("This exercise has been changed or stopped meanwhile.")
    from_tomorrow = bool(reading.days.logs_of(row, reading.today))
    since = max(reading.today + DAY if from_tomorrow else reading.today, row.since)
    return context | {"row": row, "revision": row.what, "since": since, "from_tomorrow": from_tomorrow}
