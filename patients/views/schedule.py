from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rehab.access import require, requires
from rehab.models import User
from rehab.roles import Capability, can

from ..forms.visit import YEARS
from ..readings.schedule import lines, read_schedule

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@require_safe
@requires(Capability.RECEIVE)
def schedule(request: HttpRequest) -> HttpResponse:
    """Today."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    return _day(request, user, user.clinic.date_at(at), at=at)


@require_safe
@requires(Capability.RECEIVE)
def schedule_day(request: HttpRequest, on: date) -> HttpResponse:
    return _day(request, require(request.user, Capability.RECEIVE), _known(on), at=timezone.now())


@require_safe
@requires(Capability.RECEIVE)
def schedule_week(request: HttpRequest, on: date) -> HttpResponse:
    """The week of a date, from Monday: a row a day, a column a physiotherapist."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    monday = _known(on) - on.weekday() * DAY
    found = read_schedule(user, monday, monday + 6 * DAY, at=at)
    context = _around(user, on, WEEK, at) | {"schedule": found, "monday": monday, "sunday": monday + 6 * DAY}
    return render(request, "patients/schedule/week.html", context)


@require_safe
@requires(Capability.RECEIVE)
def schedule_print(request: HttpRequest, on: date) -> HttpResponse:
    """The day on paper: who comes when, for how long, to whom. Nothing else of anybody."""
    at = timezone.now()
    user = require(request.user, Capability.RECEIVE)
    found = read_schedule(user, _known(on), on, at=at)
    context = {"schedule": found, "day": found.days[0], "on": on, "at": at, "clinic": user.clinic}
    return render(request, "patients/schedule/print.html", context)


def _day(request: HttpRequest, user: User, on: date, *, at: datetime) -> HttpResponse:
    found = read_schedule(user, on, on, at=at)
    day = found.days[0]
    now = at.astimezone(user.clinic.zone).time() if day.is_today else None
    context = _around(user, on, DAY, at) | {"schedule": found, "day": day, "lines": lines(day, now=now), "now": now}
    return render(request, "patients/schedule/day.html", context)


def _around(user: User, on: date, far: timedelta, at: datetime) -> dict[str, Any]:
    today = user.clinic.date_at(at)
    is_bookable_day = far == DAY and on >= today
    return {
        "on": on,
        "today": today,
        "place": {"back": on.isoformat()} | ({"on": on.isoformat()} if is_bookable_day else {}),
        "earlier": _or_none(on - far),
        "later": _or_none(on + far),
        "treats": can(user, Capability.TREAT),
        "back": on.isoformat(),
    }


def _or_none(on: date) -> date | None:
    return on if on.year in YEARS else None


def _known(on: date) -> date:
    """A date that a clinic can have; the first and the last days that there are have no day before or after them."""
    if on.year not in YEARS:
        raise Http404
    return on
