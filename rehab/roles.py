"""What each role may do, in a sentence and as capabilities. Views and actions name capabilities, never roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import User


class Capability(StrEnum):
    TREAT = "treat"  # open charts, decide, write notes
    RECEIVE = "receive"  # names, contact, the schedule, visits, invitations, paper sheets; nothing clinical
    READ_LIBRARY = "read_library"  # exercises, templates, conditions
    MANAGE = "manage"  # staff, hours, the clinic's settings


@dataclass(frozen=True, slots=True)
class Role:
    column: str
    name: Promise
    sentence: Promise
    capabilities: frozenset[Capability]


ROLES: tuple[Role, ...] = (
    Role(
        "is_physiotherapist",
        _("Physiotherapist"),
        _("Opens the clinic’s charts, assigns plans, decides on progress, writes notes, books visits, gives access."),
        frozenset({Capability.TREAT, Capability.RECEIVE, Capability.READ_LIBRARY}),
    ),
    Role(
        "is_administrator",
        _("Administrator"),
        _("Looks after the library, the staff and the clinic’s settings. Sees no patient by name."),
        frozenset({Capability.READ_LIBRARY, Capability.MANAGE}),
    ),
    Role(
        "is_front_desk",
        _("Front desk"),
        _("Keeps the schedule: names, contact, visits, access for patients, paper sheets. Opens no chart."),
        frozenset({Capability.RECEIVE}),
    ),
)


def capabilities(user: User) -> frozenset[Capability]:
    """Everything that this person's roles together allow. A patient has none: a patient's pages ask for the record."""
    held: set[Capability] = set()
    for role in ROLES:
        if getattr(user, role.column, False):
            held |= role.capabilities
    return frozenset(held)


def can(user: User, capability: Capability) -> bool:
    return bool(user.is_active) and capability in capabilities(user)
