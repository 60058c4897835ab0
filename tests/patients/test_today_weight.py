"""The first load of Today, over the wire: the page as the server sends it and every file that it names, compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from patients.actions.ledger import Seen
from patients.actions.log import log_all
from patients.actions.prescription import add_prescription, chosen, offered
from patients.actions.visit import book_visit
from patients.models import Patient, Plan
from rehab.models import User
from tests import cast

LARGEST = 60_000


def files_of(page: str) -> set[str]:
    """Every file that a browser fetches for this page: styles, scripts, pictures, and what the styles ask for."""
    named = set(re.findall(r'<(?:link|script|img|source|use)\b[^>]*?\b(?:href|src)="([^"#]+)', page))
    assert all(name.startswith("/static/") for name in named), named
    for name in [name for name in named if name.endswith(".css")]:
        asked = re.findall(r"url\(|@import", content_of(name).decode())
        assert asked == [], f"{name} asks for more files: count them here too"
    return named


def content_of(address: str) -> bytes:
    path = finders.find(address.removeprefix("/static/"))
    assert isinstance(path, str), address
    return Path(path).read_bytes()


def over_the_wire(client: Client) -> int:
    answer = client.get("/today/", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.status_code == 200
    headers = sum(len(f"{name}: {value}\r\n") for name, value in answer.items())
    # gzip, which every browser takes; brotli is smaller still.
    files = [len(gzip.compress(content_of(name), 9)) for name in files_of(answer.content.decode())]
    assert len(files) >= 6
    return len(answer.content) + headers + sum(files)


def test_a_usual_day_is_small(maria: Patient, client_of: Callable[[Patient], Client]) -> None:
    assert over_the_wire(client_of(maria)) <= LARGEST


@pytest.mark.parametrize("done", [False, True])
def test_a_full_day_is_small(
    maria: Patient, marias_plan: Plan, ana: User, client_of: Callable[[Patient], Client], done: bool
) -> None:
    """Every exercise of phase 1 beside those of phase 2, a visit booked, nothing done yet or all of it."""
    visit = marias_plan.visits.earliest("due_on")
    starts_at = timezone.now() + timedelta(days=2)
    book_visit(
        visit=visit, seen=visit.last_sequence, physiotherapist=ana, starts_at=starts_at, minutes=30, by=ana,
        at=timezone.now(),
    )  # fmt: skip
    first = marias_plan.phases.select_related("source").get(number=1)
    there = set(marias_plan.prescriptions.filter(phase__number=2).values_list("revision__exercise_id", flat=True))
    for row, _ticked in offered(first, "lower_back"):
        if row.revision.exercise_id in there:
            continue
        marias_plan.refresh_from_db()
        wanted = chosen(row)
        add_prescription(
            plan=marias_plan, phase=2, what=wanted.what, dosage=wanted.dosage,
            seen=Seen(marias_plan.last_sequence, 2), by=ana, at=timezone.now(),
        )  # fmt: skip
    if done:
        log_all(
            patient=maria, plan=marias_plan, on=cast.TODAY, client_id=uuid4(), by=maria.user, at=timezone.now(),
            shown=set(marias_plan.prescriptions.values_list("public_id", flat=True)),
        )  # fmt: skip
    assert over_the_wire(client_of(maria)) <= LARGEST
