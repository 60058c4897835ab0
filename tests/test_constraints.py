"""What must be true is a named constraint, and each has a row here that the database refuses by that name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from patients.models import SessionExercise
from rehab.models import Clinic, User
from tests import one_of_each
from tests.cast import NOW, TODAY

YESTERDAY = TODAY - timedelta(days=1)


def _of_library(row: SessionExercise) -> int | None:
    return row.session.exercises.exclude(revision=None).get().revision_id


NOTHING_TO_DO: dict[str, Any] = {"reps": None, "hold_seconds": None, "minutes": None}
# The newest row of the table, once more, with these columns another: that is enough to break the rule, and no other.
BROKEN: dict[str, dict[str, Any]] = {
    "clinic_visit_minutes": {"visit_minutes": 4},
    "clinic_pain_limit": {"pain_limit": 11},
    "clinic_adherence_bands": {"adherence_low": 80},
    "clinic_silent_days": {"silent_days": 0},
    "clinic_look_again_max_days": {"look_again_max_days": 29},
    "clinic_day_minutes_budget": {"day_minutes_budget": 0},
    "clinic_short_notice_hours": {"short_notice_hours": 0},
    "clinic_hours_once": {},
    "clinic_hours_weekday": {"weekday": 7},
    "clinic_hours_close_after_opening": {"weekday": 5, "closes": time(7)},
    "closed_day_last_on": {"last_on": YESTERDAY},
    "away_last_on": {"last_on": YESTERDAY},
    "away_covered_by_another": {"covered_by_id": lambda row: row.user_id},
    "snippet_name_once_a_user": {},
    "condition_once_a_clinic": {},
    "condition_fact_position": {},
    "exercise_key_once_a_clinic": {},
    "rehab_exerciserevision_dosage_can_be_done": {"number": 99, **NOTHING_TO_DO},
    "rehab_exerciserevision_times_per_day": {"number": 99, "times_per_day": 11},
    "rehab_exerciserevision_days_per_week": {"number": 99, "days_per_week": 8},
    "exercise_revision_number": {},
    "user_email_lower_case": {"email": "New@harbour.example"},
    "plan_template_key_once_a_clinic": {"name": "Another"},
    "plan_template_name_once_a_clinic": {"key": "another", "name": lambda row: row.name.upper()},
    "template_version_number": {"status": "retired", "published_at": NOW},
    "template_version_one_draft": {"number": 99},
    "template_version_published_at": {"number": 99, "status": "published"},
    "template_phase_key": {"number": 9},
    "template_phase_number": {"key": uuid4},
    "template_phase_weeks": {"number": 9, "key": uuid4, "weeks": 0},
    "rehab_templateexercise_dosage_can_be_done": {"key": uuid4, **NOTHING_TO_DO},
    "rehab_templateexercise_times_per_day": {"key": uuid4, "times_per_day": 0},
    "rehab_templateexercise_days_per_week": {"key": uuid4, "days_per_week": 0},
    "template_exercise_key": {},
    "follow_up_key": {},
    "follow_up_day_or_phase": {"key": uuid4, "day": None},
    "patient_number_once_a_clinic": {},
    "episode_onset_precision": {"onset": TODAY},
    "episode_closed_by": {"closed_by_id": lambda row: row.by_id},
    "episode_recall_of_a_closed_one": {"recall_on": TODAY},
    "episode_look_again_at_an_open_one": {"closed_on": TODAY, "look_again_on": TODAY},
    "handover_to_another": {"to_user_id": lambda row: row.from_user_id},
    "plan_one_open_a_patient": {},
    "plan_phase_number": {},
    "plan_phase_weeks": {"number": 2, "first_week": 3, "last_week": 2},
    "decision_sequence": {"kind": "stay"},
    "decision_one_start": {"sequence": 2},
    "decision_to_phase": {"sequence": 2, "kind": "stay", "to_phase": 2},
    "decision_withdraws": {"sequence": 2, "kind": "withdraw"},
    "plan_span_first_on": {},
    "patients_prescription_dosage_can_be_done": NOTHING_TO_DO,
    "patients_prescription_times_per_day": {"times_per_day": 11},
    "patients_prescription_days_per_week": {"days_per_week": 8},
    "prescription_until": {"until": YESTERDAY},
    "prescription_of_one_exercise": {"revision_id": None},
    "kept_exercise_once": {},
    "exercise_log_client_id": {"occasion": 2},
    "exercise_log_once": {"client_id": uuid4},
    "exercise_log_occasion": {"client_id": uuid4, "occasion": 21},
    "exercise_log_reason": {"client_id": uuid4, "occasion": 2, "status": "not_done"},
    "check_in_client_id": {"on": YESTERDAY},
    "check_in_once_a_date": {"client_id": uuid4},
    "check_in_pain_exercising": {"client_id": uuid4, "on": YESTERDAY, "pain_exercising": 11},
    "check_in_pain_morning": {"client_id": uuid4, "on": YESTERDAY, "pain_morning": 11},
    "invitation_one_open_a_patient": {"code_hash": "y"},
    "treatment_session_signed_at": {"on": YESTERDAY, "signed_at": NOW},
    "treatment_session_pain": {"on": YESTERDAY, "pain_after": 11},
    "treatment_session_minutes": {"on": YESTERDAY, "minutes": 481},
    "treatment_session_one_draft": {},
    "treatment_session_closed_at": {"on": YESTERDAY, "closed_at": NOW},
    "session_exercise_once": {
        "revision_id": lambda row: row.session.exercises.exclude(revision=None).get().revision_id,
        "own_exercise_id": None,
    },
    "session_exercise_own_once": {},
    "session_exercise_of_one_exercise": {"own_exercise_id": None},
    "visit_follow_up_round": {"state": "due"},
    "visit_one_at_a_time": {"round": 2},
    "visit_booked_has_a_time": {"round": 2, "starts_at": None},
    "visit_due_has_a_date": {"round": 2, "state": "due", "due_on": None},
    "visit_minutes": {"round": 2, "state": "due", "minutes": 4},
    "visit_event_sequence": {},
}


def named() -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for app in ("rehab", "patients")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def once_more(row: models.Model, another: dict[str, Any | Callable[..., Any]]) -> models.Model:
    """A copy of a row under ids of its own."""
    row.pk = None
    if hasattr(row, "public_id"):
        row.public_id = uuid4()
    for name, value in another.items():
        setattr(row, name, (value() if value is uuid4 else value(row)) if callable(value) else value)
    return row


def message(model: type[models.Model], constraint: models.BaseConstraint) -> str:
    """What SQLite says instead of the name of a constraint on columns that are unique together."""
    columns = [model._meta.get_field(field).column for field in getattr(constraint, "fields", ())]
    return "UNIQUE constraint failed: " + ", ".join(f"{model._meta.db_table}.{column}" for column in columns)


def test_every_constraint_has_a_row_that_breaks_it() -> None:
    assert set(BROKEN) == set(named())


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_by_name(name: str, ana: User, clinic: Clinic) -> None:
    one_of_each.record(ana)
    one_of_each.draft(clinic)
    model, constraint = named()[name]
    newest = model._default_manager.order_by("-pk").first()
    assert newest is not None
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model._default_manager.bulk_create([once_more(newest, BROKEN[name])])
    assert name in str(refused.value) or str(refused.value) == message(model, constraint)
