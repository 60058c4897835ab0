from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rehab.errors import Refused

from ..access import chart_page
from ..actions.on_behalf import enter_reports
from ..forms.chart_day import DayForm
from ..models import Patient
from ..readings.sheet import plan_of_day, read_day


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def chart_day(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    """One day of a patient, filled in for them by staff: back to the plan's start."""
    at = timezone.now()
    today = patient.clinic.date_at(at)
    plan = plan_of_day(patient, on) if on <= today else None
    if plan is None:
        raise Http404
    week = read_day(patient, plan, on)
    form = DayForm(request.POST if request.method == "POST" else None, week=week, on=on)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            entered = enter_reports(
                patient=patient,
                plan=plan,
                changes=form.changes(),
                answers=form.answer_changes(),
                how=form.how,
                client_id=form.answers.cleaned_data["client_id"],
                by=request.user,
                at=at,
            )
        except Refused as error:
            refused = error
            form = DayForm(request.POST, week=read_day(patient, plan, on), on=on)
        else:
            messages.success(request, _("The day is saved.") if entered else _("Nothing was changed."))
            return redirect("chart_day", patient.public_id, on)
    context = {
        "patient": patient,
        "age": patient.age_on(today),
        "on": on,
        "today": today,
        "form": form,
        "refused": refused,
        "state": week.days.position(on).state,
        "before": on - timedelta(days=1) if on > plan.start_on else None,
        "after": on + timedelta(days=1) if on < today else None,
        "fresh_id": uuid.uuid4(),
    }
    status = refused.status if refused else 422 if request.method == "POST" else 200
    return render(request, "patients/chart_day/day.html", context, status=status)
