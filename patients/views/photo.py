from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rehab.models import User

from ..models import Patient


@require_safe
def photo(request: HttpRequest, own_exercise_id: UUID) -> HttpResponse:
    """The photo of a patient's own exercise, for those who may see the exercise: never under an address of its own."""
    if not isinstance(request.user, User):
        raise Http404
    patients = Patient.objects.receivable_by(request.user).filter(own_exercises__public_id=own_exercise_id)
    patient = patients.first()
    row = patient.own_exercises.filter(public_id=own_exercise_id).first() if patient is not None else None
    if row is None or not row.photo:
        raise Http404
    try:
        with row.photo.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    response["Cache-Control"] = "private, no-store"
    return response
