"""One's own snippets: sentences that go into notes again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..access import requires
from ..actions.snippet import add_snippet, change_snippet, delete_snippet
from ..errors import Refused
from ..forms.snippet import SnippetForm
from ..models import Snippet
from ..roles import Capability


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.TREAT)
def snippet_list(request: HttpRequest) -> HttpResponse:
    """All of one's own, and the form of a new one."""
    form = SnippetForm(request.POST or None)
    if request.method == "POST" and _done(form, add_snippet, by=request.user, at=timezone.now()):
        messages.success(request, _("The snippet is kept."))
        return redirect("snippet_list")
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and not form.is_bound:  # sent with nothing at all
        form = SnippetForm({})
    context = {"form": form, "snippets": request.user.snippets.all()}
    return render(request, "rehab/snippet/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.TREAT)
def snippet(request: HttpRequest, snippet_id: UUID) -> HttpResponse:
    """One of one's own: change it, or delete it. Everybody else's is not there."""
    row = get_object_or_404(request.user.snippets, public_id=snippet_id)
    at = timezone.now()
    if request.POST.get("act") == "delete":
        delete_snippet(snippet=row, by=request.user, at=at)
        messages.success(request, _("The snippet is deleted. Notes in which it stands stay as they are."))
        return redirect("snippet_list")
    sent = request.POST if request.method == "POST" else None
    form = SnippetForm(sent, initial={"name": row.name, "text": row.text})
    if sent is not None and _done(form, change_snippet, snippet=row, by=request.user, at=at):
        messages.success(request, _("The snippet is changed."))
        return redirect("snippet_list")
    context = {"form": form, "snippet": Snippet.objects.get(pk=row.pk)}
    return render(request, "rehab/snippet/snippet.html", context, status=200 if sent is None else 422)


def _done(form: SnippetForm, act: Callable[..., Any], **how: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        act(**form.told(), **how)
    except Refused as refused:
        form.add_error(refused.field, refused.sentence)
        return False
    return True
