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
    TREAT = "treat"  # open charts, decide, write notes, book visits, give access
    READ_LIBRARY = "read_library"  # exercises, templates, conditions


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
        frozenset({Capability.TREAT, Capability.READ_LIBRARY}),
    ),
    Role(
        "is_administrator",
        _("Administrator"),
        _("Looks after the exercises, the plan templates and the conditions. Sees no patient by name."),
        frozenset({Capability.READ_LIBRARY}),
    ),
    Role(
        "is_front_desk",
        _("Front desk"),
        _("Belongs to the clinic. Opens no chart and no library."),
        frozenset(),
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
