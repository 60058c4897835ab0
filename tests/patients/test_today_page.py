"""Today: the way of a tick, with and without htmx; what is due, done, resting; what a hostile hand may post."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients import readings
from patients.actions.ledger import Seen
from patients.actions.log import log_exercise
from patients.actions.prescription import add_prescription, chosen, offered, stop_prescription
from patients.models import ExerciseLog, Patient, Plan, Prescription
from rehab.models import User
from tests import cast
from tests.cast import TODAY
from tests.factories import ExerciseLogFactory
from tests.pages import send

DAY = timedelta(days=1)
ClientOf = Callable[[User | Patient], Client]
MESSY = [
    "\x00",
    "x" * 10_000,
    "\ud800",
    "‮مرحبا",
    "👩‍🦽🔥",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "",
]


@pytest.fixture
def phone(maria: Patient, client_of: ClientOf) -> Client:
    return client_of(maria)


def tilt_of(patient: Patient) -> Prescription:
    return Prescription.objects.get(plan__patient=patient, revision__exercise__key="pelvic-tilt")


def tick(prescription: Prescription, **given: Any) -> dict[str, Any]:
    fields = {"prescription": prescription.public_id, "occasion": 1, "client_id": uuid4(), "outcome": "done"}
    return fields | given


def at(name: str, on: Any = TODAY) -> str:
    return reverse(name, kwargs={"on": on})


def forms_of(text: str, action: str) -> list[dict[str, Any]]:
    """The hidden fields of each form with this action, as a browser would send them."""
    found = []
    for form in re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.S):
        fields: dict[str, Any] = {}
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
            fields.setdefault(name, []).append(value)
        found.append(fields)
    return found


def test_shows_date_phase_and_the_exercises_with_their_dose(phone: Client) -> None:
    text = phone.get("/today/").text
    assert "Tuesday 3 March" in text and "Something is wrong" in text
    assert "phase 2 of 4, week 1 of 4" in text
    assert "Pelvic tilt" in text and "2 sets of 10, hold 5 seconds" in text
    assert "All 5 done · Tuesday" in text


def test_the_whole_way_without_javascript(phone: Client, maria: Patient) -> None:
    page = phone.get("/today/").text
    tap = forms_of(page, at("day_log"))[0]
    answer = phone.post(at("day_log"), tap, follow=True)
    assert answer.redirect_chain[0][0] == "/today/"
    assert 'aria-pressed="true"' in answer.text
    phone.post(at("day_log"), tap)  # the same tap again
    assert maria.logs.count() == 1
    everything = forms_of(answer.text, at("day_all"))[0]
    done = phone.post(at("day_all"), everything, follow=True).text
    assert "Done. See you tomorrow" in done and "Worst pain while exercising" in done
    assert maria.logs.filter(status="done").count() == 5
    undo = forms_of(done, at("day_undo"))[-1]
    assert len(undo["log"]) == 4  # the last tap: the first tick stays
    text = phone.post(at("day_undo"), undo, follow=True).text
    assert "All 5 done · Tuesday" in text
    assert maria.logs.filter(status="done", superseded_at__isnull=True).count() == 1


def test_htmx_gets_the_day_alone_from_the_same_address(phone: Client) -> None:
    whole = phone.get("/today/")
    piece = phone.get("/today/", headers={"HX-Request": "true"})
    assert "HX-Request" in whole["Vary"]
    assert "<html" in whole.text and "<html" not in piece.text
    assert piece.text.strip().startswith('<div id="day"')


def test_a_tick_is_taken_back_by_a_tap(phone: Client, maria: Patient) -> None:
    phone.post(at("day_log"), tick(tilt_of(maria)))
    taken = next(form for form in forms_of(phone.get("/today/").text, at("day_undo")))
    phone.post(at("day_undo"), taken)
    assert maria.logs.get(superseded_at__isnull=True).status == "withdrawn"


def test_all_done_and_a_report_in_one_day(phone: Client, maria: Patient) -> None:
    tilt = tilt_of(maria)
    opened = phone.get(f"/today/?open={tilt.public_id}").text
    assert "When to stop" in opened and "How did it go?" in opened
    answer = phone.post(at("day_log"), tick(tilt, outcome="not_done", reason="pain", note="pulls left"), follow=True)
    assert "Not done: pain" in answer.text
    assert "The other 4 done · Tuesday" in answer.text
    row = maria.logs.get()
    assert (row.status, row.reason, row.note) == ("not_done", "pain", "pulls left")
    back = next(form for form in forms_of(answer.text, at("day_log")) if "replaces" in form)
    phone.post(at("day_log"), back)
    assert maria.logs.get(superseded_at__isnull=True).status == "done"


def test_it_hurt_is_kept(phone: Client, maria: Patient) -> None:
    page = phone.post(at("day_log"), tick(tilt_of(maria), outcome="hurt"), follow=True).text
    assert (maria.logs.get().status, maria.logs.get().hurt) == ("done", True)
    assert "Done, but it hurt" in page


def test_a_day_with_something_not_done_is_not_called_done(phone: Client, maria: Patient) -> None:
    phone.post(at("day_log"), tick(tilt_of(maria), outcome="not_done", reason="pain"))
    others = next(form for form in forms_of(phone.get("/today/").text, at("day_all")))
    page = phone.post(at("day_all"), others, follow=True).text
    assert "Noted. See you tomorrow" in page and "Done. See you tomorrow" not in page


def test_not_done_wants_a_reason_of_the_list(phone: Client, maria: Patient) -> None:
    answer = phone.post(at("day_log"), tick(tilt_of(maria), outcome="not_done", note="kept words"))
    assert answer.status_code == 422
    assert "Say why not. Choose one." in answer.text and "kept words" in answer.text
    assert phone.post(at("day_log"), tick(tilt_of(maria), outcome="not_done", reason="lazy")).status_code == 422
    assert not maria.logs.exists()


def test_the_same_tap_with_other_content_is_a_friendly_conflict(phone: Client, maria: Patient) -> None:
    tap = tick(tilt_of(maria))
    phone.post(at("day_log"), tap)
    answer = phone.post(at("day_log"), tap | {"outcome": "not_done", "reason": "pain"})
    assert answer.status_code == 409
    assert "Something else is on record" in answer.text and "Pelvic tilt" in answer.text


def test_a_stale_row_is_a_conflict(phone: Client, maria: Patient) -> None:
    tilt = tilt_of(maria)
    phone.post(at("day_log"), tick(tilt))
    first = maria.logs.get()
    report = tick(tilt, replaces=first.client_id, outcome="not_done", reason="pain")
    phone.post(at("day_log"), report)
    assert phone.post(at("day_log"), report | {"client_id": uuid4(), "reason": "no_time"}).status_code == 409


@pytest.mark.parametrize("name", ["prescription", "occasion", "client_id", "replaces", "outcome", "reason", "note"])
@pytest.mark.parametrize("value", MESSY)
def test_whatever_is_posted_is_answered(phone: Client, maria: Patient, name: str, value: str) -> None:
    fields = {key: str(each) for key, each in tick(tilt_of(maria)).items()}
    answer = send(phone, at("day_log"), fields | {name: value})
    assert answer.status_code in {302, 404, 422}
    if name not in {"note", "reason", "replaces"}:
        assert not maria.logs.exists()


@pytest.mark.parametrize("name", ["client_id", "shown", "log"])
@pytest.mark.parametrize("value", MESSY)
def test_hidden_fields_that_cannot_be_read_are_nothing(phone: Client, maria: Patient, name: str, value: str) -> None:
    fields = {"client_id": str(uuid4()), "shown": str(tilt_of(maria).public_id), "log": str(uuid4())}
    for address in ("day_all", "day_undo"):
        answer = send(phone, at(address), fields | {name: value})
        assert answer.status_code in {302, 404}


def test_somebody_elses_ids_are_as_absent_as_none(
    phone: Client, maria: Patient, omar: Patient, yann: Patient, ana: User
) -> None:
    theirs = Prescription.objects.filter(plan__patient__in=[omar, yann], phase__number=1)
    rock = theirs.get(plan__patient=omar, revision__exercise__key="knee-rock")
    log = log_exercise(
        patient=omar,
        prescription=rock,
        on=TODAY,
        occasion=1,
        client_id=uuid4(),
        status="done",
        by=ana,
        at=timezone.now(),
    )
    for row in theirs:
        assert phone.post(at("day_log"), tick(row)).status_code == 404
        assert phone.post(at("day_all"), {"client_id": uuid4(), "shown": row.public_id}).status_code == 404
    assert phone.post(at("day_log"), tick(tilt_of(maria), replaces=log.client_id)).status_code == 404
    assert phone.post(at("day_undo"), {"client_id": uuid4(), "log": log.client_id}).status_code == 404
    assert ExerciseLog.objects.count() == 1
    assert phone.get(f"/today/?open={rock.public_id}").status_code == 200


def test_a_tick_for_tomorrow_or_for_long_ago_is_refused_in_words(phone: Client, maria: Patient) -> None:
    for on, words in ((TODAY + DAY, "has not come yet"), (TODAY - 8 * DAY, "the seven days before it")):
        for address, fields in (
            ("day_log", tick(tilt_of(maria))),
            ("day_all", {"client_id": uuid4(), "shown": tilt_of(maria).public_id}),
            ("day_check_in", {"client_id": uuid4(), "pain_morning": 3}),
        ):
            answer = phone.post(at(address, on), fields)
            assert answer.status_code == 422 and words in answer.text
            assert 'href="/"' in answer.text  # a way on
    assert not maria.logs.exists() and not maria.check_ins.exists()


def test_an_exercise_stopped_meanwhile_is_refused_on_the_page(phone: Client, maria: Patient, ana: User) -> None:
    tilt = tilt_of(maria)
    stop_prescription(prescription=tilt, seen=Seen(1, 2), by=ana, at=timezone.now())
    answer = phone.post(at("day_log"), tick(tilt))
    assert answer.status_code == 422
    assert "was not in the plan on that day" in answer.text and "Hamstring stretch" in answer.text


def test_a_past_day_says_which_and_takes_what_was_done(phone: Client, maria: Patient) -> None:
    page = phone.get(at("day", TODAY - DAY)).text
    assert "You are filling in Monday 2 March." in page and "All 5 done · Monday" not in page.split("<nav")[0]
    assert 'class="patient past"' in page
    shown = forms_of(page, at("day_all", TODAY - DAY))[0]
    answer = phone.post(at("day_all", TODAY - DAY), shown, follow=True)
    assert answer.redirect_chain[0][0] == at("day", TODAY - DAY)
    assert "Monday is filled in" in answer.text
    assert set(maria.logs.values_list("on", "how")) == {(TODAY - DAY, "late")}


def test_a_page_left_open_over_midnight_fills_in_its_own_day(
    maria: Patient, client_of: ClientOf, clock: time_machine.Coordinates
) -> None:
    clock.move_to(datetime(2026, 3, 3, 22, 50, tzinfo=UTC))
    phone = client_of(maria)
    shown = forms_of(phone.get("/today/").text, at("day_all"))[0]
    clock.move_to(datetime(2026, 3, 3, 23, 20, tzinfo=UTC))  # twenty past midnight in Berlin
    answer = phone.post(at("day_all"), shown, follow=True)
    assert answer.redirect_chain[0][0] == at("day", TODAY)
    assert set(maria.logs.values_list("on", flat=True)) == {TODAY}
    assert "Wednesday 4 March" in phone.get("/today/").text


def test_days_out_of_reach_say_so(phone: Client) -> None:
    for on, words in ((TODAY + DAY, "has not come yet"), (TODAY - 8 * DAY, "too long ago")):
        answer = phone.get(at("day", on))
        assert answer.status_code == 404 and words in answer.text and "To today" in answer.text
    assert phone.get(at("day", TODAY - 7 * DAY)).status_code == 200
    assert phone.get("/today/2026-13-45/").status_code == 404
    assert phone.get(at("day", TODAY)).url == "/today/"


def test_rest_days_are_grey_and_may_be_ticked_all_the_same(phone: Client, maria: Patient) -> None:
    wall = Prescription.objects.get(plan__patient=maria, revision__exercise__key="wall-sit")
    phone.post(at("day_log", TODAY - DAY), tick(wall))
    page = phone.get("/today/").text
    assert "All 4 done" in page and "Rest day: you did it the day before" in page
    phone.post(at("day_log"), tick(wall))
    assert maria.logs.filter(on=TODAY, status="done").count() == 1


def test_times_a_day_are_ticked_one_by_one(omar: Patient, client_of: ClientOf) -> None:
    cast.give_account(omar)
    phone = client_of(omar)
    page = phone.get("/today/").text
    assert "0 of 2 times" in page and "mark time 1 of 2 as done" in page
    tap = forms_of(page, at("day_log"))[0]
    text = phone.post(at("day_log"), tap, follow=True).text
    assert "1 of 2 times" in text and "mark time 2 of 2 as done" in text
    assert "All 2 done" in text
    phone.post(at("day_log"), forms_of(text, at("day_log"))[0])
    assert omar.logs.filter(status="done").values_list("occasion", flat=True).order_by("occasion")[1] == 2


@pytest.fixture
def swimmer(nils: Patient, ana: User, client_of: ClientOf) -> Client:
    """In phase 4, where swimming or cycling is a choice of one."""
    cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY - 3 * DAY, start_phase=4)
    cast.give_account(nils)
    return client_of(nils)


def test_one_of_a_choice_is_enough(swimmer: Client, nils: Patient) -> None:
    page = swimmer.get("/today/").text
    assert "One of these is enough" in page
    assert 'id="all"' not in page  # nobody knows which of them it would be
    cycling = Prescription.objects.get(plan__patient=nils, revision__exercise__key="cycling")
    text = swimmer.post(at("day_log"), tick(cycling), follow=True).text
    assert "Done. See you tomorrow" in text


def test_while_a_choice_is_open_the_button_counts_what_it_ticks(swimmer: Client, nils: Patient, ana: User) -> None:
    plan = nils.plans.get()
    phase = plan.phases.select_related("source").get(number=2)
    tilt = next(row for row, _ticked in offered(phase, "lower_back") if row.revision.exercise.key == "pelvic-tilt")
    wanted, seen = chosen(tilt), Seen(plan.last_sequence, 4)
    add_prescription(plan=plan, phase=4, what=wanted.what, dosage=wanted.dosage, seen=seen, by=ana, at=timezone.now())
    page = swimmer.get("/today/").text
    assert "1 done · Tuesday" in page and "The other" not in page
    text = swimmer.post(at("day_all"), forms_of(page, at("day_all"))[0], follow=True).text
    assert "One of these is enough" in text and 'id="all"' not in text


def test_of_a_choice_all_done_means_what_was_done_last(swimmer: Client, nils: Patient) -> None:
    cycling = Prescription.objects.get(plan__patient=nils, revision__exercise__key="cycling")
    swimmer.post(at("day_log", TODAY - 2 * DAY), tick(cycling))
    shown = forms_of(swimmer.get("/today/").text, at("day_all"))[0]
    swimmer.post(at("day_all"), shown)
    assert nils.logs.get(on=TODAY).prescription == cycling


def test_a_choice_counts_as_one(swimmer: Client, nils: Patient) -> None:
    for key in ("cycling", "swimming"):
        row = Prescription.objects.get(plan__patient=nils, revision__exercise__key=key)
        swimmer.post(at("day_log", TODAY - DAY), tick(row))
    days = readings.load(nils, nils.plans.get(), TODAY - 6 * DAY, TODAY)
    figure = days.adherence(TODAY - 3 * DAY, TODAY)
    assert (figure.counted, figure.expected) == (1, round(2 * 4 / 7, 6))


def test_variants_are_offered_but_those_that_are_off(ana: User, nils: Patient, client_of: ClientOf) -> None:
    cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY - 3 * DAY, start_phase=3)
    cast.give_account(nils)
    phone = client_of(nils)
    plank = Prescription.objects.get(plan__patient=nils, revision__exercise__key="plank")
    text = phone.get(f"/today/?open={plank.public_id}").text
    assert "Bird dog" in text and "Side plank" not in text
    phone.post(at("day_log"), tick(plank, variant="bird-dog"))
    assert nils.logs.get().variant == "bird-dog"
    assert phone.post(at("day_log"), tick(plank, variant="side-plank-knees")).status_code == 422


def test_what_is_no_longer_asked_is_told_in_a_banner(phone: Client, maria: Patient, ana: User) -> None:
    wall = Prescription.objects.get(plan__patient=maria, revision__exercise__key="wall-sit")
    stop_prescription(prescription=wall, seen=Seen(1, 2), by=ana, at=timezone.now())
    text = phone.get("/today/").text
    assert "Changed by Ana:" in text and "Wall sit is no longer needed." in text


def test_optional_ones_are_not_among_all(phone: Client, maria: Patient, marias_plan: Plan, ana: User) -> None:
    phase = marias_plan.phases.select_related("source").get(number=1)
    roll = next(row for row, _ticked in offered(phase, "neck") if row.revision.exercise.key == "neck-roll")
    wanted = chosen(roll)
    add_prescription(
        plan=marias_plan,
        phase=2,
        what=wanted.what,
        dosage=wanted.dosage,
        optional=True,
        seen=Seen(1, 2),
        by=ana,
        at=timezone.now(),
    )
    text = phone.get("/today/").text
    assert "Only if you like" in text and "Neck roll" in text and "All 5 done" in text


@pytest.mark.parametrize("name", ["today", "plan", "visits"])
def test_staff_and_strangers_have_no_today(name: str, ana: User, client_of: ClientOf, client: Client) -> None:
    assert client_of(ana).get(reverse(name)).status_code == 403
    assert client.get(reverse(name)).status_code == 302


def test_no_get_writes_and_no_post_address_answers_get(phone: Client) -> None:
    for name in ("day_log", "day_all", "day_undo", "day_check_in"):
        assert phone.get(at(name)).status_code == 405


def test_a_post_without_a_token_is_refused(maria: Patient) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maria.user)
    assert strict.post(at("day_log"), tick(tilt_of(maria))).status_code == 403
    assert not maria.logs.exists()


def counted(queries: CaptureQueriesContext) -> int:
    outside = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(outside) for query in queries.captured_queries)


def test_costs_the_same_with_a_long_record(nils: Patient, ana: User, client_of: ClientOf) -> None:
    cast.plan(
        cast.episode(nils, lead=ana),
        by=ana,
        start_on=TODAY - 200 * DAY,
        start_phase=4,
        at=timezone.now() - timedelta(days=200),
    )
    cast.give_account(nils)
    phone = client_of(nils)
    rows = list(Prescription.objects.filter(plan__patient=nils))
    seen = []
    for number, first in ((10, 0), (990, 10)):
        ExerciseLogFactory.write(number, first=first, patient=nils, prescription=rows[0], by=ana)
        with CaptureQueriesContext(connection) as page:
            answer = phone.get("/today/")
        assert len(answer.content) < 30_000
        with CaptureQueriesContext(connection) as tap:
            phone.post(at("day_log"), tick(rows[1], occasion=number % 19 + 1))
        seen.append((counted(page), counted(tap)))
    assert nils.logs.count() > 1000
    assert seen[0] == seen[1]
    assert seen[0][0] <= 8 and seen[0][1] <= 10
