from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Prefetch

from rehab.readings.condition import for_patients

from ..models import Episode, Patient, Plan, PlanPhase
from ..progression import LIVE


@dataclass(frozen=True, slots=True)
class PhaseLesson:
    """A phase of the patient's plan and what it is for, in words for patients."""

    number: int
    name: str
    is_current: bool
    patient_goals: Sequence[str]


def lessons(patient: Patient, today: date) -> dict[str, Any]:
    """All that the page says to this patient: phases (with the one they are in), questions, lessons, topics, and the
    disclaimer. What there is nothing about is empty."""
    plans = patient.plans.select_related("episode__icd_code", "version__template").prefetch_related(
        "spans", Prefetch("phases", PlanPhase.objects.select_related("source"))
    )
    plan = plans.order_by(F("ended_on").desc(nulls_first=True), "-start_on", "-pk").first()
    episode = plan.episode if plan else patient.episodes.select_related("icd_code").first()
    said = for_patients(patient.clinic, _codes(episode, plan))
    return {
        "phases": _phases(plan, today) if plan else [],
        "questions": [{"question": f.text, "answer": f.patient_text} for f in said.get("question", ())],
        "lessons": [{"title": f.data.get("title", ""), "text": f.patient_text} for f in said.get("education", ())],
        "topics": [{"title": f.data.get("title", ""), "text": f.patient_text} for f in said.get("prevention", ())],
        "disclaimer": " ".join(f.patient_text for f in said.get("disclaimer", ())),
    }


def _codes(episode: Episode | None, plan: Plan | None) -> list[str]:
    """The diagnoses whose page fits best: the episode's own, then those that the template is made for."""
    own = [episode.icd_code.code] if episode and episode.icd_code else []
    return own + (plan.version.template.made_for if plan else [])


def _phases(plan: Plan, today: date) -> list[PhaseLesson]:
    position = plan.position(today)
    current = position.phase if position.state in LIVE else None
    return [
        PhaseLesson(
            number=phase.number,
            name=phase.source.name,
            is_current=phase.number == current,
            patient_goals=[
                item["patient_text"] for item in phase.source.items if item["kind"] == "goal" and item["patient_text"]
            ],
        )
        for phase in plan.phases.all()
    ]
