from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..access import requires
from ..forms.exercise import ExerciseFilterForm
from ..models import Exercise
from ..readings.exercise import listed, uses, variants
from ..roles import Capability

PAGE = 60


@require_safe
@requires(Capability.READ_LIBRARY)
def exercise_list(request: HttpRequest) -> HttpResponse:
    """The clinic's exercises, by name, of one kind or all, with what was looked for."""
    clinic = request.user.clinic
    form = ExerciseFilterForm(request.GET)
    understood = form.is_valid()
    asked = {"text": form.cleaned_data["q"], "kind": form.cleaned_data["kind"]} if understood else {}
    exercises = listed(clinic, **asked) if understood else []
    context = {
        "form": form,
        "page": Paginator(exercises, PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(asked.values()),
    }
    return render(request, "rehab/exercise/list.html", context, status=200 if understood else 422)


@require_safe
@requires(Capability.READ_LIBRARY)
def exercise(request: HttpRequest, exercise_id: uuid.UUID) -> HttpResponse:
    """One exercise as it is now: the picture, how to do it, when to stop, how much."""
    rows = Exercise.objects.filter(clinic_id=request.user.clinic_id, current__isnull=False).select_related("current")
    row = get_object_or_404(rows, public_id=exercise_id)
    context = {"exercise": row, "revision": row.current, "variants": variants(row.current), "uses": uses(row)}
    return render(request, "rehab/exercise/exercise.html", context)
