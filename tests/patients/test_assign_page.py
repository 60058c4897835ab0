"""The page on which a plan is assigned."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.fit import Fit, fit, rank
from patients.models import Episode, Patient, Plan
from rehab.actions.plan_template import publish, retire
from rehab.models import ExerciseRevision, IcdCode, PlanTemplate, TemplateExercise, TemplatePhase, TemplateVersion, User
from tests import cast
from tests.cast import NOW, TODAY, offered_version

SignedIn = Callable[[User | Patient], Client]


@pytest.fixture
def case(nils: Patient, ana: User) -> Episode:
    return cast.episode(nils, lead=ana)


@pytest.fixture
def url(case: Episode) -> str:
    return reverse("assign", args=[case.patient.public_id, case.public_id])


@pytest.fixture
def client(client_of: SignedIn, ana: User) -> Client:
    return client_of(ana)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sent_by(response: Any) -> dict[str, Any]:
    """What a browser would send of the page's form as it stands."""
    page = response.content.decode()
    sent: dict[str, Any] = {"exercises": []}
    for tag in re.findall(r"<input[^>]*>", page):
        found = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind, name, value = found.get("type"), found.get("name"), found.get("value", "")
        if not name or name == "csrfmiddlewaretoken" or (kind in {"radio", "checkbox"} and " checked" not in tag):
            continue
        if name == "exercises":
            sent["exercises"].append(value)
        else:
            sent[name] = value or "on" if kind == "checkbox" else value
    return sent | {"reason": "", "patient_text": ""}


def keys(version: TemplateVersion, phase: int) -> list[str]:
    return [str(key) for key in version.exercises.filter(phase__number=phase).values_list("key", flat=True)]


def another_template(by: User, **columns: Any) -> TemplateVersion:
    """A published template with one phase and one exercise."""
    template = PlanTemplate.objects.create(clinic=by.clinic, key="short", name="Aquatic weeks", **columns)
    version = TemplateVersion.objects.create(template=template, number=1, label="First")
    phase = TemplatePhase.objects.create(version=version, number=1, name="Swim", weeks=4)
    revision = ExerciseRevision.objects.get(exercise__clinic=by.clinic, exercise__key="abdominal-bracing")
    TemplateExercise.objects.create(version=version, phase=phase, position=1, revision=revision, minutes=20)
    publish(version=version, by=by, at=NOW)
    return version


def test_the_plain_case_is_one_tap(client: Client, url: str, case: Episode, ana: User) -> None:
    page = client.get(url)
    assert "3 Mar – 16 Mar" in text(page)
    answer = client.post(url, sent_by(page))
    assert answer.url == reverse("chart", args=[case.patient.public_id])
    made = case.plans.get()
    assert (made.start_on, made.reports_by, made.by) == (TODAY, "phone", ana)
    assert {row.revision.exercise.key for row in made.prescriptions.filter(phase__number=1)} == {
        "abdominal-bracing",
        "knee-rock",
    }


def test_assign_and_invite_leads_to_the_invitation(client: Client, url: str, case: Episode) -> None:
    answer = client.post(url, sent_by(client.get(url)) | {"then": "invite"})
    assert answer.url == reverse("invitation", args=[case.patient.public_id])


def test_what_starts_without_its_tick_says_why(client: Client, url: str, ana: User) -> None:
    first = client.get(url)
    assert "for another part of the body, optional" in text(first)
    third = client.post(url, sent_by(first) | {"start_phase": "3", "look": "yes"})
    assert third.status_code == 200
    assert text(third).count('<span class="chip">loaded</span>') == 2
    fourth = client.post(url, sent_by(first) | {"start_phase": "4", "look": "yes"})
    assert text(fourth).count('<span class="chip">fast, with a load</span>') == 2


def test_looking_again_changes_nothing_and_keeps_what_was_typed(client: Client, url: str, case: Episode) -> None:
    first = sent_by(client.get(url))
    page = client.post(
        url,
        first
        | {"start_on": "2026-03-10", "reports_by": "paper", "patient_text": "Gently", "reason": "Well", "look": "yes"},
    )
    assert page.status_code == 200
    assert "10 Mar – 23 Mar" in text(page)
    assert sent_by(page)["reports_by"] == "paper"
    assert "Gently" in text(page)
    assert not case.plans.exists()


def test_a_problem_that_has_lasted_proposes_the_second_phase_and_decides_nothing(
    client: Client, url: str, case: Episode
) -> None:
    first = client.get(url)
    lasted = client.post(url, sent_by(first) | {"course": "lasted", "look": "yes"})
    assert sent_by(lasted)["start_phase"] == "2"
    assert "Exercises of phase 2" in text(lasted)
    back = client.post(url, sent_by(lasted) | {"start_phase": "1", "look": "yes"})
    assert sent_by(back)["start_phase"] == "1"
    assert client.post(url, sent_by(back)).status_code == 302
    made = case.plans.get()
    assert made.position(TODAY).phase == 1
    assert made.decisions.get().evidence == {"course": "lasted", "proposed_phase": 2}


def test_a_later_phase_asks_for_its_reason(client: Client, url: str, case: Episode) -> None:
    page = client.post(url, sent_by(client.get(url)) | {"start_phase": "2", "look": "yes"})
    refused = client.post(url, sent_by(page))
    assert refused.status_code == 422
    assert "Say why the plan starts in a later phase." in text(refused)
    assert client.post(url, sent_by(page) | {"reason": "Past the first weeks"}).status_code == 302
    assert case.plans.get().decisions.get().reason == "Past the first weeks"


def test_exercises_of_one_phase_are_never_taken_for_anothers(client: Client, url: str, case: Episode) -> None:
    """Without scripts: another phase is chosen, and Assign is pressed before the page showed its exercises."""
    answer = client.post(url, sent_by(client.get(url)) | {"start_phase": "2", "reason": "Past the first weeks"})
    assert answer.status_code == 422
    assert "The exercises below are now those of phase 2" in text(answer)
    assert not case.plans.exists()
    assert client.post(url, sent_by(answer) | {"reason": "Past the first weeks"}).status_code == 302


def test_ticks_and_doses_are_as_the_form_says(client: Client, url: str, case: Episode, ana: User) -> None:
    sent = sent_by(client.get(url))
    first, *_rest, last = keys(offered_version(ana.clinic), 1)
    answer = client.post(url, sent | {"exercises": [first, last], f"{first}-sets": "4", f"{first}-load": "2 kg"})
    assert answer.status_code == 302
    rows = case.plans.get().prescriptions.filter(phase__number=1)
    assert [str(row.source.key) for row in rows if row.source] == [first, last]
    assert (rows[0].sets, rows[0].load) == (4, "2 kg")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sets", "0"), ("sets", "3.5"), ("sets", "bad"), ("sets", "\x00"), ("sets", "9" * 10_000), ("reps", "-1"),
        ("reps", "201"), ("hold_seconds", "601"), ("minutes", "241"), ("times_per_day", ""), ("times_per_day", "11"),
        ("days_per_week", "8"), ("load", "x" * 10_000), ("load", "\x00"), ("rest_between", "on"),
    ],
)  # fmt: skip
def test_a_dose_that_cannot_be_done_is_refused_beside_its_field(
    client: Client, url: str, case: Episode, ana: User, field: str, value: str
) -> None:
    sent = sent_by(client.get(url))
    first = keys(offered_version(ana.clinic), 1)[0]
    answer = client.post(url, sent | {f"{first}-{field}": value})
    assert answer.status_code == 422
    assert "Look at the dose of “Abdominal bracing”." in text(answer)
    assert '<details class="push" open>' in text(answer)
    assert not case.plans.exists()


def test_the_dose_of_what_is_not_ticked_does_not_matter(client: Client, url: str, ana: User) -> None:
    sent = sent_by(client.get(url))
    last = keys(offered_version(ana.clinic), 1)[-1]
    assert client.post(url, sent | {f"{last}-sets": "bad"}).status_code == 302


@pytest.mark.parametrize(
    "changed",
    [
        {"exercises": []},
        {"exercises": ["00000000-0000-0000-0000-000000000000"]},
        {"exercises": ["\x00"]},
        {"start_on": ""},
        {"start_on": "2026-02-30"},
        {"start_on": "bad"},
        {"start_on": "0001-01-01"},
        {"start_on": "9999-12-31"},
        {"start_on": "2036-03-03"},
        {"start_on": "x" * 10_000},
        {"start_phase": "5"},
        {"start_phase": "0"},
        {"start_phase": "two"},
        {"start_phase": "\x00"},
        {"reports_by": "pigeon"},
        {"course": "magic"},
        {"version": ""},
        {"version": "x" * 10_000},
        {"version": "\x00"},
        {"shown": ""},
        {"shown": "\x00" * 50},
        {"reason": "x" * 10_000},
        {"reason": "\x00"},
        {"patient_text": "x" * 10_000},
        {"patient_text": "\x00"},
    ],
)
def test_what_cannot_be_shows_the_page_again(client: Client, url: str, case: Episode, changed: dict[str, Any]) -> None:
    sent = sent_by(client.get(url))
    for look in ({}, {"look": "yes"}):
        answer = client.post(url, sent | changed | look)
        assert answer.status_code == (200 if look else 422)
    assert not case.plans.exists()


@pytest.mark.parametrize("words", ["שלום", "🧘🏽‍♀️", "<script>alert(1)</script>", "{{ 7 }}", "\u202eolleh"])
def test_words_are_kept_as_they_were_typed(client: Client, url: str, case: Episode, words: str) -> None:
    assert client.post(url, sent_by(client.get(url)) | {"patient_text": words, "reason": words}).status_code == 302
    start = case.plans.get().decisions.get()
    assert (start.patient_text, start.reason) == (words, words)


def test_bytes_that_are_no_text_break_nothing(client: Client, url: str) -> None:
    body = b"version=%ED%A0%80&start_on=%FF&exercises=%ED%A0%80&start_phase=%C0&shown=%ED%A0%80"
    assert client.post(url, body, content_type="application/x-www-form-urlencoded").status_code == 422


def test_a_version_that_is_not_offered_is_refused(
    client: Client, url: str, case: Episode, ana: User, zoe: User
) -> None:
    sent = sent_by(client.get(url))
    ours, theirs = offered_version(ana.clinic), offered_version(zoe.clinic)
    draft = TemplateVersion.objects.create(template=ours.template, number=9, label="Next")
    for version in (theirs, draft, ours.template.versions.get(number=1)):
        key = f"{version.template.public_id}.{version.number}"
        answer = client.post(url, sent | {"version": key, "shown": f"{key}:1:"})
        assert answer.status_code == 422
        assert "This version cannot be assigned." in text(answer)
    assert not case.plans.exists()


def test_a_version_retired_since_the_page_was_opened_is_refused(
    client: Client, url: str, case: Episode, ana: User
) -> None:
    another_template(ana)
    sent = sent_by(client.get(url))
    shipped = offered_version_named(ana, "Low back")
    retire(version=shipped, by=ana, at=NOW)
    key = f"{shipped.template.public_id}.{shipped.number}"
    assert client.post(url, sent | {"version": key}).status_code == 422
    assert not case.plans.exists()


def offered_version_named(by: User, name: str) -> TemplateVersion:
    return TemplateVersion.objects.get(template__clinic=by.clinic, status="published", template__name__startswith=name)


def test_exercises_of_another_clinic_or_phase_are_refused(client: Client, url: str, case: Episode, ana: User) -> None:
    sent = sent_by(client.get(url))
    strange = keys(offered_version(ana.clinic), 4)
    answer = client.post(url, sent | {"exercises": [*sent["exercises"], strange[0]]})
    assert answer.status_code == 422
    assert "not of this phase" in text(answer)
    assert not case.plans.exists()


def test_templates_are_sorted_by_fit_and_never_hidden(client: Client, url: str, ana: User, case: Episode) -> None:
    another_template(ana, made_for=["M54.2"])
    Episode.objects.filter(pk=case.pk).update(icd_code=IcdCode.objects.get(code="M53.87"), code_title="Other")
    page = text(client.get(url))
    assert page.index("Low back, four phases") < page.index("Aquatic weeks")
    assert "Made for M53.87" in page
    assert "Made for M54.2, not for M53.87" in page


def test_another_template_brings_its_own_phases(client: Client, url: str, case: Episode, ana: User) -> None:
    version = another_template(ana)
    key = f"{version.template.public_id}.{version.number}"
    page = client.post(url, sent_by(client.get(url)) | {"version": key, "look": "yes"})
    assert "Swim" in text(page)
    assert client.post(url, sent_by(page)).status_code == 302
    assert case.plans.get().version == version


def test_htmx_gets_the_piece_and_the_same_rules(client: Client, url: str) -> None:
    sent = sent_by(client.get(url))
    piece = client.post(url, sent | {"start_phase": "2", "look": "yes"}, headers={"HX-Request": "true"})
    assert "<html" not in text(piece)
    assert 'id="preview"' in text(piece)
    assert "HX-Request" in piece["Vary"]


def test_a_second_open_plan_is_not_offered(client: Client, maria: Patient, ana: User) -> None:
    second = cast.episode(maria, lead=ana, region="neck")
    address = reverse("assign", args=[maria.public_id, second.public_id])
    page = client.get(address)
    assert page.status_code == 200
    assert "There is an open plan" in text(page)
    assert reverse("chart", args=[maria.public_id]) in text(page)
    assert client.post(address, {"version": "x"}).status_code == 409
    assert maria.plans.count() == 1


def test_a_form_sent_twice_makes_one_plan(client: Client, url: str, case: Episode) -> None:
    sent = sent_by(client.get(url))
    first, second = client.post(url, sent), client.post(url, sent)
    assert first.url == second.url
    assert Plan.objects.filter(patient=case.patient).count() == 1


def test_without_a_published_template_the_page_says_so(client: Client, url: str, ana: User) -> None:
    retire(version=offered_version(ana.clinic), by=ana, at=NOW)
    assert "No template is published" in text(client.get(url))
    assert client.post(url, {}).status_code == 200


@pytest.mark.parametrize("days", [-7, 0, 90])
def test_a_start_may_lie_a_week_back_or_ninety_days_ahead(client: Client, url: str, case: Episode, days: int) -> None:
    start_on = TODAY + timedelta(days=days)
    assert client.post(url, sent_by(client.get(url)) | {"start_on": start_on.isoformat()}).status_code == 302
    assert case.plans.get().start_on == start_on


def test_whose_it_is_not_finds_nothing(
    client: Client, client_of: SignedIn, admin: User, desk: User, maria: Patient, yann: Patient, case: Episode, url: str
) -> None:
    of_maria, of_yann = maria.episodes.get(), yann.episodes.get()
    for patient, episode in ((case.patient, of_maria), (yann, of_yann), (case.patient, of_yann)):
        address = reverse("assign", args=[patient.public_id, episode.public_id])
        assert client.get(address).status_code == client.post(address, {}).status_code == 404
    for nobody in (admin, desk, maria):
        assert client_of(nobody).get(url).status_code == 404
    own = reverse("assign", args=[maria.public_id, of_maria.public_id])
    assert client_of(maria).get(own).status_code == 403
    assert Client().post(url, {}).status_code == 302


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M53.87", Fit.MADE_FOR),
        ("M54.50", Fit.ALSO_FOR),
        ("M54.2", Fit.RELATED),
        ("", Fit.NOT_CODED),
        ("S13.4", Fit.OTHER),
    ],
)
def test_the_fit_of_a_template(code: str, expected: Fit) -> None:
    assert fit(code, ["M53.3", "M53.87"], ["M54.50"]) is expected


def test_the_best_fit_comes_first() -> None:
    assert sorted(Fit, key=rank) == [Fit.MADE_FOR, Fit.ALSO_FOR, Fit.RELATED, Fit.NOT_CODED, Fit.OTHER]
