"""What is still open in an episode: each keeps it from being closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import Decision, Episode, Plan, TreatmentSession, Visit, VisitEvent


@dataclass(frozen=True, slots=True)
class StillOpen:
    plans: Sequence[Plan]
    visits: Sequence[Visit]
    drafts: Sequence[TreatmentSession]

    def __bool__(self) -> bool:
        return bool(self.plans or self.visits or self.drafts)


def still_open(episode: Episode) -> StillOpen:
    """The open plan, visits that are due or booked, and notes that are not signed."""
    ahead = episode.visits.filter(state__in=[Visit.State.DUE, Visit.State.BOOKED])
    return StillOpen(
        plans=list(episode.plans.filter(ended_on__isnull=True).select_related("version__template")),
        visits=list(ahead.select_related("follow_up").order_by("starts_at", "due_on", "pk")),
        drafts=list(
            episode.sessions.filter(status=TreatmentSession.Status.DRAFT)
            .select_related("physiotherapist")
            .order_by("on")
        ),
    )


def called_off(plan: Plan, ending: Sequence[Decision]) -> list[Visit]:
    """The appointments that were called off with these entries: taking the end back does not book them again."""
    event = VisitEvent.objects.filter(
        cause=VisitEvent.Cause.PLAN_ENDED, from_state=Visit.State.BOOKED, at__in=[row.at for row in ending]
    )
    gone = Visit.objects.filter(episode=plan.episode_id, state=Visit.State.CANCELLED, events__in=event)
    return list(gone.select_related("physiotherapist").order_by("starts_at"))
