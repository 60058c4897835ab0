"""The caseload: who needs somebody, why, and what answers it; who else is there; what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import Traveller

from patients.actions.checkin import check_in
from patients.actions.dealt_with import deal_with
from patients.actions.log import log_exercise
from patients.actions.session import start_session
from patients.actions.sight import look_again
from patients.actions.visit import add_visit
from patients.attention import Reason
from patients.models import DealtWith, Episode, Patient, Plan, Visit
from patients.moves import Act
from patients.readings.caseload import read_caseload
from rehab.errors import Refused
from rehab.models import Away, Clinic, User
from tests import cast
from tests.cast import NOW, TODAY
from tests.factories import PatientFactory
from tests.pages import send
from tests.patients.plan_pages import do, moment, words

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User | Patient], Client]
PAGE = reverse("caseload")
DAY = timedelta(days=1)


def reasons_of(user: User, patient: Patient, at: Any = NOW) -> list[Reason]:
    rows = [row for row in read_caseload(user, at=at).rows if row.patient == patient]
    return [each.reason for row in rows for each in row.asking]


def names(user: User, at: Any = NOW) -> list[str]:
    return [row.patient.name for row in read_caseload(user, at=at).rows]


def says(patient: Patient, on: date, **pains: int) -> None:
    by = patient.user or patient.by
    check_in(patient=patient, on=on, client_id=uuid4(), by=by, at=moment(on), **pains)


def book(patient: Patient, by: User, at: Any, minutes: int = 30) -> Visit:
    episode = patient.episodes.latest("pk")
    return add_visit(episode=episode, physiotherapist=by, starts_at=at, minutes=minutes, by=by, at=NOW)


def away(user: User, covered_by: User, *, first: date = TODAY, last: date = TODAY) -> Away:
    return Away.objects.create(user=user, covered_by=covered_by, first_on=first, last_on=last, by=user, at=NOW)


def url_of(patient: Patient, reason: Reason) -> str:
    return reverse("dealt_with", args=[patient.public_id, patient.episodes.latest("pk").public_id, reason])


@pytest.fixture
def calm(nils: Patient, ana: User) -> Patient:
    """On plan since yesterday, heard of, with a visit booked: all is well."""
    cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY - DAY)
    book(nils, ana, NOW + 2 * DAY)
    return nils


# --- who is there ---


def test_a_physiotherapist_begins_the_day_here(client_of: SignedIn, ana: User) -> None:
    assert client_of(ana).get("/").headers["Location"] == PAGE


def test_an_empty_caseload_says_what_it_will_show(client_of: SignedIn, ana: User) -> None:
    page = words(client_of(ana).get(PAGE))
    assert "Nobody is in your caseload yet" in page
    assert "none booked with you" in page


def test_nobody_needs_me_is_said(client_of: SignedIn, ana: User, calm: Patient) -> None:
    page = client_of(ana).get(PAGE)
    assert "Nobody needs you now" in words(page)
    assert "the one person" in words(page)
    assert calm.name not in words(page)
    assert "All is well" in words(client_of(ana).get(PAGE, {"show": "all"}))


def test_only_those_whom_i_lead_are_mine(ana: User, bruno: User, maria: Patient, omar: Patient, yann: Patient) -> None:
    other = cast.patient("Of Bruno", by=bruno)
    cast.episode(other, lead=bruno)
    assert names(ana) == ["María Soto", "Omar Haddad"]
    assert names(bruno) == ["Of Bruno"]


def test_cover_shows_them_marked_today_and_no_day_longer(
    client_of: SignedIn, ana: User, bruno: User, maria: Patient, clock: Traveller
) -> None:
    cover = away(ana, bruno, last=TODAY + DAY)
    assert names(bruno) == names(bruno, NOW + DAY) == ["María Soto"]
    assert names(bruno, NOW - DAY) == names(bruno, NOW + 2 * DAY) == []
    page = words(client_of(bruno).get(PAGE, {"show": "covered"}))
    assert "for Ana Ruiz" in page
    assert "Covered 1" in page
    Away.objects.filter(pk=cover.pk).update(withdrawn_at=NOW)
    assert names(bruno) == []


@pytest.mark.parametrize("column", ["is_active", "is_physiotherapist"])
@pytest.mark.parametrize("own_only", [False, True])
def test_whom_nobody_leads_any_more_everybody_sees(
    column: str, own_only: bool, client_of: SignedIn, ana: User, bruno: User, maria: Patient
) -> None:
    Clinic.objects.filter(pk=ana.clinic_id).update(own_caseload_only=own_only)
    User.objects.filter(pk=ana.pk).update(**{column: False})
    client = client_of(bruno)
    assert "nobody leads" in words(client.get(PAGE))
    assert client.get(reverse("chart", args=[maria.public_id])).status_code == 200


def test_a_lead_or_a_cover_that_is_revoked_acts_on_the_next_request(
    client_of: SignedIn, ana: User, bruno: User, maria: Patient
) -> None:
    Clinic.objects.filter(pk=ana.clinic_id).update(own_caseload_only=True)
    chart = reverse("chart", args=[maria.public_id])
    of_ana, of_bruno = client_of(ana), client_of(bruno)
    assert (of_ana.get(chart).status_code, of_bruno.get(chart).status_code) == (200, 404)
    cover = away(ana, bruno)
    assert "María" in words(of_bruno.get(PAGE))
    assert of_bruno.get(chart).status_code == 200
    Away.objects.filter(pk=cover.pk).update(withdrawn_at=NOW)
    assert "María" not in words(of_bruno.get(PAGE))
    assert of_bruno.get(chart).status_code == of_bruno.get(url_of(maria, Reason.SILENT)).status_code == 404
    Episode.objects.filter(patient=maria).update(lead=bruno)
    assert "María" in words(of_bruno.get(PAGE))
    assert "María" not in words(of_ana.get(PAGE))
    assert of_ana.get(chart).status_code == 404
    User.objects.filter(pk=bruno.pk).update(is_physiotherapist=False)
    assert of_bruno.get(PAGE).status_code == 403


def test_a_closed_episode_is_gone_until_its_recall(ana: User, maria: Patient) -> None:
    maria.episodes.update(closed_on=TODAY - 30 * DAY, closed_by=ana, look_again_on=None, recall_on=TODAY)
    assert names(ana, NOW - DAY) == []
    assert reasons_of(ana, maria) == [Reason.LOOK_AGAIN]


# --- why: each reason from the record ---


def test_stopped_because_of_pain(ana: User, maria: Patient, marias_plan: Plan) -> None:
    do(marias_plan, Act.STOP, ana, reason_code="pain")
    assert reasons_of(ana, maria)[0] is Reason.STOPPED_BY_PAIN


def test_stopped_for_another_reason_waits_for_its_date(ana: User, maria: Patient, marias_plan: Plan) -> None:
    do(marias_plan, Act.STOP, ana, reason_code="ill", look_again_on=TODAY + 2 * DAY)
    assert Reason.LOOK_AGAIN not in reasons_of(ana, maria)
    assert reasons_of(ana, maria, NOW + 2 * DAY)[0] is Reason.LOOK_AGAIN
    page = next(row for row in read_caseload(ana, at=NOW + 2 * DAY).rows)
    assert page.plan is not None
    assert page.plan.held_code == "ill"  # type: ignore[attr-defined]


def test_pain_is_measured_against_the_plans_first_week_however_long_ago(
    ana: User, maria: Patient, marias_plan: Plan, clock: Traveller
) -> None:
    for days in range(3):
        says(maria, marias_plan.start_on + days * DAY, pain_morning=1)
    later = TODAY + 40 * DAY
    clock.move_to(moment(later))
    for days in (2, 1):
        says(maria, later - days * DAY, pain_morning=3)
    assert Reason.PAIN_WORSE in reasons_of(ana, maria, moment(later))


def test_a_visit_that_is_over_a_note_that_is_open_and_one_that_is_missing(
    client_of: SignedIn, ana: User, maria: Patient, clock: Traveller
) -> None:
    booked = book(maria, ana, NOW + timedelta(hours=1))
    assert Reason.VISIT_UNSAID not in reasons_of(ana, maria, NOW + timedelta(hours=1, minutes=29))
    assert Reason.VISIT_UNSAID in reasons_of(ana, maria, NOW + timedelta(hours=1, minutes=30))
    Visit.objects.filter(pk=booked.pk).update(state="attended")
    assert Reason.NOTE_OPEN in reasons_of(ana, maria, NOW + DAY)
    Clinic.objects.filter(pk=ana.clinic_id).update(note_kind="elsewhere")
    ana.clinic.refresh_from_db()
    assert Reason.NOTE_OPEN not in reasons_of(ana, maria, NOW + DAY)
    start_session(patient=maria, episode=maria.episodes.get(), plan=None, on=TODAY, kind="clinic", by=ana, at=NOW)
    assert Reason.NOTE_OPEN in reasons_of(ana, maria)


@pytest.mark.parametrize(("what_next", "asks"), [("", True), ("call", False)])
def test_a_missed_visit_asks_until_somebody_says_what_comes_instead(
    what_next: str, asks: bool, ana: User, maria: Patient
) -> None:
    missed = book(maria, ana, NOW)
    Visit.objects.filter(pk=missed.pk).update(state="missed")
    last = missed.events.latest("sequence")
    missed.events.create(
        sequence=last.sequence + 1, from_state="booked", to_state="missed", what_next=what_next, by=ana, at=NOW
    )
    assert (Reason.VISIT_MISSED in reasons_of(ana, maria, NOW + DAY)) is asks
    book(maria, ana, NOW + 3 * DAY)
    assert Reason.VISIT_MISSED not in reasons_of(ana, maria, NOW + DAY)


def test_silence_is_counted_of_phone_reporters_whom_the_plan_asks(
    ana: User, maria: Patient, omar: Patient, marias_plan: Plan
) -> None:
    assert Reason.SILENT in reasons_of(ana, maria)
    assert Reason.SILENT not in reasons_of(ana, omar)  # on paper
    says(maria, TODAY - 3 * DAY, pain_morning=2)
    assert Reason.SILENT not in reasons_of(ana, maria)
    assert Reason.SILENT in reasons_of(ana, maria, NOW + DAY)
    do(marias_plan, Act.STOP, ana)
    assert Reason.SILENT not in reasons_of(ana, maria, NOW + DAY)


def test_an_episode_without_plan_or_visit_is_not_well(client_of: SignedIn, nils: Patient, ana: User) -> None:
    cast.episode(nils, lead=ana, at=NOW)
    page = words(client_of(ana).get(PAGE))
    assert "No plan, no visit" in page
    assert "Assign a plan" in page


def test_ready_to_move_on_stands_on_top_as_good_news(
    client_of: SignedIn, ana: User, nils: Patient, clock: Traveller
) -> None:
    plan = cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY - 42 * DAY)
    book(nils, ana, NOW + DAY)
    for days in range(14, 0, -1):
        on = TODAY - days * DAY
        says(nils, on, pain_exercising=2, pain_morning=1)
        for row in plan.prescriptions.filter(phase__number=2, optional=False):
            for occasion in range(1, row.times_per_day + 1):
                log_exercise(
                    patient=nils, prescription=row, on=on, occasion=occasion, status="done", client_id=uuid4(),
                    by=ana, at=moment(on),
                )  # fmt: skip
    [row] = read_caseload(ana, at=NOW).ready
    assert row.patient == nils
    page = words(client_of(ana).get(PAGE))
    assert page.index("Ready to move on") < page.index("Needs me")
    assert reverse("decide", args=[nils.public_id, plan.public_id, Act.MOVE_ON]) in client_of(ana).get(PAGE).text
    says(nils, TODAY, pain_exercising=9)
    assert read_caseload(ana, at=NOW).ready == []


# --- the page ---


def test_the_most_urgent_comes_first_with_one_reason_and_the_others_folded(
    client_of: SignedIn, ana: User, maria: Patient, omar: Patient, marias_plan: Plan
) -> None:
    do(marias_plan, Act.STOP, ana, reason_code="pain")
    start_session(
        patient=maria, episode=maria.episodes.get(), plan=marias_plan, on=TODAY, kind="clinic", by=ana, at=NOW
    )
    look_again(episode=omar.episodes.get(), on=TODAY, by=ana, at=NOW)
    page = words(client_of(ana).get(PAGE))
    assert page.index("Stopped because of pain") < page.index("María Soto") < page.index("Omar Haddad")
    assert "+1 more" in page
    assert "1 note to sign" in page


def test_the_strip_counts_my_visits_of_today(client_of: SignedIn, ana: User, maria: Patient, omar: Patient) -> None:
    done = book(maria, ana, NOW - timedelta(minutes=45))
    Visit.objects.filter(pk=done.pk).update(state="attended")
    book(omar, ana, NOW + timedelta(minutes=4))
    book(omar, ana, NOW + DAY)
    page = words(client_of(ana).get(PAGE))
    assert "2 visits today 1 done, 1 to come" in page
    assert "10:04 Omar Haddad next, in 3 min" in page or "next, in 4 min" in page


def test_filters_by_phase_and_state(client_of: SignedIn, ana: User, maria: Patient, omar: Patient) -> None:
    client = client_of(ana)
    second = words(client.get(PAGE, {"show": "all", "phase": "2"}))
    assert "María" in second
    assert "Omar" not in second
    staying = words(client.get(PAGE, {"show": "all", "state": "staying"}))
    assert "Nobody is like that" in staying


def test_search_looks_through_everybody_of_mine_with_and_without_scripts(
    client_of: SignedIn, ana: User, bruno: User, maria: Patient, calm: Patient
) -> None:
    cast.episode(cast.patient("Nilsson Other", by=bruno), lead=bruno)
    client = client_of(ana)
    whole, piece = client.get(PAGE, {"q": "nils"}), client.get(PAGE, {"q": "nils"}, headers={"HX-Request": "true"})
    for page in (whole, piece):
        assert "Nils Berg" in words(page)
        assert "María" not in words(page)
        assert "Nilsson Other" not in words(page)
        assert "HX-Request" in page["Vary"]
    assert "<html" in whole.text
    assert "<html" not in piece.text
    assert "Nobody found in your caseload" in words(client.get(PAGE, {"q": "nobody such"}))


@pytest.mark.parametrize("name", ["q", "page", "show", "phase", "state"])
@pytest.mark.parametrize("value", ["\x00", "x" * 10_000, "\u202eolleh", "-1", "0", "9" * 30, "<script>", "%", "'; --"])
def test_no_value_of_a_parameter_breaks_the_page(
    name: str, value: str, client_of: SignedIn, ana: User, maria: Patient
) -> None:
    assert client_of(ana).get(PAGE, {name: value}).status_code == 200


def test_who_needs_me_is_one_page_and_everybody_is_pages_of_25(client_of: SignedIn, ana: User) -> None:
    many(ana, 30)
    client = client_of(ana)
    needs = client.get(PAGE, {"page": "2"})
    assert needs.text.count("data-case ") == 30
    assert client.get(PAGE, {"show": "all"}).text.count("data-case ") == 25
    assert client.get(PAGE, {"show": "all", "page": "2"}).text.count("data-case ") == 5


def test_long_and_right_to_left_names_are_isolated(client_of: SignedIn, ana: User) -> None:
    patient = cast.patient("يوسف الخطيب <b>", by=ana)
    cast.episode(patient, lead=ana)
    assert "<bdi>يوسف الخطيب &lt;b&gt;</bdi>" in client_of(ana).get(PAGE).text


# --- dealt with until ---


def test_dealt_with_until_puts_a_reason_away_with_a_line_and_brings_it_back_that_day(
    client_of: SignedIn, ana: User, maria: Patient, clock: Traveller
) -> None:
    client = client_of(ana)
    page = client.get(url_of(maria, Reason.SILENT))
    assert "Nothing for 14 days" in words(page)
    sent = {"words": "Rang her: phone broken", "until": "2026-03-06"}
    answer = client.post(url_of(maria, Reason.SILENT), sent, follow=True)
    assert "dealt with until Friday 6 March" in words(answer)
    assert Reason.SILENT not in reasons_of(ana, maria, NOW + 2 * DAY)
    assert Reason.SILENT in reasons_of(ana, maria, NOW + 3 * DAY)
    row = DealtWith.objects.get()
    assert (row.reason, row.words, row.by) == ("silent", "Rang her: phone broken", ana)


def test_a_reason_is_back_at_once_when_it_gets_worse(ana: User, maria: Patient, marias_plan: Plan) -> None:
    for days in (3, 2, 1):
        says(maria, TODAY - days * DAY, pain_morning=6)
    found = next(each for row in read_caseload(ana, at=NOW).rows for each in row.found if each.reason == "pain_worse")
    answer: dict[str, Any] = {"until": TODAY + 5 * DAY, "words": "Talked it through", "by": ana, "at": NOW}
    deal_with(episode=marias_plan.episode, reason=found.reason, level=found.level, **answer)
    says(maria, TODAY, pain_morning=6)
    assert Reason.PAIN_WORSE not in reasons_of(ana, maria)
    says(maria, TODAY, pain_morning=8)
    assert Reason.PAIN_WORSE in reasons_of(ana, maria)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"until": "2026-02-24", "words": "Rang"}, "Choose a later day than today."),
        ({"until": "2026-03-03", "words": "Rang"}, "Choose a later day than today."),
        ({"until": "2026-04-01", "words": "Rang"}, "At most 28 days ahead."),
        ({"until": "", "words": "Rang"}, "Choose a day."),
        ({"until": "soon", "words": "Rang"}, "Give a day"),
        ({"until": "2026-03-06", "words": ""}, "Say in a few words"),
        ({"until": "2026-03-06", "words": " \n "}, "Say in a few words"),
        ({"until": "2026-03-06", "words": "x" * 10_000}, "at most 300 characters"),
        ({"until": "2026-03-06", "words": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(
    sent: dict[str, str], sentence: str, client_of: SignedIn, ana: User, maria: Patient
) -> None:
    answer = send(client_of(ana), url_of(maria, Reason.SILENT), sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not DealtWith.objects.exists()


def test_half_a_character_breaks_nothing(client_of: SignedIn, ana: User, maria: Patient) -> None:
    answer = send(client_of(ana), url_of(maria, Reason.SILENT), {"until": "2026-03-06", "words": "a\ud800b"})
    assert answer.status_code == 302


def test_the_same_sent_twice_is_one_and_another_day_another(ana: User, maria: Patient) -> None:
    said: dict[str, Any] = {"episode": maria.episodes.get(), "reason": Reason.SILENT, "level": 1, "by": ana, "at": NOW}
    for until in (TODAY + DAY, TODAY + DAY, TODAY + 2 * DAY):
        deal_with(until=until, words="Rang", **said)
    assert DealtWith.objects.count() == 2


def test_what_no_longer_holds_needs_no_answer(client_of: SignedIn, ana: User, omar: Patient) -> None:
    client = client_of(ana)
    assert "no longer so" in words(client.get(url_of(omar, Reason.SILENT)))
    answer = client.post(url_of(omar, Reason.SILENT), {"until": "2026-03-06", "words": "Rang"}, follow=True)
    assert "no longer so" in words(answer)
    assert not DealtWith.objects.exists()


@pytest.mark.parametrize("days", [-7, 0, 29])
def test_the_action_refuses_the_same_days_as_the_page(days: int, ana: User, maria: Patient) -> None:
    with pytest.raises(Refused) as refused:
        deal_with(
            episode=maria.episodes.get(), reason=Reason.SILENT, level=1, until=TODAY + days * DAY, words="Rang",
            by=ana, at=NOW,
        )  # fmt: skip
    assert refused.value.field == "until"


# --- the date of looking again on the chart ---


def test_the_chart_shows_the_date_and_sets_another(client_of: SignedIn, ana: User, nils: Patient) -> None:
    episode = cast.episode(nils, lead=ana, at=NOW)
    client = client_of(ana)
    url = reverse("episode_look_again", args=[nils.public_id, episode.public_id])
    page = client.get(reverse("chart", args=[nils.public_id]))
    assert "Look again on Tuesday 10 March" in words(page)
    assert url in page.text
    answer = client.post(url, {"look_again_on": "2026-03-05"}, follow=True)
    assert "Look again on Thursday 5 March" in words(answer)
    refused = client.post(url, {"look_again_on": "2026-04-05"})
    assert refused.status_code == 422
    assert "Look again within 28 days." in words(refused)


# --- what it costs ---


def many(lead: User, number: int) -> None:
    for place in range(number):
        patient = cast.patient(f"Person {place:02}", by=lead)
        cast.plan(cast.episode(patient, lead=lead), by=lead, start_on=TODAY - timedelta(days=3 + place % 40))


def queries(client: Client, **params: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(PAGE, params).status_code == 200
    return sum(not query["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")) for query in captured)


@pytest.mark.parametrize("mine", [10, 60])
def test_the_page_takes_at_most_twelve_queries(mine: int, client_of: SignedIn, ana: User, bruno: User) -> None:
    many(ana, mine)
    client = client_of(ana)
    client.get(PAGE)
    few = queries(client)
    PatientFactory.write(1000 - mine, clinic=ana.clinic, by=bruno)
    assert queries(client) == few == queries(client, show="all") == queries(client, q="person")
    assert few <= 12
