from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from rehab.access import require, requires
from rehab.errors import Refused
from rehab.roles import Capability

from .. import sentences
from ..access import chart_page
from ..actions.dealt_with import deal_with
from ..actions.sight import look_again, proposed
from ..attention import Found, Reason
from ..attention_sentences import reason_evidence, reason_title
from ..finding import LONGEST_QUERY
from ..forms.sight import DealtWithForm, LookAgainForm
from ..ledger_sentences import OTHER, REASON_WORDS
from ..models import Patient
from ..moves import Act
from ..progression import State
from ..readings.caseload import Caseload, Row, read_caseload, read_row

A_PAGE = 25
NEEDS, ALL, COVERED = "needs", "all", "covered"
# How a reason looks: the colour and the icon.
LOOKS: dict[Reason, tuple[str, str]] = {
    Reason.STOPPED_BY_PAIN: ("stop", "stop"),
    Reason.PAIN_WORSE: ("warn", "rise"),
    Reason.LOOK_AGAIN: ("note", "look"),
    Reason.CHECK_DUE: ("note", "review"),
    Reason.VISIT_MISSED: ("warn", "missed"),
    Reason.NOTHING_AHEAD: ("warn", "missed"),
    Reason.VISIT_UNSAID: ("note", "visit"),
    Reason.NOTE_OPEN: ("note", "note"),
    Reason.OPENS_SOON: ("note", "open"),
    Reason.SILENT: ("warn", "silent"),
    Reason.LITTLE_DONE: ("warn", "list"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason as a row shows it, with the button that answers it."""

    look: str
    icon: str
    title: str
    evidence: str
    label: str
    url: str
    button_icon: str
    dealt_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page draws it. `why` is None for those with whom all is well."""

    row: Row
    why: Why | None
    more: Sequence[Why]
    ago: str
    chart_url: str
    session_url: str
    book_url: str
    move_url: str


@require_safe
@requires(Capability.TREAT)
@vary_on_headers("HX-Request")
def caseload(request: HttpRequest) -> HttpResponse:
    """My patients: who needs me, and why."""
    user = require(request.user, Capability.TREAT)
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    read = read_caseload(user, at=timezone.now(), found_by=text)
    context = {"read": read, "query": text, "today": read.today, **_found(request, read, searched=bool(text.strip()))}
    template = "patients/caseload/caseload.html"
    return render(request, f"{template}#found" if "HX-Request" in request.headers else template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def dealt_with(request: HttpRequest, patient: Patient, episode_id: uuid.UUID, reason: Reason) -> HttpResponse:
    """Answer a reason of the caseload for a time."""
    user = require(request.user, Capability.TREAT)
    at = timezone.now()
    episode = get_object_or_404(patient.episodes.select_related("patient__clinic"), public_id=episode_id)
    row = read_row(episode, user, at=at)
    found = next((each for each in row.found if each.reason is reason), None)
    sent = request.POST if request.method == "POST" else None
    form = DealtWithForm(sent, clinic=patient.clinic, initial={"until": proposed(episode, row.today)})
    if sent is not None and found is None:
        messages.info(request, _("That is no longer so: nothing needs to be dealt with."))
        return redirect("caseload")
    if form.is_valid() and found is not None:
        try:
            deal_with(episode=episode, reason=reason, level=found.level, by=user, at=at, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            words = {"name": patient.name, "day": date_format(form.cleaned_data["until"], "l j F")}
            messages.success(request, _("%(name)s: dealt with until %(day)s.") % words)
            return redirect("caseload")
    context = {"patient": patient, "row": row, "form": form, "why": _why(row, found) if found else None}
    status = 422 if form.is_bound else 200
    return render(request, "patients/caseload/dealt_with.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def episode_look_again(request: HttpRequest, patient: Patient, episode_id: uuid.UUID) -> HttpResponse:
    """Set the date on which somebody looks at an episode again."""
    user = require(request.user, Capability.TREAT)
    at = timezone.now()
    episode = get_object_or_404(patient.episodes.select_related("patient__clinic", "lead"), public_id=episode_id)
    sent = request.POST if request.method == "POST" else None
    today = patient.clinic.date_at(at)
    form = LookAgainForm(sent, clinic=patient.clinic, initial={"look_again_on": proposed(episode, today)})
    if form.is_valid():
        try:
            episode = look_again(episode=episode, on=form.cleaned_data["look_again_on"], by=user, at=at)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            day = date_format(episode.look_again_on or today, "l j F")
            messages.success(request, _("Look again on %(day)s.") % {"day": day})
            return redirect("chart", patient.public_id)
    context = {"patient": patient, "episode": episode, "age": patient.age_on(today), "today": today, "form": form}
    return render(request, "patients/caseload/look_again.html", context, status=422 if form.is_bound else 200)


def _found(request: HttpRequest, read: Caseload, *, searched: bool) -> dict[str, Any]:
    """The rows that the page shows. A search looks through everybody; who needs somebody stands on one page."""
    show = request.GET.get("show", NEEDS)
    if show not in {NEEDS, ALL, COVERED} or (searched and show == NEEDS):
        show = ALL if searched else NEEDS
    phase, state = request.GET.get("phase", ""), request.GET.get("state", "")
    everybody = [*read.needing, *read.well]
    lists = {NEEDS: read.needing, ALL: everybody, COVERED: [row for row in everybody if row.is_covered]}
    rows = [row for row in lists[show] if _is_in(row, phase, state)]
    page = Paginator(rows, max(len(rows), 1) if show == NEEDS else A_PAGE).get_page(request.GET.get("page"))
    return {
        "show": show,
        "page": page,
        "rows": [_shown(row) for row in page],
        "ready": [_shown(row) for row in read.ready],
        "counts": {name: len(found) for name, found in lists.items()},
        "well": len(read.well),
        "phase": phase,
        "state": state,
        "is_filtered": len(rows) != len(lists[show]),
        "phases": sorted({str(row.phase.number) for row in read.rows if row.phase}),
        "states": [(value, words) for value, words in sentences.STATES.items() if _has(read, value)],
        "nobody": not read.rows and not searched,
    }


def _is_in(row: Row, phase: str, state: str) -> bool:
    in_phase = phase not in {"1", "2", "3", "4", "5", "6", "7", "8", "9"} or (
        row.phase is not None and str(row.phase.number) == phase
    )
    return in_phase and (state not in set(State) or row.state == state)


def _has(read: Caseload, state: State) -> bool:
    return any(row.state is state for row in read.rows)


def _shown(row: Row) -> Shown:
    patient = row.patient.public_id
    is_open = row.episode.closed_on is None
    may_move = row.state is State.AWAITING_REVIEW or row.state is State.RUNNING or row.state is State.STAYING
    return Shown(
        row=row,
        why=_why(row, row.first) if row.needs else None,
        more=[_why(row, found) for found in row.more] if row.needs else [],
        ago=_ago(row),
        chart_url=reverse("chart", args=[patient]),
        session_url=reverse("session_new", args=[patient]) if is_open else "",
        book_url=_book_url(row) if is_open else "",
        move_url=reverse("decide", args=[patient, row.plan.public_id, Act.MOVE_ON])
        if row.plan and row.following and may_move
        else "",
    )


def _ago(row: Row) -> str:
    """How old the last answer about the morning is."""
    if row.last_morning is None:
        return ""
    days = (row.today - row.last_morning[1]).days
    if days < 2:
        return _("yesterday") if days else _("today")
    return _("%(days)s days ago") % {"days": days}


def _why(row: Row, found: Found) -> Why:
    look, icon = LOOKS[found.reason]
    label, button_icon, url = _button(row, found)
    dealt = reverse("dealt_with", args=[row.patient.public_id, row.episode.public_id, found.reason])
    title, evidence = reason_title(found), reason_evidence(found, held=_held(row))
    return Why(look, icon, title, evidence, label, url, button_icon, dealt)


def _held(row: Row) -> str:
    """Why the plan stays or is stopped, in words."""
    code, words = getattr(row.plan, "held_code", ""), getattr(row.plan, "held_words", "")
    chosen = "" if code == OTHER or code not in REASON_WORDS else str(REASON_WORDS[code])
    return chosen or words or ""


def _button(row: Row, found: Found) -> tuple[str, str, str]:
    """What answers a reason: the word on its button, the icon, and where it leads."""
    patient, episode = row.patient, row.episode
    to_chart = reverse("chart", args=[patient.public_id])
    calls = found.reason in {Reason.STOPPED_BY_PAIN, Reason.SILENT} or found.evidence.get("kind") == "recall"
    if calls and patient.phone:
        return _("Call"), "phone", f"tel:{patient.phone}"
    match found.reason:
        case Reason.LOOK_AGAIN if episode.closed_on is None:
            return _("Look again"), "look", to_chart
        case Reason.CHECK_DUE:
            return _("Decide"), "review", to_chart
        case Reason.NOTHING_AHEAD if found.evidence["kind"] == "no_plan":
            return _("Assign a plan"), "road", reverse("assign", args=[patient.public_id, episode.public_id])
        case Reason.NOTHING_AHEAD if found.evidence["kind"] == "ended":
            return _("Open the chart"), "arrow-right", to_chart
        case Reason.VISIT_MISSED | Reason.NOTHING_AHEAD | Reason.OPENS_SOON:
            return _("Book"), "calendar", _book_url(row)
        case Reason.VISIT_UNSAID if row.unsaid_visit:
            return _("Say which"), "visit", reverse("visit", args=[patient.public_id, row.unsaid_visit.public_id])
        case Reason.NOTE_OPEN if row.drafts:
            return _("Open the note"), "note", reverse("session", args=[patient.public_id, row.drafts[0].public_id])
        case Reason.NOTE_OPEN if row.unwritten_visit:
            return _("Write it"), "note", reverse("visit", args=[patient.public_id, row.unwritten_visit.public_id])
        case _:
            return _("Open the chart"), "arrow-right", to_chart


def _book_url(row: Row) -> str:
    """Where a visit is booked: the one that is due, or a new one."""
    due = row.next_visit
    if due is not None and due.starts_at is None:
        return reverse("visit", args=[row.patient.public_id, due.public_id])
    return reverse("visit_new", args=[row.patient.public_id])
