from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.dosage import Dosage
from rehab.errors import Refused
from rehab.models import User

from ..models import OwnExercise, Plan, Prescription
from .ledger import Seen
from .prescription import add_prescription

LONGEST_NAME = 120
LONGEST_TEXT = 2000


@transaction.atomic
def add_own_exercise(
    *,
    plan: Plan,
    phase: int,
    name: str,
    words: str,
    stop_rule: str,
    dosage: Dosage,
    seen: Seen,
    by: User,
    at: datetime,
    photo: bytes | None = None,
    reason: str = "",
    patient_text: str = "",
) -> Prescription:
    """Make an exercise of this patient only and add it to a phase from today on, as one *change* entry.

    `photo` is a JPEG that `photos.made_anew` made. Raises Refused, with the field, for an exercise without a name,
    without words or without a rule when to stop, and as `add_prescription` does.
    """
    texts = {
        "name": _text("name", name, LONGEST_NAME, _("Give it a name.")),
        "words": _text("words", words, LONGEST_TEXT, _("Say how it is done.")),
        "stop_rule": _text("stop_rule", stop_rule, LONGEST_TEXT, _("Say when the patient stops.")),
    }
    own = OwnExercise(patient=plan.patient, by=by, at=at, **texts)
    if photo is not None:
        own.photo.save(f"{uuid4().hex}.jpg", ContentFile(photo), save=False)
    try:
        with transaction.atomic():
            own.save(force_insert=True)
            audit.record("own_exercise.create", own, by=by, at=at)
            return add_prescription(
                plan=plan,
                phase=phase,
                what=own,
                dosage=dosage,
                seen=seen,
                reason=reason,
                patient_text=patient_text,
                by=by,
                at=at,
            )
    except BaseException:
        # No row speaks of the file, so it goes, too.
        if own.photo:
            own.photo.delete(save=False)
        raise


def _text(field: str, value: str, longest: int, missing: str) -> str:
    text = value.replace("\r\n", "\n").strip()
    if not text:
        raise Refused("empty", missing, field=field)
    if len(text) > longest:
        raise Refused("too_long", _("At most %(longest)s characters.") % {"longest": longest}, field=field)
    return text
