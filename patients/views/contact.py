from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..access import desk_page
from ..models import Patient
from ..readings.contact import contact as read_contact


@require_safe
@desk_page
def contact(request: HttpRequest, patient: Patient) -> HttpResponse:
    """How to reach a patient and when they come: all that the front desk needs, and nothing clinical."""
    at = timezone.now()
    today = patient.clinic.date_at(at)
    context = {
        "patient": patient,
        "age": patient.age_on(today),
        "today": today,
        "at": at,
        "contact": read_contact(patient, at=at),
    }
    return render(request, "patients/contact/contact.html", context)
