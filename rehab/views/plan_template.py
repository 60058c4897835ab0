from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..access import requires
from ..models import PlanTemplate, TemplateVersion
from ..readings.plan_template import codes, full, listed, standing
from ..roles import Capability


@require_safe
@requires(Capability.READ_LIBRARY)
def template_list(request: HttpRequest) -> HttpResponse:
    """The clinic's templates with the version that each offers."""
    clinic = request.user.clinic
    return render(request, "rehab/plan_template/list.html", {"rows": listed(clinic)})


@require_safe
@requires(Capability.READ_LIBRARY)
def template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """A template, shown by the version that it offers."""
    row, versions = _template(request, template_id)
    shown = standing(versions)
    if shown is None:
        raise Http404
    return _version(request, row, versions, shown)


@require_safe
@requires(Capability.READ_LIBRARY)
def template_version(request: HttpRequest, template_id: uuid.UUID, number: int) -> HttpResponse:
    """One numbered version of a template, whatever has become of it."""
    row, versions = _template(request, template_id)
    shown = next((version for version in versions if version.number == number), None)
    if shown is None:
        raise Http404
    return _version(request, row, versions, shown)


def _template(request: HttpRequest, template_id: uuid.UUID) -> tuple[PlanTemplate, list[TemplateVersion]]:
    row = get_object_or_404(PlanTemplate.objects.filter(clinic_id=request.user.clinic_id), public_id=template_id)
    versions = row.versions.select_related("published_by", "based_on").order_by("number")
    return row, list(versions)


def _version(
    request: HttpRequest, row: PlanTemplate, versions: list[TemplateVersion], shown: TemplateVersion
) -> HttpResponse:
    phases, follow_ups = full(shown)
    context = {
        "template": row,
        "versions": versions,
        "version": shown,
        "phases": phases,
        "follow_ups": follow_ups,
        "codes": codes(row),
    }
    return render(request, "rehab/plan_template/version.html", context)
