"""Who is away and who covers, who leaves, and patients that go from one lead to another."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rehab.access import require, requires
from rehab.actions.away import end_away, plan_away
from rehab.errors import Conflict, Refused
from rehab.forms.away import AwayForm
from rehab.ids import uuid_or_none
from rehab.models import Away, User
from rehab.roles import Capability, can

from ..access import chart_page
from ..actions.handover import hand_over
from ..actions.leaving import begin_leaving, call_off_leaving, close_draft
from ..forms.handover import HandoverForm
from ..models import Patient
from ..readings.leaving import (
    drafts_of,
    episodes_of,
    leaves,
    still_open,
    to_hand_over,
    visits_ahead,
    visits_ahead_of,
    without_a_future,
)

page = require_http_methods(["GET", "HEAD", "POST"])
# A patient has a sign-in as well, and nobody here takes it away.
STAFF = Q(is_physiotherapist=True) | Q(is_front_desk=True) | Q(is_administrator=True)


@page
def team(request: HttpRequest) -> HttpResponse:
    """Absences with who covers, and colleagues who leave. For physiotherapists and administrators."""
    user = request.user
    if not isinstance(user, User) or not (can(user, Capability.TREAT) or can(user, Capability.MANAGE)):
        raise PermissionDenied
    at = timezone.now()
    act = request.POST.get("act", "")
    form = AwayForm(request.POST if act == "away" else None, user=user)
    try:
        if act == "end":
            rows = Away.objects.filter(user__clinic_id=user.clinic_id)
            end_away(away=get_object_or_404(rows, public_id=uuid_or_none(request.POST.get("away"))), by=user, at=at)
            messages.success(request, _("Noted. They are here again."))
            return redirect("team")
        if form.is_valid():
            plan_away(by=user, at=at, **form.cleaned_data)
            messages.success(request, _("Noted. Who covers sees these patients from the first day on."))
            return redirect("team")
    except Refused as refused:
        if act == "away":
            form.add_error(refused.field, refused.sentence)
        else:
            messages.error(request, refused.sentence)
            return redirect("team")
    return _team_page(request, user, form, at)


def _team_page(request: HttpRequest, user: User, form: AwayForm, at: datetime) -> HttpResponse:
    today = user.clinic.date_at(at)
    treats = can(user, Capability.TREAT)
    away = Away.objects.filter(user__clinic_id=user.clinic_id, last_on__gte=today, withdrawn_at__isnull=True)
    rows = list(away.select_related("user", "covered_by").order_by("first_on", "pk"))
    visits = list(visits_ahead_of([row.user for row in rows], at=at, by=user)) if treats else []
    context = {
        "today": today,
        "form": form,
        "away": [(row, [visit for visit in visits if _falls_into(visit, row, user)]) for row in rows],
        "treats": treats,
        "leaving": [(row, still_open(row, at=at)) for row in without_a_future(user.clinic, at=at)] if treats else [],
        "mine": episodes_of(user).count() if treats else 0,
    }
    return render(request, "patients/team/team.html", context, status=422 if request.method == "POST" else 200)


@page
@requires(Capability.TREAT)
def handover(request: HttpRequest) -> HttpResponse:
    """Hand one's own patients over, or take those of a colleague who leaves or has left: `?from=`."""
    user, at = require(request.user, Capability.TREAT), timezone.now()
    from_user = _whose(request, user)
    episodes = list(to_hand_over(from_user, user))
    sent = request.POST if request.method == "POST" else None
    form = HandoverForm(sent, episodes=episodes, user=user, one=request.GET.get("episode", ""))
    status = 422 if sent is not None else 200
    conflict = None
    if form.is_valid():
        try:
            made = hand_over(
                episodes=[UUID(key) for key in form.cleaned_data["episodes"]],
                from_user=from_user,
                to_user=form.cleaned_data["to_user"],
                note=form.cleaned_data["note"],
                by=user,
                at=at,
            )
        except Conflict as stale:
            conflict, status = stale, 409
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            words = {"count": len(made), "name": form.cleaned_data["to_user"].name}
            says = ngettext(
                "%(name)s leads %(count)s patient more.", "%(name)s leads %(count)s patients more.", len(made)
            )
            messages.success(request, says % words)
            return redirect("team")
    context = {"form": form, "from_user": from_user, "is_own": from_user == user, "conflict": conflict} | _left(
        from_user, user, at
    )
    return render(request, "patients/team/handover.html", context, status=status)


@require_POST
@chart_page
def draft_close(request: HttpRequest, patient: Patient, session_id: UUID) -> HttpResponse:
    """Put away the draft of a colleague who leaves."""
    user = require(request.user, Capability.TREAT)
    session = get_object_or_404(patient.sessions.select_related("physiotherapist"), public_id=session_id)
    try:
        close_draft(session=session, by=user, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The note is closed, not signed. Its text stays on record."))
    return redirect(f"{reverse('handover')}?from={session.physiotherapist.public_id}")


@page
@requires(Capability.MANAGE)
def staff_leave(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Take away a sign-in: at once, or when everything is handed over. Numbers, never names of patients."""
    by, at = require(request.user, Capability.MANAGE), timezone.now()
    person = get_object_or_404(by.clinic.users.filter(STAFF), public_id=user_id)
    if request.method == "POST":
        try:
            said = _leave(request.POST.get("act", ""), person, by=by, at=at)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect("staff_leave", user_id)
        if said:
            messages.success(request, said)
            return redirect("manage")
    context = {"person": person, "open": still_open(person, at=at), "is_self": person == by}
    return render(request, "patients/team/leave.html", context, status=422 if request.method == "POST" else 200)


def _leave(act: str, person: User, *, by: User, at: datetime) -> str:
    if act == "stay":
        call_off_leaving(user=person, by=by, at=at)
        return _("%(name)s stays.") % {"name": person.name}
    if act != "leave":
        return ""
    if begin_leaving(user=person, by=by, at=at):
        return _("%(name)s can no longer sign in.") % {"name": person.name}
    return _("%(name)s is given no new patients. The sign-in goes when everything is handed over.") % {
        "name": person.name
    }


def _whose(request: HttpRequest, user: User) -> User:
    wanted = uuid_or_none(request.POST.get("from") or request.GET.get("from"))
    if wanted is None:
        return user
    colleagues = user.clinic.users.filter(is_physiotherapist=True)
    return get_object_or_404(colleagues, public_id=wanted)


def _left(person: User, user: User, at: datetime) -> dict[str, Any]:
    """What handing over does not move by itself: visits that are booked, and, of somebody who leaves, drafts."""
    visits = visits_ahead(person, at=at) if leaves(person) else visits_ahead_of([person], at=at, by=user)
    return {
        "visits": list(visits),
        "drafts": list(drafts_of(person)) if leaves(person) else [],
        "leaves": leaves(person),
    }


def _falls_into(visit: Any, away: Away, user: User) -> bool:
    on = user.clinic.date_at(visit.starts_at)
    return visit.physiotherapist_id == away.user_id and away.first_on <= on <= away.last_on
