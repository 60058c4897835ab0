from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..access import patient_page
from ..models import Patient
from ..readings.learn import lessons


@require_safe
@patient_page
def learn(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What each phase is for, how the back works, what keeps it well, and questions that people ask."""
    today = patient.clinic.date_at(timezone.now())
    return render(request, "patients/learn/index.html", lessons(patient, today))
