from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..access import requires
from ..models import Condition
from ..readings import condition as reading
from ..readings.icd import Hit, looked_at
from ..roles import Capability


@require_safe
@requires(Capability.READ_LIBRARY)
def condition_list(request: HttpRequest) -> HttpResponse:
    """The conditions that the clinic knows more about than their code."""
    clinic = request.user.clinic
    rows = [(row, reading.is_misnamed(row)) for row in reading.listed(clinic)]
    return render(request, "rehab/condition/list.html", {"rows": rows})


@require_safe
@requires(Capability.READ_LIBRARY)
def condition(request: HttpRequest, condition_id: uuid.UUID) -> HttpResponse:
    """All that the clinic knows about one condition, list by list."""
    rows = Condition.objects.filter(clinic_id=request.user.clinic_id).select_related("icd_code")
    row = get_object_or_404(rows, public_id=condition_id)
    (hit,) = looked_at([Hit(row.icd_code)])
    context = {
        "condition": row,
        "code": row.icd_code,
        "is_misnamed": reading.is_misnamed(row),
        "advisories": hit.advisories,
        "sections": {kind.value: section for kind, section in reading.sections(row).items()},
        "templates": reading.templates_for(row),
    }
    return render(request, "rehab/condition/condition.html", context)
