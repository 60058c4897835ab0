"""What every answer carries, and which day it is."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import cache
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from . import idle
from .accounts import roll_session
from .errors import Refused
from .views import errors

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
        "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip


class Headers:
    """Pages of health data are kept by no cache and may use no sensor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class SignInFirst(LoginRequiredMiddleware):
    """Every page asks for a sign-in, but for those that say otherwise. What was sent by somebody whose time is over is
    not saved, and the page that they get instead says so."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponse]) -> HttpResponseBase:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        # Back to the page with the form: the address that it was sent to may be none that one opens.
        referer = urlsplit(request.headers.get("Referer", ""))
        page = referer._replace(scheme="", netloc="").geturl() if referer.netloc == request.get_host() else ""
        query = urlencode({"next": page or request.get_full_path(), "lost": 1})
        return redirect(f"{reverse('account_login')}?{query}")


class SessionRolls:
    """A patient's session lasts from its last use. See `accounts.begin_session`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            roll_session(request, at=timezone.now())
        return self.get_response(request)


class StaffLock:
    """Staff are locked after a quarter of an hour without use. See `idle`.

    A locked session shows nothing but the page that asks for the password. What scripts ask for is answered with 423
    and nothing else; what was typed into a form waits until the page is unlocked. A request that says X-Retry was not
    made by anybody who sits there, and is no use.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.is_staff_member or request.path in _open_when_locked():
            return self.get_response(request)
        at = timezone.now()
        if not idle.is_locked(request, at=at):
            if "X-Retry" not in request.headers:
                idle.note_use(request, at=at)
            return self.get_response(request)
        idle.lock(request)
        if "HX-Request" in request.headers or "X-Requested-With" in request.headers:
            return HttpResponse(status=423)
        address = reverse("account_unlock")
        if request.method in {"GET", "HEAD"}:
            return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
        kept = request.method == "POST" and idle.hold(request)
        return redirect(address if kept else f"{address}?lost=1")


@cache
def _open_when_locked() -> frozenset[str]:
    return frozenset(reverse(name) for name in ("account_unlock", "account_logout", "account_login", "healthz"))


class ClinicZone:
    """For one request, dates and times are those of the clinic that the person belongs to; `request.at` is when it
    came."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.at = timezone.now()
        with timezone.override(zoneinfo.ZoneInfo(request.user.clinic.time_zone)):
            return self.get_response(request)


class Refusals:
    """What was refused and no page shows gets a page of its own: an act's sentence, never a 500; a method."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405:
            # Django answers with an empty body and asks no handler.
            page = errors.method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        return errors.refused(request, exception)
