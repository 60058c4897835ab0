"""Opening and correcting an episode, as actions: its onset, its lead, its code."""

from __future__ import annotations

from datetime import date

import pytest

from patients.actions.episode import correct_episode, open_episode
from patients.models import Episode, Patient
from rehab.actions.user import deactivate
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests.cast import NOW, TODAY


def opened(nils: Patient, by: User, **changed: object) -> Episode:
    details = {"lead": by, "problem": "Low back pain", "region": "lower_back", "by": by, "at": NOW} | changed
    return open_episode(patient=nils, **details)  # type: ignore[arg-type]


def refusal(nils: Patient, by: User, **changed: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        opened(nils, by, **changed)
    assert not nils.episodes.exists()
    return refused.value.code, refused.value.field


@pytest.mark.parametrize("typed", ["M53.87", "M5387", " m53.87 ", "m5387"])
def test_a_code_may_be_written_in_any_way(nils: Patient, ana: User, typed: str) -> None:
    episode = opened(nils, ana, icd_code=typed)
    assert episode.icd_code is not None
    assert episode.icd_code.code == "M53.87"
    assert episode.code_title == "Other specified dorsopathies, lumbosacral region"
    assert episode.code_release == episode.icd_code.release


@pytest.mark.parametrize("typed", ["M99.99", "back", "M", "M53.87.1", "\x00", "M" * 10_000, "M50-M54", "13"])
def test_an_unknown_code_is_refused(nils: Patient, ana: User, typed: str) -> None:
    assert refusal(nils, ana, icd_code=typed) == ("unknown_code", "icd_code")


@pytest.mark.parametrize("typed", ["", "  ", None])
def test_an_episode_needs_no_code(nils: Patient, ana: User, typed: str | None) -> None:
    assert opened(nils, ana, icd_code=typed).icd_code is None


@pytest.mark.parametrize(
    "doubtful",
    [
        {"icd_code": "M54.5"},
        {"icd_code": "M47"},
        {"icd_code": "M54.50", "onset_kind": "injury"},
        {"icd_code": "M54.2"},
    ],
    ids=["not billable", "a category", "an injury", "another region"],
)
def test_a_doubtful_code_is_kept_only_when_told_and_never_changed(
    nils: Patient, ana: User, doubtful: dict[str, object]
) -> None:
    assert refusal(nils, ana, **doubtful) == ("code_advisory", "icd_code")
    episode = opened(nils, ana, keep_code=True, **doubtful)
    assert episode.icd_code is not None
    assert episode.icd_code.code == doubtful["icd_code"]


def test_a_code_that_is_only_worth_knowing_about_is_taken(nils: Patient, ana: User) -> None:
    assert opened(nils, ana, icd_code="M53.3", region="sacrum_coccyx").code_title.startswith("Sacrococcygeal")


@pytest.mark.parametrize(
    ("precision", "stored"),
    [("day", date(2026, 2, 14)), ("month", date(2026, 2, 1)), ("year", date(2026, 1, 1))],
)
def test_an_onset_is_kept_as_exact_as_it_is_known(nils: Patient, ana: User, precision: str, stored: date) -> None:
    episode = opened(nils, ana, onset=date(2026, 2, 14), onset_precision=precision)
    assert (episode.onset, episode.onset_precision) == (stored, precision)


def test_without_a_date_the_onset_is_not_known(nils: Patient, ana: User) -> None:
    episode = opened(nils, ana, onset_precision="day")
    assert (episode.onset, episode.onset_precision) == (None, "unknown")


def test_a_date_alone_is_known_to_the_day(nils: Patient, ana: User) -> None:
    assert opened(nils, ana, onset=TODAY).onset_precision == "day"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"onset": date(2026, 3, 4), "onset_precision": "day"}, ("onset_in_the_future", "onset")),
        ({"onset": date(2026, 4, 1), "onset_precision": "month"}, ("onset_in_the_future", "onset")),
        ({"onset": date(2027, 1, 1), "onset_precision": "year"}, ("onset_in_the_future", "onset")),
        ({"onset": date(1999, 6, 29), "onset_precision": "day"}, ("onset_before_birth", "onset")),
        ({"onset": date(1998, 1, 1), "onset_precision": "year"}, ("onset_before_birth", "onset")),
        ({"problem": " \n "}, ("no_problem", "problem")),
        ({"region": "soul"}, ("no_region", "region")),
        ({"opened_on": date(2026, 3, 4)}, ("opened_in_the_future", "opened_on")),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    nils: Patient, ana: User, changed: dict[str, object], expected: tuple[str, str]
) -> None:
    assert refusal(nils, ana, **changed) == expected


def test_the_birth_year_itself_may_be_the_onset(nils: Patient, ana: User) -> None:
    assert opened(nils, ana, onset=date(1999, 1, 1), onset_precision="year").pk


def test_the_lead_is_an_active_physiotherapist_of_the_clinic(
    nils: Patient, ana: User, bruno: User, desk: User, zoe: User
) -> None:
    deactivate(user=bruno, by=ana, at=NOW)
    bruno.refresh_from_db()
    for nobody in (bruno, desk, zoe):
        assert refusal(nils, ana, lead=nobody) == ("no_lead", "lead")


def test_the_same_episode_sent_twice_is_one(nils: Patient, ana: User) -> None:
    first = opened(nils, ana, icd_code="M54.50")
    with pytest.raises(Conflict) as conflict:
        opened(nils, ana, icd_code="M5450")
    assert conflict.value.now == {"public_id": first.public_id}
    assert opened(nils, ana, problem="Neck pain", region="neck").pk
    assert nils.episodes.count() == 2


def test_a_correction_names_what_changed_and_asks_about_a_code_only_where_it_matters(
    nils: Patient, ana: User, bruno: User
) -> None:
    episode = opened(nils, ana, icd_code="M54.5", keep_code=True)
    episode = correct_episode(episode=episode, by=ana, at=NOW, icd_code="M54.5", lead=bruno, referrer="Dr Voss")
    with pytest.raises(Refused) as refused:
        correct_episode(episode=episode, by=ana, at=NOW, icd_code="M54.5", onset_kind="injury")
    assert refused.value.code == "code_advisory"
    episode = correct_episode(episode=episode, by=ana, at=NOW, icd_code="M54.59")
    assert episode.code_title == "Other low back pain"
    rows = AuditEvent.objects.filter(verb__startswith="episode", object_id=episode.pk).order_by("pk")
    assert [(row.verb, row.fields) for row in rows] == [
        ("episode.open", []),
        ("episode.look_again", ["look_again_on"]),
        ("episode.correct", ["lead", "referrer"]),
        ("episode.correct", ["icd_code"]),
    ]


def test_the_title_stays_as_it_was_when_it_was_coded(nils: Patient, ana: User) -> None:
    episode = opened(nils, ana, icd_code="M54.50")
    Episode.objects.filter(pk=episode.pk).update(code_title="As it was called then")
    episode = correct_episode(episode=episode, by=ana, at=NOW, icd_code="M54.50", referrer="Dr Voss")
    assert episode.code_title == "As it was called then"


def test_an_onset_can_become_unknown_again(nils: Patient, ana: User) -> None:
    episode = opened(nils, ana, onset=date(2026, 2, 14), onset_precision="day")
    episode = correct_episode(episode=episode, by=ana, at=NOW, onset=None)
    assert (episode.onset, episode.onset_precision) == (None, "unknown")


def test_an_unknown_detail_is_a_mistake_of_the_caller(nils: Patient, ana: User) -> None:
    with pytest.raises(TypeError):
        correct_episode(episode=opened(nils, ana), by=ana, at=NOW, patient=None)
