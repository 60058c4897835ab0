"""Two clinics with one of everything, so that every address can be tried with one's own and with others' objects."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver

from patients.actions.session import start_session
from patients.actions.sheet import print_sheet
from patients.models import OwnExercise, Patient
from rehab.actions.snippet import add_snippet
from rehab.models import Condition, Exercise, PlanTemplate, User
from tests import cast

# Unmistakable words in the data of other people: none may show in an answer that says no.
SENTINELS = ("Xanthippe-Sentinel", "Quetzal-Sentinel-Problem", "Vellum-Sentinel-Note")


@dataclass(frozen=True)
class Ids:
    """What stands in an address: by the name of the converter."""

    values: dict[str, Any]

    def kwargs(self, pattern: URLPattern) -> dict[str, Any]:
        return {name: self.values[name] for name in names_in(pattern)}

    def but(self, **others: Any) -> Ids:
        return Ids({**self.values, **others})


def names_in(pattern: URLPattern) -> list[str]:
    """The names of what an address takes, whether it is written as a path or as a regular expression."""
    return list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)


def addresses() -> dict[str, list[URLPattern]]:
    """Every named address of the product, found by walking the URLconf."""
    found: dict[str, list[URLPattern]] = {}

    def walk(patterns: list[Any]) -> None:
        for each in patterns:
            if isinstance(each, URLResolver):
                walk(each.url_patterns)
            else:
                assert each.name, f"an address without a name: {each}"
                found.setdefault(each.name, []).append(each)

    walk(get_resolver().url_patterns)
    return found


def ids_of(patient: Patient, *, by: User) -> Ids:
    """One of everything of this patient, and of their clinic's library."""
    plan = patient.plans.get()
    session = start_session(
        patient=patient, episode=plan.episode, plan=plan, on=cast.TODAY, kind="clinic", by=by, at=cast.NOW
    )
    snippet = add_snippet(name="slr", text="Straight leg raise 70° both sides.", by=by, at=cast.NOW)
    own = OwnExercise(patient=patient, name="Own", words="Do it", stop_rule="Stop", by=by, at=cast.NOW)
    own.photo.save("own.jpg", ContentFile(b"photo"), save=False)
    own.save()
    library = {
        "own_exercise_id": own.public_id,
        "exercise_id": Exercise.objects.filter(clinic=patient.clinic).earliest("pk").public_id,
        "template_id": PlanTemplate.objects.get(clinic=patient.clinic).public_id,
        "condition_id": Condition.objects.filter(clinic=patient.clinic).earliest("pk").public_id,
        "number": 2,
    }
    return Ids(
        {
            **library,
            "user_id": by.public_id,
            "patient_id": patient.public_id,
            "episode_id": plan.episode.public_id,
            "plan_id": plan.public_id,
            "prescription_id": plan.prescriptions.filter(phase__number=2).earliest("pk").public_id,
            "session_id": session.public_id,
            "sheet_id": print_sheet(plan=plan, first_on=cast.TODAY, by=by, at=cast.NOW).public_id,
            "snippet_id": snippet.public_id,
            "visit_id": patient.visits.earliest("pk").public_id,
            "on": cast.TODAY - timedelta(days=1),
            "act": "stay",
            "reason": "note_open",
            "code": "ABCDEFGHJK",
            "uidb36": "1",
            "key": "set-password",
        }
    )


def absent(ids: Ids) -> Ids:
    """The same addresses with ids that nobody has."""
    return Ids({name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in ids.values.items()})


def second_patient(ana: User) -> Patient:
    """Another patient of Ana's, with an account: the one whom Maria must not see."""
    patient = cast.patient(SENTINELS[0], by=ana, birth_date=date(1970, 1, 1))
    episode = cast.episode(patient, lead=ana)
    cast.plan(episode, by=ana, start_on=date(2026, 2, 16))
    return patient
