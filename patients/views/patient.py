from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from rehab.access import require, requires
from rehab.errors import Refused
from rehab.roles import Capability, can

from ..access import desk_page
from ..actions.patient import add_patient, correct_patient
from ..finding import LONGEST_QUERY
from ..forms.patient import PatientForm
from ..models import Patient
from ..readings.contact import contact_rows, with_visits
from ..readings.patient_list import listed, rows, with_rows, without_problem

A_PAGE = 25


@require_safe
@requires(Capability.RECEIVE)
@vary_on_headers("HX-Request")
def patient_list(request: HttpRequest) -> HttpResponse:
    """The clinic's patients by name: to those who treat with where each plan stands, to the front desk without."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    treats = can(user, Capability.TREAT)
    today = user.clinic.date_at(at)
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    everybody = listed(Patient.objects.visible_to(user) if treats else Patient.objects.receivable_by(user))
    found = everybody.found_by(text)
    found = with_rows(found, today=today) if treats else with_visits(found)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": text,
        "page": page,
        "rows": rows(page, today=today, at=at) if treats else contact_rows(page, at=at),
        "without_problem": without_problem(everybody) if treats else None,
        "at": at,
        "today": today,
        "nobody": not text.strip() and not page.paginator.count,
    }
    template = "patients/patient/list.html"
    return render(request, f"{template}#found" if "HX-Request" in request.headers else template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECEIVE)
def patient_new(request: HttpRequest) -> HttpResponse:
    user = require(request.user, Capability.RECEIVE)
    treats = can(user, Capability.TREAT)
    form = PatientForm(request.POST if request.method == "POST" else None)
    alike: list[Patient] = []
    if form.is_valid():
        typed = form.cleaned_data
        alike = Patient.objects.receivable_by(user).alike(
            name=typed["name"], birth_date=typed["birth_date"], number=typed["number"]
        )
        if {str(patient.public_id) for patient in alike} <= set(request.POST.getlist("somebody_else")):
            try:
                patient = add_patient(clinic=user.clinic, by=user, at=timezone.now(), **typed)
            except Refused as refused:
                form.add_error(refused.field, refused.sentence)
            else:
                messages.success(request, _added(patient, asks_on=treats))
                return redirect("episode_new" if treats else "contact", patient.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "patients/patient/new.html", {"form": form, "alike": alike}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def patient_edit(request: HttpRequest, patient: Patient) -> HttpResponse:
    user = require(request.user, Capability.RECEIVE)
    form = PatientForm(request.POST if request.method == "POST" else None, initial=PatientForm.of(patient))
    if form.is_valid():
        try:
            correct_patient(patient=patient, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The details are saved."))
            return redirect("chart" if can(user, Capability.TREAT) else "contact", patient.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "patients/patient/edit.html", {"form": form, "patient": patient}, status=status)


def _added(patient: Patient, *, asks_on: bool) -> str:
    """That a person is added; a physiotherapist goes on to the problem, the front desk leaves it to one."""
    words = {"name": patient.name, "birth_date": date_format(patient.birth_date, "j F Y")}
    if asks_on:
        return _("%(name)s, born %(birth_date)s, is added. Now: what is the problem?") % words
    return _("%(name)s, born %(birth_date)s, is added. A physiotherapist says what the problem is.") % words
