"""Nobody out of sight: every open episode has a visit ahead, a due date or a date on which somebody looks again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

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


def clear_look_again(episode: Episode, *, by: User, at: datetime) -> None:
    """Take the date away, where something else keeps the episode in sight. The caller's transaction."""
    if episode.look_again_on is not None:
        _set(episode, None, by=by, at=at)


def keep_in_sight(episode: Episode, *, by: User, at: datetime) -> None:
    """Where nothing else is ahead of an open episode, look again in a week. Last in every act that takes away a visit,
    a due date or a plan. The caller's transaction."""
    episode = _locked(episode)
    if episode.closed_on is not None or episode.look_again_on is not None:
        return
    if episode.visits.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED]).exists():
        return
    clinic = episode.patient.clinic
    within = min(USUALLY, timedelta(days=clinic.look_again_max_days))
    _set(episode, clinic.date_at(at) + within, by=by, at=at)


def _locked(episode: Episode) -> Episode:
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    return rows.get(pk=episode.pk)


def _set(episode: Episode, on: date | None, *, by: User, at: datetime) -> None:
    episode.look_again_on = on
    episode.save(update_fields=["look_again_on"])
    audit.record("episode.look_again", episode, by=by, at=at, fields=["look_again_on"])
