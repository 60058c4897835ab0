from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from patients.models import Patient
from rehab.models import Condition, ConditionFact, IcdCode, User

pytestmark = pytest.mark.django_db
LIST = "/library/conditions/"
ClientOf = Callable[[User | Patient], Client]


def condition(user: User, code: str) -> Condition:
    return Condition.objects.get(clinic=user.clinic, icd_code__code=code)


def address(row: Condition) -> str:
    return f"{LIST}{row.public_id}/"


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len([q for q in context if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_the_list_gives_official_titles_and_says_where_the_source_differs(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(LIST).text
    assert "Sacrococcygeal disorders, not elsewhere classified" in page
    assert "Other specified dorsopathies, lumbosacral region" in page
    assert page.count("not its official title") == 1
    assert page.count(">billable</span>") == 2


def test_a_clinic_that_knows_none_is_told_how_they_come(client_of: ClientOf, ana: User) -> None:
    Condition.objects.filter(clinic=ana.clinic).delete()
    assert "No conditions yet" in client_of(ana).get(LIST).text


@pytest.mark.parametrize("code", ["M53.3", "M53.87"])
def test_every_line_of_every_list_is_on_the_page_with_its_fact_id(client_of: ClientOf, ana: User, code: str) -> None:
    row = condition(ana, code)
    page = client_of(ana).get(address(row)).text
    for fact in row.facts.select_related("icd"):
        assert escape(fact.text) in page, fact
        assert all(fact_id in page for fact_id in fact.fact_ids)
        if fact.icd:
            assert fact.icd.code in page
            assert escape(fact.icd.title) in page
        assert all(offer in page for offer in fact.data.get("offers", ()))


def test_the_wrong_title_of_the_source_is_kept_and_marked(client_of: ClientOf, ana: User) -> None:
    row = condition(ana, "M53.3")
    page = client_of(ana).get(address(row)).text
    assert escape(row.source_label) in page
    assert "not its official title" in page
    assert "That is the title of M53.8." in page
    assert "not its official title" not in client_of(ana).get(address(condition(ana, "M53.87"))).text


def test_the_notes_of_the_block_are_shown_with_where_they_stand(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(address(condition(ana, "M53.87"))).text
    assert "current injury - see injury of spine by body region" in page
    assert "from M50-M54" in page


def test_a_code_that_cannot_be_billed_offers_those_that_can(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(address(condition(ana, "M53.87"))).text
    assert "M54.50" in page
    assert ">not billable</span>" in page


def test_red_flags_stand_first_and_in_the_order_of_their_urgency(client_of: ClientOf, ana: User) -> None:
    response = client_of(ana).get(address(condition(ana, "M53.87")))
    words = [group.word for group in response.context["sections"]["red_flag"].groups]
    assert words == ["emergency", "same_day", "urgent", "prompt"]
    assert response.text.index('id="red_flag"') < response.text.index('id="what"')


def test_symptoms_are_divided_by_severity_and_names_by_relation(client_of: ClientOf, ana: User) -> None:
    sections = client_of(ana).get(address(condition(ana, "M53.87"))).context["sections"]
    assert [group.word for group in sections["symptom"].groups] == ["", "mild", "moderate", "severe"]
    assert [group.word for group in sections["synonym"].groups] == ["synonym", "related", "broader", "excluded"]


def test_it_leads_to_the_templates_that_serve_it(client_of: ClientOf, ana: User) -> None:
    (template,) = ana.clinic.plan_templates.all()
    assert f"/library/templates/{template.public_id}/" in client_of(ana).get(address(condition(ana, "M53.3"))).text


def test_a_condition_with_a_code_and_no_facts_is_a_page(client_of: ClientOf, ana: User) -> None:
    code = IcdCode.objects.get(code="M54.5")
    bare = Condition.objects.create(clinic=ana.clinic, icd_code=code, source_label="", description="<b>ظهر</b>")
    page = client_of(ana).get(address(bare))
    assert page.status_code == 200
    assert "<b>ظهر" not in page.text
    assert "M54.5 is only a heading now and cannot be billed" in page.text
    assert "None yet." in page.text


def test_another_clinics_condition_is_as_absent_as_none_at_all(client_of: ClientOf, ana: User, zoe: User) -> None:
    for path in (address(condition(zoe, "M53.87")), f"{LIST}{uuid.uuid4()}/"):
        assert client_of(ana).get(path).status_code == 404


def test_the_conditions_are_for_physiotherapists_and_administrators(
    client_of: ClientOf, admin: User, bruno: User, desk: User, maria: Patient
) -> None:
    for path in (LIST, address(condition(admin, "M53.87"))):
        assert Client().get(path).status_code == 302
        assert [client_of(who).get(path).status_code for who in (admin, bruno, desk, maria)] == [200, 200, 403, 403]
        assert client_of(admin).post(path).status_code == 405


def test_the_number_of_queries_does_not_grow(client_of: ClientOf, ana: User) -> None:
    client, row = client_of(ana), condition(ana, "M53.87")
    few, page = queries(client, LIST), queries(client, address(row))
    # One of them is the strip of open notes, which is on every page.
    assert few <= 4
    assert page <= 8
    codes = IcdCode.objects.filter(billable=True)[:100]
    Condition.objects.bulk_create(
        Condition(clinic=ana.clinic, icd_code=code, description="x") for code in codes if code.code != "M53.3"
    )
    ConditionFact.objects.bulk_create(
        ConditionFact(
            condition=row, kind="cause", position=100 + n, text=f"Cause {n}", icd=code, data={"offers": ["M54.50"]}
        )
        for n, code in enumerate(codes)
    )
    assert queries(client, LIST) == few
    assert queries(client, address(row)) == page
