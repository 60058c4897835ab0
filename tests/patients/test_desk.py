"""What the front desk opens: contact, visits, access; nothing clinical on any page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.actions.checkin import check_in
from patients.actions.log import log_exercise
from patients.actions.visit import add_visit, cancel_visit
from patients.models import Decision, Episode, Patient, PlanPhase, TreatmentSession
from rehab.models import TemplatePhase, User
from tests import cast
from tests.access.rows import TABLE
from tests.access.world import Ids, addresses, ids_of
from tests.cast import NOW, TODAY
from tests.factories import PatientFactory, VisitFactory

ClientOf = Callable[[User | Patient], Client]
LIST, NEW = reverse("patient_list"), reverse("patient_new")
JO = {"name": "Jo Bloggs", "birth_date": "4.3.1981"}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def contact_page(patient: Patient) -> str:
    return reverse("contact", args=[patient.public_id])


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])


# The list


def test_the_list_of_the_desk_has_names_contact_and_visits_and_no_plan(
    client_of: ClientOf, desk: User, maria: Patient, nils: Patient
) -> None:
    Patient.objects.filter(pk=maria.pk).update(phone="030 777", email="maria@example.net", number="M-17")
    page = text(client_of(desk).get(LIST))
    for words in (
        "María Soto",
        "born 12 Apr 1981",
        "M-17",
        "030 777",
        "maria@example.net",
        "past its date, not booked",
    ):
        assert words in page
    for words in ("Low back pain", "on plan", "week 1 of", "Move", "Ana Ruiz", "Say what the problem is"):
        assert words not in page
    assert contact_page(maria) in page
    assert reverse("chart", args=[maria.public_id]) + '"' not in page


def test_the_desk_finds_by_name_birth_date_and_number(client_of: ClientOf, desk: User, maria: Patient) -> None:
    client = client_of(desk)
    for query in ("maria", "12.4.1981"):
        assert "María Soto" in text(client.get(LIST, {"q": query}))
    piece = client.get(LIST, {"q": "nobody"}, headers={"HX-Request": "true"})
    assert "Nobody found" in text(piece)
    assert "<html" not in piece.text


def test_the_desks_list_takes_as_many_queries_for_a_thousand_as_for_ten(client_of: ClientOf, desk: User) -> None:
    PatientFactory.write(10, clinic=desk.clinic, by=desk)
    client = client_of(desk)
    ten = queries(client, LIST)
    PatientFactory.write(990, first=10, clinic=desk.clinic, by=desk)
    assert queries(client, LIST) == ten <= 6


def test_with_own_caseload_only_the_desk_still_sees_everybody(client_of: ClientOf, desk: User, maria: Patient) -> None:
    desk.clinic.own_caseload_only = True
    desk.clinic.save(update_fields=["own_caseload_only"])
    assert "María Soto" in text(client_of(desk).get(LIST))
    assert client_of(desk).get(contact_page(maria)).status_code == 200


# One person


def test_the_contact_page_says_how_to_reach_somebody_and_when_they_come(
    client_of: ClientOf, desk: User, ana: User, maria: Patient
) -> None:
    Patient.objects.filter(pk=maria.pk).update(phone="030 777", contact="Quay 4\nCall Rosa")
    add_visit(
        episode=maria.episodes.get(), physiotherapist=ana, starts_at=NOW + timedelta(days=1), minutes=30, by=ana, at=NOW
    )
    page = text(client_of(desk).get(contact_page(maria)))
    for words in (
        "María Soto</bdi>, 44",
        "12 April 1981",
        "030 777",
        "Quay 4<br>Call Rosa",
        "Wednesday 4 March, 10:00",
    ):
        assert words in page
    for address in ("visit_new", "invitation", "patient_edit", "visit_list"):
        assert reverse(address, args=[maria.public_id]) in page
    assert reverse("chart", args=[maria.public_id]) + '"' not in page


def test_a_physiotherapist_gets_from_the_contact_page_to_the_chart(
    client_of: ClientOf, ana: User, maria: Patient
) -> None:
    assert f'href="{reverse("chart", args=[maria.public_id])}"' in text(client_of(ana).get(contact_page(maria)))


def test_who_is_archived_is_still_found_by_address_and_not_on_the_list(
    client_of: ClientOf, desk: User, maria: Patient
) -> None:
    Patient.objects.filter(pk=maria.pk).update(archived_at=NOW)
    assert "María" not in text(client_of(desk).get(LIST))
    assert client_of(desk).get(contact_page(maria)).status_code == 200


def test_the_contact_page_takes_as_many_queries_for_a_thousand_visits_as_for_ten(
    client_of: ClientOf, desk: User, ana: User, maria: Patient
) -> None:
    client, url = client_of(desk), contact_page(maria)
    of: dict[str, Any] = {"patient": maria, "episode": maria.episodes.get(), "physiotherapist": ana, "by": ana}
    VisitFactory.write(10, **of)
    ten = queries(client, url)
    VisitFactory.write(990, first=10, **of)
    assert queries(client, url) == ten <= 6


# Adding and correcting


def test_the_desk_adds_a_patient_and_stops_at_the_contact_page(client_of: ClientOf, desk: User, ana: User) -> None:
    client = client_of(desk)
    response = client.post(NEW, JO, follow=True)
    jo = Patient.objects.get(name="Jo Bloggs")
    assert response.redirect_chain[-1][0] == contact_page(jo)
    page = text(response)
    assert "A physiotherapist says what the problem is." in page
    assert "A physiotherapist opens the episode first" in page
    assert "say what the problem is" not in page.replace("says what", "")


def test_whom_the_desk_added_is_not_out_of_sight(client_of: ClientOf, desk: User, ana: User, maria: Patient) -> None:
    client_of(desk).post(NEW, JO)
    jo = Patient.objects.get(name="Jo Bloggs")
    page = text(client_of(ana).get(LIST))
    assert "1 person waits for a problem to be named" in page
    assert reverse("episode_new", args=[jo.public_id]) in page
    assert "waits for a problem" not in text(client_of(desk).get(LIST))
    cast.episode(jo, lead=ana)
    assert "waits for a problem" not in text(client_of(ana).get(LIST))


def test_many_without_a_problem_are_counted(client_of: ClientOf, ana: User) -> None:
    PatientFactory.write(9, clinic=ana.clinic, by=ana)
    page = text(client_of(ana).get(LIST))
    assert "9 people wait for a problem to be named" in page
    assert "The others are in the list below." in page


def test_the_desk_is_asked_whether_it_is_the_same_person(client_of: ClientOf, desk: User, maria: Patient) -> None:
    response = client_of(desk).post(NEW, {"name": "Maria Soto", "birth_date": "12.4.1981"})
    assert response.status_code == 422
    page = text(response)
    assert "Is it this person?" in page
    assert contact_page(maria) in page


def test_the_desk_corrects_details_and_is_back_at_the_contact_page(
    client_of: ClientOf, desk: User, nils: Patient
) -> None:
    url = reverse("patient_edit", args=[nils.public_id])
    sent = {"name": "Nils Berg", "birth_date": "30.6.1999", "phone": "030 9"}
    response = client_of(desk).post(url, sent)
    assert response["Location"] == contact_page(nils)
    nils.refresh_from_db()
    assert nils.phone == "030 9"
    refused = client_of(desk).post(url, sent | {"birth_date": "30.6.2999"})
    assert refused.status_code == 422
    assert "The birth date is in the future." in text(refused)


def test_the_desk_gives_access(client_of: ClientOf, desk: User, nils: Patient) -> None:
    url = reverse("invitation", args=[nils.public_id])
    client = client_of(desk)
    assert contact_page(nils) in text(client.get(url))
    assert "Your exercises on your phone" in text(client.post(url))
    assert nils.invitations.get().by == desk


# Nothing clinical

WORDS = "Clinical-Sentinel"


@pytest.fixture
def planted(maria: Patient, ana: User) -> Ids:
    """Maria, with a sentinel in every clinical text of her record."""
    ids = ids_of(maria, by=ana)
    plan = maria.plans.get()
    said: dict[str, Any] = {"patient": maria, "by": ana, "at": NOW}
    row = plan.prescriptions.filter(phase__number=2).earliest("pk")
    log_exercise(
        prescription=row, on=TODAY, occasion=1, client_id=ids.values["patient_id"], status="not_done", reason="pain",
        note=f"{WORDS}-log", **said,
    )  # fmt: skip
    check_in(on=TODAY, client_id=ids.values["patient_id"], pain_morning=7, note=f"{WORDS}-answer", **said)
    visit = add_visit(
        episode=plan.episode, physiotherapist=ana, starts_at=NOW + timedelta(days=9), minutes=30, by=ana, at=NOW
    )
    cancel_visit(visit=visit, seen=visit.last_sequence, cause="patient", reason="", by=ana, at=NOW)
    Episode.objects.filter(pk=plan.episode_id).update(problem=f"{WORDS}-problem", referrer=f"{WORDS}-referrer")
    notes = ("subjective", "objective", "assessment", "plan_text", "treatment", "text")
    TreatmentSession.objects.filter(patient=maria).update(**{name: f"{WORDS}-{name}" for name in notes})
    Decision.objects.create(
        plan=plan, sequence=2, act=2, kind="change", on=TODAY, reason=f"{WORDS}-reason", by=ana, at=NOW,
        patient_text=f"{WORDS}-patient-text",
    )  # fmt: skip
    return ids


def pages_of_the_desk(ids: Ids) -> Iterator[str]:
    """Every page that the table lets the front desk read."""
    for name, patterns in addresses().items():
        if TABLE[name].method == "GET" and TABLE[name].front_desk == 200 and not name.startswith("account_"):
            for pattern in patterns:
                yield reverse(name, kwargs=ids.kwargs(pattern))


def test_no_page_of_the_desk_has_anything_clinical(client_of: ClientOf, desk: User, planted: Ids) -> None:
    client = client_of(desk)
    names = set(TemplatePhase.objects.filter(pk__in=PlanPhase.objects.values("source")).values_list("name", flat=True))
    seen = list(pages_of_the_desk(planted))
    assert contact_page(Patient.objects.get(public_id=planted.values["patient_id"])) in seen
    for url in seen:
        page = text(client.get(url))
        assert WORDS not in page, url
        for name in names:
            assert f" {name}<" not in page and f">{name}<" not in page, (url, name)
        assert "7 of 10" not in page, url


def test_the_desk_opens_no_page_of_the_chart(client_of: ClientOf, desk: User, planted: Ids) -> None:
    client = client_of(desk)
    closed = ("chart", "decide", "session", "session_list", "session_new", "prescription_add", "episode_edit", "assign")
    for name in closed:
        for pattern in addresses()[name]:
            response = client.get(reverse(name, kwargs=planted.kwargs(pattern)))
            assert response.status_code == 404, name
            assert WORDS not in text(response)
    assert client.get("/library/exercises/").status_code == 403
