from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rehab.access import require
from rehab.errors import Conflict, Refused
from rehab.models import User
from rehab.roles import Capability, can

from ..access import desk_page
from ..actions.visit import (
    answer_visit,
    attend_visit,
    attend_with_new_note,
    book_visit,
    cancel_visit,
    miss_visit,
    move_visit,
    note_visit,
    note_visit_anew,
    take_back_visit,
)
from ..forms.seen import number_seen
from ..forms.visit import (
    AppointmentForm,
    AttendedForm,
    CameForm,
    CancelForm,
    TakeBackVisitForm,
    WhatNextForm,
    wanted,
)
from ..models import Patient, TreatmentSession, Visit, VisitEvent
from ..readings.attendance import attendance_of
from ..sentences import visit_event_word
from ..visits import Step, may
from .booking import after, back_day

OPEN = (Visit.State.DUE, Visit.State.BOOKED)
SAID = {
    Step.BOOK: gettext_lazy("The visit is booked."),
    Step.MOVE: gettext_lazy("The visit is moved."),
    Step.ATTEND: gettext_lazy("The visit is marked as attended."),
    Step.NOTE: gettext_lazy("The visit has its session note."),
    Step.MISS: gettext_lazy("The visit is marked as missed."),
    Step.CANCEL: gettext_lazy("The visit is cancelled."),
    Step.ANSWER: gettext_lazy("What comes next is on record."),
    Step.TAKE_BACK: gettext_lazy("The visit is booked again, as before."),
}
# What only those do who write notes.
OF_NOTES = (Step.NOTE,)


@require_safe
@desk_page
def visit_list(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    today = patient.clinic.date_at(at)
    rows = list(patient.visits.select_related("follow_up", "physiotherapist", "session", "episode"))
    rows.sort(key=lambda row: (_day(row, at), row.pk))
    context = {
        "patient": patient,
        "age": patient.age_on(today),
        "today": today,
        "at": at,
        "treats": can(request.user, Capability.TREAT),
        "ahead": [row for row in rows if row.state in OPEN],
        "past": [row for row in reversed(rows) if row.state not in OPEN],
        "attendance": attendance_of(patient),
    }
    return render(request, "patients/visit/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def visit(request: HttpRequest, patient: Patient, visit_id: uuid.UUID) -> HttpResponse:
    """A visit: what it is, what happened to it, and its next steps as forms."""
    at = timezone.now()
    rows = patient.visits.select_related("follow_up", "physiotherapist", "session", "episode__lead")
    row = get_object_or_404(rows, public_id=visit_id)
    row.patient = patient
    if request.method != "POST":
        return _page(request, row, at=at)
    act = request.POST.get("act", "")
    if act not in SAID:
        return _page(request, row, at=at, status=422)
    by = require(request.user, Capability.RECEIVE)
    if Step(act) in OF_NOTES and not can(by, Capability.TREAT):
        raise PermissionDenied
    return _take(request, row, Step(act), by=by, at=at)


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
        _refuse(form, refused)
        return _page(request, visit, at=at, sent={step: form}, status=422)
    messages.success(request, SAID[step])
    if session is not None:
        return redirect("session", visit.patient.public_id, session.public_id)
    return _onward(request, visit, step, form)


def _onward(request: HttpRequest, visit: Visit, step: Step, form: Any) -> HttpResponse:
    """Another appointment is booked at once; who came from the schedule goes back to it."""
    if form.cleaned_data.get("what_next") == VisitEvent.WhatNext.AGAIN:
        place = {"with": str(visit.physiotherapist.public_id)} if visit.physiotherapist else {}
        if visit.starts_at is not None:
            place["time"] = visit.starts_at.astimezone(visit.patient.clinic.zone).strftime("%H:%M")
        if back := back_day(request.POST):
            place["back"] = back.isoformat()
        return redirect(f"{reverse('visit_new', args=[visit.patient.public_id])}?{urlencode(place)}")
    day = form.cleaned_data["on"] if step in {Step.BOOK, Step.MOVE} else None
    return after(request, day) or redirect("visit", visit.patient.public_id, visit.public_id)


def _refuse(form: Any, refused: Refused) -> None:
    if isinstance(form, AppointmentForm):
        form.refuse(refused)
    else:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)


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
        case Step.ANSWER:
            answer_visit(visit=visit, **form.cleaned_data, **how)
        case Step.TAKE_BACK:
            take_back_visit(visit=visit, **form.cleaned_data, **how)
        case _:
            cancel_visit(visit=visit, **form.cleaned_data, **how)
    return None


def _form(step: Step, visit: Visit, *, by: User, at: datetime, sent: Any = None, place: Any = None) -> Form:
    """The form of a step. Several stand on one page, so each has ids of its own."""
    ids = {"auto_id": f"id_{step}_%s"}
    clinic = visit.patient.clinic
    match step:
        case Step.BOOK | Step.MOVE:
            return AppointmentForm(
                sent,
                clinic=clinic,
                today=clinic.date_at(at),
                user=by,
                lead=visit.episode.lead,
                visit=visit,
                wanted=place,
                **ids,
            )
        case Step.ATTEND | Step.NOTE if can(by, Capability.TREAT):
            free = visit.patient.sessions.filter(on=_day(visit, at), visit__isnull=True)
            sessions = free.exclude(status=TreatmentSession.Status.DISCARDED).select_related("physiotherapist")
            return AttendedForm(sent, sessions=sessions, may_be_without=step is Step.ATTEND, **ids)
        case Step.ATTEND | Step.NOTE:
            return CameForm(sent, **ids)
        case Step.MISS | Step.ANSWER:
            return WhatNextForm(sent, **ids)
        case Step.TAKE_BACK:
            return TakeBackVisitForm(sent, **ids)
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
    user = require(request.user, Capability.RECEIVE)
    treats = can(user, Capability.TREAT)
    today = visit.patient.clinic.date_at(at)
    sent = sent or {}
    possible = [
        step
        for step in SAID
        if may(visit.state, step) and _has_come(step, visit, at) and (treats or step not in OF_NOTES)
    ]
    place = wanted(request.GET)
    context = {
        "patient": visit.patient,
        "age": visit.patient.age_on(today),
        "today": today,
        "visit": visit,
        "treats": treats,
        "note": visit.session if treats and _has_note(visit) else None,
        "events": _events(visit, treats=treats),
        "forms": {step.value: sent.get(step) or _form(step, visit, by=user, at=at, place=place) for step in possible},
        "form": next(iter(sent.values()), None),
        "conflict": conflict,
        "opened": request.GET.get("open", ""),
        "back": back_day(request.POST if request.method == "POST" else request.GET),
    }
    return render(request, "patients/visit/visit.html", context, status=status)


def _events(visit: Visit, *, treats: bool) -> list[tuple[str, VisitEvent]]:
    """What happened, in words; of notes only those hear who write them."""
    rows = visit.events.select_related("by", "physiotherapist")
    of_a_note = (Visit.State.ATTENDED, Visit.State.ATTENDED)
    return [(visit_event_word(row), row) for row in rows if treats or (row.from_state, row.to_state) != of_a_note]


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
        case Step.TAKE_BACK:
            return not _has_note(visit) and not visit.unplanned
        case _:
            return True


def _day(visit: Visit, at: datetime) -> date:
    """The day of a visit: of its appointment, or on which it is due."""
    if visit.starts_at is not None:
        return visit.patient.clinic.date_at(visit.starts_at)
    return visit.due_on or visit.patient.clinic.date_at(at)
