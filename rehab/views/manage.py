"""The administrator's pages about the clinic: who works here, when it is open, how it is set."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..access import require, requires
from ..actions.clinic import change_settings
from ..actions.clinic_hours import close_days, open_days, set_hours
from ..actions.user import add_staff
from ..errors import Refused
from ..forms.clinic import WEEKDAYS, ClosedForm, SettingsForm, StaffForm, WeekForm
from ..roles import ROLES, Capability

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires(Capability.MANAGE)
def manage(request: HttpRequest) -> HttpResponse:
    clinic = request.user.clinic
    staff = clinic.users.filter(is_physiotherapist=True) | clinic.users.filter(is_front_desk=True)
    staff = (staff | clinic.users.filter(is_administrator=True)).order_by("-is_active", "name", "pk")
    today = clinic.date_at(timezone.now())
    week = [(str(day), []) for day in WEEKDAYS]
    for row in clinic.opening.all():
        week[row.weekday][1].append(row)
    context = {
        "clinic": clinic,
        "staff": [(row, [role.name for role in ROLES if getattr(row, role.column)]) for row in staff],
        "week": week,
        "closed": clinic.closed_days.filter(last_on__gte=today),
    }
    return render(request, "rehab/manage/index.html", context)


@form_page
@requires(Capability.MANAGE)
def staff_new(request: HttpRequest) -> HttpResponse:
    user = require(request.user, Capability.MANAGE)
    form = StaffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = add_staff(clinic=user.clinic, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("%(name)s can sign in.") % {"name": made.name})
            return redirect("manage")
    return render(
        request, "rehab/manage/staff.html", {"form": form, "roles": ROLES}, status=422 if form.is_bound else 200
    )


@form_page
@requires(Capability.MANAGE)
def clinic_settings(request: HttpRequest) -> HttpResponse:
    user = require(request.user, Capability.MANAGE)
    form = SettingsForm(request.POST if request.method == "POST" else None, clinic=user.clinic)
    if form.is_valid():
        try:
            change_settings(clinic=user.clinic, by=user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("manage")
    return render(request, "rehab/manage/settings.html", {"form": form}, status=422 if form.is_bound else 200)


@form_page
@requires(Capability.MANAGE)
def clinic_hours(request: HttpRequest) -> HttpResponse:
    """The week, and the days on which the clinic is closed."""
    user = require(request.user, Capability.MANAGE)
    at, act = timezone.now(), request.POST.get("act", "")
    sent = request.POST if request.method == "POST" else None
    week = WeekForm(sent if act == "week" else None, clinic=user.clinic)
    closed = ClosedForm(sent if act == "close" else None)
    try:
        if act == "open":
            wanted = request.POST.get("closed", "")
            rows = user.clinic.closed_days
            open_days(closed=get_object_or_404(rows, pk=wanted if wanted.isdecimal() else None), by=user, at=at)
        elif act == "week" and week.is_valid():
            set_hours(clinic=user.clinic, hours=week.hours(), by=user, at=at)
        elif act == "close" and closed.is_valid():
            close_days(clinic=user.clinic, by=user, at=at, **closed.cleaned_data)
        else:
            return _hours_page(request, week, closed)
    except Refused as refused:
        if act == "week":
            week.refuse(refused.field, refused.sentence)
        else:
            closed.add_error(refused.field, refused.sentence)
        return _hours_page(request, week, closed)
    messages.success(request, _("Saved."))
    return redirect("clinic_hours")


def _hours_page(request: HttpRequest, week: WeekForm, closed: ClosedForm) -> HttpResponse:
    clinic = request.user.clinic
    days = clinic.closed_days.filter(last_on__gte=clinic.date_at(timezone.now()))
    context = {"week": week, "closed": closed, "days": days}
    return render(request, "rehab/manage/hours.html", context, status=422 if request.method == "POST" else 200)
