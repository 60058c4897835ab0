"""Signing in and out, passwords, and the page about one's own account. The work is allauth's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..accounts import DEMO_ACCOUNTS, DEMO_PASSWORD, begin_session
from ..actions.user import end_sessions, set_keys
from ..forms.account import UnlockForm
from ..idle import begin, take_held
from ..roles import ROLES, capabilities

View = Callable[..., HttpResponse]


def _form_page(view: View) -> View:
    """A form of allauth's in the manner of the house: one that was refused is a 422, and other methods are a 405."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return inner


def _demo() -> dict[str, Any] | None:
    return {"accounts": DEMO_ACCOUNTS, "password": DEMO_PASSWORD} if settings.DEMO else None


def _sends_mail() -> bool:
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def _forget(response: HttpResponse) -> HttpResponse:
    """Let the browser throw away what it kept of this person's pages."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


_login = _form_page(allauth.LoginView.as_view(extra_context={"demo": _demo}))
_logout = _form_page(allauth.logout)
_password_change = _form_page(allauth.password_change)

password_reset = _form_page(allauth.PasswordResetView.as_view(extra_context={"sends_mail": _sends_mail}))
password_reset_done = require_safe(allauth.password_reset_done)
password_reset_from_key = _form_page(allauth.password_reset_from_key)
password_reset_from_key_done = require_safe(allauth.password_reset_from_key_done)
inactive = require_safe(allauth.account_inactive)


@login_not_required
def login(request: HttpRequest) -> HttpResponse:
    signed_in_before = request.user.is_authenticated
    response = _login(request)
    if request.user.is_authenticated and not signed_in_before:
        begin_session(request, own_phone="remember" in request.POST, at=timezone.now())
    return response


@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    response = _logout(request)
    return _forget(response) if request.method == "POST" else response


def password_change(request: HttpRequest) -> HttpResponse:
    """Ends every session of the person, this one too."""
    if not request.user.has_usable_password():
        return redirect("account")
    response = _password_change(request)
    return response if request.user.is_authenticated else _forget(response)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    roles = [role for role in ROLES if getattr(request.user, role.column)]
    has_home = not roles or bool(capabilities(request.user))
    return render(request, "rehab/account/account.html", {"roles": roles, "has_home": has_home})


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """The password of the person who is signed in takes the lock away; what they had typed is offered again."""
    if not request.user.is_staff_member:
        return redirect("home")
    asks_by_script = "X-Requested-With" in request.headers
    form = UnlockForm(request.POST if request.method == "POST" else None, request=request)
    if not form.is_valid():
        if asks_by_script and form.is_bound:
            return HttpResponse(" ".join(form.errors.get("password", [])), status=422, content_type="text/plain")
        context = {"form": form, "lost": "lost" in request.GET, "next": request.GET.get("next", "")[:2000]}
        return render(request, "rehab/account/unlock.html", context, status=422 if form.is_bound else 200)
    begin(request, at=timezone.now())
    if asks_by_script:
        return HttpResponse(status=204)
    held = take_held(request)
    if held is not None:
        return render(request, "rehab/account/held.html", held)
    return redirect(_inside(request, form.cleaned_data["next"]))


def _inside(request: HttpRequest, address: str) -> str:
    """The address, if it is one of ours."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours and address.startswith("/") else "/"


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Somebody is using a page that asks the server for nothing: the middleware has noted it."""
    return HttpResponse(status=204)


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Single-letter keys, on or off."""
    set_keys(user=request.user, on=request.POST.get("keys") == "on", by=request.user, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("account")


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    end_sessions(user=request.user, by=request.user, at=timezone.now())
    auth.logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return _forget(redirect("account_login"))
