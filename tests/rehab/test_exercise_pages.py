from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patients.models import Patient
from rehab.models import Clinic, Exercise, ExerciseRevision, User
from tests import cast
from tests.cast import NOW

pytestmark = pytest.mark.django_db
LIST = "/library/exercises/"
ClientOf = Callable[[User | Patient], Client]


def address(exercise: Exercise) -> str:
    return f"{LIST}{exercise.public_id}/"


def add_exercises(clinic: Clinic, number: int) -> None:
    """More exercises, each like the plank."""
    plank = clinic.exercises.get(key="plank").current
    rows = Exercise.objects.bulk_create(Exercise(clinic=clinic, key=f"more-{n}") for n in range(number))
    values = {f.attname: getattr(plank, f.attname) for f in ExerciseRevision._meta.concrete_fields if not f.primary_key}
    revisions = ExerciseRevision.objects.bulk_create(
        ExerciseRevision(**{**values, "exercise_id": row.pk, "name": f"More {row.key}"}) for row in rows
    )
    for row, revision in zip(rows, revisions, strict=True):
        row.current = revision
    Exercise.objects.bulk_update(rows, ["current"])


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(path).status_code == 200
    return len([q for q in context if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_the_list_shows_every_exercise_with_picture_kind_dose_and_marks(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(LIST).text
    for exercise in ana.clinic.exercises.select_related("current"):
        assert exercise.current.name in page
        assert address(exercise) in page
    assert page.count('<svg class="drawing picture"') == 16
    assert "2 × 10, hold 5 s" in page
    assert "core stability" in page
    assert page.count(">ballistic</span>") == 2
    assert page.count(">our addition</span>") == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "PLANK"}, {"Plank"}),
        ({"q": "bird dog"}, {"Plank"}),  # one of its variants
        ({"q": "kettlebell"}, {"Kettlebell swing"}),
        ({"q": "lower back"}, {"Knee rocks", "Pelvic tilt"}),
        ({"kind": "functional"}, {"Lunge", "Step-up"}),
        ({"kind": "cardio", "q": "pool"}, {"Swimming"}),
        ({"q": " "}, None),
    ],
)
def test_the_list_is_narrowed_by_words_and_kind(
    client_of: ClientOf, ana: User, query: dict[str, str], names: set[str] | None
) -> None:
    shown = {row.current.name for row in client_of(ana).get(LIST, query).context["page"]}
    assert shown == names if names else len(shown) == 16


def test_nothing_found_says_so_and_leads_back(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(LIST, {"q": "trampoline"})
    assert page.status_code == 200
    assert "No exercise fits" in page.text
    assert f'href="{LIST}"' in page.text


@pytest.mark.parametrize(
    "query",
    ["kind=moon", "q=" + "a" * 10_000, "q=%00", "kind=%00", "page=moon", "page=-1", "q=%ED%A0%80", "q=%F0%9F%98%80"],
)
def test_hostile_filters_get_a_sentence_or_an_empty_list(client_of: ClientOf, ana: User, query: str) -> None:
    page = client_of(ana).get(f"{LIST}?{query}")
    assert page.status_code in {200, 422}
    assert (page.status_code == 422) == ("Please look at this again" in page.text)


def test_an_empty_library_says_how_it_is_filled(client_of: ClientOf, ana: User) -> None:
    Exercise.objects.filter(clinic=ana.clinic).update(archived_at=NOW)
    assert "No exercises yet" in client_of(ana).get(LIST).text


def test_long_and_right_to_left_names_are_shown(client_of: ClientOf, ana: User) -> None:
    add_exercises(ana.clinic, 1)
    row = ana.clinic.exercises.get(key="more-0")
    for name in ("تمرين الظهر", "x" * 120, "<b>bold</b>"):
        revision = ExerciseRevision.objects.get(pk=row.current_id)
        revision.pk, revision.number, revision.name = None, revision.number + 1, name
        revision.save(force_insert=True)
        row.current = revision
        row.save(update_fields=["current"])
        for path in (LIST, address(row)):
            page = client_of(ana).get(path).text
            assert "<b>bold" not in page
            assert name in page or "&lt;b&gt;bold" in page


def test_an_exercise_says_how_how_much_and_when_to_stop(client_of: ClientOf, ana: User) -> None:
    plank = ana.clinic.exercises.get(key="plank")
    page = client_of(ana).get(address(plank)).text
    for said in (*plank.current.instructions, plank.current.stop_rule, plank.current.easier, plank.current.harder):
        assert said.replace("'", "&#x27;") in page
    assert "4 times, hold 15 seconds" in page
    assert "This dose is the product’s proposal" in page
    assert "Named by the source of the protocol." in page
    assert "Facts P3e1" in page
    assert 'role="img" aria-label="Plank"' in page


def test_each_variant_has_its_picture_dose_and_reason(client_of: ClientOf, ana: User) -> None:
    plank = ana.clinic.exercises.get(key="plank")
    page = client_of(ana).get(address(plank)).text
    assert "4 variants" in page
    for variant in plank.current.variants:
        assert variant["name"] in page
        assert f'aria-label="{variant["name"]}"' in page
    assert page.count("only if you turn it on") == 1


def test_a_proposal_says_that_it_is_one(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(address(ana.clinic.exercises.get(key="walking"))).text
    assert "The product’s proposal: the sources do not name it." in page
    assert "Facts" not in page


def test_an_exercise_says_where_it_is_asked_for(client_of: ClientOf, ana: User) -> None:
    page = client_of(ana).get(address(ana.clinic.exercises.get(key="step-up"))).text
    assert "Low back, four phases" in page
    assert page.count("Low back, four phases") == 1  # version 1 is retired, and offered to nobody
    add_exercises(ana.clinic, 1)
    assert "In no template that is offered." in client_of(ana).get(address(ana.clinic.exercises.get(key="more-0"))).text


def test_another_clinics_exercise_is_as_absent_as_none_at_all(client_of: ClientOf, ana: User, zoe: User) -> None:
    theirs = client_of(ana).get(address(zoe.clinic.exercises.get(key="plank")))
    nobodys = client_of(ana).get(f"{LIST}{uuid.uuid4()}/")
    assert theirs.status_code == nobodys.status_code == 404
    assert "Plank" not in theirs.text


def test_the_library_is_for_physiotherapists_and_administrators(
    client_of: ClientOf, admin: User, desk: User, bruno: User, maria: Patient
) -> None:
    plank = admin.clinic.exercises.get(key="plank")
    for path in (LIST, address(plank)):
        assert Client().get(path).headers["Location"] == f"/accounts/login/?next={quote(path)}"
        assert [client_of(who).get(path).status_code for who in (admin, bruno, desk, maria)] == [200, 200, 403, 403]
        assert client_of(admin).post(path).status_code == 405


def test_the_number_of_queries_does_not_grow(client_of: ClientOf, ana: User) -> None:
    client = client_of(ana)
    plank = address(ana.clinic.exercises.get(key="plank"))
    few = queries(client, LIST)
    assert few <= 4
    assert queries(client, plank) <= 5
    add_exercises(ana.clinic, 1000)
    assert queries(client, LIST) == few
    assert len(client.get(LIST).context["page"]) == 60
    assert client.get(LIST, {"page": "2"}).context["page"].number == 2


class AnythingAsked(TestCase):
    """Promise 7, on the list's own parameters."""

    @classmethod
    def setUpTestData(cls) -> None:
        cast.found_clinics()

    @settings(deadline=None, max_examples=50, derandomize=True)
    @given(st.text(max_size=120), st.text(max_size=20), st.text(max_size=20))
    def test_the_list_answers_whatever_is_sent(self, q: str, kind: str, page: str) -> None:
        client = Client()
        client.force_login(cast.person("Ana"))
        sent = {"q": q, "kind": kind, "page": page}
        query = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in sent.items())
        assert client.get(f"{LIST}?{query}").status_code in {200, 422}
