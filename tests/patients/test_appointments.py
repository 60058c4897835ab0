"""What an appointment meets, whose turn is the second, what comes after a visit that fell out, the same for weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.actions.appointment import Clashes
from patients.actions.series import book_series
from patients.actions.session import discard_session, sign_session
from patients.actions.sight import look_again
from patients.actions.visit import (
    add_visit,
    answer_visit,
    attend_visit,
    attend_with_new_note,
    book_visit,
    cancel_visit,
    miss_visit,
    move_visit,
    take_back_visit,
)
from patients.models import Patient, Visit
from patients.readings.attendance import attendance_of
from rehab.errors import Conflict, Refused
from rehab.models import Away, Clinic, ClinicHours, ClosedDay, User
from tests import cast
from tests.at_once import at_once

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | Patient], Client]
NOW, TODAY = cast.NOW, cast.TODAY
# A Thursday, half past two in Berlin.
THURSDAY = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def add(
    patient: Patient, who: User, starts_at: datetime = THURSDAY, minutes: int = 30, by: User | None = None, **more: Any
) -> Visit:
    return add_visit(
        episode=patient.episodes.get(), physiotherapist=who, starts_at=starts_at, minutes=minutes, by=by or who,
        **({"at": NOW} | more),
    )  # fmt: skip


def open_on_weekdays(clinic: Clinic) -> None:
    clinic.opening.all().delete()
    for weekday in range(5):
        ClinicHours.objects.create(clinic=clinic, weekday=weekday, opens=time(8), closes=time(12))
        ClinicHours.objects.create(clinic=clinic, weekday=weekday, opens=time(13), closes=time(18))


def forget_what_is_due(patient: Patient) -> None:
    """Nothing is ahead any more."""
    for visit in patient.visits.filter(state="due"):
        cancel_visit(visit=visit, seen=visit.last_sequence, cause="clinic", by=patient.by, at=NOW)
    patient.episodes.update(look_again_on=None)


class TestWhatItMeets:
    @pytest.mark.parametrize(
        ("minutes_later", "meets"), [(-30, False), (-29, True), (0, True), (29, True), (30, False)]
    )
    def test_another_visit_of_the_physiotherapist(
        self, omar: Patient, maria: Patient, ana: User, bruno: User, minutes_later: int, meets: bool
    ) -> None:
        add(omar, ana)
        starts_at = THURSDAY + minutes_later * MINUTE
        if not meets:
            assert add(maria, ana, starts_at).state == "booked"
            return
        with pytest.raises(Clashes) as clash:
            add(maria, ana, starts_at)
        assert clash.value.lines == ["Ana Ruiz has another visit then, from 14:30."]
        assert add(maria, bruno, starts_at).state == "booked"

    def test_another_visit_of_the_patient_with_somebody_else(self, omar: Patient, ana: User, bruno: User) -> None:
        add(omar, ana)
        with pytest.raises(Clashes) as clash:
            add(omar, bruno, THURSDAY + 15 * MINUTE)
        assert clash.value.lines == ["This patient has another visit then, from 14:30."]

    def test_a_visit_that_fell_out_takes_no_time(self, omar: Patient, maria: Patient, ana: User) -> None:
        visit = add(omar, ana)
        cancel_visit(visit=visit, seen=1, cause="patient", by=ana, at=NOW)
        assert add(maria, ana).state == "booked"

    def test_a_visit_does_not_meet_itself_when_it_is_moved(self, omar: Patient, ana: User) -> None:
        visit = add(omar, ana)
        moved = move_visit(
            visit=visit, seen=1, physiotherapist=ana, starts_at=THURSDAY + 15 * MINUTE, minutes=30, by=ana, at=NOW
        )
        assert moved.starts_at == THURSDAY + 15 * MINUTE

    @pytest.mark.parametrize(
        ("starts_at", "minutes", "line"),
        [
            (datetime(2026, 3, 5, 6, 30, tzinfo=UTC), 30, "outside the clinic’s hours"),
            (datetime(2026, 3, 5, 11, 30, tzinfo=UTC), 30, "outside the clinic’s hours"),  # in the break at noon
            (datetime(2026, 3, 5, 10, 45, tzinfo=UTC), 30, "outside the clinic’s hours"),  # reaches into it
            (datetime(2026, 3, 7, 9, 0, tzinfo=UTC), 30, "outside the clinic’s hours"),  # a Saturday
            (datetime(2026, 3, 6, 9, 0, tzinfo=UTC), 30, "closed on that day: Spring cleaning"),
            (datetime(2026, 3, 9, 9, 0, tzinfo=UTC), 30, "Ana Ruiz is away on that day; Bruno Keller covers"),
            (THURSDAY, 30, ""),
            (datetime(2026, 3, 10, 16, 30, tzinfo=UTC), 30, ""),  # until the very end
        ],
    )
    def test_hours_closed_days_and_absences(
        self, omar: Patient, ana: User, bruno: User, clinic: Clinic, starts_at: datetime, minutes: int, line: str
    ) -> None:
        open_on_weekdays(clinic)
        ClosedDay.objects.create(
            clinic=clinic, first_on=date(2026, 3, 6), last_on=date(2026, 3, 6), name="Spring cleaning"
        )
        Away.objects.create(
            user=ana, first_on=date(2026, 3, 9), last_on=date(2026, 3, 9), covered_by=bruno, by=ana, at=NOW
        )
        if not line:
            assert add(omar, ana, starts_at, minutes).state == "booked"
            return
        with pytest.raises(Clashes) as clash:
            add(omar, ana, starts_at, minutes)
        assert line in clash.value.sentence and clash.value.field == "anyway"
        assert add(omar, ana, starts_at, minutes, anyway=clash.value.anyway).state == "booked"

    def test_an_absence_that_was_withdrawn_is_none(self, omar: Patient, ana: User, bruno: User) -> None:
        on = THURSDAY.date()
        Away.objects.create(user=ana, first_on=on, last_on=on, covered_by=bruno, withdrawn_at=NOW, by=ana, at=NOW)
        assert add(omar, ana).state == "booked"

    def test_anyway_means_what_was_shown_and_nothing_that_came_later(
        self, omar: Patient, maria: Patient, ana: User, clinic: Clinic
    ) -> None:
        open_on_weekdays(clinic)
        late = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
        with pytest.raises(Clashes) as first:
            add(omar, ana, late)
        add(maria, ana, late, anyway=first.value.anyway)
        with pytest.raises(Clashes) as second:
            add(omar, ana, late, anyway=first.value.anyway)
        assert len(second.value.lines) == 2
        assert add(omar, ana, late, anyway=second.value.anyway).state == "booked"

    def test_an_attended_visit_is_not_moved(self, omar: Patient, ana: User) -> None:
        visit = attend_visit(visit=add(omar, ana, NOW), seen=1, by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            move_visit(visit=visit, seen=2, physiotherapist=ana, starts_at=THURSDAY, minutes=30, by=ana, at=NOW)
        assert refused.value.sentence == "A visit that is attended cannot be moved."


@pytest.mark.usefixtures("transactional_db")
class TestTwoAtOnce:
    def test_the_second_hears_of_the_first(self, omar: Patient, maria: Patient, ana: User, desk: User) -> None:
        """Two people give one place to two patients at the same moment."""
        both = iter([(omar, ana), (maria, desk)])

        def act() -> Visit:
            patient, by = next(both)
            return add(Patient.objects.get(pk=patient.pk), ana, by=by)

        rows, errors = at_once(2, act)
        assert len(rows) == 1
        assert [type(error) for error in errors] == [Clashes]
        assert Visit.objects.filter(starts_at=THURSDAY, state="booked").count() == 1

    def test_one_form_sent_twice_at_once_is_one_visit(self, omar: Patient, ana: User) -> None:
        rows, errors = at_once(2, lambda: add(omar, ana))
        assert errors == [] and len(set(rows)) == 1


class TestWhatNext:
    @pytest.fixture
    def visit(self, omar: Patient, ana: User) -> Visit:
        """An hour ago, and nothing else ahead."""
        visit = add(omar, ana, NOW - timedelta(hours=1))
        forget_what_is_due(omar)
        return visit

    def test_due_on_a_date_opens_a_visit(self, visit: Visit, omar: Patient, ana: User) -> None:
        on = TODAY + timedelta(days=10)
        miss_visit(visit=visit, seen=1, what_next="due", next_on=on, by=ana, at=NOW)
        due = omar.visits.get(state="due")
        assert (due.due_on, due.kind, due.episode) == (on, "treatment", visit.episode)
        assert visit.events.last().what_next == "due"  # type: ignore[union-attr]
        assert omar.episodes.get().look_again_on is None  # the date is enough

    @pytest.mark.parametrize("next_on", [None, TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
    def test_due_on_a_date_that_cannot_be_is_refused(self, visit: Visit, ana: User, next_on: date | None) -> None:
        with pytest.raises(Refused) as refused:
            miss_visit(visit=visit, seen=1, what_next="due", next_on=next_on, by=ana, at=NOW)
        assert refused.value.field == "next_on"
        visit.refresh_from_db()
        assert visit.state == "booked"

    @pytest.mark.parametrize(("next_on", "found"), [(None, TODAY), (TODAY + timedelta(days=3),) * 2])
    def test_a_call_is_a_date_on_which_somebody_looks(
        self, visit: Visit, omar: Patient, ana: User, next_on: date | None, found: date
    ) -> None:
        cancel_visit(visit=visit, seen=1, cause="patient", what_next="call", next_on=next_on, by=ana, at=NOW)
        assert omar.episodes.get().look_again_on == found

    def test_a_call_puts_off_nobodys_date_and_is_no_further_than_the_clinic_allows(
        self, visit: Visit, omar: Patient, ana: User
    ) -> None:
        look_again(episode=omar.episodes.get(), on=TODAY + timedelta(days=2), by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            miss_visit(visit=visit, seen=1, what_next="call", next_on=TODAY + timedelta(days=29), by=ana, at=NOW)
        assert refused.value.field == "next_on"
        miss_visit(visit=visit, seen=1, what_next="call", next_on=TODAY + timedelta(days=9), by=ana, at=NOW)
        assert omar.episodes.get().look_again_on == TODAY + timedelta(days=2)

    def test_no_further_needs_words(self, visit: Visit, omar: Patient, ana: User) -> None:
        with pytest.raises(Refused) as refused:
            miss_visit(visit=visit, seen=1, what_next="no_further", reason="  ", by=ana, at=NOW)
        assert refused.value.field == "reason"
        miss_visit(visit=visit, seen=1, what_next="no_further", reason="Moved to Kiel", by=ana, at=NOW)
        assert omar.episodes.get().look_again_on == TODAY + timedelta(days=7)

    @pytest.mark.parametrize("answer", ["", "again", "no_further"])
    def test_nobody_is_out_of_sight_whatever_is_said(self, visit: Visit, omar: Patient, ana: User, answer: str) -> None:
        miss_visit(visit=visit, seen=1, what_next=answer, reason="words", by=ana, at=NOW)
        assert omar.episodes.get().look_again_on == TODAY + timedelta(days=7)

    def test_nor_after_the_last_visit_was_kept(self, visit: Visit, omar: Patient, ana: User) -> None:
        attend_visit(visit=visit, seen=1, by=ana, at=NOW)
        assert omar.episodes.get().look_again_on == TODAY + timedelta(days=7)

    def test_an_answer_that_there_is_not_is_refused(self, visit: Visit, ana: User) -> None:
        with pytest.raises(Refused):
            miss_visit(visit=visit, seen=1, what_next="whatever", by=ana, at=NOW)
        missed = miss_visit(visit=visit, seen=1, by=ana, at=NOW)
        with pytest.raises(Refused):
            answer_visit(visit=missed, seen=2, what_next="", by=ana, at=NOW)

    def test_it_can_be_answered_anew(self, visit: Visit, omar: Patient, ana: User) -> None:
        missed = miss_visit(visit=visit, seen=1, what_next="again", by=ana, at=NOW)
        answered = answer_visit(visit=missed, seen=2, what_next="no_further", reason="Feels well", by=ana, at=NOW)
        assert (answered.state, answered.events.last().what_next) == ("missed", "no_further")  # type: ignore[union-attr]


class TestTakenBack:
    def test_a_missed_visit_is_booked_again_and_what_followed_is_called_off(self, omar: Patient, ana: User) -> None:
        visit = add(omar, ana, NOW - timedelta(hours=1))
        on = TODAY + timedelta(days=3)
        visit = miss_visit(visit=visit, seen=1, what_next="due", next_on=on, by=ana, at=NOW)
        back = take_back_visit(visit=visit, seen=2, reason="Wrong row", by=ana, at=NOW + MINUTE)
        assert (back.state, back.last_sequence) == ("booked", 3)
        assert omar.visits.get(due_on=on).state == "cancelled"
        assert attend_visit(visit=back, seen=3, by=ana, at=NOW + MINUTE).state == "attended"

    def test_what_somebody_went_on_with_stays(self, omar: Patient, ana: User) -> None:
        visit = add(omar, ana, NOW - timedelta(hours=1))
        on = TODAY + timedelta(days=3)
        visit = miss_visit(visit=visit, seen=1, what_next="due", next_on=on, by=ana, at=NOW)
        due = omar.visits.get(due_on=on)
        book_visit(visit=due, seen=1, physiotherapist=ana, starts_at=THURSDAY, minutes=30, by=ana, at=NOW)
        take_back_visit(visit=visit, seen=2, by=ana, at=NOW + MINUTE)
        due.refresh_from_db()
        assert due.state == "booked"

    def test_an_attended_one_only_while_no_note_hangs_on_it(self, omar: Patient, ana: User) -> None:
        visit, session = attend_with_new_note(visit=add(omar, ana, NOW), seen=1, kind="clinic", by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            take_back_visit(visit=visit, seen=2, by=ana, at=NOW)
        assert refused.value.code == "has_a_note"
        discard_session(session=session, version=1, by=ana, at=NOW)
        assert take_back_visit(visit=visit, seen=2, by=ana, at=NOW).state == "booked"

    def test_nor_with_a_signed_one(self, omar: Patient, ana: User) -> None:
        visit, session = attend_with_new_note(visit=add(omar, ana, NOW), seen=1, kind="clinic", by=ana, at=NOW)
        sign_session(session=session, version=1, subjective="Well", by=ana, at=NOW)
        with pytest.raises(Refused):
            take_back_visit(visit=visit, seen=2, by=ana, at=NOW)

    def test_who_came_without_an_appointment_has_none_to_go_back_to(self, omar: Patient, ana: User) -> None:
        visit = attend_visit(visit=add(omar, ana, NOW), seen=1, by=ana, at=NOW)
        Visit.objects.filter(pk=visit.pk).update(unplanned=True)
        with pytest.raises(Refused) as refused:
            take_back_visit(visit=visit, seen=2, by=ana, at=NOW)
        assert refused.value.code == "unplanned"

    def test_twice_is_a_conflict_and_a_booked_one_refuses(self, omar: Patient, ana: User) -> None:
        visit = miss_visit(visit=add(omar, ana, NOW), seen=1, by=ana, at=NOW)
        take_back_visit(visit=visit, seen=2, by=ana, at=NOW)
        with pytest.raises(Conflict):
            take_back_visit(visit=visit, seen=2, by=ana, at=NOW)
        with pytest.raises(Refused):
            take_back_visit(visit=visit, seen=3, by=ana, at=NOW)


class TestEveryWeek:
    def series(self, patient: Patient, who: User, **more: Any) -> Any:
        sent: dict[str, Any] = {
            "physiotherapist": who, "on": date(2026, 3, 5), "clock": time(14, 30), "minutes": 30, "weeks": 4,
        }  # fmt: skip
        return book_series(episode=patient.episodes.get(), **(sent | more), by=who, at=NOW)

    def test_the_clinics_clock_is_meant_also_after_it_changed(self, omar: Patient, ana: User) -> None:
        starts = [row.starts_at for row in self.series(omar, ana, weeks=5).booked]
        assert starts[3] == datetime(2026, 3, 26, 13, 30, tzinfo=UTC)
        assert starts[4] == datetime(2026, 4, 2, 12, 30, tzinfo=UTC)

    def test_clashes_are_listed_and_the_rest_is_booked(
        self, omar: Patient, maria: Patient, ana: User, bruno: User, clinic: Clinic
    ) -> None:
        add(maria, ana, THURSDAY + timedelta(days=7))
        on = date(2026, 3, 19)
        Away.objects.create(user=ana, first_on=on, last_on=on, covered_by=bruno, by=ana, at=NOW)
        ClosedDay.objects.create(clinic=clinic, first_on=date(2026, 3, 26), last_on=date(2026, 3, 26))
        series = self.series(omar, ana, weeks=5)
        assert [clinic.date_at(row.starts_at) for row in series.booked] == [date(2026, 3, 5), date(2026, 4, 2)]
        assert series.not_booked == [
            (date(2026, 3, 12), ["Ana Ruiz has another visit then, from 14:30."]),
            (date(2026, 3, 19), ["Ana Ruiz is away on that day; Bruno Keller covers."]),
            (date(2026, 3, 26), ["The clinic is closed on that day."]),
        ]

    def test_an_hour_that_the_clock_skips_is_listed(self, omar: Patient, ana: User) -> None:
        ana.clinic.opening.all().delete()  # in the night
        series = self.series(omar, ana, on=date(2026, 3, 22), weeks=3, clock=time(2, 30))
        assert [day for day, _ in series.not_booked] == [date(2026, 3, 29)]
        assert len(series.booked) == 2

    def test_the_same_twice_books_once(self, omar: Patient, ana: User) -> None:
        first, second = (self.series(omar, ana) for _ in range(2))
        assert [row.pk for row in first.booked] == [row.pk for row in second.booked]
        assert second.not_booked == [] and omar.visits.filter(state="booked").count() == 4

    def test_the_first_is_the_visit_that_is_due(self, omar: Patient, ana: User) -> None:
        due = omar.visits.get(follow_up__day=28)
        series = self.series(omar, ana, due=due, seen=due.last_sequence)
        assert [row.pk == due.pk for row in series.booked] == [True, False, False, False]

    @pytest.mark.parametrize("weeks", [-1, 0, 1, 27, 10**9])
    def test_a_number_that_cannot_be_is_refused(self, omar: Patient, ana: User, weeks: int) -> None:
        with pytest.raises(Refused) as refused:
            self.series(omar, ana, weeks=weeks)
        assert refused.value.field == "weeks"

    def test_where_nothing_is_free_nothing_is_said_to_be_booked(self, omar: Patient, ana: User, bruno: User) -> None:
        Away.objects.create(user=ana, first_on=TODAY, last_on=date(2026, 12, 31), covered_by=bruno, by=ana, at=NOW)
        with pytest.raises(Refused) as refused:
            self.series(omar, ana)
        assert refused.value.code == "nothing_booked"


class TestCounted:
    def test_missed_and_at_short_notice_by_the_patient(self, omar: Patient, ana: User, bruno: User) -> None:
        def cancelled(days: int, cause: str, at: datetime) -> None:
            visit = add(omar, ana, THURSDAY + timedelta(days=7 * days))
            cancel_visit(visit=visit, seen=1, cause=cause, by=ana, at=at)

        cancelled(0, "patient", THURSDAY - timedelta(hours=24))  # in time
        cancelled(1, "patient", THURSDAY + timedelta(days=7, hours=-24, minutes=1))
        cancelled(2, "clinic", THURSDAY + timedelta(days=14, hours=-1))
        miss_visit(visit=add(omar, ana, NOW), seen=1, by=ana, at=NOW)
        mistaken = miss_visit(visit=add(omar, ana, NOW - timedelta(hours=1)), seen=1, by=ana, at=NOW)
        take_back_visit(visit=mistaken, seen=2, by=ana, at=NOW)
        found = attendance_of(omar)
        assert (found.missed, found.short_notice) == (1, 1)

    def test_it_stands_on_the_visits_page_and_the_chart(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        visit = add(omar, ana, NOW + timedelta(hours=2))
        cancel_visit(visit=visit, seen=1, cause="patient", by=ana, at=NOW)
        miss_visit(visit=add(omar, ana, NOW), seen=1, by=ana, at=NOW)
        for who, name in ((desk, "visit_list"), (ana, "visit_list"), (ana, "chart")):
            html = client_of(who).get(reverse(name, args=[omar.public_id])).content.decode()
            assert "1 missed" in html and "1 cancelled at short notice" in html


class TestThePages:
    def address(self, patient: Patient, visit: Visit | None = None) -> str:
        if visit is None:
            return reverse("visit_new", args=[patient.public_id])
        return reverse("visit", args=[patient.public_id, visit.public_id])

    def sent(self, who: User, **other: str) -> dict[str, str]:
        return {"on": "2026-03-05", "time": "14:30", "minutes": "30", "physiotherapist": str(who.public_id)} | other

    def anyway(self, html: str) -> str:
        return html.split('name="anyway" value="')[1].split('"')[0]

    def test_a_clash_is_a_sentence_with_a_button(
        self, omar: Patient, maria: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        add(maria, ana)
        client = client_of(desk)
        answer = client.post(self.address(omar), self.sent(ana))
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Ana Ruiz has another visit then, from 14:30." in html and "Book anyway" in html
        assert "María" not in html
        assert client.post(self.address(omar), self.sent(ana, anyway=self.anyway(html))).status_code == 302
        assert omar.visits.filter(starts_at=THURSDAY, state="booked").count() == 1

    @pytest.mark.parametrize("anyway", ["", "on", "\x00", "x" * 10_000, "visit-1 away-2026"])
    def test_an_anyway_that_names_nothing_true_is_none(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf, anyway: str
    ) -> None:
        add(maria, ana)
        assert client_of(ana).post(self.address(omar), self.sent(ana, anyway=anyway)).status_code == 422

    def test_who_is_away_is_booked_only_anyway(
        self, omar: Patient, ana: User, bruno: User, desk: User, client_of: ClientOf
    ) -> None:
        on = THURSDAY.date()
        Away.objects.create(user=ana, first_on=on, last_on=on, covered_by=bruno, by=ana, at=NOW)
        answer = client_of(desk).post(self.address(omar), self.sent(ana))
        assert answer.status_code == 422
        assert "Ana Ruiz is away on that day; Bruno Keller covers." in answer.content.decode()

    def test_a_move_that_meets_something_is_asked_about_as_well(
        self, omar: Patient, maria: Patient, ana: User, client_of: ClientOf
    ) -> None:
        add(maria, ana)
        visit = add(omar, ana, THURSDAY + timedelta(hours=2))
        client = client_of(ana)
        sent = self.sent(ana, act="move", seen="1")
        html = client.post(self.address(omar, visit), sent).content.decode()
        assert "Move anyway" in html
        assert client.post(self.address(omar, visit), sent | {"anyway": self.anyway(html)}).status_code == 302

    def test_from_a_free_place_everything_is_filled_in(
        self, omar: Patient, bruno: User, desk: User, client_of: ClientOf
    ) -> None:
        place = {"on": "2026-03-05", "time": "14:30", "with": str(bruno.public_id), "back": "2026-03-05"}
        html = client_of(desk).get(self.address(omar), place).content.decode()
        for value in ('value="2026-03-05"', 'value="14:30"', f'value="{bruno.public_id}" selected', 'value="30"'):
            assert value in html
        assert "autofocus" in html
        answer = client_of(desk).post(self.address(omar), self.sent(bruno, back="2026-03-05"))
        assert answer["Location"] == reverse("schedule_day", args=[THURSDAY.date()])

    def test_the_lead_is_who_treats_unless_somebody_else_is_asked_for(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        assert f'value="{ana.public_id}" selected' in client_of(desk).get(self.address(omar)).content.decode()

    def test_what_is_due_is_booked_rather_than_a_new_visit_made(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        due = omar.visits.get(follow_up__day=28)
        omar.visits.exclude(pk=due.pk).update(due_on=date(2026, 6, 1))
        html = client_of(desk).get(self.address(omar), {"on": "2026-03-20"}).content.decode()
        assert "follow-up visit, due on 24 March 2026" in html
        assert f'<option value="{due.public_id}" selected>' in html
        sent = self.sent(ana, visit=str(due.public_id), on="2026-03-20")
        answers = [client_of(desk).post(self.address(omar), sent) for _ in range(2)]
        assert [answer["Location"] for answer in answers] == [self.address(omar, due)] * 2
        due.refresh_from_db()
        assert due.state == "booked"
        assert omar.visits.filter(kind="treatment").count() == 0
        late = client_of(desk).post(self.address(omar), sent | {"time": "16:00"})
        assert late.status_code == 422 and "booked meanwhile" in late.content.decode()

    def test_what_is_due_far_off_is_not_taken_for_the_visit_of_today(
        self, omar: Patient, desk: User, client_of: ClientOf
    ) -> None:
        omar.visits.update(due_on=date(2026, 3, 20))
        html = client_of(desk).get(self.address(omar), {"on": "2026-03-05"}).content.decode()
        assert '<option value="" selected>' in html

    def test_weeks_are_booked_and_what_is_not_is_said(
        self, omar: Patient, maria: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        add(maria, ana, THURSDAY + timedelta(days=7))
        client = client_of(desk)
        html = client.post(self.address(omar), self.sent(ana, weeks="3"), follow=True).content.decode()
        assert "2 visits are booked." in html
        assert "Not booked: Thursday 12 March 2026. Ana Ruiz has another visit then, from 14:30." in html
        client.post(self.address(omar), self.sent(ana, weeks="3"))
        assert omar.visits.filter(state="booked").count() == 2

    @pytest.mark.parametrize("weeks", ["0", "-1", "27", "2.5", "x", "\x00", "9" * 500])
    def test_weeks_that_cannot_be_come_back(self, omar: Patient, ana: User, client_of: ClientOf, weeks: str) -> None:
        answer = client_of(ana).post(self.address(omar), self.sent(ana, weeks=weeks))
        assert answer.status_code == 422 and "id_weeks_error" in answer.content.decode()
        assert not omar.visits.filter(state="booked").exists()

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({}, "what_next"),
            ({"what_next": "x"}, "what_next"),
            ({"what_next": "due"}, "next_on"),
            ({"what_next": "due", "next_on": "2026-03-02"}, "next_on"),
            ({"what_next": "due", "next_on": "9999-12-31"}, "next_on"),
            ({"what_next": "call", "next_on": "2026-04-30"}, "next_on"),
            ({"what_next": "call", "next_on": "\x00"}, "next_on"),
            ({"what_next": "no_further"}, "reason"),
        ],
    )
    def test_what_next_is_asked_with_a_sentence_beside_its_field(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        visit = add(omar, ana, NOW)
        for act, more in (("miss", {}), ("cancel", {"cause": "patient"})):
            answer = client_of(desk).post(
                self.address(omar, visit), {"act": act, "seen": "1", "reason": ""} | more | sent
            )
            html = answer.content.decode()
            assert answer.status_code == 422 and f'id="id_{act}_{field}_error"' in html
        visit.refresh_from_db()
        assert visit.state == "booked"

    def test_again_goes_on_to_booking(self, omar: Patient, ana: User, desk: User, client_of: ClientOf) -> None:
        visit = add(omar, ana, NOW)
        answer = client_of(desk).post(
            self.address(omar, visit),
            {"act": "cancel", "seen": "1", "cause": "patient", "what_next": "again", "back": "2026-03-03"},
        )
        assert answer["Location"] == (self.address(omar) + f"?with={ana.public_id}&time=10%3A00&back=2026-03-03")

    def test_the_desk_marks_as_attended_without_a_note_and_takes_it_back(
        self, omar: Patient, ana: User, desk: User, client_of: ClientOf
    ) -> None:
        visit = add(omar, ana, NOW)
        client = client_of(desk)
        sent = {"act": "attend", "seen": "1", "note": "new", "back": "2026-03-03"}
        assert client.post(self.address(omar, visit), sent)["Location"] == reverse("schedule_day", args=[TODAY])
        visit.refresh_from_db()
        assert (visit.state, visit.session) == ("attended", None)
        assert client.post(self.address(omar, visit), {"act": "note", "seen": "2", "note": "new"}).status_code == 403
        assert client.post(self.address(omar, visit), {"act": "take_back", "seen": "2"}).status_code == 302
        visit.refresh_from_db()
        assert visit.state == "booked"

    def test_without_an_open_episode_the_desk_hears_what_is_needed(
        self, nils: Patient, desk: User, client_of: ClientOf
    ) -> None:
        html = client_of(desk).get(self.address(nils)).content.decode()
        assert "only a physiotherapist opens one" in html
        assert reverse("episode_new", args=[nils.public_id]) not in html
