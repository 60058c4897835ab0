from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..access import chart_page
from ..decision_sentences import absence_ahead, act_title, comes_next, effect, when_words
from ..ledger_sentences import entry_title, evidence_words, reason_words
from ..models import Patient
from ..moves import Act
from ..readings.chart import ENTRIES_SHOWN, VISITS_SHOWN, Chart, Entry, NoSuchPlan, read_chart
from ..readings.plan import DAY, PlanReading
from ..readings.sheet import LAST_DAY, out_of_date

# The acts of every day, the most apt first, and those that close or undo.
DAILY = (Act.START_AGAIN, Act.CARRY_ON, Act.MOVE_ON, Act.STAY, Act.GO_BACK, Act.STOP)
CLOSING = (Act.FINISH, Act.END_EARLY, Act.TAKE_BACK)
ICONS = {
    Act.START_AGAIN: "play",
    Act.CARRY_ON: "play",
    Act.MOVE_ON: "arrow-right",
    Act.STAY: "stay",
    Act.GO_BACK: "arrow-left",
    Act.STOP: "stop",
    Act.FINISH: "flag",
    Act.END_EARLY: "minus",
    Act.TAKE_BACK: "undo",
}


@dataclass(frozen=True, slots=True)
class Button:
    """An act as a button that says what it does to this plan."""

    act: Act
    title: str
    effect: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase on the track, with its dates."""

    number: int
    name: str
    first_week: int
    last_week: int | None
    needs_review: bool
    when: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the ledger in words."""

    entry: Entry
    title: str
    reason: str
    evidence: str
    on: date | None


@require_safe
@chart_page
def chart(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Everything about one patient on one page."""
    try:
        read = read_chart(patient, at=timezone.now(), plan=_plan_asked_for(request))
    except NoSuchPlan as error:
        raise Http404 from error
    context = {"chart": read, "patient": patient, "today": read.today, **_visits(read, request)}
    if read.now is not None:
        context |= _where(patient, read.now) | _ledger(read, request)
    return render(request, "patients/chart/chart.html", context)


def buttons(patient: Patient, reading: PlanReading, acts: tuple[Act, ...]) -> list[Button]:
    """Those of `acts` that can be done today."""
    return [
        Button(
            act=act,
            title=act_title(act, reading),
            effect=effect(act, reading),
            icon=ICONS[act],
            url=reverse("decide", args=[patient.public_id, reading.plan.public_id, act]),
        )
        for act in acts
        if act in reading.offered
    ]


def stretches(reading: PlanReading) -> list[Stretch]:
    """The phases of the plan as the track draws them."""
    found = []
    after_check = False
    for phase, dates in zip(reading.days.phases, reading.phase_dates, strict=True):
        when = when_words(phase, dates, present=reading.present.number, after_check=after_check)
        found.append(Stretch(phase.number, phase.name, phase.first_week, phase.last_week, phase.needs_review, when))
        after_check = after_check or (phase.needs_review and phase.number >= reading.present.number)
    return found


def _plan_asked_for(request: HttpRequest) -> UUID | None:
    wanted = request.GET.get("plan")
    if not wanted:
        return None
    try:
        return UUID(wanted)
    except ValueError as error:
        raise Http404 from error


def _where(patient: Patient, reading: PlanReading) -> dict[str, Any]:
    daily, closing = (buttons(patient, reading, acts) for acts in (DAILY, CLOSING))
    if reading.following is None and not reading.ended:  # in the last phase finishing is what comes next
        daily = [button for button in closing if button.act is Act.FINISH] + daily
        closing = [button for button in closing if button.act is not Act.FINISH]
    return {
        "now": reading,
        "stretches": stretches(reading),
        "comes_next": comes_next(reading),
        "absence_ahead": absence_ahead(reading),
        "daily": daily,
        "closing": closing,
        "outdated": [] if reading.ended else out_of_date(reading.plan, reading.days, reading.today),
        "yesterday": max(reading.today - DAY, reading.plan.start_on),
        "last_seven": max(reading.today - LAST_DAY, reading.plan.start_on),
    }


def _ledger(read: Chart, request: HttpRequest) -> dict[str, Any]:
    shows_all = request.GET.get("all") == "decisions"
    return {
        "lines": [_line(entry, read) for entry in (read.entries if shows_all else read.entries[:ENTRIES_SHOWN])],
        "more_lines": 0 if shows_all else len(read.entries[ENTRIES_SHOWN:]),
    }


def _line(entry: Entry, read: Chart) -> Line:
    decision = entry.decision
    made_on = read.patient.clinic.date_at(decision.at)
    return Line(
        entry=entry,
        title=entry_title(decision),
        reason=reason_words(decision),
        evidence=evidence_words(decision.evidence),
        on=decision.on if decision.on != made_on and not decision.withdraws_id else None,
    )


def _visits(read: Chart, request: HttpRequest) -> dict[str, Any]:
    shows_all = request.GET.get("all") == "visits"
    return {
        "past": read.past if shows_all else read.past[:VISITS_SHOWN],
        "more_visits": 0 if shows_all else len(read.past[VISITS_SHOWN:]),
    }
