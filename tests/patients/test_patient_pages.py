"""The list of patients, and the pages to add and to correct one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import Traveller

from patients.actions.patient import add_patient
from patients.actions.visit import add_visit
from patients.models import Patient, Plan
from rehab.models import Clinic, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.factories import PatientFactory

SignedIn = Callable[[User | Patient], Client]
LIST, NEW = reverse("patient_list"), reverse("patient_new")
JO = {"name": "Jo Bloggs", "birth_date": "4.3.1981"}
HOSTILE = [
    "\x00",
    "x" * 10_000,
    "\u202eolleh",
    "🧘🏽‍♀️" * 200,
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "{{ 7 }}",
]


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_an_empty_list_says_what_to_do_first(client_of: SignedIn, ana: User) -> None:
    page = text(client_of(ana).get(LIST))
    assert "Nobody is here yet" in page
    assert NEW in page


def test_the_list_says_where_each_plan_stands(
    client_of: SignedIn, ana: User, maria: Patient, omar: Patient, nils: Patient
) -> None:
    page = text(client_of(ana).get(LIST))
    by_name = page.partition("<table")[2]
    assert by_name.index("María Soto") < by_name.index("Nils Berg") < by_name.index("Omar Haddad")
    assert "44, born 12 Apr 1981" in page
    assert "week 1 of 4" in page
    assert "on plan" in page
    assert "Say what the problem is" in page
    assert "past its date, not booked" in page  # María's at the end of phase 1, on 1 March
    assert "due 9 Mar" in page


def test_a_visit_of_which_nobody_has_said_whether_it_took_place_stays_in_the_list(
    client_of: SignedIn, ana: User, nils: Patient, clock: Traveller
) -> None:
    add_visit(
        episode=cast.episode(nils, lead=ana),
        physiotherapist=ana,
        starts_at=NOW + timedelta(hours=1),
        minutes=30,
        by=ana,
        at=NOW,
    )
    assert "came or missed?" not in text(client_of(ana).get(LIST))
    clock.move_to(NOW + timedelta(hours=2))
    assert "came or missed?" in text(client_of(ana).get(LIST))


def test_each_state_has_its_row(client_of: SignedIn, ana: User) -> None:
    ahead = cast.patient("Ahead", by=ana)
    cast.plan(cast.episode(ahead, lead=ana), by=ana, start_on=TODAY + timedelta(days=5), at=NOW)
    cast.episode(cast.patient("Unplanned", by=ana), lead=ana)
    page = text(client_of(ana).get(LIST))
    assert "starts on 8 Mar 2026" in page
    assert "Assign a plan" in page


def test_the_find_box_works_without_and_with_scripts(
    client_of: SignedIn, ana: User, maria: Patient, omar: Patient
) -> None:
    client = client_of(ana)
    whole = client.get(LIST, {"q": "MARIA"})
    piece = client.get(LIST, {"q": "MARIA"}, headers={"HX-Request": "true"})
    for page in (whole, piece):
        assert "María Soto" in text(page)
        assert "Omar Haddad" not in text(page)
        assert "HX-Request" in page["Vary"]
    assert "<html" in text(whole)
    assert "<html" not in text(piece)
    assert "Nobody found" in text(client.get(LIST, {"q": "nobody such"}))


@pytest.mark.parametrize("name", ["q", "page"])
@pytest.mark.parametrize("value", [*HOSTILE, "-1", "0", "9999999999999999999", "1e5", "٣", "%", "_", "\\"])
def test_no_value_of_a_parameter_breaks_the_list(
    client_of: SignedIn, ana: User, maria: Patient, name: str, value: str
) -> None:
    assert client_of(ana).get(LIST, {name: value}).status_code == 200


def test_bytes_that_are_no_text_break_nothing(client_of: SignedIn, ana: User, maria: Patient) -> None:
    assert client_of(ana).get(f"{LIST}?q=%ED%A0%80&page=%FF").status_code == 200
    answer = client_of(ana).post(
        NEW, b"name=%ED%A0%80&birth_date=%ED%A0%80", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422


def test_twenty_five_people_make_a_page(client_of: SignedIn, ana: User) -> None:
    for number in range(26):
        cast.patient(f"Person {number:02}", by=ana)
    client = client_of(ana)
    first, second = text(client.get(LIST)), text(client.get(LIST, {"page": "2"}))
    assert "26 people" in first
    assert "Person 24" in first
    assert "Person 25" not in first
    assert "Person 25" in second


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])


def test_the_list_takes_as_many_queries_for_a_thousand_as_for_ten(client_of: SignedIn, ana: User) -> None:
    for number in range(10):
        patient = cast.patient(f"Person {number}", by=ana)
        cast.plan(cast.episode(patient, lead=ana), by=ana, start_on=TODAY)
    client = client_of(ana)
    ten = queries(client, LIST)
    PatientFactory.write(990, clinic=ana.clinic, by=ana)
    assert queries(client, LIST) == ten <= 15
    assert queries(client, f"{LIST}?q=person") == ten


def test_a_person_is_added_and_the_way_leads_to_the_problem(client_of: SignedIn, ana: User) -> None:
    answer = client_of(ana).post(NEW, JO | {"number": "17", "email": "jo@example.org"})
    patient = Patient.objects.get()
    assert answer.url == reverse("episode_new", args=[patient.public_id])
    assert (patient.name, patient.birth_date, patient.number) == ("Jo Bloggs", date(1981, 3, 4), "17")
    assert (patient.clinic, patient.by) == (ana.clinic, ana)


@pytest.mark.parametrize("written", ["4.3.1981", "04/03/1981", "1981-03-04", "4 March 1981"])
def test_a_birth_date_may_be_written_in_several_ways(client_of: SignedIn, ana: User, written: str) -> None:
    client_of(ana).post(NEW, JO | {"birth_date": written})
    assert Patient.objects.get().birth_date == date(1981, 3, 4)


def test_likely_duplicates_are_shown_first(client_of: SignedIn, ana: User) -> None:
    client = client_of(ana)
    client.post(NEW, JO)
    there = Patient.objects.get()
    answer = client.post(NEW, JO | {"name": "jo blogs"})
    assert answer.status_code == 422
    assert "Is it this person?" in text(answer)
    assert Patient.objects.count() == 1
    client.post(NEW, JO | {"name": "Jo Blogs", "somebody_else": str(there.public_id)})
    assert Patient.objects.count() == 2


def test_that_it_is_somebody_else_is_said_of_those_who_were_shown(client_of: SignedIn, ana: User) -> None:
    client = client_of(ana)
    client.post(NEW, JO)
    answer = client.post(NEW, JO | {"somebody_else": "00000000-0000-0000-0000-000000000000"})
    assert answer.status_code == 422
    assert Patient.objects.count() == 1


def test_a_form_sent_twice_adds_one_person(client_of: SignedIn, ana: User) -> None:
    client = client_of(ana)
    assert [client.post(NEW, JO).status_code for _ in range(2)] == [302, 422]
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"birth_date": "31.2.1981"},
        {"birth_date": "1.1.2999"},
        {"birth_date": "1.1.0001"},
        {"email": "nobody"},
        *({"name": value} for value in HOSTILE[:2]),
        *({"birth_date": value} for value in HOSTILE),
        *({"number": value} for value in HOSTILE[:2]),
        *({"phone": value} for value in HOSTILE[:2]),
        *({"email": value} for value in HOSTILE),
        *({"contact": value} for value in HOSTILE[:2]),
    ],
)
def test_a_bad_detail_shows_the_form_again(client_of: SignedIn, ana: User, changed: dict[str, str]) -> None:
    answer = client_of(ana).post(NEW, JO | changed)
    assert answer.status_code == 422
    assert "Please look at this again" in text(answer)
    assert not Patient.objects.exists()


@pytest.mark.parametrize("name", ["\u202eolleh", "🧘🏽‍♀️", "<script>alert(1)</script>", "דנה לוי", "{{ 7 }}", "ﷺ" * 120])
def test_a_strange_name_is_kept_and_shown_as_it_is(client_of: SignedIn, ana: User, name: str) -> None:
    client = client_of(ana)
    assert client.post(NEW, JO | {"name": name}).status_code == 302
    assert Patient.objects.get().name == name
    assert "<script>alert" not in text(client.get(LIST))


def test_no_other_column_can_be_set_through_the_form(client_of: SignedIn, ana: User, zoe: User) -> None:
    planted = {"clinic": zoe.clinic_id, "user": ana.pk, "by": zoe.pk, "archived_at": "2026-01-01", "sort_name": "a"}
    client_of(ana).post(NEW, JO | planted)
    patient = Patient.objects.get()
    assert (patient.clinic, patient.user, patient.by, patient.archived_at) == (ana.clinic, None, ana, None)
    assert patient.sort_name == "jo bloggs"


def test_details_are_corrected(client_of: SignedIn, ana: User, nils: Patient) -> None:
    client, url = client_of(ana), reverse("patient_edit", args=[nils.public_id])
    assert 'value="30.06.1999"' in text(client.get(url))
    answer = client.post(url, {"name": "Nils Bergström", "birth_date": "30.6.1999", "phone": "030 1"})
    assert answer.url == reverse("chart", args=[nils.public_id])
    nils.refresh_from_db()
    assert (nils.name, nils.phone) == ("Nils Bergström", "030 1")


def test_a_number_that_another_has_is_refused_beside_its_field(
    client_of: SignedIn, ana: User, nils: Patient, clinic: Clinic
) -> None:
    add_patient(clinic=clinic, name="Jo", birth_date=date(1981, 3, 4), number="17", by=ana, at=NOW)
    url = reverse("patient_edit", args=[nils.public_id])
    answer = client_of(ana).post(url, {"name": "Nils", "birth_date": "30.6.1999", "number": "17"})
    assert answer.status_code == 422
    assert "Another patient of the clinic has this number." in text(answer)
    assert 'value="Nils"' in text(answer)


def test_whose_it_is_not_finds_nothing_and_whose_role_it_is_not_may_not(
    client_of: SignedIn, ana: User, admin: User, desk: User, zoe: User, maria: Patient, yann: Patient
) -> None:
    for url in (LIST, NEW):
        for nobody in (admin, maria):
            assert client_of(nobody).get(url).status_code == 403
        assert Client().get(url).status_code == 302
        assert client_of(desk).get(url).status_code == 200  # the front desk adds and finds people
    theirs = reverse("patient_edit", args=[yann.public_id])
    mine = reverse("patient_edit", args=[maria.public_id])
    assert client_of(ana).get(theirs).status_code == client_of(ana).post(theirs, JO).status_code == 404
    assert client_of(maria).get(mine).status_code == 403
    assert "Yann" not in text(client_of(ana).get(LIST))


def test_with_own_caseload_only_others_patients_are_not_there(
    client_of: SignedIn, ana: User, bruno: User, maria: Patient, nils: Patient
) -> None:
    Clinic.objects.filter(pk=ana.clinic_id).update(own_caseload_only=True)
    page = text(client_of(bruno).get(LIST))
    assert "María" not in page
    assert "Nils" in page
    born = {"name": "María Soto", "birth_date": "12.4.1981"}
    assert client_of(bruno).post(NEW, born).status_code == 302  # a duplicate that he may not see is not shown


def test_a_plan_that_ended_still_says_so(client_of: SignedIn, ana: User, marias_plan: Plan) -> None:
    from patients.actions.decision import decide
    from patients.actions.ledger import Seen
    from patients.moves import Act

    seen = Seen(marias_plan.last_sequence, 2)
    decide(plan=marias_plan, act=Act.END_EARLY, on=TODAY, seen=seen, by=ana, at=NOW)
    assert "ended early" in text(client_of(ana).get(LIST))
