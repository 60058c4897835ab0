"""The clinic's visits by day, a column a physiotherapist, in a number of queries that knows neither of how many visits
nor of how many patients the clinic has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil

from django.db.models import Exists, OuterRef, Q, QuerySet

from rehab.hours import Closed, Stretch, closed_on, stretches_on
from rehab.models import Away, Clinic, User
from rehab.models.clinic import NoteKind
from rehab.roles import Capability, can

from ..models import Patient, TreatmentSession, Visit, VisitEvent
from ..visits import NoSuchHour, moment

DAY = timedelta(days=1)
# What is due within so many days is to be booked.
AHEAD = timedelta(days=14)
# Minutes of a row of the day. A free place is offered from each half of an hour.
ROW, LABEL = 15, 30
USUAL = (time(8), time(18))
MIDNIGHT = 24 * 60
State = Visit.State


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit in the schedule; `is_open` where this person may know whose it is."""

    visit: Visit
    starts: datetime  # of the clinic's clock
    is_open: bool
    is_over: bool
    has_begun: bool
    is_today_or_past: bool

    @property
    def minutes(self) -> int:
        return self.visit.minutes or 0

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)

    @property
    def may_have_come(self) -> bool:
        """Whether it can be said already that the patient came: on its day or later."""
        return self.is_today_or_past and self.visit.state == State.BOOKED

    @property
    def waits(self) -> bool:
        """Its hour is over and nobody has said whether the patient came."""
        return self.is_over and self.visit.state == State.BOOKED

    @property
    def has_note(self) -> bool:
        note = self.visit.session
        return note is not None and note.status != TreatmentSession.Status.DISCARDED


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a day's table: visits that share their time, or a free place, or time when nobody works."""

    rows: int
    physiotherapist: User
    visits: tuple[Seen, ...] = ()
    free_at: time | None = None
    away: Away | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a day's table; `label` stands at each half of an hour, `cells` are those that begin here."""

    at: time
    label: bool
    is_now: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A physiotherapist on a date."""

    physiotherapist: User
    visits: tuple[Seen, ...]
    away: Away | None


@dataclass(frozen=True, slots=True)
class ScheduleDay:
    on: date
    is_today: bool
    closed: Closed | None
    stretches: tuple[Stretch, ...]
    names_hours: bool  # the clinic has named its hours
    columns: tuple[Column, ...]

    @property
    def is_off(self) -> bool:
        """Closed, or a weekday without hours."""
        return self.closed is not None or (self.names_hours and not self.stretches)

    @property
    def cancelled(self) -> list[tuple[Column, Seen]]:
        return [row for row in self.by_time if row[1].visit.state == State.CANCELLED]

    @property
    def by_time(self) -> list[tuple[Column, Seen]]:
        rows = [(column, seen) for column in self.columns for seen in column.visits]
        return sorted(rows, key=lambda row: (row[1].starts, row[0].physiotherapist.name, row[1].visit.pk))


@dataclass(frozen=True)
class Schedule:
    """The days shown, and the two lists that end the day empty."""

    days: list[ScheduleDay]
    physiotherapists: list[User]
    to_book: list[Visit] = field(default_factory=list)
    to_say: list[Visit] = field(default_factory=list)  # came or missed?
    notes: list[Visit] = field(default_factory=list)  # kept, and without a note

    @property
    def left_to_say(self) -> int:
        return len(self.to_say) + len(self.notes)

    @property
    def has_visits(self) -> bool:
        return any(column.visits for day in self.days for column in day.columns)


def read_schedule(user: User, first: date, last: date, *, at: datetime) -> Schedule:
    """The schedule of this person's clinic from a first to a last date: their own column first."""
    clinic = user.clinic
    today = clinic.date_at(at)
    visits = list(_visits(user, _start_of(first, clinic), _start_of(last + DAY, clinic)))
    away = list(
        Away.objects.filter(
            user__clinic=clinic,
            withdrawn_at__isnull=True,
            first_on__lte=max(last, today),
            last_on__gte=min(first, today),
        ).select_related("user", "covered_by")
    )
    closed = clinic.closed_days.filter(first_on__lte=last, last_on__gte=first)
    closed_days = [Closed(row.first_on, row.last_on, row.name) for row in closed]
    hours = [Stretch(row.weekday, row.opens, row.closes) for row in clinic.opening.all()]
    people = _people(user, visits)
    seen = [_seen(visit, clinic, at) for visit in visits]
    days = [
        ScheduleDay(
            on=on,
            is_today=on == today,
            closed=closed_on(closed_days, on),
            stretches=stretches_on(hours, on),
            names_hours=bool(hours),
            columns=tuple(_column(person, on, seen, away) for person in people),
        )
        for on in (first + n * DAY for n in range((last - first).days + 1))
    ]
    return Schedule(days=days, physiotherapists=people, **_lists(user, away, today, at))


def _start_of(on: date, clinic: Clinic) -> datetime:
    """The first moment of a date; where the clock skips midnight, the first there is."""
    for hour in range(4):
        try:
            return moment(on, time(hour), clinic.zone)
        except NoSuchHour:
            continue
    raise ValueError(on)


def _visits(user: User, since: datetime, until: datetime) -> QuerySet[Visit]:
    open_ones = Patient.objects.receivable_by(user).filter(pk=OuterRef("patient_id"))
    rows = Visit.objects.filter(
        patient__clinic_id=user.clinic_id, starts_at__gte=since, starts_at__lt=until, physiotherapist__isnull=False
    ).exclude(state=State.DUE)
    rows = rows.select_related("patient", "physiotherapist", "session")
    return rows.annotate(is_open=Exists(open_ones)).order_by("starts_at", "pk")


def _people(user: User, visits: list[Visit]) -> list[User]:
    """Who treats, oneself first; and who has left but still has a visit here."""
    found = {row.pk: row for row in user.clinic.users.filter(is_active=True, is_physiotherapist=True)}
    for visit in visits:
        if visit.physiotherapist is not None:
            found.setdefault(visit.physiotherapist.pk, visit.physiotherapist)
    return sorted(found.values(), key=lambda row: (row.pk != user.pk, row.name.casefold(), row.pk))


def _seen(visit: Visit, clinic: Clinic, at: datetime) -> Seen:
    starts_at = visit.starts_at or at
    return Seen(
        visit=visit,
        starts=starts_at.astimezone(clinic.zone).replace(tzinfo=None),
        is_open=bool(getattr(visit, "is_open", False)),
        is_over=starts_at + timedelta(minutes=visit.minutes or 0) <= at,
        has_begun=starts_at <= at,
        is_today_or_past=clinic.date_at(starts_at) <= clinic.date_at(at),
    )


def _column(person: User, on: date, seen: list[Seen], away: list[Away]) -> Column:
    return Column(
        physiotherapist=person,
        visits=tuple(row for row in seen if row.visit.physiotherapist_id == person.pk and row.starts.date() == on),
        away=next((row for row in away if row.user_id == person.pk and row.first_on <= on <= row.last_on), None),
    )


# --- the lists that end the day empty ---


def _lists(user: User, away: list[Away], today: date, at: datetime) -> dict[str, list[Visit]]:
    """In one query. The front desk sees everybody's; who only treats sees their own, and those of whom they cover."""
    again = VisitEvent.objects.filter(
        visit=OuterRef("pk"), sequence=OuterRef("last_sequence"), what_next=VisitEvent.WhatNext.AGAIN
    )
    said_at = OuterRef("said_at")
    booked_since = VisitEvent.objects.filter(
        visit__episode=OuterRef("episode"), from_state__in=["", State.DUE], to_state=State.BOOKED, at__gte=said_at
    )
    last_event = VisitEvent.objects.filter(visit=OuterRef("pk"), sequence=OuterRef("last_sequence")).values("at")[:1]
    due = Q(state=State.DUE, due_on__lte=today + AHEAD)
    fell_out = Q(state__in=[State.MISSED, State.CANCELLED]) & Exists(again) & ~Exists(booked_since)
    over = Q(state=State.BOOKED, starts_at__lte=at)
    without_note = Q(state=State.ATTENDED) & (
        Q(session__isnull=True) | Q(session__status=TreatmentSession.Status.DISCARDED)
    )
    wanted = due | fell_out | over
    treats = can(user, Capability.TREAT)
    if treats and user.clinic.note_kind != NoteKind.ELSEWHERE:
        wanted |= without_note
    rows = (
        Visit.objects.filter(patient__in=Patient.objects.receivable_by(user), patient__archived_at__isnull=True)
        .filter(episode__closed_on__isnull=True)
        .annotate(said_at=last_event)
        .filter(wanted)
        .select_related("patient", "physiotherapist", "follow_up", "episode__lead")
        .order_by("due_on", "starts_at", "pk")
    )
    if not user.is_front_desk:
        mine = {user.pk, *(row.user_id for row in away if row.covered_by_id == user.pk and _stands(row, today))}
        rows = rows.filter(
            Q(state__in=[State.DUE, State.MISSED, State.CANCELLED], episode__lead__in=mine)
            | Q(state__in=[State.BOOKED, State.ATTENDED], physiotherapist__in=mine)
        )
    found = list(rows)
    ended = [row for row in found if _ends(row) <= at]
    return {
        "to_book": [row for row in found if row.state in {State.DUE, State.MISSED, State.CANCELLED}],
        "to_say": [row for row in ended if row.state == State.BOOKED],
        "notes": [row for row in found if row.state == State.ATTENDED],
    }


def _stands(away: Away, today: date) -> bool:
    return away.first_on <= today <= away.last_on


def _ends(visit: Visit) -> datetime:
    starts = visit.starts_at
    return starts + timedelta(minutes=visit.minutes or 0) if starts else datetime.max.replace(tzinfo=UTC)


# --- a day as a table ---


def lines(day: ScheduleDay, *, now: time | None) -> list[Line]:
    """A day as the rows of a table, from opening to closing and as far as visits go."""
    first, last = _bounds(day)
    columns = [_cells(column, day, first, last) for column in day.columns]
    found = []
    for row in range(first, last):
        at = row * ROW
        label = at % LABEL == 0
        is_now = label and now is not None and at <= _minutes(now) < at + LABEL
        cells = tuple(cells[row] for cells in columns if row in cells)
        found.append(Line(time(at // 60, at % 60), label=label, is_now=is_now, cells=cells))
    return found


def _row_of(clock: time) -> int:
    return (clock.hour * 60 + clock.minute) // ROW


def _bounds(day: ScheduleDay) -> tuple[int, int]:
    """The first row and the one after the last: whole hours around the clinic's hours and every visit."""
    starts = [row.opens for row in day.stretches] or [USUAL[0]]
    ends = [row.closes.hour * 60 + row.closes.minute for row in day.stretches] or [USUAL[1].hour * 60]
    for column in day.columns:
        for seen in column.visits:
            starts.append(seen.starts.time())
            ends.append(min(seen.starts.hour * 60 + seen.starts.minute + seen.minutes, MIDNIGHT))
    hour = 60 // ROW
    return _row_of(min(starts)) // hour * hour, ceil(max(ends) / 60) * hour


def _cells(column: Column, day: ScheduleDay, first: int, last: int) -> dict[int, Cell]:
    """The cells of a column by the row in which they begin; together they fill it."""
    cells: dict[int, Cell] = {}
    taken: list[tuple[int, int, list[Seen]]] = []
    for seen in column.visits:
        if seen.visit.state == State.CANCELLED:
            continue  # its place is free again
        begins = _row_of(seen.starts.time())
        ends = max(begins + 1, ceil((seen.starts.hour * 60 + seen.starts.minute + seen.minutes) / ROW))
        if taken and begins < taken[-1][1]:
            taken[-1] = (taken[-1][0], max(taken[-1][1], ends), [*taken[-1][2], seen])
        else:
            taken.append((begins, ends, [seen]))
    row = first
    for begins, ends, visits in [*taken, (last, last, [])]:
        while row < begins:
            until = min(begins, row + 2 - row % 2)
            cells[row] = _free(column, day, row, until - row)
            row = until
        if visits:
            row = min(ends, last)
            cells[begins] = Cell(row - begins, column.physiotherapist, visits=tuple(visits))
    return cells


def _free(column: Column, day: ScheduleDay, row: int, rows: int) -> Cell:
    """A place without a visit: one may book it, also where the clinic is closed or who treats is away; the cell says
    so."""
    begins, ends = row * ROW, (row + rows) * ROW
    is_closed = day.is_off or (
        day.names_hours and not any(_minutes(s.opens) <= begins and ends <= _minutes(s.closes) for s in day.stretches)
    )
    at = time(begins // 60, begins % 60)
    return Cell(rows, column.physiotherapist, free_at=at, away=column.away, is_closed=is_closed)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
