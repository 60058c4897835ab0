from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..access import patient_page
from ..models import Patient
from ..readings.my_visits import my_visits


@require_safe
@patient_page
def visits(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    context = {"visits": my_visits(patient, at=at), "clinic": patient.clinic, "today": patient.clinic.date_at(at)}
    return render(request, "patients/my_visits/visits.html", context)
