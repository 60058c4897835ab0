"""Every address × role × object × method, against the table (promises 1 to 4, 7, 8, 9, 24)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.models import Patient
from rehab.actions.user import deactivate
from rehab.models import User
from tests import cast
from tests.pages import without_token

from .rows import ENDS_THE_SESSION, PUBLIC, TABLE
from .table import IN, Row
from .world import SENTINELS, Ids, absent, addresses, ids_of, names_in, second_patient

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ADDRESSES = addresses()
NAMES = sorted(ADDRESSES)


@pytest.fixture
def own(maria: Patient, ana: User) -> Ids:
    return ids_of(maria, by=ana)


@pytest.fixture
def others(ana: User) -> Ids:
    return ids_of(second_patient(ana), by=ana)


@pytest.fixture
def foreign(yann: Patient, zoe: User) -> Ids:
    return ids_of(yann, by=zoe)


@pytest.fixture
def clients(maria: Patient, ana: User, desk: User, admin: User) -> dict[str, Client]:
    signed_in = {"anonymous": Client()}
    for role, user in (
        ("patient", maria.user),
        ("physiotherapist", ana),
        ("front_desk", desk),
        ("administrator", admin),
    ):
        assert user is not None
        signed_in[role] = Client()
        signed_in[role].force_login(user)
    return signed_in


def urls(name: str, ids: Ids) -> Iterator[str]:
    for pattern in ADDRESSES[name]:
        yield reverse(name, kwargs=ids.kwargs(pattern))


def ask(client: Client, url: str, method: str, **headers: str) -> HttpResponse:
    return client.generic(method, url, headers=headers, content_type="application/x-www-form-urlencoded")


def expected(row: Row, role: str) -> int:
    return int(getattr(row, role))


def whom_it_lets_in(row: Row) -> str:
    """A role that the address is for."""
    return next(r for r in ("physiotherapist", "patient", "administrator") if expected(row, r) != 403)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(TABLE) == set(NAMES)


def test_what_needs_no_sign_in_is_a_short_list() -> None:
    assert {name for name, row in TABLE.items() if row.anonymous != IN} == PUBLIC


@pytest.mark.parametrize("name", NAMES)
def test_an_address_answers_each_role_as_the_table_says(name: str, own: Ids, clients: dict[str, Client]) -> None:
    row = TABLE[name]
    for url in urls(name, own):
        for role, client in clients.items():
            if name in ENDS_THE_SESSION:
                client = client.__class__()  # an act that ends the session: from a fresh one
                client.cookies = clients[role].cookies.copy()
            response = ask(client, url, row.method)
            assert response.status_code == expected(row, role), f"{row.method} {url} as {role}"
            if role == "anonymous" and row.anonymous == IN:
                assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", NAMES)
def test_htmx_opens_no_other_door(name: str, own: Ids, clients: dict[str, Client]) -> None:
    row = TABLE[name]
    if row.method == "POST":
        return  # an act is the same act; whom it lets in is tried above
    for url in urls(name, own):
        for role, client in clients.items():
            response = ask(client, url, row.method, **{"HX-Request": "true"})
            assert response.status_code == expected(row, role), f"{url} as {role} with htmx"


@pytest.mark.parametrize("name", NAMES)
def test_an_address_answers_no_other_method(name: str, own: Ids, clients: dict[str, Client]) -> None:
    row = TABLE[name]
    role = whom_it_lets_in(row)
    url = next(urls(name, own))
    for method in METHODS:
        if method in row.methods:
            continue
        response = ask(clients[role], url, method)
        assert response.status_code == 405 or (method == "OPTIONS" and response.status_code == 200), f"{method} {url}"


@pytest.mark.parametrize("name", [name for name in NAMES if TABLE[name].method == "GET"])
def test_a_question_for_the_headers_alone_opens_no_other_door(name: str, own: Ids, clients: dict[str, Client]) -> None:
    row = TABLE[name]
    for url in urls(name, own):
        for role, client in clients.items():
            response = ask(client, url, "HEAD")
            assert response.status_code == expected(row, role), f"HEAD {url} as {role}"
            assert response.content == b""


def is_of_a_person(name: str) -> bool:
    return any(converter.endswith("_id") for pattern in ADDRESSES[name] for converter in names_in(pattern))


@pytest.mark.parametrize("name", [name for name in NAMES if is_of_a_person(name)])
def test_what_is_not_yours_answers_as_what_is_not_there(
    name: str, own: Ids, others: Ids, foreign: Ids, clients: dict[str, Client]
) -> None:
    row = TABLE[name]
    for role, client in clients.items():
        if role == "anonymous":
            continue
        of_others = [foreign] if role != "patient" else [foreign, others]
        for url in urls(name, absent(own)):
            nothing = ask(client, url, row.method)
            assert nothing.status_code in {403, 404}, f"{url} as {role}"
        for ids in of_others:
            for url in urls(name, ids):
                response = ask(client, url, row.method)
                assert response.status_code == nothing.status_code, f"{url} as {role}"
                assert without_token(response) == without_token(nothing), f"{url} as {role}"
                told = response.content.decode() + str(response.headers)
                assert not any(word in told for word in SENTINELS)


def mixed(own: Ids, others: Ids) -> Iterator[tuple[str, Ids]]:
    """Each id of another patient, below one's own patient's address."""
    for name in ("episode_id", "plan_id", "prescription_id", "session_id", "sheet_id", "visit_id"):
        yield name, own.but(**{name: others.values[name]})


@pytest.mark.parametrize("name", [name for name in NAMES if is_of_a_person(name)])
def test_a_child_of_another_patient_below_ones_own_is_not_there(
    name: str, own: Ids, others: Ids, foreign: Ids, clients: dict[str, Client]
) -> None:
    row = TABLE[name]
    converters = {each for pattern in ADDRESSES[name] for each in names_in(pattern)}
    for strangers in (others, foreign):
        for child, ids in mixed(own, strangers):
            if child not in converters:
                continue
            for url in urls(name, ids):
                for role in ("physiotherapist", "patient"):
                    status = ask(clients[role], url, row.method).status_code
                    assert status in {403, 404} if role == "patient" else status == 404, f"{url} as {role}"


def rows_hash() -> str:
    """A hash of every row but sessions, cache and audit."""
    digest = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.app_label in {"rehab", "patients"} and model.__name__ != "AuditEvent":
            rows: list[Any] = list(model._default_manager.order_by("pk").values_list())
            digest.update(repr((model.__name__, rows)).encode())
    return digest.hexdigest()


def test_reading_changes_nothing(own: Ids, clients: dict[str, Client]) -> None:
    before = rows_hash()
    for name, row in TABLE.items():
        if row.method == "GET" and name not in ENDS_THE_SESSION:
            for url in urls(name, own):
                for client in clients.values():
                    client.get(url)
    assert rows_hash() == before


@pytest.mark.parametrize("name", [name for name in NAMES if "POST" in TABLE[name].methods])
def test_nothing_is_sent_without_a_token(name: str, own: Ids, clients: dict[str, Client]) -> None:
    before = rows_hash()
    for url in urls(name, own):
        for client in clients.values():
            strict = Client(enforce_csrf_checks=True)
            strict.cookies = client.cookies.copy()
            assert strict.post(url).status_code == 403, url
    assert rows_hash() == before


def test_who_was_deactivated_is_out_with_the_next_request(
    ana: User, bruno: User, own: Ids, client_of: Callable[[User], Client]
) -> None:
    client = client_of(bruno)
    chart = reverse("chart", args=[own.values["patient_id"]])
    assert client.get(chart).status_code == 200
    deactivate(user=bruno, by=ana, at=cast.NOW)
    for name in NAMES:
        row = TABLE[name]
        for url in urls(name, own):
            assert ask(client, url, row.method).status_code == row.anonymous, url
    assert isinstance(client.get(chart).wsgi_request.user, AnonymousUser)


def test_a_role_that_was_taken_away_is_gone_with_the_next_request(
    bruno: User, own: Ids, client_of: Callable[[User], Client]
) -> None:
    client = client_of(bruno)
    chart = reverse("chart", args=[own.values["patient_id"]])
    assert client.get(chart).status_code == 200
    User.objects.filter(pk=bruno.pk).update(is_physiotherapist=False)
    assert client.get(chart).status_code == 404


HOSTILE = (
    "'", "''", '"', "`", "\\", "%", "%%", "%s", "%00", "\x00", "a\x00b", "--", "; DROP TABLE patients_patient; --",
    "' OR '1'='1", "1' AND SLEEP(1)--", "UNION SELECT 1", "../../etc/passwd", "..\\..\\", "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{7*7}}", "{% debug %}", "${7*7}", "#{7*7}", "\r\nX: y",
    "\n", "\t", " ", "", "-1", "0", "1", "1.5", "1e309", "NaN", "Infinity", "99999999999999999999", "0x10", "null",
    "None", "true", "[]", "{}", "\u202eabc", "مريم", "👩🏽‍⚕️", "\ud7ff", "a" * 10_000, "2026-02-30", "_", "__class__",
    "name__startswith", "-birth_date", "id", "patient__user__password",
)  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if TABLE[name].method == "GET"])
def test_hostile_parameters_are_answered_like_any_others(name: str, own: Ids, clients: dict[str, Client]) -> None:
    row = TABLE[name]
    role = whom_it_lets_in(row)
    if expected(row, role) != 200:
        return
    url = next(urls(name, own))
    names = ("q", "page", "sort", "filter", "kind", "region", "onset", "text", "start_on", "version", "next", "on")
    for index, value in enumerate(HOSTILE):
        parameters = dict.fromkeys(names if index % 4 == 0 else names[index % 3 :: 3], value)
        assert clients[role].get(url, parameters).status_code < 500, (url, value[:50])
