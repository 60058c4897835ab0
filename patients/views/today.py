from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from rehab.errors import Refused
from rehab.ids import uuid_or_none

from ..access import patient_page
from ..actions.acknowledgement import acknowledge
from ..actions.checkin import check_in
from ..actions.log import correct_log, log_all, log_exercise, undo_all
from ..forms.checkin import CheckInForm
from ..forms.log import AllDoneForm, LogForm, UndoForm
from ..models import Patient, Plan
from ..models.log import PATIENTS_GO_BACK
from ..readings.today import DayPage, Row, day_page, prescriptions_of


@require_safe
@patient_page
@vary_on_headers("HX-Request")
def today(request: HttpRequest, patient: Patient) -> HttpResponse:
    at = timezone.now()
    return _page(request, patient, patient.clinic.date_at(at), at)


@require_safe
@patient_page
@vary_on_headers("HX-Request")
def day(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    at = timezone.now()
    now = patient.clinic.date_at(at)
    if on == now:
        return redirect("today")
    if not _can_be_filled_in(on, now):
        return render(request, "patients/today/out_of_reach.html", {"on": on, "is_ahead": on > now}, status=404)
    return _page(request, patient, on, at)


@require_POST
@patient_page
def day_log(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    at = timezone.now()
    prescription = get_object_or_404(prescriptions_of(patient), public_id=_address(request, "prescription"))
    form = LogForm(request.POST, of=prescription)
    if not form.is_valid():
        return _page(request, patient, on, at, log_form=form, status=422)
    typed = form.cleaned_data
    said: dict[str, Any] = {"patient": patient, "client_id": typed["client_id"], "by": request.user, "at": at}
    said |= form.said()
    try:
        if typed["replaces"] is None:
            log_exercise(prescription=prescription, on=on, occasion=typed["occasion"], **said)
        else:
            logs = patient.logs.filter(prescription=prescription, on=on, occasion=typed["occasion"])
            correct_log(log=get_object_or_404(logs, client_id=typed["replaces"]), **said)
    except Refused as refused:
        return _page(request, patient, on, at, refused=refused)
    return _back_to(patient, on, at)


@require_POST
@patient_page
def day_all(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    form = AllDoneForm(request.POST)

    def act(at: datetime) -> None:
        plan = _the_plan(patient, prescriptions__public_id__in=form.cleaned_data["shown"])
        log_all(patient=patient, plan=plan, on=on, by=request.user, at=at, **form.cleaned_data)

    return _act(request, patient, on, form, act)


@require_POST
@patient_page
def day_undo(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    form = UndoForm(request.POST)

    def act(at: datetime) -> None:
        logs, client_id = form.cleaned_data["log"], form.cleaned_data["client_id"]
        plan = _the_plan(patient, prescriptions__logs__client_id__in=logs, prescriptions__logs__on=on)
        undo_all(patient=patient, plan=plan, on=on, logs=logs, client_id=client_id, by=request.user, at=at)

    return _act(request, patient, on, form, act)


@require_POST
@patient_page
def day_got_it(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    """The patient has seen what is new or changed."""
    at = timezone.now()
    seen = [found for found in map(uuid_or_none, request.POST.getlist("prescription")[:100]) if found is not None]
    acknowledge(patient=patient, prescriptions=seen, by=request.user, at=at)
    return _back_to(patient, on, at)


@require_POST
@patient_page
def day_check_in(request: HttpRequest, patient: Patient, on: date) -> HttpResponse:
    at = timezone.now()
    form = CheckInForm(request.POST)
    if form.is_valid():
        try:
            check_in(
                patient=patient,
                on=on,
                client_id=form.cleaned_data["client_id"],
                by=request.user,
                at=at,
                **form.answer(),
            )
        except Refused as refused:
            if not _can_be_filled_in(on, patient.clinic.date_at(at)):
                raise
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
            return _page(request, patient, on, at, check_in_form=form, status=refused.status)
        return _back_to(patient, on, at)
    return _page(request, patient, on, at, check_in_form=form, status=422)


def _act(
    request: HttpRequest, patient: Patient, on: date, form: AllDoneForm | UndoForm, act: Callable[[datetime], None]
) -> HttpResponse:
    """Do what a form of hidden fields asks for. Nobody types into it, so one that cannot be read is not the page's."""
    at = timezone.now()
    if not form.is_valid():
        raise Http404
    try:
        act(at)
    except Refused as refused:
        return _page(request, patient, on, at, refused=refused)
    return _back_to(patient, on, at)


def _page(
    request: HttpRequest,
    patient: Patient,
    on: date,
    at: datetime,
    *,
    refused: Refused | None = None,
    log_form: LogForm | None = None,
    check_in_form: CheckInForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = patient.clinic.date_at(at)
    if not _can_be_filled_in(on, now):
        if refused is not None:
            raise refused
        raise Http404
    page = day_page(patient, on=on, today=now, at=at)
    opened, form = _opened(request, page, log_form)
    context = {
        "page": page,
        "here": _address_of(page.on, now),
        "clinic": patient.clinic,
        "refused": refused,
        "opened": opened,
        "log_form": form,
        **_questions(request, page, check_in_form),
        "fresh_id": uuid4(),
    }
    template = "patients/today/day.html"
    response = render(
        request, f"{template}#day" if request.htmx else template, context, status=refused.status if refused else status
    )
    if request.htmx:
        response["HX-Push-Url"] = "false"  # the address stays that of the day, whatever was tapped
    return response


def _opened(request: HttpRequest, page: DayPage, form: LogForm | None) -> tuple[Row | None, LogForm | None]:
    """The row that the address, or a form to be shown again, says is open, with its form."""
    wanted = uuid_or_none(form.data.get("prescription") if form else request.GET.get("open"))
    rows = (row for card in page.cards for row in card.rows if row.prescription.public_id == wanted)
    row = next(rows, None)
    if row is None:
        return None, None
    if form is not None:
        return row, form
    log = (row.replaces or row.last) if row.is_said else None
    initial: dict[str, Any] = {"prescription": wanted, "client_id": uuid4(), "occasion": row.occasion}
    if log is not None:
        initial |= {"occasion": log.occasion, "replaces": log.client_id, **LogForm.of(log)}
    return row, LogForm(initial=initial, of=row.prescription)


def _questions(request: HttpRequest, page: DayPage, form: CheckInForm | None) -> dict[str, Any]:
    """The question that follows the exercises, and the form below for what else is not answered yet."""
    row = page.check_in
    answered = CheckInForm.of(row)
    change = request.GET.get("change")
    fresh: dict[str, Any] = answered | {"client_id": uuid4()}
    question = back = None
    if form is not None and "note" not in form.data:
        question = form
    elif form is None and page.is_today and page.all_said and answered.get("pain_exercising") is None:
        question = CheckInForm(initial=fresh, parts=["pain_exercising"]) if "skip" not in request.GET else None
    asked = ["pain_morning"]
    if question is None and (change or any(row.done for card in page.cards for row in card.rows)):
        asked.append("pain_exercising")
    open_ = asked if change else [name for name in asked if answered.get(name) is None]
    if form is not None and question is None:
        back = form
    elif open_:
        back = CheckInForm(initial=fresh, parts=[*open_, "note"] if change or not answered.get("note") else open_)
    return {"question": question, "back": back}


def _the_plan(patient: Patient, **of: object) -> Plan:
    """The one plan of the patient that the rows of a form belong to."""
    plans = list(patient.plans.filter(**of).distinct()[:2])
    if len(plans) != 1:
        raise Http404
    return plans[0]


def _can_be_filled_in(on: date, now: date) -> bool:
    return now - PATIENTS_GO_BACK <= on <= now


def _back_to(patient: Patient, on: date, at: datetime) -> HttpResponse:
    return redirect(_address_of(on, patient.clinic.date_at(at)))


def _address_of(on: date, now: date) -> str:
    return reverse("today") if on == now else reverse("day", kwargs={"on": on})


def _address(request: HttpRequest, name: str) -> UUID:
    address = uuid_or_none(request.POST.get(name))
    if address is None:
        raise Http404
    return address
