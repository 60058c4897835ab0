from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.actions.away import takes_patients
from rehab.errors import Conflict, Refused
from rehab.models import User
from rehab.roles import Capability, can

from ..models import Episode, Handover, Patient
from ..readings.leaving import leaves

LONGEST_NOTE = 2000


@transaction.atomic
def hand_over(
    *, episodes: Collection[UUID], from_user: User, to_user: User | None, by: User, at: datetime, note: str = ""
) -> list[Handover]:
    """Give the lead of open episodes to another physiotherapist, all of them or none.

    Any physiotherapist may whose eyes the patients' records are open to, and of a colleague who leaves or has left
    everyone may: there is nobody else. Raises Refused with
    the field: nobody ticked, to nobody, to the same, to somebody who takes no patients; Conflict, whose `now` has the
    `names`, where some of them are led by somebody else or closed meanwhile.
    """
    if not can(by, Capability.TREAT):
        raise Refused("no_physiotherapist", _("Only a physiotherapist hands patients over."))
    if to_user is None or not takes_patients(to_user) or to_user.clinic_id != by.clinic_id:
        raise Refused("no_lead", _("Choose an active physiotherapist of the clinic."), field="to_user")
    if to_user.pk == from_user.pk:
        raise Refused("the_same", _("They have them already. Choose somebody else."), field="to_user")
    if not episodes:
        raise Refused("nothing_ticked", _("Tick at least one."), field="episodes")
    note = note.replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise Refused("too_long", _("At most %(longest)s characters.") % {"longest": LONGEST_NOTE}, field="note")
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient", "lead").order_by("pk")
    found = list(rows.filter(public_id__in=episodes, patient__clinic_id=by.clinic_id))
    seen = set(Patient.objects.visible_to(by).filter(episodes__in=found).values_list("pk", flat=True))
    if from_user.pk != by.pk and not leaves(from_user):
        found = [row for row in found if row.patient_id in seen]
    moved_on = [row for row in found if row.lead_id != from_user.pk or row.closed_on is not None]
    if moved_on or len(found) != len(set(episodes)):
        raise Conflict(
            "stale",
            _("Some of these have another lead or are closed meanwhile. Nothing was handed over: look again."),
            now={"names": [row.patient.name for row in moved_on if row.patient_id in seen]},
        )
    return [_hand_over(row, to_user, note, by=by, at=at) for row in found]


def _hand_over(episode: Episode, to_user: User, note: str, *, by: User, at: datetime) -> Handover:
    from_user, episode.lead = episode.lead, to_user
    episode.save(update_fields=["lead"])
    audit.record("episode.hand_over", episode, by=by, at=at, fields=["lead"])
    return Handover.objects.create(episode=episode, from_user=from_user, to_user=to_user, note=note, by=by, at=at)
