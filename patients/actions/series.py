"""The same time for the next weeks, booked in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from .. import sentences
from ..models import Episode, Visit
from ..readings.agenda import Agenda, read_agenda
from ..visits import NoSuchHour, Step, moment
from .appointment import APPOINTMENT, check_appointment, lock_physiotherapist, one_at_a_time
from .episode import lock_open_episode
from .visit_steps import lock, open_visit, step

MOST_WEEKS = 26
WEEK = timedelta(days=7)


@dataclass
class Series:
    """What came of it: the visits that are booked, and the days that are not, each with the reasons."""

    booked: list[Visit] = field(default_factory=list)
    not_booked: list[tuple[date, list[str]]] = field(default_factory=list)


@transaction.atomic
def book_series(
    *,
    episode: Episode,
    physiotherapist: User,
    on: date,
    clock: time,
    minutes: int,
    weeks: int,
    by: User,
    at: datetime,
    due: Visit | None = None,
    seen: int = 0,
) -> Series:
    """Book the same time of the clinic's clock in so many weeks, from the date `on`. The same sent twice books once.

    A day that meets another visit, a closed hour, an absence or an hour that the clock skips is not booked, and said.
    The first that is booked is the visit that is `due`, if one is named. Raises Refused as `add_visit` does for the
    first day, for a number of weeks that cannot be, and where nothing at all could be booked.
    """
    if not 2 <= weeks <= MOST_WEEKS:
        raise Refused("no_such_number", _("Between 2 and %(most)s weeks.") % {"most": MOST_WEEKS}, field="weeks")
    clinic = episode.patient.clinic
    physiotherapist = lock_physiotherapist(physiotherapist, clinic)
    lock_open_episode(episode)
    first = moment(on, clock, clinic.zone)
    check_appointment(clinic, first, minutes, at)
    agenda = read_agenda(episode.patient, physiotherapist, first, first + weeks * WEEK)
    theirs = Visit.objects.filter(
        episode=episode,
        physiotherapist=physiotherapist,
        minutes=minutes,
        state=Visit.State.BOOKED,
        starts_at__gte=first,
    )
    there = {row.starts_at: row for row in theirs}
    series = Series()
    for day in (on + week * WEEK for week in range(weeks)):
        try:
            starts_at = moment(day, clock, clinic.zone)
        except NoSuchHour:
            series.not_booked.append((day, [_("The clocks go forward on that day and skip this time.")]))
            continue
        if starts_at in there:
            series.booked.append(there[starts_at])
        elif reasons := _reasons(agenda, starts_at, minutes, physiotherapist):
            series.not_booked.append((day, reasons))
        else:
            appointment = {"physiotherapist": physiotherapist, "starts_at": starts_at, "minutes": minutes}
            series.booked.append(_book(episode, due, seen, appointment, by=by, at=at))
            agenda.add(series.booked[-1])
            due = None
    if not series.booked:
        raise Refused("nothing_booked", _("None of these days is free. Choose another time."), field="time")
    return series


def _reasons(agenda: Agenda, starts_at: datetime, minutes: int, physiotherapist: User) -> list[str]:
    found = agenda.clashes(starts_at, minutes)
    return [sentences.clash_line(clash, physiotherapist.name, agenda.clinic.zone) for clash in found]


def _book(
    episode: Episode, due: Visit | None, seen: int, appointment: dict[str, object], *, by: User, at: datetime
) -> Visit:
    visit = lock(due, seen) if due else Visit(patient=episode.patient, episode=episode, kind=Visit.Kind.TREATMENT)
    for name in APPOINTMENT:
        setattr(visit, name, appointment[name])
    with one_at_a_time():
        if due:
            step(visit, Step.BOOK, by=by, at=at, fields=APPOINTMENT)
            return visit
        visit.state = Visit.State.BOOKED
        return open_visit(visit, by=by, at=at)
