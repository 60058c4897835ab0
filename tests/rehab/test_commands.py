from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from rehab.models import AuditEvent, Clinic, ExerciseRevision, TemplateVersion, User
from tests.cast import PASSWORD

CLINIC = {
    "name": "North Gate",
    "time_zone": "Africa/Cairo",
    "country": "eg",
    "phone": "02 5550 199",
    "emergency_number": "123",
    "hours": "Sunday to Thursday, 9 to 17",
    "user_name": "Laila Nasser",
    "user_email": "Laila@North.example",
    "user_password": PASSWORD,
}
STAFF = {"name": "Karim Fathy", "email": "karim@north.example", "password": PASSWORD}


def create_clinic(**options: Any) -> str:
    out = io.StringIO()
    call_command("create_clinic", stdout=out, **(CLINIC | options))
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What somebody types at the terminal, line by line; then the input ends."""
    lines: list[str] = []

    def read(_prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    monkeypatch.setattr("rehab.management.asking.getpass", read)
    yield lines


def test_a_clinic_is_founded_with_its_catalogue_and_its_first_person(clinic: Clinic) -> None:
    assert create_clinic() == "North Gate is founded. laila@north.example can sign in.\n"
    made = Clinic.objects.get(name="North Gate")
    laila = made.users.get()
    assert (made.country, made.time_zone) == ("EG", "Africa/Cairo")
    assert laila.is_administrator and laila.is_physiotherapist and not laila.is_front_desk
    assert authenticate(email="laila@north.example", password=PASSWORD) == laila
    assert TemplateVersion.objects.filter(template__clinic=made, status="published").count() == 1
    assert ExerciseRevision.objects.filter(exercise__clinic=made).exists()
    verbs = set(AuditEvent.objects.filter(clinic_id=made.pk, actor_id=laila.pk).values_list("verb", flat=True))
    assert {"clinic.create", "user.create"} <= verbs


def test_what_is_not_given_is_asked_for_and_a_wrong_answer_is_asked_again(
    clinic: Clinic, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    typed += ["Moon/Base", "Africa/Cairo", "no such address", "laila@north.example", "short", PASSWORD]
    create_clinic(time_zone=None, user_email=None, user_password=None)
    assert User.objects.filter(email="laila@north.example").exists()
    said = capsys.readouterr().out
    assert "no time zone of that name" in said
    assert "valid email" in said
    assert "too short" in said


def test_nothing_is_written_when_the_input_ends(clinic: Clinic, typed: list[str]) -> None:
    with pytest.raises(CommandError, match="No answer"):
        create_clinic(user_password=None)
    assert not Clinic.objects.filter(name="North Gate").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"time_zone": "Moon/Base"}, "no time zone"),
        ({"country": "Egypt"}, "Two letters"),
        ({"name": "x" * 10_000}, "at most 120"),
        ({"hours": "a\x00b"}, "Null characters"),
        ({"user_email": "nobody"}, "valid email"),
        ({"user_email": "ANA@harbour.example"}, "already signs in"),
        ({"user_password": "short"}, "too short"),
        ({"user_password": "password1234"}, "too common"),
        ({"user_password": "x7" * 65}, "at most 128"),
        ({"user_password": "Laila Nasser 1"}, "too similar"),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence_and_nothing_is_written(
    clinic: Clinic, options: dict[str, str], says: str
) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError, match=says):
        create_clinic(**options)
    assert not Clinic.objects.filter(phone=CLINIC["phone"]).exists()
    assert AuditEvent.objects.count() == before


def test_names_in_any_script_are_kept(clinic: Clinic) -> None:
    create_clinic(name="عيادة الشمال 🏥", user_name="ליאת כהן")
    assert Clinic.objects.filter(name="عيادة الشمال 🏥", users__name="ליאת כהן").exists()


def test_staff_is_added_by_an_administrator(admin: User) -> None:
    out = io.StringIO()
    call_command("add_staff", by="Adela@harbour.example", physiotherapist=True, stdout=out, **STAFF)
    assert out.getvalue() == "karim@north.example can sign in.\n"
    karim = User.objects.get(email="karim@north.example")
    assert karim.clinic == admin.clinic
    assert karim.is_physiotherapist and not karim.is_administrator
    row = AuditEvent.objects.get(verb="user.create", object_id=karim.pk)
    assert (row.actor_id, row.fields) == (admin.pk, ["is_physiotherapist"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"by": "bruno@harbour.example"}, "No administrator"),
        ({"by": "nobody@harbour.example"}, "No administrator"),
        ({"physiotherapist": False}, "at least one role"),
        ({"email": "bruno@harbour.example"}, "already signs in"),
        ({"password": "short"}, "too short"),
        ({"name": ""}, "required"),
    ],
)
def test_staff_is_not_added_wrongly(admin: User, options: dict[str, Any], says: str) -> None:
    before = User.objects.count()
    with pytest.raises(CommandError, match=says):
        call_command("add_staff", **({"by": admin.email, "physiotherapist": True} | STAFF | options))
    assert User.objects.count() == before


def test_a_person_who_left_adds_nobody(admin: User, ana: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    with pytest.raises(CommandError, match="No administrator"):
        call_command("add_staff", by=admin.email, physiotherapist=True, **STAFF)


def test_who_leaves_can_no_longer_sign_in_and_what_they_did_stays(admin: User, bruno: User) -> None:
    call_command("deactivate_user", by=admin.email, email=" Bruno@Harbour.example ", stdout=io.StringIO())
    bruno.refresh_from_db()
    assert not bruno.is_active
    assert AuditEvent.objects.filter(verb="user.deactivate", object_id=bruno.pk, actor_id=admin.pk).exists()


@pytest.mark.parametrize(
    ("by", "email", "says"),
    [
        ("bruno@harbour.example", "ana@harbour.example", "No administrator"),
        ("adela@harbour.example", "adela@harbour.example", "their own"),
        ("adela@harbour.example", "zoe@hilltop.example", "Nobody of the clinic"),
        ("adela@harbour.example", "nobody@harbour.example", "Nobody of the clinic"),
    ],
)
def test_a_sign_in_is_not_taken_away_wrongly(clinic: Clinic, by: str, email: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("deactivate_user", by=by, email=email, stdout=io.StringIO())
    assert not User.objects.filter(is_active=False).exists()
