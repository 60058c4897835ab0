from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..models import Clinic, NoteKind, User
from .clinic_hours import USUAL, write_hours
from .user import new_account


@transaction.atomic
def create_clinic(
    *,
    name: str,
    time_zone: str,
    country: str,
    phone: str,
    emergency_number: str,
    hours: str,
    first_user_name: str,
    first_user_email: str,
    first_user_password: str | None,
    at: datetime,
    language: str = "en",
) -> tuple[Clinic, User]:
    """Make a clinic and its first user, who is administrator and physiotherapist.

    It is open Monday to Friday from 8 to 18 until it says otherwise. `time_zone` is a name of the IANA database,
    `country` two letters. Raises Refused for an unknown zone or an address that is taken.
    """
    if time_zone not in zoneinfo.available_timezones():
        raise Refused("unknown_time_zone", _("There is no time zone of that name."), field="time_zone")
    clinic = Clinic.objects.create(
        name=name,
        time_zone=time_zone,
        language=language,
        country=country.upper(),
        phone=phone,
        emergency_number=emergency_number,
        hours=hours,
        created_at=at,
    )
    user = new_account(
        clinic=clinic,
        name=first_user_name,
        email=first_user_email,
        password=first_user_password,
        roles={"is_administrator", "is_physiotherapist"},
        at=at,
    )
    write_hours(clinic, USUAL)
    audit.record("clinic.create", clinic, by=user, at=at)
    audit.record("user.create", user, by=user, at=at, fields=["is_administrator", "is_physiotherapist"])
    return clinic, user


# Every setting with its bounds; the columns' defaults are the usual values.
SETTINGS: Mapping[str, tuple[int, int] | None] = {
    "name": None,
    "phone": None,
    "hours": None,
    "emergency_number": None,
    "note_kind": None,
    "own_caseload_only": None,
    "visit_minutes": (5, 480),
    "short_notice_hours": (1, 168),
    "pain_limit": (1, 10),
    "adherence_good": (2, 100),
    "adherence_low": (1, 99),
    "silent_days": (1, 28),
    "look_again_max_days": (1, 28),
    "day_minutes_budget": (1, 240),
}


@transaction.atomic
def change_settings(*, clinic: Clinic, by: User, at: datetime, **fields: Any) -> Clinic:
    """Change some of SETTINGS. Raises Refused, with the field, for what is out of bounds, for an empty name or number
    that patients call, and for a low band that is not below the good one."""
    if unknown := set(fields) - set(SETTINGS):
        raise TypeError(f"no such setting: {sorted(unknown)}")
    clinic = Clinic.objects.select_for_update().get(pk=clinic.pk)
    for name, value in fields.items():
        fields[name] = _checked(name, value)
    changed = [name for name, value in fields.items() if getattr(clinic, name) != value]
    for name in changed:
        setattr(clinic, name, fields[name])
    if clinic.adherence_low >= clinic.adherence_good:
        raise Refused("bands", _("“Little” is less than “well”."), field="adherence_low")
    if changed:
        clinic.save(update_fields=changed)
        audit.record("clinic.change_settings", clinic, by=by, at=at, fields=changed)
    return clinic


def _checked(name: str, value: Any) -> Any:
    bounds = SETTINGS[name]
    if name == "note_kind":
        if value not in set(NoteKind):
            raise Refused("no_kind", _("Choose what a note holds."), field=name)
        return value
    if name == "own_caseload_only":
        return bool(value)
    if bounds is None:
        text = " ".join(str(value).split())
        longest = getattr(Clinic._meta.get_field(name), "max_length", None) or 200
        if not text or len(text) > longest:
            raise Refused("no_text", _("Between 1 and %(longest)s characters.") % {"longest": longest}, field=name)
        return text
    lowest, highest = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        words = {"lowest": lowest, "highest": highest}
        raise Refused("out_of_bounds", _("A whole number from %(lowest)s to %(highest)s.") % words, field=name)
    return value
