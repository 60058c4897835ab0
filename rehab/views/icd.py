from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ..access import requires
from ..forms.icd import CodeSearchForm
from ..readings.icd import MOST_HITS, search_codes
from ..roles import Capability


@require_safe
@vary_on_headers("HX-Request")
@requires(Capability.READ_LIBRARY)
def code_search(request: HttpRequest) -> HttpResponse:
    """Diagnosis codes for `q`, with what to look at for an episode's `region` and `onset`.

    A page with the codes to read; for htmx its fragment `hits`, radio buttons named `icd_code` for a form.
    """
    clinic = request.user.clinic
    form = CodeSearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": ""}
    hits = search_codes(asked["q"], clinic, onset=asked["onset"], region=asked["region"]) if asked["q"] else []
    name = "rehab/icd/search.html#hits" if request.htmx else "rehab/icd/search.html"
    context = {"form": form, "hits": hits, "asked": asked["q"], "is_cut": len(hits) == MOST_HITS}
    return render(request, name, context, status=422 if form.errors else 200)
