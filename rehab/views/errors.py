"""One page for everything that went wrong. It needs no database, no session and no signed-in person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..errors import Refused


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    home = reverse("home")
    context = {"status": status, "title": title, "sentence": sentence, "home": home if request.path != home else ""}
    return render(request, "error.html", context, status=status)


def refused(request: HttpRequest, exception: Refused) -> HttpResponse:
    return _page(request, exception.status, "", exception.sentence)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 400, _("This request could not be read"), _("Go back and try again."))


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, _("Not yours to open"), _("You are signed in, but your role does not open this page."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404, _("Nothing here"), _("There is no such page, or it is not yours to see."))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    return _page(request, 405, _("This page does not do that"), _("Go back and use the page’s own buttons."))


def too_many_requests(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 429, _("Too many tries"), _("Please wait a minute, then try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something broke on our side"),
        _("Nothing half-done was saved. Please try again in a minute."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, _("This page was open too long"), _("Go back, reload the page and send it again."))
