"""Every state of a plan has its page, on Today, on a past day, on My plan and on Visits; none is empty, none a dump."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.log import log_all
from patients.actions.plan import assign_plan
from patients.actions.prescription import chosen, offered, stop_prescription
from patients.models import Patient, Plan
from patients.moves import Act
from rehab.models import User
from tests import cast
from tests.cast import TODAY
from tests.reading import grade

DAY = timedelta(days=1)
SAYS = "Ana looked at it with you."


def assigned(patient: Patient, ana: User, *, days_ago: int, phase: int = 1) -> Plan:
    start = TODAY - days_ago * DAY
    at = min(timezone.now(), timezone.now() - days_ago * DAY)
    return cast.plan(cast.episode(patient, lead=ana), by=ana, start_on=start, start_phase=phase, at=at)


def act(plan: Plan, what: Act, ana: User, **given: object) -> None:
    seen = Seen(plan.last_sequence, plan.position(TODAY).phase)
    decide(plan=plan, act=what, on=TODAY, seen=seen, by=ana, at=timezone.now(), patient_text=SAYS, **given)
    plan.refresh_from_db()


def no_plan(patient: Patient, ana: User) -> None:
    pass


def not_started(patient: Patient, ana: User) -> None:
    assigned(patient, ana, days_ago=-6)


def running(patient: Patient, ana: User) -> None:
    assigned(patient, ana, days_ago=3)


def stopped(patient: Patient, ana: User) -> None:
    act(assigned(patient, ana, days_ago=20), Act.STOP, ana)


def absent(patient: Patient, ana: User) -> None:
    act(assigned(patient, ana, days_ago=20), Act.STOP, ana, until=TODAY + 7 * DAY)


def staying(patient: Patient, ana: User) -> None:
    act(assigned(patient, ana, days_ago=20), Act.STAY, ana)


def check_due(patient: Patient, ana: User) -> None:
    assigned(patient, ana, days_ago=50)


def finished(patient: Patient, ana: User) -> None:
    act(assigned(patient, ana, days_ago=10, phase=4), Act.FINISH, ana)


def ended(patient: Patient, ana: User) -> None:
    act(assigned(patient, ana, days_ago=10), Act.END_EARLY, ana)


def moved_on(patient: Patient, ana: User) -> None:
    plan = assigned(patient, ana, days_ago=50)
    phase = plan.phases.select_related("source").get(number=3)
    act(plan, Act.MOVE_ON, ana, exercises=[chosen(row) for row, ticked in offered(phase, "lower_back") if ticked])


def never_begun(patient: Patient, ana: User) -> None:
    plan = assigned(patient, ana, days_ago=-6)
    seen = Seen(plan.last_sequence, None)
    at = timezone.now()
    decide(plan=plan, act=Act.END_EARLY, on=plan.start_on, seen=seen, by=ana, at=at, patient_text=SAYS)


def stopped_and_changed(patient: Patient, ana: User) -> None:
    stopped(patient, ana)
    row = patient.plans.get().prescriptions.get(revision__exercise__key="wall-sit")
    stop_prescription(prescription=row, seen=Seen(2, 2), by=ana, at=timezone.now())


def nothing_prescribed(patient: Patient, ana: User) -> None:
    plan = assigned(patient, ana, days_ago=10, phase=4)
    for row in plan.prescriptions.all():
        plan.refresh_from_db()
        stop_prescription(prescription=row, seen=Seen(plan.last_sequence, 4), by=ana, at=timezone.now())


def all_resting(patient: Patient, ana: User) -> None:
    plan = assigned(patient, ana, days_ago=10, phase=3)
    log_all(patient=patient, plan=plan, on=TODAY - DAY, client_id=uuid4(), by=ana, at=timezone.now())


# What Today says of each state, and whether exercises can be ticked.
STATES: dict[Callable[[Patient, User], None], tuple[str, bool]] = {
    no_plan: ("You have no plan yet", False),
    not_started: ("Your plan starts on Monday 9 March", False),
    running: ("All 2 done", True),
    stopped: ("Exercises are stopped for now", False),
    absent: ("They start again on Tuesday 10 March.", False),
    staying: ("You stay in phase 2 for now.", True),
    check_due: ("Phase 2 is done: a check comes next.", True),
    finished: ("Your plan is finished", False),
    ended: ("Your plan has ended", False),
    moved_on: ("From Ana:", True),
    never_begun: ("Your plan does not start", False),
    stopped_and_changed: ("Exercises are stopped for now", False),
    nothing_prescribed: ("No exercises right now", False),
    all_resting: ("A rest day", True),
}
WHYS = {never_begun, stopped, stopped_and_changed, absent, staying, finished, ended, moved_on}


@pytest.fixture
def phone(nils: Patient, client_of: Callable[[Patient], Client]) -> Client:
    cast.give_account(nils)
    return client_of(nils)


def words(page: str) -> str:
    """What the page says, without its markup."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_today_says_what_is_so_and_why_and_who_looks_again(
    state: Callable[[Patient, User], None], phone: Client, nils: Patient, ana: User
) -> None:
    state(nils, ana)
    sentence, ticks = STATES[state]
    page = phone.get("/today/").text
    assert sentence in words(page)
    assert ('class="tick"' in page) is ticks
    assert "030 555 0134" in page
    assert (SAYS in page) is (state in WHYS)
    assert 'name="pain_morning"' in page  # a check-in is possible in every state


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("address", ["/today/2026-03-01/", "/plan/", "/visits/"])
def test_the_other_pages_have_something_to_say(
    state: Callable[[Patient, User], None], address: str, phone: Client, nils: Patient, ana: User
) -> None:
    state(nils, ana)
    answer = phone.get(address)
    assert answer.status_code == 200
    assert len(words(answer.text)) > 60


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_check_in_is_kept_in_every_state(
    state: Callable[[Patient, User], None], phone: Client, nils: Patient, ana: User
) -> None:
    state(nils, ana)
    answer = phone.post(
        "/today/2026-03-03/check-in/", {"client_id": uuid4(), "pain_morning": "7", "note": "bad night"}, follow=True
    )
    assert nils.check_ins.get().pain_morning == 7
    assert "7 of 10" in answer.text and "bad night" in answer.text


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_pages_are_easy_to_read(
    state: Callable[[Patient, User], None], phone: Client, nils: Patient, ana: User
) -> None:
    state(nils, ana)
    for address in ("/today/", "/plan/", "/visits/"):
        page = phone.get(address).text
        said = [
            re.sub(r"<[^>]+>", "", part).strip()
            for part in re.findall(r"<p(?: [^>]*)?>(.*?)</p>", page[page.index("<main") : page.index("</main>")], re.S)
        ]
        for sentence in (text for text in said if text.endswith((".", "?"))):
            assert grade(sentence) <= 8, sentence
        text = words(page).lower()
        for jargon in ("adherence", "compliance", "red flag", "screening", "alert"):
            assert jargon not in text


def test_an_old_plan_makes_room_for_the_new_one(phone: Client, nils: Patient, ana: User) -> None:
    first = assigned(nils, ana, days_ago=20)
    act(first, Act.END_EARLY, ana)
    cast.plan(nils.episodes.get(), by=ana, start_on=TODAY, at=timezone.now())
    assert "Abdominal bracing" in phone.get("/today/").text


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_today_takes_at_most_eight_queries_in_every_state(
    state: Callable[[Patient, User], None], phone: Client, nils: Patient, ana: User
) -> None:
    state(nils, ana)
    phone.get("/today/")
    with CaptureQueriesContext(connection) as queries:
        phone.get("/today/")
    work = [row["sql"] for row in queries if not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    assert len(work) <= 8, "\n".join(work)


def test_every_exercise_of_every_phase_says_when_to_stop(nils: Patient, ana: User, phone: Client) -> None:
    """Today shows one exercise opened; whichever it is, its own rule stands there."""
    told = set()
    for phase in (1, 2, 3, 4):
        plan = assigned(nils, ana, days_ago=0, phase=phase) if not nils.episodes.exists() else again(nils, ana, phase)
        for row in plan.prescriptions.select_related("revision").filter(phase__number=phase):
            page = phone.get("/today/", {"open": str(row.public_id)}).text
            assert "When to stop" in page and row.revision.stop_rule in html.unescape(page), row.revision.name
            told.add(row.revision.name)
    assert len(told) >= 10


def again(patient: Patient, ana: User, phase: int) -> Plan:
    """The plan before ended, and one that starts today in this phase, with all that the phase offers."""
    act(patient.plans.latest("pk"), Act.END_EARLY, ana)
    version = cast.offered_version(ana.clinic)
    rows = version.exercises.select_related("revision").filter(phase__number=phase)
    return assign_plan(
        episode=patient.episodes.get(), version=version, start_on=TODAY, start_phase=phase, reason="To look at it",
        exercises=[chosen(row) for row in rows], by=ana, at=timezone.now(),
    )  # fmt: skip
