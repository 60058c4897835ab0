from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..models import Away, User
from ..roles import Capability, can

FURTHEST = timedelta(days=366)


@transaction.atomic
def plan_away(*, user: User, first_on: date, last_on: date, covered_by: User, by: User, at: datetime) -> Away:
    """Note that a physiotherapist is away and who covers. The same sent twice is noted once.

    Raises Refused with the field: days in the wrong order, over or more than a year ahead; a cover who is no active
    physiotherapist of the clinic, who leaves, or who is away in that time; an absence that overlaps another of the
    same person, or the time in which the person covers for somebody.
    """
    clinic = by.clinic
    # Two absences at once would each find the other not there.
    locked = {row.pk: row for row in User.objects.select_for_update(of=("self",)).filter(clinic=clinic)}
    if not takes_patients(locked.get(user.pk)):
        raise Refused("no_physiotherapist", _("Only a physiotherapist of the clinic is away."), field="user")
    _check_days(first_on, last_on, clinic.date_at(at))
    rows = _overlapping(first_on, last_on)
    same = rows.filter(user=user, first_on=first_on, last_on=last_on, covered_by=covered_by).first()
    if same is not None:
        return same
    if covered_by.pk == user.pk:
        raise Refused("covers_self", _("Somebody else covers."), field="covered_by")
    if not takes_patients(locked.get(covered_by.pk)):
        raise Refused("no_cover", _("Choose an active physiotherapist of the clinic."), field="covered_by")
    if there := rows.filter(user=user).first():
        raise Refused("away_already", _("Already away then: %(days)s.") % {"days": _days(there)}, field="first_on")
    if there := rows.filter(user=covered_by).first():
        words = {"name": covered_by.name, "days": _days(there)}
        raise Refused("cover_away", _("%(name)s is away then: %(days)s.") % words, field="covered_by")
    if there := rows.filter(covered_by=user).first():
        words = {"name": there.user.name, "days": _days(there)}
        sentence = _("They cover for %(name)s then: %(days)s. Find somebody else for that first.") % words
        raise Refused("covers_then", sentence, field="first_on")
    away = Away.objects.create(user=user, first_on=first_on, last_on=last_on, covered_by=covered_by, by=by, at=at)
    audit.record("away.plan", away, by=by, at=at)
    return away


@transaction.atomic
def end_away(*, away: Away, by: User, at: datetime) -> Away:
    """Take an absence back that has not begun, or end one with yesterday: the person is here again. Raises Refused for
    one that is over."""
    away = Away.objects.select_for_update(of=("self",)).select_related("user").get(pk=away.pk)
    today = by.clinic.date_at(at)
    if away.withdrawn_at is not None:
        return away
    if away.last_on < today:
        raise Refused("over", _("That absence is over."))
    if away.first_on >= today:
        away.withdrawn_at = at
        away.save(update_fields=["withdrawn_at"])
    else:
        away.last_on = today - timedelta(days=1)
        away.save(update_fields=["last_on"])
    audit.record("away.end", away, by=by, at=at, fields=["last_on", "withdrawn_at"])
    return away


def takes_patients(user: User | None) -> bool:
    """Whether patients, visits and cover may be given to this person: an active physiotherapist who is not leaving."""
    return user is not None and can(user, Capability.TREAT) and user.leaving_since is None


def _check_days(first_on: date, last_on: date, today: date) -> None:
    if last_on < first_on:
        raise Refused("wrong_order", _("The last day is before the first."), field="last_on")
    if last_on < today:
        raise Refused("over", _("Those days are over."), field="last_on")
    if last_on > today + FURTHEST:
        raise Refused("too_far_ahead", _("That is more than a year ahead. Is the year right?"), field="last_on")


def _overlapping(first_on: date, last_on: date) -> QuerySet[Away]:
    rows = Away.objects.filter(first_on__lte=last_on, last_on__gte=first_on, withdrawn_at__isnull=True)
    return rows.select_related("user").order_by("first_on", "pk")


def _days(away: Away) -> str:
    return _("%(first)s to %(last)s") % {
        "first": date_format(away.first_on, "j F"),
        "last": date_format(away.last_on, "j F"),
    }
