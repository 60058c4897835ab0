"""The notes that somebody has begun and not signed, on every page: `{% load open_notes %}{% open_notes %}`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.urls import reverse

from rehab.models import User
from rehab.roles import Capability, can

from ..models import Patient, TreatmentSession

register = template.Library()

SHOWN = 6


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A draft of one's own: whose, without the whole name as others look on, of which day, and its page."""

    who: str
    on: date
    url: str
    is_here: bool


@register.inclusion_tag("components/open_notes.html", takes_context=True)
def open_notes(context: template.Context) -> dict[str, Any]:
    """The strip, the newest first; nothing for whoever writes no notes. One query."""
    request = context["request"]
    user: Any = request.user
    if not isinstance(user, User) or not can(user, Capability.TREAT):
        return {"notes": [], "more": 0}
    drafts = TreatmentSession.objects.filter(
        physiotherapist=user, status=TreatmentSession.Status.DRAFT, patient__in=Patient.objects.visible_to(user)
    )
    rows = list(drafts.values_list("public_id", "on", "patient__public_id", "patient__name")[:100])
    notes = []
    for session_id, on, patient_id, name in rows[:SHOWN]:
        url = reverse("session", args=[patient_id, session_id])
        notes.append(OpenNote(discreet(name), on, url, url == request.path))
    return {"notes": notes, "more": max(0, len(rows) - SHOWN)}


def discreet(name: str) -> str:
    """The initials and the first name: "M. S. María"."""
    words = name.split()
    letters = [f"{word[0].upper()}." for word in words[:1] + words[1:][-1:]]
    return " ".join([*letters, *words[:1]])
