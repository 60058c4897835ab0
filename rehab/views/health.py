from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..models import Clinic


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Says "ok" where the server runs and its database answers."""
    Clinic.objects.exists()
    return HttpResponse("ok", content_type="text/plain")
