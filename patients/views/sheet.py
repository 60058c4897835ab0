from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rehab.access import require
from rehab.errors import Refused
from rehab.roles import Capability, can

from ..access import desk_page
from ..actions.on_behalf import enter_reports
from ..actions.sheet import print_sheet
from ..forms.sheet import PrintSheetForm, WeekForm
from ..models import How, Patient
from ..readings.sheet import (
    LAST_DAY,
    Week,
    last_plan,
    out_of_date,
    plan_of_week,
    printed_sheets,
    read_printed,
    read_week,
    sheets_of,
)
from ..readings.today import next_visit


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def sheet_list(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The sheets of a patient's plan; POST prints one: it is recorded, and its own page is the paper."""
    at = timezone.now()
    today = patient.clinic.date_at(at)
    plan = last_plan(patient)
    if plan is None:
        return render(request, "patients/sheet/no_plan.html", {"patient": patient})
    form = PrintSheetForm(
        request.POST if request.method == "POST" else None, initial={"first_on": max(today, plan.start_on)}
    )
    if form.is_valid():
        try:
            sheet = print_sheet(plan=plan, first_on=form.cleaned_data["first_on"], by=request.user, at=at)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            return redirect("sheet", patient.public_id, sheet.public_id)
    week = read_week(patient, plan, today, today=today)
    context = {
        "patient": patient,
        "form": form,
        "sheets": sheets_of(plan),
        "outdated": out_of_date(plan, week.days, today),
        "last_seven": max(plan.start_on, today - LAST_DAY),
        "has_started": plan.start_on <= today,
        "today": today,
    }
    return render(request, "patients/sheet/list.html", context, status=422 if form.is_bound else 200)


@require_safe
@desk_page
def sheet(request: HttpRequest, patient: Patient, sheet_id: uuid.UUID) -> HttpResponse:
    """A sheet as it was printed, to be printed: what the patient ticks for seven days."""
    at = timezone.now()
    row = get_object_or_404(printed_sheets(patient), public_id=sheet_id)
    row.plan.patient = patient
    context = {
        "patient": patient,
        "printed": read_printed(row),
        "visit": next_visit(patient, at=at),
        "clinic": patient.clinic,
    }
    return render(request, "patients/sheet/sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def sheet_enter(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    """The seven days from a date as a grid of the sheet's shape. The front desk enters ticks, and neither pain nor
    words."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    week = _week(patient, on, at)
    sent = request.POST if request.method == "POST" else None
    initial = {"client_id": uuid.uuid4(), "how": How.PAPER}
    form = WeekForm(sent, week=week, asks_pain=can(user, Capability.TREAT), initial=initial)
    refused: Refused | None = None
    if form.is_valid():
        try:
            entered = enter_reports(
                patient=patient,
                plan=week.plan,
                changes=form.changes(),
                answers=form.answers(),
                how=form.cleaned_data["how"],
                client_id=form.cleaned_data["client_id"],
                by=user,
                at=at,
            )
        except Refused as error:
            refused, form.week = error, _week(patient, on, at)
        else:
            messages.success(request, _entered(entered))
            return redirect("sheet_enter", patient.public_id, on)
    status = refused.status if refused else 422 if form.is_bound else 200
    context = {"patient": patient, "week": form.week, "form": form, "refused": refused, "fresh_id": uuid.uuid4()}
    return render(request, "patients/sheet/enter.html", context, status=status)


def _week(patient: Patient, on: date, at: datetime) -> Week:
    """The week to be filled in; 404 where no plan was running yet, or for days that have not come."""
    today = patient.clinic.date_at(at)
    plan = plan_of_week(patient, on) if date.min + LAST_DAY < on <= today else None
    if plan is None:
        raise Http404
    return read_week(patient, plan, on, today=today)


def _entered(entered: int) -> str:
    if not entered:
        return _("Everything is on record already. Nothing was changed.")
    return ngettext("%(count)s entry is saved.", "%(count)s entries are saved.", entered) % {"count": entered}
