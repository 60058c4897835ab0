from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..access import patient_page
from ..models import Patient
from ..readings.today import day_page, phases_on_plan


@require_safe
@patient_page
def plan(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    on = patient.clinic.date_at(at)
    page = day_page(patient, on=on, today=on, at=at)
    context = {"page": page, "phases": phases_on_plan(page.days, on), "clinic": patient.clinic}
    return render(request, "patients/my_plan/plan.html", context)
