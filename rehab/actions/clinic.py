from __future__ import annotations

import zoneinfo
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..models import Clinic, User
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

    `time_zone` is a name of the IANA database, `country` two letters. Raises Refused for an unknown zone or an address
    that is taken.
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
    audit.record("clinic.create", clinic, by=user, at=at)
    audit.record("user.create", user, by=user, at=at, fields=["is_administrator", "is_physiotherapist"])
    return clinic, user
