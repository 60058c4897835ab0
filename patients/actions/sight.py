"""Nobody out of sight: every open episode has a visit ahead, a due date or a date on which somebody looks again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import User

from ..models import Episode, Visit

USUALLY = timedelta(days=7)


@transaction.atomic
def look_again(*, episode: Episode, on: date, by: User, at: datetime) -> Episode:
    """Set the date on which somebody looks at an open episode again, in place of any other.

    Raises Refused with the field `look_again_on`: a closed episode, a date before today or further off than the clinic
    allows.
    """
    episode = _locked(episode)
    check_look_again(episode, on, at=at)
    _set(episode, on, by=by, at=at)
    return episode


def check_look_again(episode: Episode, on: date, *, at: datetime) -> None:
    """Raises Refused, with the field, for a date on which nobody may be made to look again."""
    clinic = episode.patient.clinic
    today = clinic.date_at(at)
    if episode.closed_on is not None:
        raise Refused("episode_closed", _("This episode is closed."), field="look_again_on")
    if on < today:
        raise Refused("in_the_past", _("That day is over. Choose today or a later day."), field="look_again_on")
    if on > today + timedelta(days=clinic.look_again_max_days):
        raise Refused(
            "too_far_ahead",
            _("Look again within %(days)s days.") % {"days": clinic.look_again_max_days},
            field="look_again_on",
        )


def proposed(episode: Episode, today: date, *, until: date | None = None) -> date:
    """When somebody looks again unless they say another date: at the end of a planned absence (`until`), else on the
    day of the next booked visit, else in a week; never later than the clinic allows."""
    latest = today + timedelta(days=episode.patient.clinic.look_again_max_days)
    return min(until or _next_visit_on(episode, today) or today + USUALLY, latest)


def put_look_again(episode: Episode, on: date, *, by: User, at: datetime) -> None:
    """Set a checked date. The caller's transaction."""
    _set(_locked(episode), on, by=by, at=at)


def clear_look_again(episode: Episode, *, by: User, at: datetime) -> None:
    """Take the date away, where something else keeps the episode in sight. The caller's transaction."""
    _set(episode, None, by=by, at=at)


def seen_to(episode: Episode, *, by: User, at: datetime) -> None:
    """Somebody has decided, so nothing waits to be looked at: the date goes where a visit keeps the episode in sight,
    and where none does, a date that has come moves on by a week. The caller's transaction."""
    episode = _locked(episode)
    if episode.closed_on is not None:
        return
    today = episode.patient.clinic.date_at(at)
    if _has_visit(episode):
        _set(episode, None, by=by, at=at)
    elif episode.look_again_on is None or episode.look_again_on <= today:
        _set(episode, _in_a_week(episode, today), by=by, at=at)


def give_back(episode: Episode, *, left: date | None, was: date | None, made: datetime, by: User, at: datetime) -> None:
    """An act is taken back: the date `was` stands again, unless somebody has set another since.

    The act was made at `made` and set `left`; where it set none, a week from then or nothing. The caller's transaction.
    """
    episode = _locked(episode)
    clinic = episode.patient.clinic
    of_the_act = {left} if left else {None, was, _in_a_week(episode, clinic.date_at(made))}
    if episode.closed_on is None and episode.look_again_on in of_the_act:
        _set(episode, was, by=by, at=at)
    keep_in_sight(episode, by=by, at=at)


def keep_in_sight(episode: Episode, *, by: User, at: datetime) -> None:
    """Where nothing else is ahead of an open episode, look again in a week. Last in every act that takes away a visit,
    a due date or a plan. The caller's transaction."""
    episode = _locked(episode)
    if episode.closed_on is None and episode.look_again_on is None and not _has_visit(episode):
        _set(episode, _in_a_week(episode, episode.patient.clinic.date_at(at)), by=by, at=at)


def _has_visit(episode: Episode) -> bool:
    return episode.visits.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED]).exists()


def _next_visit_on(episode: Episode, today: date) -> date | None:
    """The day of the next booked visit after today."""
    clinic = episode.patient.clinic
    tomorrow = datetime.combine(today + timedelta(days=1), time(), tzinfo=clinic.zone)
    booked = episode.visits.filter(state=Visit.State.BOOKED, starts_at__gte=tomorrow).order_by("starts_at").first()
    return clinic.date_at(booked.starts_at) if booked and booked.starts_at else None


def _in_a_week(episode: Episode, today: date) -> date:
    return today + min(USUALLY, timedelta(days=episode.patient.clinic.look_again_max_days))


def _locked(episode: Episode) -> Episode:
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    return rows.get(pk=episode.pk)


def _set(episode: Episode, on: date | None, *, by: User, at: datetime) -> None:
    if episode.look_again_on == on:
        return
    episode.look_again_on = on
    episode.save(update_fields=["look_again_on"])
    audit.record("episode.look_again", episode, by=by, at=at, fields=["look_again_on"])
