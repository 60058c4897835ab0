from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Something is wrong: fixed words, for everybody who is signed in and in every state of a plan."""
    layout = "staff.html" if request.user.is_staff_member else "patient.html"
    context = {"clinic": request.user.clinic, "layout": layout}
    return render(request, "patients/help/index.html", context)
