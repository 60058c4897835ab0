"""What becomes of a template's version: draft → published → retired. Its content is closed with the first step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Conflict, Refused
from ..models import TemplateVersion, User

Status = TemplateVersion.Status


@transaction.atomic
def publish(*, version: TemplateVersion, by: User, at: datetime) -> None:
    """Close a draft and offer it for new plans.

    Raises Refused("opens_unasked") where a loaded or ballistic exercise would open by the calendar alone (promise
    45), and Conflict where it is no draft any more.
    """
    if name := _opens_unasked(version):
        raise Refused(
            "opens_unasked",
            _("“%(name)s” is loaded, and its phase would open by itself. Ask for a check before that phase.")
            % {"name": name},
        )
    _move(version, {Status.DRAFT}, Status.PUBLISHED, by=by, at=at)
    audit.record("template_version.publish", version, by=by, at=at, fields=["status"])


@transaction.atomic
def retire(*, version: TemplateVersion, by: User, at: datetime) -> None:
    """Offer a version no longer; plans that were made from it go on. A draft is closed without ever being offered.

    Raises Conflict where it is retired already.
    """
    _move(version, {Status.DRAFT, Status.PUBLISHED}, Status.RETIRED, by=by, at=at)
    audit.record("template_version.retire", version, by=by, at=at, fields=["status"])


def _move(version: TemplateVersion, sources: set[Status], status: Status, *, by: User, at: datetime) -> None:
    named: dict[str, Any] = {"status": status}
    if version.status == Status.DRAFT:
        named |= {"published_at": at, "published_by": by}
    sources = sources & {Status(version.status)}
    if not TemplateVersion.objects.filter(pk=version.pk, status__in=sources).update(**named):
        raise Conflict("version_moved_on", _("Meanwhile this version was published or retired."))
    for name, value in named.items():
        setattr(version, name, value)


def _opens_unasked(version: TemplateVersion) -> str | None:
    """The name of the first loaded or ballistic exercise in a phase that opens without a clinician's entry."""
    reviewed = True
    for phase in version.phases.prefetch_related("exercises__revision"):
        for exercise in phase.exercises.all():
            if not reviewed and (exercise.revision.loaded or exercise.revision.ballistic):
                return exercise.revision.name
        reviewed = phase.needs_review
    return None
