"""The administrator's pages: settings within their bounds, the week, closed days, a new colleague."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from patients.models import Patient
from rehab.actions.clinic import SETTINGS, change_settings, create_clinic
from rehab.errors import Refused
from rehab.hours import Stretch
from rehab.models import AuditEvent, Clinic, User
from tests.cast import NOW, PASSWORD, TODAY

from ..access.controls import forms

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]
SETTINGS_PAGE, HOURS = "/manage/settings/", "/manage/hours/"


@pytest.fixture
def desk(client_of: ClientOf, admin: User) -> Client:
    return client_of(admin)


def filled(client: Client, path: str, having: str) -> dict[str, str]:
    return next(form.values for form in forms(client.get(path).text, path) if having in form.values)


class TestSettings:
    @pytest.mark.parametrize("name", [name for name, bounds in SETTINGS.items() if bounds])
    def test_each_figure_is_kept_at_its_bounds_and_refused_beyond(
        self, name: str, desk: Client, clinic: Clinic, admin: User
    ) -> None:
        lowest, highest = SETTINGS[name] or (0, 0)
        if name == "adherence_good":
            lowest = clinic.adherence_low + 1
        if name == "adherence_low":
            highest = clinic.adherence_good - 1
        for value in (lowest, highest):
            answer = desk.post(SETTINGS_PAGE, filled(desk, SETTINGS_PAGE, name) | {name: str(value)})
            assert answer.status_code == 302, value
            clinic.refresh_from_db()
            assert getattr(clinic, name) == value
        for value in (lowest - 1, highest + 1, 10**9, "ten", "3.5", "", "-1", "\x00"):
            answer = desk.post(SETTINGS_PAGE, filled(desk, SETTINGS_PAGE, name) | {name: str(value)})
            assert answer.status_code == 422, value
        clinic.refresh_from_db()
        assert getattr(clinic, name) == highest
        with pytest.raises(Refused):
            change_settings(clinic=clinic, by=admin, at=NOW, **{name: highest + 1})

    def test_a_low_band_above_the_good_one_is_refused_beside_it(self, desk: Client, clinic: Clinic) -> None:
        sent = filled(desk, SETTINGS_PAGE, "pain_limit") | {"adherence_low": "80", "adherence_good": "80"}
        answer = desk.post(SETTINGS_PAGE, sent)
        assert answer.status_code == 422 and "“Little” is less than “well”." in answer.text

    def test_what_is_saved_is_named_in_the_trail_and_its_value_is_not(self, desk: Client, clinic: Clinic) -> None:
        desk.post(SETTINGS_PAGE, filled(desk, SETTINGS_PAGE, "pain_limit") | {"pain_limit": "4", "phone": "030 1"})
        assert AuditEvent.objects.get(verb="clinic.change_settings").fields == ["pain_limit", "phone"]

    def test_nothing_changed_leaves_no_trace(self, desk: Client) -> None:
        desk.post(SETTINGS_PAGE, filled(desk, SETTINGS_PAGE, "pain_limit"))
        assert not AuditEvent.objects.filter(verb="clinic.change_settings").exists()

    @pytest.mark.parametrize("kind", ["full", "short", "elsewhere"])
    def test_what_a_note_holds_is_chosen(self, kind: str, desk: Client, clinic: Clinic) -> None:
        desk.post(SETTINGS_PAGE, filled(desk, SETTINGS_PAGE, "pain_limit") | {"note_kind": kind})
        clinic.refresh_from_db()
        assert clinic.note_kind == kind

    def test_each_figure_says_its_bounds_and_its_usual_value(self, desk: Client) -> None:
        page = desk.get(SETTINGS_PAGE).text
        assert "1 to 28; usually 28" in page and "1 to 10; usually 5" in page


class TestHours:
    def test_a_new_clinic_is_open_on_weekdays(self, db: None) -> None:
        made, _user = create_clinic(
            name="New", time_zone="UTC", country="de", phone="1", emergency_number="112", hours="", at=NOW,
            first_user_name="Fay", first_user_email="fay@new.example", first_user_password=None,
        )  # fmt: skip
        assert [row.weekday for row in made.opening.all()] == [0, 1, 2, 3, 4]

    def test_the_week_is_saved_as_it_is_filled_in(self, desk: Client, clinic: Clinic) -> None:
        sent = {"act": "week", "d0-0-opens": "08:00", "d0-0-closes": "12:00", "d0-1-opens": "13:00",
                "d0-1-closes": "18:30", "d5-0-opens": "09:00", "d5-0-closes": "12:00"}  # fmt: skip
        for _time in range(2):
            assert desk.post(HOURS, sent).status_code == 302
        assert [Stretch(row.weekday, row.opens, row.closes) for row in clinic.opening.all()] == [
            Stretch(0, time(8), time(12)), Stretch(0, time(13), time(18, 30)), Stretch(5, time(9), time(12)),
        ]  # fmt: skip
        assert AuditEvent.objects.filter(verb="clinic.set_hours").count() == 1

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({"d0-0-opens": "18:00", "d0-0-closes": "08:00"}, "It closes before it opens."),
            ({"d0-0-opens": "08:00", "d0-0-closes": "08:00"}, "It closes before it opens."),
            ({"d0-0-opens": "08:00"}, "Give both times, or none."),
            ({"d0-0-opens": "25:61", "d0-0-closes": "12:00"}, "Give a time"),
            (
                {"d1-0-opens": "08:00", "d1-0-closes": "12:00", "d1-1-opens": "11:00", "d1-1-closes": "13:00"},
                "These two overlap.",
            ),
        ],
    )
    def test_a_week_that_cannot_be_is_said_beside_its_day(
        self, sent: dict[str, str], says: str, desk: Client, clinic: Clinic
    ) -> None:
        before = list(clinic.opening.values_list())
        answer = desk.post(HOURS, {"act": "week"} | sent)
        assert answer.status_code == 422 and says in answer.text
        assert list(clinic.opening.values_list()) == before

    def test_closed_days_come_and_go(self, desk: Client, clinic: Clinic) -> None:
        day = (TODAY + timedelta(days=30)).isoformat()
        for _time in range(2):
            desk.post(HOURS, {"act": "close", "first_on": day, "last_on": day, "name": "Feast <b>"})
        row = clinic.closed_days.get()
        assert "Feast &lt;b&gt;" in desk.get("/manage/").text
        desk.post(HOURS, {"act": "open", "closed": row.pk})
        assert not clinic.closed_days.exists()

    @pytest.mark.parametrize(("first", "last"), [(5, 4), (-9, -8), (1, 200)])
    def test_days_that_cannot_be_closed(self, first: int, last: int, desk: Client, clinic: Clinic) -> None:
        days = {name: (TODAY + timedelta(days=n)).isoformat() for name, n in (("first_on", first), ("last_on", last))}
        assert desk.post(HOURS, {"act": "close"} | days).status_code == 422
        assert not clinic.closed_days.exists()

    @pytest.mark.parametrize("closed", ["", "x", "0", "99999999999999999999"])
    def test_what_is_not_closed_is_not_found(self, closed: str, desk: Client) -> None:
        assert desk.post(HOURS, {"act": "open", "closed": closed}).status_code == 404

    def test_another_clinics_closed_days_stay(self, desk: Client, other_clinic: Clinic) -> None:
        theirs = other_clinic.closed_days.create(first_on=TODAY, last_on=TODAY)
        assert desk.post(HOURS, {"act": "open", "closed": theirs.pk}).status_code == 404


class TestStaff:
    def sent(self, **others: Any) -> dict[str, Any]:
        return {
            "name": "Ole Berg",
            "email": "Ole@harbour.example",
            "password": PASSWORD,
            "roles": "is_front_desk",
        } | others

    def test_a_colleague_signs_in_at_once(self, desk: Client, clinic: Clinic) -> None:
        desk.post("/manage/staff/new/", self.sent(roles=["is_front_desk", "is_physiotherapist"]))
        made = clinic.users.get(email="ole@harbour.example")
        assert made.is_front_desk and made.is_physiotherapist and not made.is_administrator
        signed_in = Client().post("/accounts/login/", {"login": "ole@harbour.example", "password": PASSWORD})
        assert signed_in.status_code == 302
        assert "Ole Berg" in desk.get("/manage/").text

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"email": "ana@harbour.example"}, {"email": "no address"}, {"password": "short"},
         {"password": "password1234"}, {"roles": ""}, {"roles": "is_superuser"}, {"name": "a\x00"}],
    )  # fmt: skip
    def test_what_cannot_be_is_said(self, wrong: dict[str, str], desk: Client, clinic: Clinic) -> None:
        before = clinic.users.count()
        assert desk.post("/manage/staff/new/", self.sent(**wrong)).status_code == 422
        assert clinic.users.count() == before

    def test_the_same_sent_twice_makes_one(self, desk: Client, clinic: Clinic) -> None:
        assert [desk.post("/manage/staff/new/", self.sent()).status_code for _time in range(2)] == [302, 422]

    def test_the_list_names_staff_and_no_patient(self, desk: Client, maria: Patient) -> None:
        page = desk.get("/manage/").text
        assert "Ana Ruiz" in page and "Dora Lind" in page and "Soto" not in page
