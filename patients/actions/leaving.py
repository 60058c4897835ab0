"""A colleague leaves: the sign-in goes when everything of theirs has somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.actions.user import deactivate
from rehab.errors import Refused
from rehab.models import Clinic, User

from ..models import TreatmentSession
from ..readings.leaving import still_open

Status = TreatmentSession.Status


@transaction.atomic
def begin_leaving(*, user: User, by: User, at: datetime) -> bool:
    """Somebody leaves. Says whether the sign-in is gone: at once where nothing of theirs is open, else `leaving_since`
    is set, and they are given no new patients. Raises Refused for oneself and for the last administrator."""
    Clinic.objects.select_for_update(of=("self",)).get(pk=by.clinic_id)  # or the last two administrators go at once
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _check(user, by)
    if not still_open(user, at=at):
        deactivate(user=user, by=by, at=at)
        return True
    if user.leaving_since is None:
        user.leaving_since = user.clinic.date_at(at)
        user.save(update_fields=["leaving_since"])
        audit.record("user.begin_leaving", user, by=by, at=at, fields=["leaving_since"])
    return False


@transaction.atomic
def call_off_leaving(*, user: User, by: User, at: datetime) -> None:
    """They stay after all."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.leaving_since is None:
        return
    user.leaving_since = None
    user.save(update_fields=["leaving_since"])
    audit.record("user.call_off_leaving", user, by=by, at=at, fields=["leaving_since"])


@transaction.atomic
def close_draft(*, session: TreatmentSession, by: User, at: datetime) -> TreatmentSession:
    """Put away the draft of a colleague who leaves or has left: its text stays, nobody has signed it.

    Only who leads the episode by now may. Raises Refused for everybody else, for the draft of somebody who stays, and
    for what is no draft any more.
    """
    rows = TreatmentSession.objects.select_related("physiotherapist", "episode")
    session = rows.get(pk=session.pk)
    author = session.physiotherapist
    if author.is_active and author.leaving_since is None:
        raise Refused("stays", _("%(name)s is still here and closes the note themselves.") % {"name": author.name})
    if session.episode.lead_id != by.pk:
        raise Refused("not_yours", _("Only who leads this patient by now closes the note."))
    drafts = TreatmentSession.objects.filter(pk=session.pk, status=Status.DRAFT)
    if not drafts.update(status=Status.CLOSED, closed_at=at, closed_by=by):
        raise Refused("no_draft", _("This note is closed already."))
    audit.record("session.close", session, by=by, at=at, fields=["status"])
    session.refresh_from_db()
    return session


def _check(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise Refused("oneself", _("You cannot take away your own sign-in. Ask another administrator."))
    is_staff = user.is_physiotherapist or user.is_front_desk or user.is_administrator
    if user.clinic_id != by.clinic_id or not user.is_active or not is_staff:
        raise Refused("not_there", _("This person has no sign-in any more."))
    others = User.objects.filter(clinic_id=by.clinic_id, is_active=True, is_administrator=True).exclude(pk=user.pk)
    if user.is_administrator and not others.exists():
        raise Refused("last_administrator", _("This is the last administrator. Make somebody else one first."))
