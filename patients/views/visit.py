from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rehab.access import require
from rehab.errors import Conflict, Refused
from rehab.models import User
from rehab.roles import Capability

from ..access import chart_page
from ..actions.visit import (
    add_visit,
    attend_visit,
    attend_with_new_note,
    book_visit,
    cancel_visit,
    miss_visit,
    move_visit,
    note_visit,
    note_visit_anew,
)
from ..forms.seen import number_seen
from ..forms.visit import AppointmentForm, AttendedForm, CancelForm, MissedForm, NewVisitForm
from ..models import Patient, TreatmentSession, Visit
from ..sentences import visit_event_word
from ..visits import Step, may

OPEN = (Visit.State.DUE, Visit.State.BOOKED)
SAID = {
    Step.BOOK: gettext_lazy("The visit is booked."),
    Step.MOVE: gettext_lazy("The visit is moved."),
    Step.ATTEND: gettext_lazy("The visit is marked as attended."),
    Step.NOTE: gettext_lazy("The visit has its session note."),
    Step.MISS: gettext_lazy("The visit is marked as missed."),
    Step.CANCEL: gettext_lazy("The visit is cancelled."),
}


@require_safe
@chart_page
def visit_list(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    today = patient.clinic.date_at(at)
    rows = list(patient.visits.select_related("follow_up", "physiotherapist", "session", "episode"))
    rows.sort(key=lambda row: (_day(row, at), row.pk))
    context = {
        "patient": patient,
        "age": patient.age_on(today),
        "today": today,
        "ahead": [row for row in rows if row.state in OPEN],
        "past": [row for row in reversed(rows) if row.state not in OPEN],
    }
    return render(request, "patients/visit/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def visit_new(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    user = require(request.user, Capability.TREAT)
    today = patient.clinic.date_at(at)
    episodes = list(patient.episodes.filter(closed_on__isnull=True))
    context: dict[str, Any] = {"patient": patient, "age": patient.age_on(today), "today": today}
    if not episodes:
        return render(request, "patients/visit/no_episode.html", context)
    sent = request.POST if request.method == "POST" else None
    form = NewVisitForm(sent, clinic=patient.clinic, today=today, user=user, episodes=episodes)
    if form.is_valid():
        try:
            visit = add_visit(episode=form.episode_of_visit(), by=user, at=at, **form.appointment())
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, SAID[Step.BOOK])
            return redirect("visit", patient.public_id, visit.public_id)
    due = patient.visits.filter(state=Visit.State.DUE).select_related("follow_up").order_by("due_on", "pk")
    context |= {"form": form, "several": len(episodes) > 1, "due": due}
    return render(request, "patients/visit/new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def visit(request: HttpRequest, patient: Patient, visit_id: uuid.UUID) -> HttpResponse:
    """A visit: what it is, what happened to it, and its next steps as forms."""
    at = timezone.now()
    row = get_object_or_404(
        patient.visits.select_related("follow_up", "physiotherapist", "session"), public_id=visit_id
    )
    row.patient = patient
    if request.method != "POST":
        return _page(request, row, at=at)
    act = request.POST.get("act", "")
    if act not in SAID:
        return _page(request, row, at=at, status=422)
    return _take(request, row, Step(act), by=require(request.user, Capability.TREAT), at=at)


def _take(request: HttpRequest, visit: Visit, step: Step, *, by: User, at: datetime) -> HttpResponse:
    form = _form(step, visit, by=by, at=at, sent=request.POST)
    if not form.is_valid():
        return _page(request, visit, at=at, sent={step: form}, status=422)
    try:
        session = _do(step, form, visit, seen=number_seen(request.POST.get("seen", "")), by=by, at=at)
    except Conflict as conflict:
        visit.refresh_from_db()
        return _page(request, visit, at=at, sent={step: form}, conflict=conflict, status=409)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, visit, at=at, sent={step: form}, status=422)
    messages.success(request, SAID[step])
    if session is not None:
        return redirect("session", visit.patient.public_id, session.public_id)
    return redirect("visit", visit.patient.public_id, visit.public_id)


def _do(step: Step, form: Any, visit: Visit, **how: Any) -> TreatmentSession | None:
    """Take the step; gives the session note that is to be written next, if one was started."""
    match step:
        case Step.BOOK:
            book_visit(visit=visit, **form.appointment(), **how)
        case Step.MOVE:
            move_visit(visit=visit, **form.appointment(), **how)
        case Step.ATTEND if form.starts_a_note():
            return attend_with_new_note(visit=visit, kind=TreatmentSession.Kind.CLINIC, **how)[1]
        case Step.ATTEND:
            attend_visit(visit=visit, session=form.session(), **how)
        case Step.NOTE if form.starts_a_note():
            return note_visit_anew(visit=visit, kind=TreatmentSession.Kind.CLINIC, **how)[1]
        case Step.NOTE:
            note_visit(visit=visit, session=form.session(), **how)
        case Step.MISS:
            miss_visit(visit=visit, **form.cleaned_data, **how)
        case _:
            cancel_visit(visit=visit, **form.cleaned_data, **how)
    return None


def _form(step: Step, visit: Visit, *, by: User, at: datetime, sent: Any = None) -> Form:
    """The form of a step. Several stand on one page, so each has ids of its own."""
    ids = {"auto_id": f"id_{step}_%s"}
    clinic = visit.patient.clinic
    match step:
        case Step.BOOK | Step.MOVE:
            return AppointmentForm(sent, clinic=clinic, today=clinic.date_at(at), user=by, visit=visit, **ids)
        case Step.ATTEND | Step.NOTE:
            free = visit.patient.sessions.filter(on=_day(visit, at), visit__isnull=True)
            sessions = free.exclude(status=TreatmentSession.Status.DISCARDED).select_related("physiotherapist")
            return AttendedForm(sent, sessions=sessions, may_be_without=step is Step.ATTEND, **ids)
        case Step.MISS:
            return MissedForm(sent, **ids)
        case _:
            return CancelForm(sent, **ids)


def _page(
    request: HttpRequest,
    visit: Visit,
    *,
    at: datetime,
    sent: dict[Step, Form] | None = None,
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    user = require(request.user, Capability.TREAT)
    today = visit.patient.clinic.date_at(at)
    sent = sent or {}
    possible = [step for step in SAID if may(visit.state, step) and _has_come(step, visit, at)]
    context = {
        "patient": visit.patient,
        "age": visit.patient.age_on(today),
        "today": today,
        "visit": visit,
        "note": visit.session if _has_note(visit) else None,
        "events": [(visit_event_word(row), row) for row in visit.events.select_related("by", "physiotherapist")],
        "forms": {step.value: sent.get(step) or _form(step, visit, by=user, at=at) for step in possible},
        "form": next(iter(sent.values()), None),
        "conflict": conflict,
    }
    return render(request, "patients/visit/visit.html", context, status=status)


def _has_note(visit: Visit) -> bool:
    return visit.session is not None and visit.session.status != TreatmentSession.Status.DISCARDED


def _has_come(step: Step, visit: Visit, at: datetime) -> bool:
    """Whether a step can be offered already: a visit is kept on its day, missed after its time."""
    match step:
        case Step.ATTEND:
            return _day(visit, at) <= visit.patient.clinic.date_at(at)
        case Step.MISS:
            return visit.starts_at is not None and visit.starts_at <= at
        case Step.NOTE:
            return not _has_note(visit)
        case _:
            return True


def _day(visit: Visit, at: datetime) -> date:
    """The day of a visit: of its appointment, or on which it is due."""
    if visit.starts_at is not None:
        return visit.patient.clinic.date_at(visit.starts_at)
    return visit.due_on or visit.patient.clinic.date_at(at)
