from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.models import User

from ..models import Addendum, ExerciseLog, Patient, TreatmentSession
from .log import withdraw_log
from .note import PAINS, WORDS, Status, checked
from .session import check_author, save_session, start_session, tick_of

IN_ERROR = Addendum.Kind.ENTERED_IN_ERROR


@transaction.atomic
def enter_in_error(*, session: TreatmentSession, reason: str, by: User, at: datetime) -> Addendum:
    """Say that a signed note speaks of another patient: it is hidden, and kept to be opened on purpose.

    What it logged as done in the clinic is taken back, unless somebody has corrected it since; its visit stays linked.
    Said twice, it is said once. Raises Refused for a note that is not signed and without a reason.
    """
    check_author(by, session.patient)
    session = TreatmentSession.objects.select_for_update(of=("self",)).select_related("patient").get(pk=session.pk)
    if session.status != Status.SIGNED:
        raise Refused("not_signed", _("Only a signed note is entered in error. Change or discard the draft itself."))
    if there := session.addenda.filter(kind=IN_ERROR).first():
        return there
    reason = checked("text", reason)
    if not reason:
        raise Refused("no_reason", _("Say how it came about, for whoever reads this later."), field="reason")
    for log in _logged_by(session):
        withdraw_log(
            patient=session.patient, log=log, client_id=uuid5(session.public_id, f"error {log.client_id}"), by=by, at=at
        )
    addendum = Addendum.objects.create(session=session, kind=IN_ERROR, text=reason, by=by, at=at)
    audit.record("session.entered_in_error", session, by=by, at=at)
    return addendum


@transaction.atomic
def copy_to_right_chart(*, session: TreatmentSession, patient: Patient, by: User, at: datetime) -> TreatmentSession:
    """Begin the note where it belongs: a draft of the same day in `patient`'s chart with the words copied.

    Exercises are ticked anew, as the plan there is another one. Copied twice, it is one draft. Raises Refused where
    nobody has said that the note is in error, for a patient without an episode of that day, and where there is a draft
    with words of its own.
    """
    check_author(by, patient)
    if not session.addenda.filter(kind=IN_ERROR).exists():
        raise Refused("not_in_error", _("This note is not entered in error, so it stays in this chart alone."))
    if patient.pk == session.patient_id:
        raise Refused("same_patient", _("That is the patient in whose chart it stands already."))
    episode = patient.episodes.filter(closed_on__isnull=True).order_by("-opened_on", "-pk").first()
    if episode is None:
        raise Refused("no_episode", _("%(name)s has no open episode for this note.") % {"name": patient.name})
    plan = episode.plans.filter(start_on__lte=session.on).first()
    draft = start_session(patient=patient, episode=episode, plan=plan, on=session.on, kind=session.kind, by=by, at=at)
    try:
        return save_session(session=draft, version=1, by=by, at=at, **_content(session, draft))
    except Conflict as conflict:
        raise Refused(
            "has_a_draft",
            _("You have a draft of that day for %(name)s already, with words of its own. Nothing was written over it.")
            % {"name": patient.name},
        ) from conflict


def _logged_by(session: TreatmentSession) -> list[ExerciseLog]:
    """What the signature put on record, as far as it still stands."""
    if session.plan is None:
        return []
    ticks = [tick_of(session, row) for row in session.plan.prescriptions.all()]
    standing = session.patient.logs.filter(client_id__in=ticks, superseded_at__isnull=True)
    return list(standing.filter(status=ExerciseLog.Status.DONE).order_by("pk"))


def _content(session: TreatmentSession, draft: TreatmentSession) -> dict[str, Any]:
    """What goes along. Where the clinic's notes hold other texts by now, the words go into the first of them."""
    content = {name: getattr(session, name) for name in ("kind", "minutes", *PAINS, "treatment")}
    names, into = WORDS[session.note_kind], WORDS[draft.note_kind]
    if names == into:
        return content | {name: getattr(session, name) for name in names}
    words = "\n".join(filter(None, (getattr(session, name) for name in names)))
    return content | ({into[0]: words} if into else {})
