from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_safe

from ..access import chart_page, patient_page
from ..models import Patient
from ..readings.progress import read_progress


@require_safe
@patient_page
def progress(request: HttpRequest, patient: Patient) -> HttpResponse:
    """How it went so far, for the patient."""
    read = read_progress(patient, at=timezone.now(), all_weeks=request.GET.get("all") == "weeks")
    return render(
        request,
        "patients/progress/progress.html",
        {"progress": read, "clinic": patient.clinic, "weekdays": _weekdays()},
    )


@require_safe
@chart_page
def progress_of(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The same for the physiotherapist."""
    read = read_progress(patient, at=timezone.now(), all_weeks=request.GET.get("all") == "weeks")
    context = {"progress": read, "patient": patient, "age": patient.age_on(read.today), "weekdays": _weekdays()}
    return render(request, "patients/progress/of_patient.html", context)


def _weekdays() -> list[str]:
    return [str(WEEKDAYS[number]) for number in range(7)]
