from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from rehab.roles import Capability, can

from ..access import own_record


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page that this person has."""
    if can(request.user, Capability.TREAT):
        return redirect("caseload")
    if can(request.user, Capability.RECEIVE):
        return redirect(_desks_first_page())
    if can(request.user, Capability.READ_LIBRARY):
        return redirect("template_list")
    if own_record(request.user) is not None:
        return redirect("today")
    return redirect("account")  # which says what this person may, and signs out


def _desks_first_page() -> str:
    try:
        return reverse("schedule")
    except NoReverseMatch:
        return reverse("patient_list")
