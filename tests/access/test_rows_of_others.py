"""Ids in the fields of a form: another patient's of the same clinic, one that is void or put aside, one of nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import F

from patients.actions.log import log_exercise
from patients.actions.session import discard_session, start_session
from patients.actions.visit import cancel_visit
from patients.models import Patient, Plan
from rehab.models import Clinic, User
from tests import cast

from .controls import Form
from .test_forms import all_forms, looks_like_an_id, world

# The way from a row to its patient goes up through these.
ABOVE = ("patient", "episode", "plan", "visit", "session", "prescription")


def way_to_patient(model: type[models.Model]) -> str | None:
    """The lookup from a row to its patient ("plan__patient"); None for a row that is of no patient."""
    if model is Patient:
        return "pk"
    keys = {f.name: f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)}
    for name in ABOVE:
        if name in keys and (above := way_to_patient(keys[name].related_model)):
            return name if above == "pk" else f"{name}__{above}"
    return None


def mixed_up() -> list[str]:
    """Every row that leads to a row of another patient."""
    found = []
    for model in apps.get_app_config("patients").get_models():
        own = way_to_patient(model)
        for key in model._meta.concrete_fields:
            theirs = way_to_patient(key.related_model) if isinstance(key, models.ForeignKey) else None
            if own is None or theirs is None:
                continue
            other = key.name if theirs == "pk" else f"{key.name}__{theirs}"
            astray = model._default_manager.filter(**{f"{other}__isnull": False}).exclude(**{own: F(other)})
            found += [f"{model.__name__} {pk} {key.name}" for pk in astray.values_list("pk", flat=True)]
    return found


def rows_of(patient: Patient) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for model in apps.get_app_config("patients").get_models():
        if way := way_to_patient(model):
            rows = model._default_manager.filter(pk=patient.pk) if way == "pk" else None
            rows = model._default_manager.filter(**{way: patient}) if rows is None else rows
            found[model.__name__] = list(rows.order_by("pk").values_list())
    return found


def ticked(patient: Patient, by: User) -> None:
    wall_sit = patient.plans.get().prescriptions.get(revision__exercise__key="wall-sit")
    log_exercise(
        patient=patient, prescription=wall_sit, on=cast.TODAY, occasion=1, client_id=uuid.uuid4(), status="done",
        by=patient.user or by, at=cast.NOW,
    )  # fmt: skip


def colleague_patient(by: User) -> Patient:
    """Somebody else of the clinic with one of everything, some of it put aside."""
    other = cast.patient("Quilla Other", by=by, birth_date=date(1970, 1, 1))
    plan = cast.plan(cast.episode(other, lead=by), by=by, start_on=date(2026, 2, 16))
    episode = plan.episode
    start_session(patient=other, episode=episode, plan=plan, on=cast.TODAY, kind="clinic", by=by, at=cast.NOW)
    aside = start_session(
        patient=other, episode=episode, plan=plan, on=date(2026, 3, 2), kind="clinic", by=by, at=cast.NOW
    )
    discard_session(session=aside, version=1, by=by, at=cast.NOW)
    visit = other.visits.earliest("pk")
    cancel_visit(visit=visit, seen=visit.last_sequence, cause="clinic", by=by, at=cast.NOW)
    ticked(other, by)
    return other


def ids_of(patient: Patient) -> dict[str, list[str]]:
    """The ids of everything of a patient, by what they look like."""
    plan = Plan.objects.get(patient=patient)
    addressed = [
        patient,
        plan,
        *patient.episodes.all(),
        *patient.visits.all(),
        *patient.sessions.all(),
        *plan.prescriptions.order_by("pk")[:2],
    ]
    log = patient.logs.get()
    uuids = [str(log.client_id), *(str(row.public_id) for row in addressed)]
    return {"uuid": uuids, "number": [str(row.pk) for row in [log, *addressed]]}


def fields_with_ids(form: Form) -> Iterator[tuple[str, str]]:
    """The fields of a form that carry an id, each with what the id looks like."""
    for name, value in form.values.items():
        ids = [each for each in [value, *form.offers.get(name, [])] if looks_like_an_id(each)]
        if ids and name != "csrfmiddlewaretoken":
            yield name, "number" if ids[0].isdigit() else "uuid"


@pytest.mark.django_db
def test_no_form_takes_the_id_of_another_patients_row(clinic: Clinic, ana: User) -> None:
    clients, own, _foreign = world()
    maria = Patient.objects.get(public_id=own.values["patient_id"])
    cast.episode(maria, lead=ana, region="neck")  # so that forms ask which episode is meant
    ticked(maria, ana)
    sent = list(all_forms(clients, own))
    other = colleague_patient(ana)
    before, strangers = rows_of(other), ids_of(other)
    tried = set()
    for client, form in sent:
        for name, looks in fields_with_ids(form):
            tried.add(name)
            for stranger in strangers[looks]:
                with transaction.atomic():
                    response = client.post(form.action, {**form.values, name: stranger})
                    assert response.status_code < 500, (form.action, name, stranger)
                    assert mixed_up() == [], (form.action, name, stranger)
                    assert rows_of(other) == before, (form.action, name, stranger)
                    transaction.set_rollback(True)
    assert {"episode", "prescription", "log", "shown", "client_id"} <= tried
