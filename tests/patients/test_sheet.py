"""A week on paper: printed, named when it is out of date, and entered again; and a day filled in for a patient."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from time_machine import Traveller

from patients.actions.checkin import check_in
from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.log import log_exercise
from patients.actions.occasion import Said
from patients.actions.on_behalf import Change, PainChange, enter_reports
from patients.actions.prescription import change_prescription
from patients.actions.sheet import print_sheet
from patients.models import CheckIn, ExerciseLog, Patient, Plan, Prescription, PrintedSheet
from patients.moves import Act
from patients.readings.sheet import read_week
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.factories import ExerciseLogFactory
from tests.pages import send

ClientOf = Callable[[User | Patient], Client]
DAY = timedelta(days=1)
START = date(2026, 2, 24)  # Omar's plan; the week to today, 3 March, has one day more
WEEK = date(2026, 2, 25)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sheets(patient: Patient) -> str:
    return reverse("sheet_list", args=[patient.public_id])


def enter(patient: Patient, on: date = WEEK) -> str:
    return reverse("sheet_enter", args=[patient.public_id, on])


def day_page(patient: Patient, on: date) -> str:
    return reverse("chart_day", args=[patient.public_id, on])


def fields(page: Any) -> dict[str, Any]:
    """What a browser would send of the page's last form as it is."""
    html = page.content.decode()
    form = html[html.rindex("<form", 0, html.rindex("Save the")) : html.rindex("</form>")]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>|<option[^>]*selected[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        kind = re.search(r' type="([^"]*)"', tag)
        if name and not (kind and kind[1] in {"checkbox", "radio"} and " checked" not in tag) and "disabled" not in tag:
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def keys(page: Any, on: date | None = None) -> list[str]:
    found = re.findall(r'name="tick" value="([^"]*)"', page.text)
    return [key for key in found if on is None or f".{on.isoformat()}." in key]


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])


def standing(patient: Patient) -> list[ExerciseLog]:
    return list(patient.logs.filter(superseded_at__isnull=True).exclude(status="withdrawn").order_by("pk"))


@pytest.fixture
def omars_plan(omar: Patient) -> Plan:
    return omar.plans.get()


@pytest.fixture
def first(omars_plan: Plan) -> Prescription:
    return omars_plan.prescriptions.filter(optional=False, choice="").earliest("position", "pk")


def change_dose(plan: Plan, row: Prescription, by: User) -> None:
    change_prescription(
        prescription=row,
        dosage=replace(row.dosage, sets=(row.sets or 1) + 1),
        seen=Seen(plan.last_sequence, plan.position(TODAY).phase),
        by=by,
        at=NOW,
    )
    plan.refresh_from_db()


# Printing


def test_printing_is_recorded_and_leads_to_the_paper(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    assert not PrintedSheet.objects.exists()
    page = client.get(sheets(omar))
    assert 'value="2026-03-03"' in page.text
    assert not PrintedSheet.objects.exists()
    response = client.post(sheets(omar), {"first_on": "2026-03-03"}, follow=True)
    sheet = PrintedSheet.objects.get()
    assert (sheet.first_on, sheet.sequence, sheet.by) == (TODAY, 1, desk)
    paper = text(response)
    for words in ("Omar Haddad", "born 2 November 1956", "Tuesday 3 March – Monday 9 March 2026", "030 555 0134",
                  "Plan no. 1 of 24 February 2026", "Next visit:", "around 9 March", "If something is wrong",
                  "Call 112", "Pain in the morning, 0 to 10", "Worst pain while exercising"):  # fmt: skip
        assert words in paper, words
    for row in omar.plans.get().prescriptions.filter(phase__number=1):
        assert row.what.name in paper
        assert escape(row.what.stop_rule) in paper
    assert '<span class="box"></span>' in response.text
    assert "style=" not in response.text


def test_the_boxes_are_days_by_times_a_day(client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan) -> None:
    sheet = print_sheet(plan=omars_plan, first_on=TODAY, by=ana, at=NOW)
    paper = client_of(ana).get(reverse("sheet", args=[omar.public_id, sheet.public_id]))
    asked = [Prescription.objects.get(pk=pk) for day in sheet.asked for pk in day]
    assert paper.text.count('<span class="box"></span>') == sum(row.times_per_day for row in asked)


def test_days_of_which_nothing_is_asked_are_grey(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    client.post(sheets(omar), {"first_on": "2026-02-22"})
    sheet = PrintedSheet.objects.get()
    assert [bool(day) for day in sheet.asked] == [False, False, True, True, True, True, True]
    assert 'class="nothing"' in client.get(reverse("sheet", args=[omar.public_id, sheet.public_id])).text


def test_a_sheet_printed_twice_is_one(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    ways = [client.post(sheets(omar), {"first_on": "2026-03-03"})["Location"] for _time in range(2)]
    assert ways[0] == ways[1]
    assert PrintedSheet.objects.count() == 1


@pytest.mark.parametrize(
    ("first_on", "sentence"),
    [
        ("", "Choose a day."),
        ("soon", "Choose a day."),
        ("2026-02-30", "Choose a day."),
        ("2026-04-30", "Print at most four weeks ahead"),
        ("2026-02-01", "The plan asks for nothing on these seven days"),
        ("0001-01-01", "The plan asks for nothing on these seven days"),
        ("9999-12-31", "Print at most four weeks ahead"),
        ("\x00", "Choose a day."),
        ("\ud800", "Choose a day."),
    ],
)
def test_what_cannot_be_printed_is_said(
    client_of: ClientOf, desk: User, omar: Patient, first_on: str, sentence: str
) -> None:
    response = send(client_of(desk), sheets(omar), {"first_on": first_on})
    assert response.status_code == 422
    assert sentence in text(response)
    assert not PrintedSheet.objects.exists()


def test_without_a_plan_there_is_nothing_to_print(client_of: ClientOf, desk: User, nils: Patient) -> None:
    assert "Nothing to print yet" in text(client_of(desk).get(sheets(nils)))
    assert client_of(desk).get(enter(nils)).status_code == 404


def test_a_stopped_plan_prints_nothing(client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan) -> None:
    decide(plan=omars_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 1), by=ana, at=NOW)
    assert client_of(ana).post(sheets(omar), {"first_on": "2026-03-04"}).status_code == 422


def test_the_paper_stays_what_it_was_when_the_plan_changes(
    client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan, first: Prescription
) -> None:
    sheet = print_sheet(plan=omars_plan, first_on=TODAY, by=ana, at=NOW)
    address = reverse("sheet", args=[omar.public_id, sheet.public_id])

    def table() -> str:
        return text(client_of(ana).get(address)).partition("<table")[2].partition("</table>")[0]

    before = table()
    change_dose(omars_plan, first, ana)
    assert table() == before != ""


def test_assign_and_print_leads_to_the_first_week(client_of: ClientOf, ana: User, nils: Patient) -> None:
    episode = cast.episode(nils, lead=ana)
    client, url = client_of(ana), reverse("assign", args=[nils.public_id, episode.public_id])
    page = client.get(url)
    assert "Assign and print" in page.text
    html = page.content.decode()
    sent: dict[str, Any] = {"then": "print", "reports_by": "paper", "start_on": "2026-03-05", "start_phase": "1"}
    for name in ("version", "shown"):
        sent[name] = re.search(rf'name="{name}" value="([^"]*)"', html)[1]  # type: ignore[index]
    sent["exercises"] = re.findall(r'name="exercises" value="([^"]*)"[^>]* checked', html)
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r' name="([0-9a-f-]{36}-[^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (value or "checkbox" not in tag):
            sent[name[1]] = value[1] if value else ""
    response = client.post(url, sent)
    sheet = PrintedSheet.objects.get()
    assert response["Location"] == reverse("sheet", args=[nils.public_id, sheet.public_id])
    assert sheet.first_on == date(2026, 3, 5)


# Out of date (promise 50)


def test_a_sheet_that_is_out_of_date_is_named_until_it_is_printed_again(
    client_of: ClientOf, ana: User, desk: User, omar: Patient, omars_plan: Plan, first: Prescription
) -> None:
    print_sheet(plan=omars_plan, first_on=TODAY, by=ana, at=NOW)
    chart = reverse("chart", args=[omar.public_id])
    named = "The sheet of 3 March, no. 1, is out of date"
    assert named not in text(client_of(ana).get(chart))
    change_dose(omars_plan, first, ana)
    assert named in text(client_of(ana).get(chart))
    for page in (sheets(omar), enter(omar, WEEK)):
        assert f"{named}: print it again." in text(client_of(desk).get(page)), page
    client_of(desk).post(sheets(omar), {"first_on": "2026-03-03"})
    for who, page in ((ana, chart), (desk, sheets(omar)), (desk, enter(omar, WEEK))):
        assert "is out of date" not in text(client_of(who).get(page)), page


def test_a_stop_makes_a_sheet_out_of_date(client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan) -> None:
    print_sheet(plan=omars_plan, first_on=TODAY, by=ana, at=NOW)
    decide(plan=omars_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 1), by=ana, at=NOW)
    assert "The sheet of 3 March, no. 1, is out of date" in text(
        client_of(ana).get(reverse("chart", args=[omar.public_id]))
    )


def test_a_sheet_whose_days_are_over_or_untouched_is_not_named(
    client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan, first: Prescription, clock: Traveller
) -> None:
    print_sheet(plan=omars_plan, first_on=START, by=ana, at=NOW)  # ends yesterday
    change_dose(omars_plan, first, ana)
    assert "is out of date" not in text(client_of(ana).get(reverse("chart", args=[omar.public_id])))


# Entering a week


def test_the_grid_has_a_box_for_each_day_that_has_come(client_of: ClientOf, desk: User, omar: Patient) -> None:
    page = client_of(desk).get(enter(omar, date(2026, 3, 1)))
    assert keys(page, TODAY)
    assert not keys(page, TODAY + DAY)
    before_start = client_of(desk).get(enter(omar, date(2026, 2, 22)))
    assert not keys(before_start, START - DAY)
    assert keys(before_start, START)


def test_stopped_days_and_days_after_the_end_are_not_offered(
    client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan
) -> None:
    decide(plan=omars_plan, act=Act.STOP, on=date(2026, 3, 1), seen=Seen(1, 1), by=ana, at=NOW)
    page = client_of(ana).get(enter(omar))
    assert keys(page, date(2026, 2, 28))
    assert not keys(page, date(2026, 3, 1))
    decide(plan=omars_plan, act=Act.END_EARLY, on=date(2026, 3, 2), seen=Seen(2, 1), by=ana, at=NOW)
    assert not keys(client_of(ana).get(enter(omar)), TODAY)


def test_a_week_is_entered_by_the_desk_as_from_paper(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    ticked = keys(page)[::2]
    response = client.post(enter(omar), fields(page) | {"tick": ticked}, follow=True)
    assert f"{len(ticked)} entries are saved." in text(response)
    logs = standing(omar)
    assert len(logs) == len(ticked)
    assert {(log.how, log.by_id, log.status, log.note) for log in logs} == {("paper", desk.pk, "done", "")}
    assert fields(response)["tick"] == ticked
    assert AuditEvent.objects.filter(verb="log.done", actor_id=desk.pk).count() == len(ticked)


def test_the_same_page_sent_twice_counts_once(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    sent = fields(page) | {"tick": keys(page)[:5]}
    client.post(enter(omar), sent)
    again = client.post(enter(omar), sent, follow=True)
    assert "Nothing was changed." in text(again)
    assert ExerciseLog.objects.filter(patient=omar).count() == 5


def test_all_of_a_day_leaves_out_what_is_optional_and_works_without_scripts(
    client_of: ClientOf, desk: User, omar: Patient, omars_plan: Plan
) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    client.post(enter(omar), fields(page) | {"all": [TODAY.isoformat()]})
    asked = omars_plan.prescriptions.filter(phase__number=1, optional=False, choice="")
    assert {(log.prescription_id, log.on) for log in standing(omar)} == {(row.pk, TODAY) for row in asked}
    assert len(standing(omar)) == sum(row.times_per_day for row in asked)


def test_unticking_is_a_correction_and_ticking_again_another(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    key = keys(page)[0]
    entered = client.post(enter(omar), fields(page) | {"tick": [key]}, follow=True)
    without = {name: value for name, value in fields(entered).items() if name != "tick"}
    taken_back = client.post(enter(omar), without, follow=True)
    assert standing(omar) == []
    client.post(enter(omar), fields(taken_back) | {"tick": [key]})
    assert [row.status for row in omar.logs.order_by("pk")] == ["done", "withdrawn", "done"]
    assert [row.replaces_id is not None for row in omar.logs.order_by("pk")] == [False, True, True]


def test_what_says_more_than_a_tick_is_not_touched(
    client_of: ClientOf, ana: User, desk: User, omar: Patient, first: Prescription
) -> None:
    said: dict[str, Any] = {"patient": omar, "prescription": first, "occasion": 1, "by": ana, "at": NOW}
    log_exercise(on=WEEK, client_id=uuid4(), status="not_done", reason="pain", **said)
    log_exercise(on=WEEK + DAY, client_id=uuid4(), status="done", hurt=True, note="At the end", **said)
    log_exercise(on=WEEK + 2 * DAY, client_id=uuid4(), status="done", how="in_clinic", **said)
    before = standing(omar)
    client = client_of(desk)
    page = client.get(enter(omar))
    assert "said not to be done" in page.text
    assert "At the end" not in page.text
    every = [f"{first.public_id}.{WEEK + number * DAY}.1" for number in range(3)]
    assert not set(every) & set(keys(page))
    client.post(enter(omar), fields(page) | {"tick": every})
    client.post(enter(omar), fields(page))
    assert standing(omar) == before


def test_what_was_said_meanwhile_is_neither_undone_nor_doubled(
    client_of: ClientOf, ana: User, desk: User, omar: Patient, first: Prescription
) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    said: dict[str, Any] = {"patient": omar, "prescription": first, "occasion": 1, "by": ana, "at": NOW}
    log_exercise(on=WEEK, client_id=uuid4(), status="done", **said)
    client.post(enter(omar), fields(page))  # shown without a tick, sent without one: no change
    client.post(enter(omar), fields(page) | {"tick": [f"{first.public_id}.{WEEK}.1"]})
    assert [log.by for log in standing(omar)] == [ana]
    log_exercise(on=WEEK + DAY, client_id=uuid4(), status="not_done", reason="pain", **said)
    other = next(key for key in keys(page) if not key.startswith(str(first.public_id)))
    response = client.post(enter(omar), fields(page) | {"tick": [f"{first.public_id}.{WEEK + DAY}.1", other]})
    assert response.status_code == 409
    assert "Nothing was saved. What you ticked is still here" in text(response)
    assert re.search(rf'value="{re.escape(other)}" checked', response.text)
    assert len(standing(omar)) == 2


@pytest.mark.parametrize(
    "tick",
    ["", "x", "\x00", "x" * 10_000, "\u202e", "00000000-0000-0000-0000-000000000000.2026-03-01.1"],
)
def test_a_box_that_is_not_on_the_sheet_is_refused_in_words(
    client_of: ClientOf, desk: User, omar: Patient, tick: str
) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    response = client.post(enter(omar), fields(page) | {"tick": [keys(page)[0], tick]})
    assert response.status_code == 422
    assert "One of these boxes is not on this sheet any more." in text(response)
    assert fields(response)["tick"] == [keys(page)[0]]
    assert standing(omar) == []


def test_no_box_of_a_day_ahead_or_of_somebody_else_is_taken(
    client_of: ClientOf, desk: User, omar: Patient, maria: Patient, first: Prescription
) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    strangers = maria.plans.get().prescriptions.filter(phase__number=2).earliest("pk")
    for key in (
        f"{first.public_id}.{TODAY + DAY}.1",
        f"{strangers.public_id}.{TODAY}.1",
        f"{first.public_id}.{WEEK}.9",
    ):
        assert client.post(enter(omar), fields(page) | {"tick": [key]}).status_code == 422
    assert client.post(enter(omar), fields(page) | {"all": [str(TODAY + DAY)]}).status_code == 422
    assert not ExerciseLog.objects.exists()
    assert client.get(enter(omar, TODAY + DAY)).status_code == 404
    assert client.get(enter(omar, date(2026, 2, 1))).status_code == 404
    assert client.get(enter(omar, date(1, 1, 1))).status_code == 404
    assert client.get(enter(omar, date(9999, 12, 31))).status_code == 404


def test_how_it_is_known_is_asked_and_a_strange_answer_refused(client_of: ClientOf, desk: User, omar: Patient) -> None:
    client = client_of(desk)
    page = client.get(enter(omar))
    ticked = {"tick": keys(page)[:1]}
    assert client.post(enter(omar), fields(page) | ticked | {"how": "live"}).status_code == 422
    assert client.post(enter(omar), fields(page) | ticked | {"how": "on_behalf"}).status_code == 302
    assert [log.how for log in standing(omar)] == ["on_behalf"]


# Pain on the sheet: physiotherapists only


def test_a_physiotherapist_enters_the_pains_of_the_sheet_too(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    page = client.get(enter(omar))
    response = client.post(
        enter(omar), fields(page) | {"pain_morning-2026-03-01": "3", "pain_exercising-2026-03-02": "0"}, follow=True
    )
    assert "2 entries are saved." in text(response)
    rows = CheckIn.objects.filter(patient=omar).order_by("on")
    assert [(row.on.day, row.pain_morning, row.pain_exercising, row.how) for row in rows] == [
        (1, 3, None, "paper"),
        (2, None, 0, "paper"),
    ]
    client.post(enter(omar), fields(response) | {"pain_morning-2026-03-01": ""})
    assert CheckIn.objects.get(on=date(2026, 3, 1), superseded_at=None).pain_morning is None


@pytest.mark.parametrize("pain", ["11", "-1", "3.5", "a lot", "\x00"])
def test_a_pain_that_is_none_is_refused_with_what_was_ticked(
    client_of: ClientOf, ana: User, omar: Patient, pain: str
) -> None:
    client = client_of(ana)
    page = client.get(enter(omar))
    ticked = {"tick": keys(page)[:3]}
    response = client.post(enter(omar), fields(page) | ticked | {"pain_morning-2026-03-01": pain})
    assert response.status_code == 422
    assert "Pain in the morning, Sunday 1 March: " in text(response)
    assert fields(response)["tick"] == ticked["tick"]
    assert standing(omar) == []


def test_an_answer_given_meanwhile_is_a_conflict(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    page = client.get(enter(omar))
    check_in(patient=omar, on=TODAY, client_id=uuid4(), pain_morning=6, by=ana, at=NOW)
    sent = fields(page) | {"pain_morning-2026-03-03": "2"}
    assert client.post(enter(omar), sent).status_code == 409
    assert CheckIn.objects.get(patient=omar).pain_morning == 6


def test_the_desk_neither_sees_nor_enters_pain(client_of: ClientOf, ana: User, desk: User, omar: Patient) -> None:
    check_in(patient=omar, on=TODAY, client_id=uuid4(), pain_morning=6, note="Bad night", by=ana, at=NOW)
    client = client_of(desk)
    page = client.get(enter(omar))
    for words in (
        "pain_morning",
        "Pain in the morning",
        "Bad night",
        reverse("chart_day", args=[omar.public_id, TODAY]),
    ):
        assert words not in page.text
    sent = fields(page) | {"pain_morning-2026-03-02": "9", "pain_morning": "9", "note": "x", "tick": keys(page)[:1]}
    assert client.post(enter(omar), sent).status_code == 302
    assert CheckIn.objects.count() == 1
    assert [log.note for log in standing(omar)] == [""]


# One day, for the patient


def of_day(client: Client, patient: Patient, on: date) -> tuple[dict[str, Any], list[str]]:
    page = client.get(day_page(patient, on))
    names = list(dict.fromkeys(re.findall(r'name="([0-9a-f-]{36}\.\d+)-outcome"', page.text)))
    return fields(page), names


def test_a_physiotherapist_fills_in_a_day_back_to_the_plans_start(
    client_of: ClientOf, ana: User, omar: Patient, first: Prescription
) -> None:
    client = client_of(ana)
    sent, names = of_day(client, omar, START)
    assert len(names) >= 3
    sent |= {f"{names[0]}-outcome": "done", f"{names[1]}-outcome": "not_done", f"{names[1]}-reason": "pain",
             f"{names[2]}-outcome": "hurt", "pain_morning": "4", "note": "Slept badly"}  # fmt: skip
    assert client.post(day_page(omar, START), sent)["Location"] == day_page(omar, START)
    logs = standing(omar)
    assert sorted((log.status, log.reason, log.hurt, log.how) for log in logs if not log.hurt) == [
        ("done", "", None, "on_behalf"),
        ("not_done", "pain", None, "on_behalf"),
    ]
    assert [log.hurt for log in logs].count(True) == 1
    answer = CheckIn.objects.get()
    assert (answer.pain_morning, answer.pain_exercising, answer.note, answer.how) == (
        4,
        None,
        "Slept badly",
        "on_behalf",
    )
    client.post(day_page(omar, START), sent)  # sent twice
    assert (len(standing(omar)), CheckIn.objects.count()) == (3, 1)


def test_a_day_is_corrected_and_taken_back(client_of: ClientOf, ana: User, omar: Patient, first: Prescription) -> None:
    said: dict[str, Any] = {"patient": omar, "by": ana, "at": NOW}
    log_exercise(
        prescription=first, on=WEEK, occasion=1, client_id=uuid4(), status="done", note="Easy", how="paper", **said
    )
    client = client_of(ana)
    name = f"{first.public_id}.1"
    sent, _names = of_day(client, omar, WEEK)
    assert sent[f"{name}-outcome"] == ["done"]
    client.post(day_page(omar, WEEK), sent | {f"{name}-outcome": "not_done", f"{name}-reason": "forgot"})
    log = standing(omar)[0]
    assert (log.status, log.reason, log.note, log.replaces_id is not None) == ("not_done", "forgot", "Easy", True)
    sent, _names = of_day(client, omar, WEEK)
    client.post(day_page(omar, WEEK), sent | {f"{name}-outcome": ""})
    assert standing(omar) == []


def test_a_day_that_was_changed_meanwhile_is_a_conflict_that_keeps_what_was_chosen(
    client_of: ClientOf, ana: User, bruno: User, omar: Patient, first: Prescription
) -> None:
    client = client_of(ana)
    sent, _names = of_day(client, omar, WEEK)
    log_exercise(
        patient=omar, prescription=first, on=WEEK, occasion=1, client_id=uuid4(), status="done", by=bruno, at=NOW
    )
    changed = sent | {f"{first.public_id}.1-outcome": "not_done", f"{first.public_id}.1-reason": "pain"}
    response = client.post(day_page(omar, WEEK), changed)
    assert response.status_code == 409
    page = text(response)
    assert "on record: done" in page
    assert re.search(r'value="not_done"[^>]* checked', response.text)
    assert [log.by for log in standing(omar)] == [bruno]
    again = fields(response) | {f"{first.public_id}.1-reason": "pain"}
    assert client.post(day_page(omar, WEEK), again).status_code == 302
    assert [log.reason for log in standing(omar)] == ["pain"]


def test_a_day_says_what_is_missing(client_of: ClientOf, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    sent, names = of_day(client, omar, WEEK)
    for wrong in (
        {f"{names[0]}-outcome": "not_done"},
        {f"{names[0]}-outcome": "perhaps"},
        {"pain_morning": "11"},
        {"note": "x" * 10_000},
        {"note": "a\x00b"},
        {"how": "live"},
        {"client_id": ""},
    ):
        response = client.post(day_page(omar, WEEK), sent | wrong)
        assert response.status_code == 422, wrong
    assert standing(omar) == []
    assert not CheckIn.objects.exists()


def test_days_ahead_and_before_the_start_are_not_there(client_of: ClientOf, ana: User, omar: Patient) -> None:
    for on in (START - DAY, TODAY + DAY, date(1, 1, 1), date(9999, 12, 31)):
        assert client_of(ana).get(day_page(omar, on)).status_code == 404
    assert client_of(ana).get(day_page(omar, TODAY)).status_code == 200


def test_on_a_stopped_day_only_pain_is_asked(client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan) -> None:
    decide(plan=omars_plan, act=Act.STOP, on=date(2026, 3, 1), seen=Seen(1, 1), by=ana, at=NOW)
    client = client_of(ana)
    sent, names = of_day(client, omar, date(2026, 3, 2))
    assert names == []
    assert "Exercises were stopped on that day" in text(client.get(day_page(omar, date(2026, 3, 2))))
    assert client.post(day_page(omar, date(2026, 3, 2)), sent | {"pain_morning": "2"}).status_code == 302
    assert CheckIn.objects.get().pain_morning == 2


# The action


def test_entries_are_all_or_nothing(ana: User, omar: Patient, omars_plan: Plan, first: Prescription) -> None:
    done = Said("done")
    changes = [
        Change(first.public_id, WEEK, 1, done),
        Change(first.public_id, TODAY + DAY, 1, done),
    ]
    who: dict[str, Any] = {"patient": omar, "plan": omars_plan, "how": "paper", "by": ana, "at": NOW}
    with pytest.raises(Refused) as refused:
        enter_reports(changes=changes, client_id=uuid4(), **who)
    assert refused.value.code == "future"
    for change, code in (
        (Change(first.public_id, START - DAY, 1, done), "before_start"),
        (Change(uuid4(), WEEK, 1, done), "not_in_force"),
        (Change(first.public_id, WEEK, 21, done), "occasion"),
        (Change(first.public_id, WEEK, 1, Said("not_done")), "reason"),
    ):
        with pytest.raises(Refused) as refused:
            enter_reports(changes=[changes[0], change], client_id=uuid4(), **who)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        enter_reports(changes=changes[:1], client_id=uuid4(), **(who | {"how": "live"}))
    assert refused.value.code == "how"
    with pytest.raises(Conflict):
        check_in(patient=omar, on=WEEK, client_id=uuid4(), pain_morning=1, by=ana, at=NOW)
        enter_reports(
            changes=changes[:1], answers=[PainChange(WEEK, (None, None), pain_morning=5)], client_id=uuid4(), **who
        )
    assert not ExerciseLog.objects.exists()


# Queries


def test_the_pages_take_as_many_queries_for_a_long_record_as_for_a_short_one(
    client_of: ClientOf, ana: User, omar: Patient, omars_plan: Plan, first: Prescription
) -> None:
    sheet = print_sheet(plan=omars_plan, first_on=TODAY, by=ana, at=NOW)
    client = client_of(ana)
    pages = {
        sheets(omar): 14,
        reverse("sheet", args=[omar.public_id, sheet.public_id]): 12,
        enter(omar): 12,
        day_page(omar, WEEK): 11,
    }
    few = {page: queries(client, page) for page in pages}
    ExerciseLogFactory.write(1000, patient=omar, prescription=first, by=ana)
    PrintedSheet.objects.bulk_create(
        PrintedSheet(plan=omars_plan, sequence=1, first_on=TODAY - number * DAY, asked=sheet.asked, by=ana, at=NOW)
        for number in range(40)
    )
    for page, most in pages.items():
        assert queries(client, page) == few[page] <= most, page


def test_a_week_is_read_in_few_queries(omar: Patient, omars_plan: Plan, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        assert read_week(omar, omars_plan, WEEK, today=TODAY).rows
