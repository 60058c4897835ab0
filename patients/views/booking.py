"""Booking: the patient found with three letters, then the appointment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from rehab.access import require, requires
from rehab.errors import Refused
from rehab.models import User
from rehab.roles import Capability, can

from ..access import desk_page
from ..actions.series import Series, book_series
from ..actions.visit import add_visit, book_visit
from ..finding import LONGEST_QUERY
from ..forms.visit import NewVisitForm, wanted
from ..models import Patient, Visit

SHOWN = 8


@require_safe
@requires(Capability.RECEIVE)
@vary_on_headers("HX-Request")
def schedule_find(request: HttpRequest) -> HttpResponse:
    """Whom to book: a few letters of the name, the birth date or the number. The free place comes along."""
    user = require(request.user, Capability.RECEIVE)
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    place = place_of(request.GET)
    found: list[Patient] = []
    if text.strip():
        people = Patient.objects.receivable_by(user).filter(archived_at__isnull=True)
        found = list(people.found_by(text).order_by("sort_name", "pk")[: SHOWN + 1])
    context = {
        "query": text,
        "found": found[:SHOWN],
        "more": len(found) > SHOWN,
        "place": place,
        "ahead": urlencode(place),
        "wanted": wanted(request.GET),
        "today": user.clinic.date_at(timezone.now()),
    }
    template = "patients/schedule/find.html"
    return render(request, f"{template}#found" if "HX-Request" in request.headers else template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def visit_new(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Book what is due, or another visit, once or the same time every week."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    today = patient.clinic.date_at(at)
    treats = can(user, Capability.TREAT)
    episodes = list(patient.episodes.filter(closed_on__isnull=True).select_related("lead"))
    context: dict[str, Any] = {"patient": patient, "age": patient.age_on(today), "today": today, "treats": treats}
    if not episodes:
        return render(request, "patients/visit/no_episode.html", context)
    sent = request.POST if request.method == "POST" else None
    form = NewVisitForm(
        sent,
        clinic=patient.clinic,
        today=today,
        user=user,
        lead=episodes[0].lead,
        wanted=wanted(request.GET),
        episodes=episodes,
        due=_bookable(patient, sent.get("visit", "") if sent else ""),
        names_problems=treats,
    )
    if form.is_valid():
        try:
            visit = _book(request, form, by=user, at=at)
        except Refused as refused:
            form.refuse(refused)
        else:
            here = redirect("visit", patient.public_id, visit.public_id) if visit else None
            return after(request, form.cleaned_data["on"]) or here or redirect("visit_list", patient.public_id)
    context |= {"form": form, "several": len(episodes) > 1, "place": place_of(request.GET)}
    return render(request, "patients/visit/new.html", context, status=422 if form.is_bound else 200)


def _bookable(patient: Patient, sent: str) -> list[Visit]:
    """What is due, by its date; and the visit that the form was sent for, if it is booked meanwhile."""
    rows = patient.visits.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED], due_on__isnull=False)
    rows = rows.select_related("follow_up", "physiotherapist").order_by("due_on", "pk")
    return [row for row in rows if row.state == Visit.State.DUE or str(row.public_id) == sent]


def _book(request: HttpRequest, form: NewVisitForm, *, by: User, at: datetime) -> Visit | None:
    """Book what the form says, and say so. Gives the visit, if it is one."""
    due, weeks = form.due_visit(), form.weeks_wanted()
    if due is not None and due.state == Visit.State.BOOKED and _is_so(due, form):
        due = None if weeks > 1 else due  # the same form once more
    if weeks > 1:
        series = book_series(
            episode=due.episode if due else form.episode_of_visit(),
            physiotherapist=form.cleaned_data["physiotherapist"],
            on=form.cleaned_data["on"],
            clock=form.cleaned_data["time"],
            minutes=form.cleaned_data["minutes"],
            weeks=weeks,
            due=due,
            seen=due.last_sequence if due else 0,
            by=by,
            at=at,
        )
        _say(request, series)
        return None
    if due is None:
        due = add_visit(episode=form.episode_of_visit(), by=by, at=at, **form.appointment())
    else:
        due = _book_due(due, form, by=by, at=at)
    messages.success(request, _("The visit is booked."))
    return due


def _book_due(due: Visit, form: NewVisitForm, *, by: User, at: datetime) -> Visit:
    """Book what is due; if it is booked already, just as the form asks, it was the same form."""
    try:
        return book_visit(visit=due, seen=due.last_sequence, by=by, at=at, **form.appointment())
    except Refused:
        due.refresh_from_db()
        if due.state == Visit.State.BOOKED and _is_so(due, form):
            return due
        if due.state != Visit.State.DUE:
            raise Refused(
                "booked_meanwhile", _("This visit is booked meanwhile. Move it instead."), field="visit"
            ) from None
        raise


def _is_so(visit: Visit, form: NewVisitForm) -> bool:
    """Whether a visit has just the appointment that the form asks for."""
    asked = form.appointment()
    return all(getattr(visit, name) == asked[name] for name in ("physiotherapist", "starts_at", "minutes"))


def _say(request: HttpRequest, series: Series) -> None:
    booked = len(series.booked)
    messages.success(
        request, ngettext("%(booked)s visit is booked.", "%(booked)s visits are booked.", booked) % {"booked": booked}
    )
    for day, reasons in series.not_booked:
        messages.warning(
            request,
            _("Not booked: %(day)s. %(reasons)s") % {"day": date_format(day, "l j F Y"), "reasons": " ".join(reasons)},
        )


def place_of(sent: Any) -> dict[str, str]:
    """The free place in the schedule that an address names, as it goes on to the next one."""
    found = wanted(sent)
    place = {}
    if "on" in found:
        place["on"] = found["on"].isoformat()
    if "time" in found:
        place["time"] = found["time"].strftime("%H:%M")
    if "physiotherapist" in found:
        place["with"] = str(found["physiotherapist"])
    if back_day(sent) is not None:
        place["back"] = str(sent["back"])
    return place


def back_day(sent: Any) -> date | None:
    """The day of the schedule that somebody came from."""
    return wanted({"on": str(sent.get("back", ""))}).get("on")


def after(request: HttpRequest, day: date | None = None) -> HttpResponse | None:
    """The way back to the schedule for who came from there: to the day that they booked, else the one they left."""
    back = back_day(request.POST)
    return redirect("schedule_day", day or back) if back else None
