"""Every link that a role can follow from its home leads to a page, on a phone and at a desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from urllib.parse import parse_qs, urldefrag, urlsplit

from django.urls import resolve

from patients.demo.record import Record
from patients.demo.stories import STORIES
from patients.models import Patient
from rehab.models import User
from tests import cast

from .conftest import DESK, PHONE, Person

DEPTH = 5
# How many of a kind are opened; of others one. The charts are those of every state.
OF_A_KIND = {"chart": 6, "visit": 3, "session": 2, "day": 2}
ACCOUNT = ("account", "home")
LIBRARY = (*ACCOUNT, "condition", "condition_list", "exercise", "exercise_list", "template", "template_list")
PATIENT = (*ACCOUNT, "day", "help", "learn", "plan", "today", "visits")
STAFF = (
    *LIBRARY, "assign", "chart", "decide", "episode_edit", "episode_new", "invitation", "patient_edit", "patient_list",
    "patient_new", "prescription_add", "prescription_change", "prescription_stop", "schedule", "schedule_day",
    "schedule_find", "schedule_print", "schedule_week", "session", "session_list", "session_new", "template_version",
    "visit", "visit_list", "visit_new",
)  # fmt: skip


def crawl(person: Person) -> Counter[tuple[str, ...]]:
    """Follow links from the home, breadth first, a few of each kind; gives how many of which kind were opened."""
    seen: set[str] = set()
    kinds: Counter[tuple[str, ...]] = Counter()
    level = ["/"]
    for _ in range(DEPTH):
        ahead: list[str] = []
        for address in level:
            kind = _kind(address)
            if address in seen or kinds[kind] >= OF_A_KIND.get(kind[0], 1):
                continue
            seen.add(address)
            kinds[kind] += 1
            answer = person.page.goto(person.base + address)
            assert answer is not None
            assert answer.status == 200, f"{answer.status} for {address}"
            for size in (PHONE, DESK):
                person.page.set_viewport_size(size)  # type: ignore[arg-type]
                person.look()
            ahead += _links(person)
        level = ahead
    return kinds


def _kind(address: str) -> tuple[str, ...]:
    """Pages of one view that differ only by whose they are."""
    parts = urlsplit(address)
    found = resolve(parts.path)
    kept = tuple(str(found.kwargs[name]) for name in ("act", "number") if name in found.kwargs)
    return str(found.url_name), *kept, *sorted(parse_qs(parts.query))


def _links(person: Person) -> list[str]:
    hrefs = person.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    here = person.page.url
    found = []
    for href in hrefs:
        address, fragment = urldefrag(href)
        if urlsplit(address).scheme in {"tel", "mailto"}:
            continue
        assert address.startswith(person.base), f"{here} leads to {address}"
        if address == urldefrag(here)[0]:
            assert not fragment or person.page.locator(f"[id='{fragment}']").count(), f"{here} has no #{fragment}"
        found.append(address.removeprefix(person.base))
    return found


def demo(ana: User, *, patients: int = len(STORIES)) -> list[Patient]:
    """The first patients of the demo, each in another phase and state, in the clinic of the tests."""
    found = []
    for story in STORIES[:patients]:
        record = Record(ana.clinic, ana, cast.TODAY, Random(story.number), number=story.number)
        story.tell(record)
        found.append(record.patient)
    return found


def test_a_physiotherapist(nils: Patient, ana: User, somebody: Callable[..., Person]) -> None:
    demo(ana)
    assert set(STAFF) <= {kind[0] for kind in crawl(somebody().is_signed_in(ana))}


def test_a_patient(ana: User, somebody: Callable[..., Person]) -> None:
    [patient] = demo(ana, patients=1)
    assert set(PATIENT) <= {kind[0] for kind in crawl(somebody().is_signed_in(patient))}


def test_an_administrator(admin: User, somebody: Callable[..., Person]) -> None:
    assert set(LIBRARY) <= {kind[0] for kind in crawl(somebody().is_signed_in(admin))}
