from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rehab.access import require
from rehab.errors import Conflict, Refused
from rehab.ids import uuid_or_none
from rehab.models import NoteKind, User
from rehab.roles import Capability

from ..access import chart_page
from ..actions.entered_in_error import copy_to_right_chart, enter_in_error
from ..actions.note import too_late
from ..actions.session import add_addendum, discard_session, save_session, sign_session, start_session
from ..actions.visit import attend_with_new_note, note_visit_anew
from ..actions.walk_in import walk_in
from ..finding import LONGEST_QUERY
from ..forms.seen import number_seen
from ..forms.session import AddendumForm, InErrorForm, NoteForm, StartForm, label_of
from ..models import Addendum, Patient, TreatmentSession, Visit
from ..readings.session import done_here, next_visit, since_last, visits_without_note, where_now

Status = TreatmentSession.Status
A_PAGE = 50
SO_MANY = 10  # patients found to choose from
PAIN = [str(number) for number in range(11)]


@require_safe
@chart_page
def session_list(request: HttpRequest, patient: Patient) -> HttpResponse:
    today = patient.clinic.date_at(timezone.now())
    sessions = patient.sessions.with_errors_marked().select_related("physiotherapist")
    page = Paginator(sessions, A_PAGE).get_page(request.GET.get("page"))
    context = {"patient": patient, "age": patient.age_on(today), "page": page}
    return render(request, "patients/session/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def session_new(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    user = require(request.user, Capability.TREAT)
    today = patient.clinic.date_at(at)
    episodes = list(patient.episodes.filter(closed_on__isnull=True))
    context: dict[str, Any] = {"patient": patient, "age": patient.age_on(today)}
    if not episodes:
        return render(request, "patients/session/no_episode.html", context)
    sent = request.POST if request.method == "POST" else None
    form = StartForm(sent, episodes=episodes, visits=visits_without_note(patient, today), today=today, user=user)
    if form.is_valid():
        try:
            session = _begin(patient, form, by=user, at=at)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            if session.at != at:
                messages.info(request, _("You have begun a note for that day already: here it is."))
            return redirect("session", patient.public_id, session.public_id)
    context |= {"form": form, "several": len(episodes) > 1}
    return render(request, "patients/session/new.html", context, status=422 if form.is_bound else 200)


def _begin(patient: Patient, form: StartForm, *, by: User, at: datetime) -> TreatmentSession:
    """The note of a visit, of somebody who came without one, or of neither."""
    start, who = form.start(), {"by": by, "at": at}
    if visit := form.chosen_visit():
        act = attend_with_new_note if visit.state == Visit.State.BOOKED else note_visit_anew
        return act(visit=visit, seen=visit.last_sequence, kind=start["kind"], **who)[1]
    plan = start["episode"].plans.filter(start_on__lte=start["on"]).first()
    if form.is_walk_in():
        return walk_in(patient=patient, episode=start["episode"], plan=plan, kind=start["kind"], **who)[1]
    return start_session(patient=patient, plan=plan, **start, **who)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def session(request: HttpRequest, patient: Patient, session_id: uuid.UUID) -> HttpResponse:
    """A session note: a draft as its form, a signed one to read and to add to."""
    at = timezone.now()
    rows = patient.sessions.select_related("physiotherapist", "saved_by", "signed_by", "closed_by", "plan", "episode")
    row = get_object_or_404(rows, public_id=session_id)
    row.patient = patient
    if request.method != "POST":
        return _note_page(request, row) if row.status == Status.DRAFT else _read_page(request, row)
    user = require(request.user, Capability.TREAT)
    match request.POST.get("act"):
        case "discard":
            return _discard(request, row, by=user, at=at)
        case "add":
            return _add(request, row, by=user, at=at)
        case "in_error":
            return _enter_in_error(request, row, by=user, at=at)
        case "copy":
            return _copy(request, row, by=user, at=at)
        case "type":
            return _save_as_typed(request, row, by=user, at=at)
        case "insert" if row.status == Status.DRAFT and row.note_kind != NoteKind.ELSEWHERE:
            return _insert(request, row, by=user)
        case act:
            return _save(request, row, signs=act == "sign", by=user, at=at)


def _save(request: HttpRequest, session: TreatmentSession, *, signs: bool, by: User, at: datetime) -> HttpResponse:
    form = NoteForm(request.POST, session=session)
    if not form.is_valid():
        if session.status != Status.DRAFT:
            raise too_late(session)
        return _note_page(request, session, form, status=422)
    sent = {"version": form.cleaned_data["version"], "done": form.done_here(), "by": by, "at": at, **form.content()}
    try:
        act = sign_session if signs else save_session
        act(session=session, **sent)
    except Conflict as conflict:
        return _conflict(request, session, form, conflict)
    except Refused as refused:
        form.add_error(refused.field, refused.sentence)
        if signs:
            _keep_what_is_not_signed(session, form, sent)
        return _note_page(request, session, form, status=422)
    if signs:
        messages.success(request, _("The note is signed."))
    return redirect("session", session.patient.public_id, session.public_id)


def _keep_what_is_not_signed(session: TreatmentSession, form: NoteForm, sent: dict[str, Any]) -> None:
    """A signature that is refused still leaves a draft with all that was typed."""
    try:
        form.show(save_session(session=session, **sent).version)
    except Refused:
        return  # what is wrong with the signature is wrong with the draft: the page has said it


def _save_as_typed(request: HttpRequest, session: TreatmentSession, *, by: User, at: datetime) -> HttpResponse:
    """A small answer for `static/js/note.js`. What is wrong in one field keeps none of the others from being saved."""
    form = NoteForm(request.POST, session=session, words_only="exercises" not in request.POST)
    form.is_valid()
    if "version" not in form.cleaned_data:
        return JsonResponse({"errors": form.errors}, status=422)
    sent: dict[str, Any] = {"version": form.cleaned_data["version"], "done": form.done_here(), **form.content()}
    try:
        saved = save_session(session=session, by=by, at=at, **sent)
    except Conflict as conflict:
        return JsonResponse(_both(conflict), status=409)
    except Refused as refused:
        return JsonResponse({"errors": {refused.field or "version": [refused.sentence]}}, status=422)
    told = {"version": saved.version, "says": _("Saved at %(time)s") % {"time": time_format(localtime(at), "H:i")}}
    return JsonResponse(told | {"errors": form.errors})


def _both(conflict: Conflict) -> dict[str, Any]:
    now = conflict.now
    who = {"name": now["saved_by"], "at": date_format(localtime(now["saved_at"]), "j F, H:i")}
    return {
        "code": conflict.code,
        "version": now["version"],
        "sentence": conflict.sentence,
        "theirs": _("Saved by %(name)s, %(at)s") % who,
        "differences": [
            {"field": row.field, "label": label_of(row), "theirs": row.theirs, "yours": row.yours}
            for row in now["differences"]
        ],
    }


def _insert(request: HttpRequest, session: TreatmentSession, *, by: User) -> HttpResponse:
    """Put a snippet into the form as it was typed; nothing is saved by it, and nothing lost."""
    form = NoteForm(request.POST, session=session)
    snippet = next((row for row in by.snippets.all() if str(row.public_id) == request.POST.get("snippet")), None)
    if snippet is None:
        form.add_error(None, _("Choose one of your snippets."))
        return _note_page(request, session, form, status=422)
    form.insert(snippet, request.POST.get("into", ""))
    return _note_page(request, session, form)


def _conflict(request: HttpRequest, session: TreatmentSession, form: NoteForm, conflict: Conflict) -> HttpResponse:
    """Both texts beside each other. What was typed stays in the form, or, where the note is closed, on the page."""
    session.refresh_from_db()
    differences = [(label_of(difference), difference) for difference in conflict.now["differences"]]
    if session.status == Status.DRAFT:
        form.show(conflict.now["version"])
        return _note_page(request, session, form, status=409, conflict=conflict, differences=differences)
    if not differences:
        messages.info(request, conflict.sentence)
        return redirect("session", session.patient.public_id, session.public_id)
    return _read_page(request, session, status=409, conflict=conflict, differences=differences)


def _discard(request: HttpRequest, session: TreatmentSession, *, by: User, at: datetime) -> HttpResponse:
    try:
        discard_session(session=session, version=number_seen(request.POST.get("version", "")), by=by, at=at)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("session", session.patient.public_id, session.public_id)
    messages.success(request, _("The draft is discarded. It stays on record."))
    return redirect("session_list", session.patient.public_id)


def _add(request: HttpRequest, session: TreatmentSession, *, by: User, at: datetime) -> HttpResponse:
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            add_addendum(session=session, by=by, at=at, **form.cleaned_data)
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The addition is on record."))
            return redirect("session", session.patient.public_id, session.public_id)
    return _read_page(request, session, form, status=422)


def _enter_in_error(request: HttpRequest, session: TreatmentSession, *, by: User, at: datetime) -> HttpResponse:
    form = InErrorForm(request.POST)
    if form.is_valid():
        try:
            enter_in_error(session=session, by=by, at=at, **form.cleaned_data)
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The note is hidden. It stays on record as entered in error."))
            return redirect("session", session.patient.public_id, session.public_id)
    return _read_page(request, session, error_form=form, status=422)


def _copy(request: HttpRequest, session: TreatmentSession, *, by: User, at: datetime) -> HttpResponse:
    """Into the chart where it belongs: one that this person may open."""
    wanted = uuid_or_none(request.POST.get("to", ""))
    patient = get_object_or_404(Patient.objects.visible_to(by).select_related("clinic"), public_id=wanted)
    try:
        draft = copy_to_right_chart(session=session, patient=patient, by=by, at=at)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("session", session.patient.public_id, session.public_id)
    messages.success(request, _("The words are copied. Look through them, tick what was done, then sign."))
    return redirect("session", patient.public_id, draft.public_id)


def _note_page(
    request: HttpRequest, session: TreatmentSession, form: NoteForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    form = form or NoteForm(session=session)
    at, patient = timezone.now(), session.patient
    since = since_last(patient, session.plan, session.on, but=session)
    context = {
        "patient": patient,
        "age": patient.age_on(session.on),
        "session": session,
        "form": form,
        "since": since,
        "exercises": [(row, since.days_done(row.prescription)) for row in form.exercises()],
        "pain_numbers": PAIN,
        "may_sign": session.physiotherapist_id == request.user.pk,
        "now": where_now(since, session.plan, patient.clinic.date_at(at)),
        "next_visit": next_visit(patient, at),
        "snippets": list(request.user.snippets.all()) if form.words() else [],
        **more,
    }
    return render(request, "patients/session/note.html", context, status=status)


def _read_page(
    request: HttpRequest,
    session: TreatmentSession,
    form: AddendumForm | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    addenda = list(session.addenda.select_related("by"))
    in_error = next((row for row in addenda if row.kind == Addendum.Kind.ENTERED_IN_ERROR), None)
    query = request.GET.get("find", "").strip()[:LONGEST_QUERY] if in_error else ""
    others = Patient.objects.visible_to(request.user).exclude(pk=session.patient_id)  # type: ignore[arg-type]
    context = {
        "patient": session.patient,
        "age": session.patient.age_on(session.on),
        "session": session,
        "form": form or AddendumForm(initial={"kind": "addendum"}),
        "error_form": InErrorForm(),
        "exercises": done_here(session),
        "addenda": [row for row in addenda if row is not in_error],
        "in_error": in_error,
        "query": query,
        "found": others.found_by(query).order_by("sort_name", "pk")[:SO_MANY] if query else (),
        **more,
    }
    return render(request, "patients/session/read.html", context, status=status)
