"""My plan: the phases with their dates, what they are for, and the check before the harder ones."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.models import Patient, Plan
from patients.moves import Act
from rehab.models import User
from tests.cast import TODAY

ClientOf = Callable[[Patient], Client]


def test_shows_past_present_and_what_comes(maria: Patient, client_of: ClientOf) -> None:
    text = client_of(maria).get("/plan/").text
    assert "16 February to 1 March" in text  # phase 1
    assert "2 March to 29 March" in text  # phase 2, to its check
    assert "weeks 7 to 12 of the plan" in text  # phase 3: only a person opens it
    assert "from week 13 of the plan on" in text
    assert text.count("you are here") == 1
    assert "Before phase 3 we check together" in text and "Before phase 4 we check together" in text
    assert "You bend and turn with more ease." in text and "Pelvic tilt" in text


def test_the_present_phase_says_what_to_take_care_of_and_what_comes_before_more(
    maria: Patient, client_of: ClientOf
) -> None:
    text = client_of(maria).get("/plan/").text
    assert text.count("Take care") == text.count("You are ready for more when") == 1
    # What holds in this phase is there once, what holds in others is not there yet.
    assert text.count("push on when pain goes over 5 of 10") == 1 and "rest day between the hard days" not in text
    assert "You do most of your exercises." in text


def test_a_stop_says_since_when_and_shows_no_end(
    maria: Patient, marias_plan: Plan, ana: User, client_of: ClientOf
) -> None:
    decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    text = client_of(maria).get("/plan/").text
    assert "Exercises are stopped since 3 March." in text and "since 2 March" in text


def test_read_only_after_the_end(maria: Patient, marias_plan: Plan, ana: User, client_of: ClientOf) -> None:
    decide(plan=marias_plan, act=Act.END_EARLY, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    text = client_of(maria).get("/plan/").text
    assert "Your plan ended on 3 March." in text
    assert "Before phase" not in text and "Not part of your plan" in text
    assert "Dates ahead are a guess" not in text
    assert "<form" not in text[text.index("<main") : text.index("</main>")]


def test_reads_in_few_queries(maria: Patient, client_of: ClientOf) -> None:
    phone = client_of(maria)
    with CaptureQueriesContext(connection) as queries:
        phone.get("/plan/")
    assert len(queries) <= 8
