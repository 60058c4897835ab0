"""A visit that was missed or called off is never an end: somebody says what comes instead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User

from ..models import Visit, VisitEvent
from ..visits import Step
from .sight import check_look_again, keep_in_sight, look_again
from .visit_steps import open_visit, step

FURTHEST = timedelta(days=366)
Next = VisitEvent.WhatNext


def follow(visit: Visit, what_next: str, next_on: date | None, reason: str, *, by: User, at: datetime) -> None:
    """Do what comes instead of a visit that was just missed or called off. The caller's transaction, last in it.

    Due on a date: a new visit that is due then. A call: somebody looks at the episode on that date, today if none is
    given. Another appointment is booked by a person; until then the visit stands in the list of those to book. Nothing
    said, as where a whole episode is closed, and no further visit leave the episode in sight.
    """
    _check(visit, what_next, next_on, reason, at=at)
    if what_next == Next.DUE and next_on is not None:
        due = Visit(patient=visit.patient, episode=visit.episode, kind=Visit.Kind.TREATMENT, state=Visit.State.DUE)
        due.due_on = next_on
        open_visit(due, by=by, at=at)
    elif what_next == Next.CALL:
        _call(visit, next_on, by=by, at=at)
    keep_in_sight(visit.episode, by=by, at=at)


def undo(visit: Visit, *, by: User, at: datetime) -> None:
    """Take back what `follow` opened, unless somebody went on with it: the visit was not missed after all."""
    said = visit.events.filter(what_next=Next.DUE).last()
    if said is None:
        return
    opened = Visit.objects.select_for_update(of=("self",)).filter(
        episode=visit.episode, state=Visit.State.DUE, follow_up__isnull=True, last_sequence=1, by=said.by, at=said.at
    )
    for due in opened.select_related("patient__clinic", "physiotherapist"):
        step(due, Step.CANCEL, cause=VisitEvent.Cause.CLINIC, by=by, at=at)


def _check(visit: Visit, what_next: str, next_on: date | None, reason: str, *, at: datetime) -> None:
    if what_next and what_next not in Next:
        raise Refused("no_such_next", _("Say what comes next."), field="what_next")
    if what_next == Next.NO_FURTHER and not reason:
        raise Refused("no_words", _("Say in words why no further visit follows."), field="reason")
    if what_next == Next.DUE:
        today = visit.patient.clinic.date_at(at)
        if visit.episode.closed_on is not None:
            raise Refused("episode_closed", _("This episode is closed, so no visit can be due."), field="what_next")
        if next_on is None:
            raise Refused("no_date", _("Give the day on which it is due."), field="next_on")
        if next_on < today:
            raise Refused("in_the_past", _("That day is over. Choose today or a later day."), field="next_on")
        if next_on - today > FURTHEST:
            raise Refused("too_far_ahead", _("That is more than a year ahead. Is the year right?"), field="next_on")


def _call(visit: Visit, next_on: date | None, *, by: User, at: datetime) -> None:
    on = next_on or visit.patient.clinic.date_at(at)
    try:
        check_look_again(visit.episode, on, at=at)
    except Refused as refused:
        raise Refused(refused.code, refused.sentence, field="next_on") from refused
    # Nobody's date is put off by a visit that fell out.
    if visit.episode.look_again_on is None or on < visit.episode.look_again_on:
        look_again(episode=visit.episode, on=on, by=by, at=at)
