from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from patients.models import Patient
from rehab.actions.clinic import create_clinic
from rehab.models import Clinic, PlanTemplate, TemplatePhase, TemplateVersion, User
from tests.cast import NOW

pytestmark = pytest.mark.django_db
LIST = "/library/templates/"
ClientOf = Callable[[User | Patient], Client]


@pytest.fixture
def template(ana: User) -> PlanTemplate:
    return ana.clinic.plan_templates.get()


def address(template: PlanTemplate, number: int | None = None) -> str:
    return f"{LIST}{template.public_id}/" + (f"{number}/" if number is not None else "")


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len([q for q in context if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_the_list_names_the_version_that_is_offered_and_what_it_is_for(
    client_of: ClientOf, ana: User, template: PlanTemplate
) -> None:
    page = client_of(ana).get(LIST).text
    assert template.name in page
    assert "version 2" in page
    assert "M53.3, M53.87" in page
    assert "also M54.50, M54.51, M54.59" in page
    assert address(template) in page


def test_a_clinic_without_templates_is_told_how_they_come(client_of: ClientOf, clinic: Clinic) -> None:
    _, founder = create_clinic(
        name="New", time_zone="UTC", country="de", phone="1", emergency_number="112", hours="", at=NOW,
        first_user_name="Fay", first_user_email="fay@new.example", first_user_password=None,
    )  # fmt: skip
    assert "No templates yet" in client_of(founder).get(LIST).text


def test_a_template_opens_at_the_version_that_it_offers(client_of: ClientOf, ana: User, template: PlanTemplate) -> None:
    response = client_of(ana).get(address(template))
    assert response.context["version"].number == 2
    assert "Version 2: The product&#x27;s proposal" in response.text


@pytest.mark.parametrize("number", [1, 2])
def test_a_version_says_everything_that_it_asks_of_a_patient(
    client_of: ClientOf, ana: User, template: PlanTemplate, number: int
) -> None:
    page = client_of(ana).get(address(template, number)).text
    version = template.versions.get(number=number)
    for phase in version.phases.all():
        assert phase.name in page
        assert escape(phase.source_label) in page
        for item in phase.items:
            assert escape(item["text"]) in page
            assert escape(item["patient_text"]) in page
        for exercise in phase.exercises.select_related("revision__exercise"):
            assert f"/library/exercises/{exercise.revision.exercise.public_id}/" in page
            assert escape(exercise.note) in page
    for follow_up in version.follow_ups.all():
        assert follow_up.name in page
    assert page.count('<svg class="drawing picture"') == version.exercises.count()


def test_the_weeks_follow_from_the_order(client_of: ClientOf, ana: User, template: PlanTemplate) -> None:
    phases = client_of(ana).get(address(template)).context["phases"]
    assert [(p.first_week, p.last_week) for p in phases] == [(1, 2), (3, 6), (7, 12), (13, None)]


def test_the_two_versions_differ_in_what_the_product_proposes(
    client_of: ClientOf, ana: User, template: PlanTemplate
) -> None:
    source, proposal = (client_of(ana).get(address(template, number)).text for number in (1, 2))
    assert ">retired</span>" in source
    assert ">published</span>" in proposal
    for mark in (
        "check before the next phase",
        "starts unticked",
        "our addition",
        "visit a week",
        "Check at the end of phase 1",
    ):
        assert mark not in source
        assert mark in proposal
    assert proposal.count("check before the next phase") == 2
    for page in (source, proposal):
        assert "or Cycling" in page
        assert "28 days after the start, a fixed date" in page
    assert "on the last day of phase 2, Move" in proposal


def test_a_draft_is_read_like_any_other_version(client_of: ClientOf, ana: User, template: PlanTemplate) -> None:
    draft = TemplateVersion.objects.create(template=template, number=3, label="Next year")
    TemplatePhase.objects.create(version=draft, number=1, name="Only", weeks=1)
    page = client_of(ana).get(address(template, 3)).text
    assert ">draft</span>" in page
    assert "week 1" in page
    assert client_of(ana).get(address(template)).context["version"].number == 2


def test_a_draft_with_nothing_in_it_says_so(client_of: ClientOf, ana: User, template: PlanTemplate) -> None:
    TemplateVersion.objects.create(template=template, number=3, label="Next year")
    assert "No phases yet" in client_of(ana).get(address(template, 3)).text


def test_a_template_without_a_version_has_no_page(client_of: ClientOf, ana: User) -> None:
    bare = PlanTemplate.objects.create(clinic=ana.clinic, key="bare", name="بلا <b>نسخة</b>" + "x" * 90)
    page = client_of(ana).get(LIST)
    assert page.status_code == 200
    assert escape(bare.name) in page.text
    assert address(bare) not in page.text
    assert client_of(ana).get(address(bare)).status_code == 404


def test_the_codes_lead_to_what_the_clinic_knows_about_them(
    client_of: ClientOf, ana: User, template: PlanTemplate
) -> None:
    page = client_of(ana).get(address(template)).text
    for condition in ana.clinic.conditions.all():
        assert f"/library/conditions/{condition.public_id}/" in page
    assert "Sacrococcygeal disorders, not elsewhere classified" in page


def test_another_clinics_template_is_as_absent_as_none_at_all(
    client_of: ClientOf, ana: User, zoe: User, template: PlanTemplate
) -> None:
    theirs = zoe.clinic.plan_templates.get()
    paths = [
        address(theirs),
        address(theirs, 2),
        f"{LIST}{uuid.uuid4()}/",
        address(template, 9),
        address(template, 10**30),
    ]
    assert [client_of(ana).get(path).status_code for path in paths] == [404] * 5


def test_the_templates_are_for_physiotherapists_and_administrators(
    client_of: ClientOf, admin: User, bruno: User, desk: User, maria: Patient, template: PlanTemplate
) -> None:
    for path in (LIST, address(template), address(template, 1)):
        assert Client().get(path).status_code == 302
        assert [client_of(who).get(path).status_code for who in (admin, bruno, desk, maria)] == [200, 200, 403, 403]
        assert client_of(admin).post(path).status_code == 405


def test_the_number_of_queries_does_not_grow(client_of: ClientOf, ana: User, template: PlanTemplate) -> None:
    client = client_of(ana)
    few, page = queries(client, LIST), queries(client, address(template))
    # One of them is the strip of open notes, which is on every page.
    assert few <= 6
    assert page <= 10
    for n in range(40):
        more = PlanTemplate.objects.create(clinic=ana.clinic, key=f"more-{n}", name=f"More {n}")
        version = TemplateVersion.objects.create(template=more, number=1, label="First")
        TemplatePhase.objects.create(version=version, number=1, name="Only", weeks=1)
    draft = TemplateVersion.objects.create(template=template, number=3, label="Long")
    phases = TemplatePhase.objects.bulk_create(
        TemplatePhase(version=draft, number=n, name=f"Phase {n}", weeks=1) for n in range(1, 30)
    )
    for phase in phases:
        for exercise in template.versions.get(number=2).exercises.all():
            exercise.pk, exercise.key, exercise.version, exercise.phase = None, uuid.uuid4(), draft, phase
            exercise.save(force_insert=True)
    assert queries(client, LIST) == few
    assert queries(client, address(template, 3)) <= page
