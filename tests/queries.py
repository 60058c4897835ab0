"""A page that asks the database again for each of its rows fails its test."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from zeal import zeal_context


def rows_are_read_together(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. What writes is left out: an act takes the few rows of one plan one after the other."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return get_response(request)
        with zeal_context():
            return get_response(request)

    return middleware
