"""The doors to a patient's record. A view cannot have the patient without the check."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from rehab.access import require
from rehab.models import User
from rehab.roles import Capability

from .models import Patient


def own_record(user: Any) -> Patient | None:
    """The patient that this account belongs to, if any."""
    return Patient.objects.with_reading().select_related("clinic").filter(user=user).first()


def chart_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one patient's chart, for staff: `view(request, patient, …)`.

    Not yours: 404, the same as if there were none. Your own record, but you are no physiotherapist: 403.
    """

    @wraps(view)
    def inner(request: HttpRequest, patient_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(
            user, User
        ):  # LoginRequiredMiddleware has seen to it; a mistake in settings must not open a door
            raise Http404
        visible = Patient.objects.visible_to(user).select_related("clinic")
        patient = get_object_or_404(visible, public_id=patient_id)
        require(user, Capability.TREAT)
        return view(request, patient, **kwargs)

    return inner


def desk_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page about one patient that holds nothing clinical, for the front desk and physiotherapists alike.

    Not yours: 404, the same as if there were none. Your own record, but you may not receive patients: 403.
    """

    @wraps(view)
    def inner(request: HttpRequest, patient_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            raise Http404
        receivable = Patient.objects.receivable_by(user).select_related("clinic")
        patient = get_object_or_404(receivable, public_id=patient_id)
        require(user, Capability.RECEIVE)
        return view(request, patient, **kwargs)

    return inner


def patient_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the signed-in patient's own record: `view(request, patient, …)`. Everybody else: 403."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        patient = own_record(request.user)
        if patient is None:
            raise PermissionDenied
        if patient.archived_at is not None:
            raise Http404
        if not patient.may_read(patient.clinic.date_at(request.at)):  # type: ignore[attr-defined]  # by ClinicZone
            return render(request, "patients/my_plan/over.html", {"clinic": patient.clinic}, status=403)
        return view(request, patient, **kwargs)

    return inner
