"""The schedule: what stands where, who sees whom, what is left to do at the end of the day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.visit import add_visit, attend_visit, attend_with_new_note, cancel_visit, miss_visit
from patients.models import Patient, Visit
from patients.readings.schedule import read_schedule
from rehab.actions.user import deactivate
from rehab.models import Away, ClinicHours, ClosedDay, User
from tests import cast

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
NOW, TODAY = cast.NOW, cast.TODAY
# Ten in the morning in Berlin.
TEN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def booked(patient: Patient, who: User, starts_at: datetime = TEN, minutes: int = 30, at: datetime = NOW) -> Visit:
    return add_visit(
        episode=patient.episodes.get(), physiotherapist=who, starts_at=starts_at, minutes=minutes, by=who, at=at
    )


def page(client: Client, name: str = "schedule", *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def hours(clinic: Any) -> None:
    clinic.opening.all().delete()
    for weekday in range(5):
        ClinicHours.objects.create(clinic=clinic, weekday=weekday, opens=time(8), closes=time(12))
        ClinicHours.objects.create(clinic=clinic, weekday=weekday, opens=time(13), closes=time(18))


class TestTheDay:
    def test_today_is_shown_with_ones_own_column_first(
        self, omar: Patient, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        booked(omar, bruno)
        for who, order in ((ana, ["Ana Ruiz", "Bruno Keller"]), (bruno, ["Bruno Keller", "Ana Ruiz"])):
            html = page(client_of(who))
            head = html[html.index("<thead>") : html.index("</thead>")]
            assert sorted(order, key=head.index) == order
            assert "Tuesday 3 March 2026" in html and "Omar Haddad" in html

    def test_a_visit_stands_at_its_time_and_a_free_place_names_itself(
        self, omar: Patient, ana: User, client_of: ClientOf
    ) -> None:
        booked(omar, ana)
        html = page(client_of(ana), "schedule_day", TODAY)
        assert f"?on=2026-03-03&amp;time=10:30&amp;with={ana.public_id}" in html
        assert f"time=10:00&amp;with={ana.public_id}" not in html

    def test_every_state_is_a_word(self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf) -> None:
        attended = booked(omar, ana, TEN - timedelta(hours=2))
        attend_visit(visit=attended, seen=1, by=ana, at=NOW)
        missed = booked(maria, ana, TEN - timedelta(hours=1))
        miss_visit(visit=missed, seen=1, by=ana, at=NOW)
        cancelled = booked(omar, ana, TEN + timedelta(hours=1))
        cancel_visit(visit=cancelled, seen=1, cause="patient", by=ana, at=NOW)
        booked(maria, ana, TEN + timedelta(hours=3))
        html = page(client_of(ana))
        for word in ("attended", "missed", "cancelled", "booked"):
            assert f"</svg>{word}</span>" in html
        # The place of the cancelled one is free again.
        assert f"time=11:00&amp;with={ana.public_id}" in html

    def test_visits_at_one_time_stand_side_by_side(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        booked(omar, ana, minutes=60)
        add_visit(
            episode=maria.episodes.get(), physiotherapist=ana, starts_at=TEN + timedelta(minutes=15), minutes=30,
            anyway=[f"visit-{omar.visits.get(kind='treatment').public_id}"], by=ana, at=NOW,
        )  # fmt: skip
        html = page(client_of(ana))
        table = html[html.index("<tbody>") : html.index("</tbody>")]
        assert table.count('class="taken"') == 1 and 'rowspan="4" class="taken"' in table

    @pytest.mark.parametrize(("starts", "minutes"), [(6, 30), (21, 30), (9, 5), (9, 480), (23, 50)])
    def test_the_table_is_whole_whatever_the_hours_of_a_visit(
        self, omar: Patient, ana: User, clinic: Any, client_of: ClientOf, starts: int, minutes: int
    ) -> None:
        """Each row has as many columns as there are physiotherapists, counting those that reach down into it."""
        hours(clinic)
        at = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)  # midnight in Berlin
        starts_at = at + timedelta(hours=starts, minutes=5)
        visit = Visit(patient=omar, episode=omar.episodes.get(), kind="treatment", state="booked")
        visit.physiotherapist, visit.starts_at, visit.minutes, visit.by, visit.at = ana, starts_at, minutes, ana, NOW
        visit.save()
        from patients.readings.schedule import lines

        day = read_schedule(ana, date(2026, 3, 4), date(2026, 3, 4), at=NOW).days[0]
        found = lines(day, now=None)
        width = len(day.columns)
        assert sum(cell.rows for line in found for cell in line.cells) == width * len(found)
        assert sum(bool(cell.visits) for line in found for cell in line.cells) == 1

    def test_who_has_left_keeps_a_column_while_they_have_a_visit(
        self, omar: Patient, ana: User, bruno: User, client_of: ClientOf
    ) -> None:
        booked(omar, bruno, TEN + timedelta(days=1))
        deactivate(user=bruno, by=ana, at=NOW)
        assert "Bruno Keller" in page(client_of(ana), "schedule_day", date(2026, 3, 4))
        assert "Bruno Keller" not in page(client_of(ana), "schedule_day", date(2026, 3, 5))

    def test_closed_days_hours_and_who_is_away_are_said(
        self, ana: User, bruno: User, clinic: Any, desk: User, client_of: ClientOf
    ) -> None:
        hours(clinic)
        ClosedDay.objects.create(clinic=clinic, first_on=TODAY, last_on=TODAY, name="Spring cleaning")
        Away.objects.create(user=bruno, first_on=TODAY, last_on=TODAY, covered_by=ana, by=ana, at=NOW)
        html = page(client_of(desk))
        assert "closed: Spring cleaning" in html
        assert "away, <bdi>Ana Ruiz</bdi> covers" in html
        assert "no opening hours" in page(client_of(desk), "schedule_day", date(2026, 3, 7))

    @pytest.mark.parametrize("on", ["0000-01-01", "0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "2026-02-30"])
    def test_a_day_that_no_clinic_has_is_not_there(self, desk: User, client_of: ClientOf, on: str) -> None:
        client = client_of(desk)
        for address in (f"/schedule/{on}/", f"/schedule/week/{on}/", f"/schedule/{on}/print/"):
            assert client.get(address).status_code == 404

    @pytest.mark.parametrize("on", [date(2000, 1, 1), date(2100, 12, 31), date(2026, 3, 29), date(2026, 10, 25)])
    def test_the_first_and_the_last_day_and_those_when_clocks_change_are(
        self, desk: User, client_of: ClientOf, on: date
    ) -> None:
        for name in ("schedule_day", "schedule_week", "schedule_print"):
            page(client_of(desk), name, on)


class TestTheWeek:
    def test_it_begins_on_monday_and_names_each_day(self, omar: Patient, ana: User, client_of: ClientOf) -> None:
        ana.clinic.opening.all().delete()  # on a Sunday, too
        booked(omar, ana, TEN + timedelta(days=5))
        html = page(client_of(ana), "schedule_week", TODAY)
        assert "2 March to 8 March 2026" in html
        days = [html.index(f">{day} Mar<") for day in ("Mon 2", "Tue 3", "Wed 4", "Thu 5", "Fri 6", "Sat 7", "Sun 8")]
        assert days == sorted(days)
        assert html.index("Omar Haddad") > days[-1]

    @pytest.mark.parametrize("many", [10, 1000])
    def test_its_queries_know_neither_of_visits_nor_of_patients(
        self, ana: User, desk: User, client_of: ClientOf, many: int, django_assert_max_num_queries: Any
    ) -> None:
        a_clinic_of(many, ana)
        for who in (ana, desk):
            client = client_of(who)
            for name in ("schedule_week", "schedule_day", "schedule_print"):
                with django_assert_max_num_queries(10):
                    html = page(client, name, TODAY)
                assert "Patient 3" in html


def a_clinic_of(many: int, by: User) -> None:
    """So many patients, each with a visit in this week, one that is due and one of last week that waits for a word."""
    first = cast.patient("Patient 0", by=by)
    pattern = cast.episode(first, lead=by)
    from patients.models import Episode

    def copies(row: Any, changes: list[dict[str, Any]]) -> list[Any]:
        found = []
        for change in changes:
            values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
            values.pop("id")
            values.pop("public_id", None)
            found.append(type(row)(**(values | change)))
        made: list[Any] = type(row).objects.bulk_create(found)
        return made

    people = copies(first, [{"name": f"Patient {n}", "sort_name": f"patient {n}"} for n in range(many)])
    episodes = copies(pattern, [{"patient_id": row.pk} for row in people])
    assert isinstance(episodes[0], Episode)
    visits = []
    for n, row in enumerate(episodes):
        common = {
            "patient_id": row.patient_id, "episode": row, "kind": "treatment", "physiotherapist": by, "minutes": 30,
            "by": by, "at": NOW, "last_sequence": 1,
        }  # fmt: skip
        visits.append(Visit(state="booked", starts_at=TEN + timedelta(minutes=15 * (n % 24)), **common))
        visits.append(Visit(state="booked", starts_at=TEN - timedelta(days=7), **common))
        visits.append(Visit(state="due", due_on=TODAY, **(common | {"physiotherapist": None, "minutes": None})))
    Visit.objects.bulk_create(visits)


class TestTheLists:
    def lists(self, who: User, at: datetime = NOW) -> dict[str, list[str]]:
        found = read_schedule(who, TODAY, TODAY, at=at)
        return {name: [row.patient.name for row in getattr(found, name)] for name in ("to_book", "to_say", "notes")}

    def test_what_falls_due_within_fourteen_days_or_is_past_is_to_book(
        self, omar: Patient, desk: User, ana: User
    ) -> None:
        omar.visits.all().update(due_on=TODAY + timedelta(days=15))
        assert self.lists(desk)["to_book"] == []
        for days in (14, 0, -30):
            omar.visits.filter(follow_up__day=28).update(due_on=TODAY + timedelta(days=days))
            assert self.lists(desk)["to_book"] == ["Omar Haddad"]
            assert self.lists(ana)["to_book"] == ["Omar Haddad"]

    def test_a_visit_to_be_made_again_is_to_book_until_it_is_booked_or_answered(
        self, omar: Patient, ana: User, desk: User
    ) -> None:
        omar.visits.all().update(due_on=TODAY + timedelta(days=60))
        booked(omar, ana, TEN + timedelta(days=2))  # another one of a series is no rebooking
        visit = booked(omar, ana, TEN - timedelta(minutes=30))
        miss_visit(visit=visit, seen=1, what_next="again", by=ana, at=NOW + timedelta(minutes=1))
        assert self.lists(desk)["to_book"] == ["Omar Haddad"]
        booked(omar, ana, TEN + timedelta(days=6), at=NOW + timedelta(minutes=2))
        assert self.lists(desk)["to_book"] == []

    def test_it_is_said_of_a_visit_that_is_over_whether_the_patient_came(
        self, omar: Patient, ana: User, desk: User
    ) -> None:
        visit = booked(omar, ana)
        assert self.lists(desk, TEN + timedelta(minutes=29))["to_say"] == []
        assert self.lists(desk, TEN + timedelta(minutes=30))["to_say"] == ["Omar Haddad"]
        attend_visit(visit=visit, seen=1, by=desk, at=NOW)
        assert self.lists(desk, TEN + timedelta(hours=1)) | {"to_book": []} == {
            "to_book": [],
            "to_say": [],
            "notes": [],
        }

    def test_a_note_is_missing_for_who_treats_and_nobodys_business_at_the_desk(
        self, omar: Patient, ana: User, bruno: User, desk: User
    ) -> None:
        visit = booked(omar, ana)
        attend_visit(visit=visit, seen=1, by=desk, at=NOW)
        assert self.lists(ana)["notes"] == ["Omar Haddad"]
        assert self.lists(bruno)["notes"] == [] == self.lists(desk)["notes"]
        ana.clinic.note_kind = "elsewhere"
        assert self.lists(ana)["notes"] == []

    def test_a_begun_note_is_not_missing(self, omar: Patient, ana: User) -> None:
        attend_with_new_note(visit=booked(omar, ana), seen=1, kind="clinic", by=ana, at=NOW)
        assert self.lists(ana)["notes"] == []

    def test_who_covers_sees_what_is_the_other_ones(self, omar: Patient, ana: User, bruno: User) -> None:
        booked(omar, ana, TEN - timedelta(hours=1))
        assert self.lists(bruno)["to_say"] == []
        Away.objects.create(user=ana, first_on=TODAY, last_on=TODAY, covered_by=bruno, by=ana, at=NOW)
        assert self.lists(bruno)["to_say"] == ["Omar Haddad"]

    def test_eight_are_in_sight_the_others_folded_away_and_a_page_has_an_end(
        self, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        a_clinic_of(60, ana)
        html = page(client_of(desk))
        shown = html[html.index('id="to-book"') : html.index('id="to-say"')]
        assert shown.count("<strong><bdi>Patient") == 50
        assert shown.index("52 more") < shown.index("<strong><bdi>Patient", shown.index("<details>"))
        assert "The others show as these are done." in shown and ">60</span>" in shown

    def test_an_empty_end_of_the_day_is_said(self, ana: User, desk: User, client_of: ClientOf) -> None:
        assert "Nothing is left to book" in page(client_of(desk))
        assert "Of every visit it is said whether the patient came." in page(client_of(desk))
        assert "every note is begun" in page(client_of(ana))


class TestWhoSeesWhom:
    def test_another_clinics_visits_are_not_here(
        self, yann: Patient, zoe: User, ana: User, client_of: ClientOf
    ) -> None:
        booked(yann, zoe, datetime(2026, 3, 3, 15, tzinfo=UTC))
        for name in ("schedule_day", "schedule_week", "schedule_print"):
            assert "Yann Moreau" not in page(client_of(ana), name, TODAY)

    def test_who_sees_only_their_own_sees_that_a_place_is_taken_and_not_by_whom(
        self, omar: Patient, ana: User, bruno: User, desk: User, client_of: ClientOf
    ) -> None:
        booked(omar, ana)
        ana.clinic.own_caseload_only = True
        ana.clinic.save(update_fields=["own_caseload_only"])
        for name in ("schedule_day", "schedule_week", "schedule_print"):
            html = page(client_of(bruno), name, TODAY)
            assert "another patient" in html and "Omar" not in html
            assert "Omar Haddad" in page(client_of(desk), name, TODAY)

    def test_nothing_clinical_is_on_any_page_of_the_desk(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        visit = booked(omar, ana)
        attend_with_new_note(visit=visit, seen=1, kind="clinic", by=ana, at=NOW)
        second = cast.episode(omar, lead=ana, region="neck")  # so that the form asks which episode is meant
        visit.refresh_from_db()
        addresses = [
            reverse("schedule"),
            reverse("schedule_week", args=[TODAY]),
            reverse("schedule_print", args=[TODAY]),
            reverse("schedule_find") + "?q=oma",
            reverse("visit_list", args=[omar.public_id]),
            reverse("visit_new", args=[omar.public_id]),
            *(reverse("visit", args=[omar.public_id, row.public_id]) for row in omar.visits.all()),
        ]
        assert visit.session is not None
        for address in addresses:
            html = client_of(desk).get(address).content.decode()
            found = html[html.index("<main") :]
            assert "/sessions/" not in found and "/plan/" not in found and "/episodes/" not in found
            text = re.sub(r"<[^>]+>", " ", found)
            for word in (second.problem, "hase 1", "note", "draft", "Four-week", "Check at"):
                assert word not in text, f"{word} on {address}"
            assert reverse("chart", args=[omar.public_id]) + '"' not in html


class TestThePrint:
    def test_it_names_time_length_and_person_and_nothing_clinical(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        booked(omar, ana, minutes=45)
        off = booked(omar, ana, TEN + timedelta(hours=2))
        cancel_visit(visit=off, seen=1, cause="patient", by=ana, at=NOW)
        html = page(client_of(desk), "schedule_print", TODAY)
        assert "12:00" not in html
        assert "10:00–10:45" in html and "Omar Haddad" in html and "45 min" in html and "Ana Ruiz" in html
        for word in ("Low back", "hase", omar.birth_date.strftime("%Y")):
            assert word not in html[html.index("<main") :]

    def test_an_empty_day_is_said(self, desk: User, client_of: ClientOf) -> None:
        assert "No visit on this day." in page(client_of(desk), "schedule_print", TODAY)


class TestFinding:
    def test_three_letters_find_and_the_place_comes_along(
        self, omar: Patient, maria: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        asked = {"q": "had", "on": "2026-03-05", "time": "14:30", "with": str(ana.public_id), "back": "2026-03-05"}
        answer = client_of(desk).get(reverse("schedule_find"), asked, headers={"HX-Request": "true"})
        html = answer.content.decode()
        assert "<html" not in html and 'data-query="had"' in html
        assert "Omar Haddad" in html and "Soto" not in html
        assert f"?on=2026-03-05&amp;time=14%3A30&amp;with={ana.public_id}&amp;back=2026-03-05" in html
        assert "Omar Haddad" in client_of(desk).get(reverse("schedule_find"), asked).content.decode()

    def test_nobody_of_another_clinic_or_put_aside_is_found(
        self, yann: Patient, omar: Patient, desk: User, client_of: ClientOf
    ) -> None:
        Patient.objects.filter(pk=omar.pk).update(archived_at=NOW)
        for text in ("yan", "oma"):
            html = client_of(desk).get(reverse("schedule_find"), {"q": text}).content.decode()
            assert "Nobody found" in html

    @pytest.mark.parametrize("value", ["", "\x00", "x" * 10_000, "‮", "0000-00-00", "9999-12-31", "14:30+02:00", "'"])
    def test_what_is_no_place_is_left_out(self, omar: Patient, desk: User, client_of: ClientOf, value: str) -> None:
        asked = dict.fromkeys(("on", "time", "with", "back"), value)
        assert client_of(desk).get(reverse("schedule_find"), asked | {"q": "oma"}).status_code == 200
        new = client_of(desk).get(reverse("visit_new", args=[omar.public_id]), asked)
        assert new.status_code == 200
