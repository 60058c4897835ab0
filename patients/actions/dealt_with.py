"""A reason for which an episode stands in the caseload is answered for a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import User

from ..attention import Reason
from ..models import DealtWith, Episode


@transaction.atomic
def deal_with(
    *, episode: Episode, reason: Reason, level: int, until: date, words: str, by: User, at: datetime
) -> DealtWith:
    """Say what was done about a reason, and until when it need not show: that day it is back, if it still holds then.

    `level` is how bad it was: what gets worse is back at once. The same sent twice is one. Raises Refused, with the
    field, for a day that is no later one or further off than the clinic lets anybody out of sight, and without words.
    """
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    episode = rows.get(pk=episode.pk)
    clinic = episode.patient.clinic
    today = clinic.date_at(at)
    words = words.strip()
    if until <= today:
        raise Refused("not_later", _("Choose a later day than today."), field="until")
    if until > today + timedelta(days=clinic.look_again_max_days):
        raise Refused(
            "too_far_ahead", _("At most %(days)s days ahead.") % {"days": clinic.look_again_max_days}, field="until"
        )
    if not words:
        raise Refused("no_words", _("Say in a few words what was done."), field="words")
    said = {"reason": reason.value, "level": level, "until": until, "words": words, "by": by}
    there = episode.dealt_with.filter(reason=reason.value).order_by("at", "pk").last()
    if there is not None and all(getattr(there, name) == value for name, value in said.items()):
        return there
    answer = DealtWith.objects.create(episode=episode, at=at, **said)
    audit.record("episode.dealt_with", episode, by=by, at=at, fields=["dealt_with"])
    return answer
