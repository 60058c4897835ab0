"""Every form of every page: hostile input, fields that it does not have, ids of others (promises 5, 6, 40)."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.models import Patient, Plan
from patients.moves import Act
from rehab.models import Clinic, User
from tests import cast
from tests.pages import send

from .controls import Form, forms
from .rows import ENDS_THE_SESSION, TABLE
from .test_table import expected, urls, whom_it_lets_in
from .world import Ids, ids_of

ACTS = [act.value.replace("_", "-") for act in Act]
PAGES = sorted(
    name for name, row in TABLE.items() if row.method == "GET" and expected(row, whom_it_lets_in(row)) == 200
)


def world() -> tuple[dict[str, Client], Ids, Ids]:
    """Maria with one of everything, a planned absence too, and the ids of a patient of the other clinic."""
    ana, zoe = cast.person("Ana"), cast.person("Zoe")
    maria = cast.patient("María Soto", by=ana)
    plan = cast.plan(cast.episode(maria, lead=ana), by=ana, start_on=date(2026, 2, 16))
    decide(
        plan=plan,
        act=Act.STOP,
        on=date(2026, 3, 20),
        until=date(2026, 3, 25),
        seen=Seen(plan.last_sequence, 2),
        by=ana,
        at=cast.NOW,
    )
    user = cast.give_account(maria)
    yann = cast.patient("Yann Moreau", by=zoe)
    cast.plan(cast.episode(yann, lead=zoe), by=zoe, start_on=date(2026, 2, 16))
    clients = {}
    for role, who in (("patient", user), ("physiotherapist", ana), ("administrator", cast.person("Adela"))):
        clients[role] = Client(raise_request_exception=True)
        clients[role].force_login(who)
    return clients, ids_of(maria, by=ana), ids_of(yann, by=zoe)


def all_forms(clients: dict[str, Client], ids: Ids) -> Iterator[tuple[Client, Form]]:
    """Every form that posts, on every page that the roles can open; one of each."""
    known: set[tuple[str, tuple[str, ...]]] = set()
    ways = [ids.but(act=act) for act in ACTS]
    for name in PAGES:
        client = clients[whom_it_lets_in(TABLE[name])]
        for url in {url for way in (ways if name == "decide" else [ids]) for url in urls(name, way)}:
            for form in forms(client.get(url).text, url):
                if any(reverse(end) == form.action for end in ENDS_THE_SESSION):
                    continue
                key = (form.action, tuple(sorted(form.values)))
                if key not in known:
                    known.add(key)
                    yield client, form


ABOVE = ("clinic", "patient", "episode", "plan", "visit", "session", "version", "template", "exercise", "condition")


def way_to_clinic(model: type[models.Model]) -> str | None:
    """The lookup from a row to its clinic ("plan__patient__clinic"); None for reference data."""
    if model is Clinic:
        return "pk"
    names = {f.name for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)}
    for name in ABOVE:
        if name in names:
            above = way_to_clinic(model._meta.get_field(name).related_model)
            return name if above == "pk" else above and f"{name}__{above}"
    return None


def crossings() -> list[str]:
    """Every foreign key that leads from one clinic's row to another's."""
    found = []
    for label in ("rehab", "patients"):
        for model in apps.get_app_config(label).get_models():
            own = way_to_clinic(model)
            for key in model._meta.concrete_fields:
                theirs = way_to_clinic(key.related_model) if isinstance(key, models.ForeignKey) else None
                if own is None or theirs is None:
                    continue
                other = key.name if theirs == "pk" else f"{key.name}__{theirs}"
                astray = model._default_manager.filter(**{f"{other}__isnull": False}).exclude(**{own: models.F(other)})
                found += [f"{model.__name__} {pk} {key.name}" for pk in astray.values_list("pk", flat=True)]
    return found


HOSTILE_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(), max_size=30),  # lone surrogates and controls too
    st.sampled_from(
        [
            "", " ", "\x00", "a\x00b", "\ud800", "-1", "0", "11", "3.5", "1e9", "9" * 40, "NaN", "2026-02-30",
            "0001-01-01", "9999-12-31", "2026-03-04", "25:61", "<b>x</b>", "{{ 1 }}", "مريم الحسن", "👩🏽‍⚕️", "\u202e",
            "x" * 20_001,
            str(uuid.UUID(int=7)), "None", "[]", "on", "true",
        ]
    ),
)  # fmt: skip


class TestHostileInput(TestCase):
    """No form answers with a 500, whatever is sent (100 examples each)."""

    def fuzz(self, part: int, seed: int, texts: list[str]) -> None:
        clients, sent = type(self).clients, type(self).sent[part::PARTS]
        chance = random.Random(seed)
        for role, form in sent:
            values = dict(form.values)
            for name in values:
                if name != "csrfmiddlewaretoken" and chance.random() < 0.5:
                    values[name] = chance.choice([*texts, *form.offers.get(name, [])])
            with transaction.atomic():
                response = send(clients[role], form.action, values)
                assert response.status_code < 500, (form.action, values)
                transaction.set_rollback(True)

    @classmethod
    def setUpTestData(cls) -> None:
        cast.found_clinics()
        cls.clients, own, _ = world()
        cls.sent = [
            (next(role for role, c in cls.clients.items() if c is client), form)
            for client, form in all_forms(cls.clients, own)
        ]


def _part(part: int) -> Callable[..., None]:
    @given(seed=st.integers(0, 2**32), texts=st.lists(HOSTILE_TEXT, min_size=8, max_size=8))
    @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test(self: TestHostileInput, seed: int, texts: list[str]) -> None:
        self.fuzz(part, seed, texts)

    return test


# In parts, so that both cores have something to do.
PARTS = 6
for _number in range(PARTS):
    setattr(TestHostileInput, f"test_no_input_breaks_a_form_{_number}", _part(_number))


def mark(f: models.Field[Any, Any]) -> str | None:
    """A value for a column that nobody would have put there."""
    if isinstance(f, models.ForeignKey):
        return (
            str(f.related_model._default_manager.latest("pk").pk) if f.related_model._default_manager.exists() else None
        )
    if isinstance(f, models.BooleanField):
        return "true"
    if isinstance(f, models.IntegerField | models.BigAutoField):
        return "4242"
    if isinstance(f, models.DateTimeField):
        return "1901-01-01 00:00"
    return "1901-01-01" if isinstance(f, models.DateField) else "MASS-ASSIGNED"


def marked_rows() -> list[str]:
    """Where a mark stands in a patient’s record, an account or the clinic; primary keys may be any number."""
    found = []
    for model in [*apps.get_app_config("patients").get_models(), User, Clinic]:
        for row in model._default_manager.values():
            for name, value in row.items():
                text = str(value)
                if name != "id" and (value == 4242 or "MASS-ASSIGNED" in text or text.startswith("1901")):
                    found.append(f"{model.__name__}.{name} = {value!r}")
    return found


@pytest.mark.django_db
def test_a_form_sets_its_own_fields_and_no_others(clinic: Clinic) -> None:
    clients, own, _ = world()
    columns = {
        f.name: f
        for label in ("rehab", "patients")
        for model in apps.get_app_config(label).get_models()
        for f in model._meta.concrete_fields
    }
    users = list(User.objects.order_by("pk").values("pk", "is_active", "is_physiotherapist", "is_administrator"))
    sent = list(all_forms(clients, own))
    assert len(sent) > 15
    for client, form in sent:
        takes = {name.split("-")[-1] for name in (*form.values, *form.offers)}
        extra = {}
        for name, column in columns.items():
            if name in takes or (value := mark(column)) is None:
                continue
            extra |= {name: value, f"{name}_id": value}
        with transaction.atomic():
            response = client.post(form.action, {**form.values, **extra})
            assert response.status_code < 500, form.action
            assert marked_rows() == [], form.action
            assert list(User.objects.filter(pk__in=[u["pk"] for u in users]).order_by("pk").values(*users[0])) == users
            transaction.set_rollback(True)


def looks_like_an_id(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return value.isdigit() and int(value) > 10
    return True


@pytest.mark.django_db
def test_no_form_takes_the_id_of_another_clinics_row(clinic: Clinic) -> None:
    clients, own, foreign = world()
    theirs = [str(value) for value in foreign.values.values() if isinstance(value, uuid.UUID)]
    yann = Patient.objects.get(public_id=foreign.values["patient_id"])
    plan = Plan.objects.get(patient=yann)
    keys = [plan.version_id, plan.pk, plan.episode_id, yann.pk, yann.by_id]
    keys += list(plan.prescriptions.values_list("pk", flat=True)[:1]) + list(
        plan.visits.values_list("pk", flat=True)[:1]
    )
    for client, form in all_forms(clients, own):
        for name, value in form.values.items():
            offered = [value, *form.offers.get(name, [])]
            if name == "csrfmiddlewaretoken" or not any(looks_like_an_id(each) for each in offered):
                continue
            for stranger in [*theirs, *map(str, keys), "999999999"]:
                with transaction.atomic():
                    response = client.post(form.action, {**form.values, name: stranger})
                    assert response.status_code < 500, (form.action, name, stranger)
                    assert crossings() == [], (form.action, name, stranger)
                    transaction.set_rollback(True)
