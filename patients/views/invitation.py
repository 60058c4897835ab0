from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rehab.accounts import begin_session
from rehab.errors import Refused

from ..access import desk_page
from ..actions.invitation import end_phones, invite, normal, redeem, revoke, set_email
from ..forms.invitation import SignInEmailForm, StartForm
from ..models import Patient
from ..qr_code import qr_code


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def invitation(request: HttpRequest, patient: Patient) -> HttpResponse:
    """How the patient signs in; POST makes a new code and shows its letter, this once."""
    at = timezone.now()
    if request.method != "POST":
        form = SignInEmailForm(initial={"email": patient.user and patient.user.email})
        return _state(request, patient, form, at=at)
    made, code = invite(patient=patient, by=request.user, at=at)
    link = request.build_absolute_uri(reverse("start", args=[normal(code)]))
    context = {
        "patient": patient,
        "invitation": made,
        "code": code,
        "address": request.build_absolute_uri(reverse("start")),
        "qr": qr_code(link),
    }
    return render(request, "patients/invitation/letter.html", context)


@require_POST
@desk_page
def invitation_revoke(request: HttpRequest, patient: Patient) -> HttpResponse:
    if revoke(patient=patient, by=request.user, at=timezone.now()):
        messages.success(request, _("The code no longer works."))
    return redirect("invitation", patient.public_id)


@require_POST
@desk_page
def invitation_end_phones(request: HttpRequest, patient: Patient) -> HttpResponse:
    if end_phones(patient=patient, by=request.user, at=timezone.now()):
        messages.success(request, _("The patient is signed out on every phone."))
    return redirect("invitation", patient.public_id)


@require_POST
@desk_page
def invitation_email(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    form = SignInEmailForm(request.POST)
    if form.is_valid():
        try:
            set_email(patient=patient, email=form.cleaned_data["email"], by=request.user, at=at)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The e-mail for signing in is saved."))
            return redirect("invitation", patient.public_id)
    return _state(request, patient, form, at=at, status=422)


def _state(
    request: HttpRequest, patient: Patient, form: SignInEmailForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    latest = patient.invitations.select_related("by").order_by("-pk").first()
    standing = latest.standing(at) if latest else ""
    context = {"patient": patient, "latest": latest, "standing": standing, "form": form}
    return render(request, "patients/invitation/invitation.html", context, status=status)


@login_not_required
@sensitive_post_parameters("code", "birth_year")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, code: str = "") -> HttpResponse:
    """Where a letter leads: the code and the year of birth sign the patient in."""
    if request.method != "POST":
        form = StartForm(initial={"code": normal(code)})
        return render(request, "patients/invitation/start.html", {"form": form})
    form, status = StartForm(request.POST), 422
    if form.is_valid():
        at = timezone.now()
        if not ratelimit.consume(request, action="start"):
            form.add_error(None, _("Too many tries. Please wait a minute, then try again."))
            return render(request, "patients/invitation/start.html", {"form": form}, status=429)
        try:
            user = redeem(code=form.cleaned_data["code"], birth_year=int(form.cleaned_data["birth_year"]), at=at)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = refused.status
        else:
            get_adapter().login(request, user)
            begin_session(request, own_phone=form.cleaned_data["own_phone"], at=at)
            return redirect("home")
    return render(request, "patients/invitation/start.html", {"form": form}, status=status)
