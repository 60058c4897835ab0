"""The pages about one plan as a browser uses them, and plans in every situation, built through actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.actions.decision import decide, take_back
from patients.actions.ledger import Seen
from patients.models import Patient, Plan
from patients.moves import Act, Situation
from rehab.models import User
from tests import cast
from tests.cast import TODAY

Sent = dict[str, list[str]]


class _Form(HTMLParser):
    """What a browser would send of the form that posts within the page's main part."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Sent = {}
        self.offers: dict[str, list[str]] = {}
        self._in_form, self._select, self._area = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in_form = own.get("method") == "post" and "logout" not in own.get("action", "")
        if not self._in_form:
            return
        name, value = own.get("name", ""), own.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            self.offers.setdefault(self._select, []).append(value)
            if "selected" in own or self._select not in self.sent:
                self.sent[self._select] = [value]
        elif tag == "textarea":
            self._area, self.sent[name] = name, [""]
        elif tag == "input" and name and name != "csrfmiddlewaretoken":
            self.offers.setdefault(name, []).append(value)
            if own.get("type") not in {"radio", "checkbox"} or "checked" in own:
                self.sent.setdefault(name, []).append(value or "on" if own.get("type") == "checkbox" else value)

    def handle_endtag(self, tag: str) -> None:
        self._in_form = self._in_form and tag != "form"
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] = [self.sent[self._area][0] + data.removeprefix("\n").removeprefix("\r\n")]


def form_of(response: HttpResponse) -> Sent:
    """The form of a page as a browser would send it untouched."""
    parser = _Form()
    parser.feed(response.content.decode())
    return parser.sent


def offers_of(response: HttpResponse) -> dict[str, list[str]]:
    """The values that the page's controls offer."""
    parser = _Form()
    parser.feed(response.content.decode())
    return parser.offers


def words(response: HttpResponse) -> str:
    """The page's text on one line."""
    parser = _Words()
    parser.feed(response.content.decode())
    return " ".join(" ".join(parser.found).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def chart_url(patient: Patient) -> str:
    return reverse("chart", args=[patient.public_id])


def act_url(plan: Plan, act: Act) -> str:
    return reverse("decide", args=[plan.patient.public_id, plan.public_id, act])


def sends(client: Client, url: str, changes: Mapping[str, Any] | None = None) -> HttpResponse:
    """Open a page's form, change some of its fields, and send it."""
    return client.post(url, {**form_of(client.get(url)), **(changes or {})})


def moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


def seen(plan: Plan, on: date = TODAY) -> Seen:
    plan.refresh_from_db()
    return Seen(plan.last_sequence, plan.position(on).phase)


def do(plan: Plan, act: Act, by: User, *, on: date = TODAY, **how: Any) -> None:
    """An act of the day `on`."""
    decide(plan=plan, act=act, on=on, seen=seen(plan, on), by=by, at=moment(on), **how)


def undo(plan: Plan, by: User, *, on: date = TODAY) -> None:
    take_back(plan=plan, seen=seen(plan, on), reason="Entered by mistake", by=by, at=moment(on))


# How each situation of today comes about: the start, its phase, the acts before and how many days ago.
COURSES: Mapping[Situation, tuple[date, int, tuple[tuple[Act, int], ...]]] = {
    Situation.NOT_STARTED: (date(2026, 3, 10), 1, ()),
    Situation.ENDED_BEFORE_START: (date(2026, 3, 10), 1, ((Act.END_EARLY, 0),)),
    Situation.RUNNING: (date(2026, 2, 16), 1, ()),
    Situation.STAYING: (date(2026, 2, 16), 1, ((Act.STAY, 1),)),
    Situation.AWAITING_REVIEW: (date(2026, 1, 26), 2, ()),
    Situation.PAUSED_RUNNING: (date(2026, 2, 16), 1, ((Act.STOP, 1),)),
    Situation.PAUSED_STAYING: (date(2026, 2, 16), 1, ((Act.STAY, 3), (Act.STOP, 2))),
    Situation.PAUSED_AWAITING_REVIEW: (date(2026, 1, 26), 2, ((Act.STOP, 2),)),
    Situation.COMPLETED: (date(2026, 2, 16), 1, ((Act.FINISH, 1),)),
    Situation.DISCONTINUED: (date(2026, 2, 16), 1, ((Act.END_EARLY, 1),)),
}


def plan_in(situation: Situation, patient: Patient, by: User) -> Plan:
    """A plan of that patient that stands in this situation today."""
    start_on, phase, acts = COURSES[situation]
    made = min(start_on, TODAY)
    plan = cast.plan(cast.episode(patient, lead=by), by=by, start_on=start_on, start_phase=phase, at=moment(made))
    for act, days_ago in acts:
        do(plan, act, by, on=TODAY - timedelta(days=days_ago))
    plan.refresh_from_db()
    return plan
