"""A visit from due to attended: what each step needs, what it leaves on record, what is refused and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from patients.actions.session import discard_session, start_session
from patients.actions.visit import (
    add_visit,
    attend_visit,
    attend_with_new_note,
    book_visit,
    cancel_visit,
    miss_visit,
    move_visit,
    note_visit,
    note_visit_anew,
)
from patients.models import Patient, TreatmentSession, Visit
from rehab.actions.user import deactivate
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests import cast

pytestmark = pytest.mark.django_db
NOW, TODAY = cast.NOW, cast.TODAY
HALF_PAST_TWO = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)


def due(patient: Patient) -> Visit:
    return patient.visits.get(follow_up__day=28)


def book(
    visit: Visit, by: User, starts_at: datetime = HALF_PAST_TWO, minutes: int = 30, who: User | None = None
) -> Visit:
    return book_visit(
        visit=visit, seen=visit.last_sequence, physiotherapist=who or by, starts_at=starts_at, minutes=minutes,
        by=by, at=NOW,
    )  # fmt: skip


def note(patient: Patient, by: User, on: date = TODAY) -> TreatmentSession:
    return start_session(patient=patient, episode=patient.episodes.get(), on=on, kind="clinic", by=by, at=NOW)


@pytest.fixture
def booked(omar: Patient, ana: User) -> Visit:
    return book(due(omar), ana)


@pytest.fixture
def of_today(omar: Patient, ana: User) -> Visit:
    """Booked for this afternoon."""
    return book(due(omar), ana, datetime(2026, 3, 3, 15, tzinfo=UTC))


def test_a_due_visit_is_booked_moved_and_attended_each_step_on_record(omar: Patient, ana: User, bruno: User) -> None:
    visit = book(due(omar), ana)
    visit = move_visit(
        visit=visit, seen=visit.last_sequence, physiotherapist=bruno, starts_at=datetime(2026, 3, 3, 15, tzinfo=UTC),
        minutes=45, by=ana, at=NOW,
    )  # fmt: skip
    visit = attend_visit(visit=visit, seen=visit.last_sequence, by=bruno, at=NOW)
    steps = [
        (row.sequence, row.from_state, row.to_state, row.minutes, row.physiotherapist) for row in visit.events.all()
    ]
    assert steps == [
        (1, "", "due", None, None),
        (2, "due", "booked", 30, ana),
        (3, "booked", "booked", 45, bruno),
        (4, "booked", "attended", 45, bruno),
    ]
    verbs = AuditEvent.objects.filter(object_type="patients.Visit", object_id=visit.pk).values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["visit.create", "visit.book", "visit.move", "visit.attend"]


def test_a_visit_that_no_protocol_asked_for_is_booked_at_once_and_once(omar: Patient, ana: User) -> None:
    sent = {
        "episode": omar.episodes.get(), "physiotherapist": ana, "starts_at": HALF_PAST_TWO, "minutes": 30, "by": ana,
        "at": NOW,
    }  # fmt: skip
    first = add_visit(**sent)
    assert (first.kind, first.state, first.due_on) == ("treatment", "booked", None)
    assert add_visit(**sent) == first
    with pytest.raises(Refused) as refused:
        add_visit(**{**sent, "minutes": 60})
    assert (refused.value.code, refused.value.field) == ("two_at_once", "time")


def test_a_closed_episode_gets_no_new_visit(omar: Patient, ana: User) -> None:
    episode = omar.episodes.get()
    episode.closed_on = TODAY
    episode.look_again_on = None
    episode.save(update_fields=["closed_on", "look_again_on"])
    with pytest.raises(Refused):
        add_visit(episode=episode, physiotherapist=ana, starts_at=HALF_PAST_TWO, minutes=30, by=ana, at=NOW)


@pytest.mark.parametrize(
    ("starts_at", "minutes", "field"),
    [
        (datetime(2026, 3, 2, 15, tzinfo=UTC), 30, "on"),
        # Yesterday in Berlin, whatever the date in UTC.
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), 30, "on"),
        (datetime(2027, 3, 6, 9, tzinfo=UTC), 30, "on"),
        (HALF_PAST_TWO, 0, "minutes"),
        (HALF_PAST_TWO, 4, "minutes"),
        (HALF_PAST_TWO, 25 * 60, "minutes"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused_with_its_field(
    omar: Patient, ana: User, starts_at: datetime, minutes: int, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        book(due(omar), ana, starts_at, minutes)
    assert refused.value.field == field
    assert due(omar).state == "due"


def test_earlier_today_can_be_booked_as_one_does_for_who_is_here_already(omar: Patient, ana: User) -> None:
    assert book(due(omar), ana, datetime(2026, 3, 3, 7, 0, tzinfo=UTC)).state == "booked"


def test_only_an_active_physiotherapist_of_the_clinic_is_booked(
    omar: Patient, ana: User, bruno: User, admin: User, zoe: User
) -> None:
    deactivate(user=bruno, by=ana, at=NOW)
    bruno.refresh_from_db()
    for who in (bruno, admin, zoe):
        with pytest.raises(Refused) as refused:
            book(due(omar), ana, who=who)
        assert refused.value.field == "physiotherapist"


def test_a_visit_is_kept_from_the_start_of_its_day_and_not_before(booked: Visit, ana: User) -> None:
    day_before = datetime(2026, 3, 4, 22, 59, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        attend_visit(visit=booked, seen=2, by=ana, at=day_before)
    assert "5 March 2026" in refused.value.sentence
    assert attend_visit(visit=booked, seen=2, by=ana, at=day_before + timedelta(minutes=1)).state == "attended"


def test_a_visit_is_missed_once_its_time_has_come(booked: Visit, ana: User) -> None:
    with pytest.raises(Refused):
        miss_visit(visit=booked, seen=2, by=ana, at=HALF_PAST_TWO - timedelta(minutes=1))
    missed = miss_visit(visit=booked, seen=2, by=ana, at=HALF_PAST_TWO, reason=" no call ")
    assert (missed.state, missed.events.last().reason) == ("missed", "no call")  # type: ignore[union-attr]


def test_a_cancelled_visit_says_who_called_it_off(booked: Visit, ana: User) -> None:
    for cause in ("", "weather", "plan_ended"):
        with pytest.raises(Refused) as refused:
            cancel_visit(visit=booked, seen=2, cause=cause, by=ana, at=NOW)
        assert refused.value.field == "cause"
    cancelled = cancel_visit(visit=booked, seen=2, cause="patient", reason="ill", by=ana, at=NOW)
    event = cancelled.events.last()
    assert (cancelled.state, event.cause, event.reason) == ("cancelled", "patient", "ill")  # type: ignore[union-attr]


def test_a_visit_that_is_due_is_neither_attended_nor_missed(omar: Patient, ana: User) -> None:
    visit = due(omar)
    with pytest.raises(Refused) as refused:
        attend_visit(visit=visit, seen=visit.last_sequence, by=ana, at=NOW)
    assert refused.value.sentence == "A visit that is due cannot be marked as attended."
    with pytest.raises(Refused):
        miss_visit(visit=visit, seen=visit.last_sequence, by=ana, at=NOW)


def test_a_stale_step_is_a_conflict_that_says_what_happened(booked: Visit, ana: User, bruno: User) -> None:
    cancel_visit(visit=booked, seen=2, cause="clinic", by=bruno, at=NOW)
    for _ in range(2):
        with pytest.raises(Conflict) as conflict, timezone.override(ana.clinic.zone):
            miss_visit(visit=booked, seen=2, by=ana, at=HALF_PAST_TWO)
        assert conflict.value.now["events"] == ["cancelled, by Bruno Keller, 3 March 2026, 10:00"]
    booked.refresh_from_db()
    assert (booked.state, booked.last_sequence) == ("cancelled", 3)


class TestTheNote:
    def test_a_visit_is_linked_to_its_note(self, of_today: Visit, omar: Patient, ana: User) -> None:
        session = note(omar, ana)
        visit = attend_visit(visit=of_today, seen=2, session=session, by=ana, at=NOW)
        assert visit.session == session and session.visit == visit

    def test_or_starts_it(self, of_today: Visit, omar: Patient, ana: User) -> None:
        visit, session = attend_with_new_note(visit=of_today, seen=2, kind="clinic", by=ana, at=NOW)
        assert (visit.session, session.on, session.plan) == (session, TODAY, omar.plans.get())

    def test_or_gets_it_afterwards(self, of_today: Visit, omar: Patient, ana: User) -> None:
        visit = attend_visit(visit=of_today, seen=2, by=ana, at=NOW)
        session = note(omar, ana)
        assert note_visit(visit=visit, seen=3, session=session, by=ana, at=NOW).session == session
        with pytest.raises(Refused) as refused:
            note_visit(visit=visit, seen=4, session=session, by=ana, at=NOW)
        assert refused.value.code == "has_a_note"

    def test_a_discarded_note_makes_room_for_another(self, of_today: Visit, ana: User) -> None:
        visit, session = attend_with_new_note(visit=of_today, seen=2, kind="clinic", by=ana, at=NOW)
        discard_session(session=session, version=session.version, by=ana, at=NOW)
        visit, other = note_visit_anew(visit=visit, seen=visit.last_sequence, kind="clinic", by=ana, at=NOW)
        assert visit.session == other != session

    def test_a_note_of_another_patient_day_or_visit_is_refused(
        self, of_today: Visit, omar: Patient, maria: Patient, ana: User, bruno: User
    ) -> None:
        discarded = note(omar, bruno)
        discard_session(session=discarded, version=1, by=bruno, at=NOW)
        taken = note(omar, ana)
        other = add_visit(episode=omar.episodes.get(), physiotherapist=ana, starts_at=NOW, minutes=30, by=ana, at=NOW)
        attend_visit(visit=other, seen=1, session=taken, by=ana, at=NOW)
        for session in (note(maria, ana), note(omar, ana, date(2026, 3, 2)), discarded, taken):
            with pytest.raises(Refused) as refused:
                attend_visit(visit=of_today, seen=2, session=session, by=ana, at=NOW)
            assert refused.value.field == "note"
        of_today.refresh_from_db()
        assert (of_today.state, of_today.session) == ("booked", None)

    def test_nothing_of_a_note_is_left_where_the_visit_is_refused(
        self, booked: Visit, omar: Patient, ana: User
    ) -> None:
        with pytest.raises(Refused):
            attend_with_new_note(visit=booked, seen=2, kind="clinic", by=ana, at=NOW)
        with pytest.raises(Conflict), transaction.atomic():
            attend_with_new_note(visit=booked, seen=1, kind="clinic", by=ana, at=HALF_PAST_TWO)
        assert not omar.sessions.exists()


class TestTheDatabase:
    def test_a_booked_visit_has_a_time(self, booked: Visit) -> None:
        for column in ("starts_at", "minutes", "physiotherapist"):
            with pytest.raises(IntegrityError, match="visit_booked_has_a_time"), transaction.atomic():
                Visit.objects.filter(pk=booked.pk).update(**{column: None})

    def test_a_patient_has_one_visit_at_a_time(self, booked: Visit, omar: Patient, ana: User) -> None:
        other = omar.visits.filter(state="due").first()
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=other.pk).update(  # type: ignore[union-attr]
                state="booked", starts_at=HALF_PAST_TWO, minutes=30, physiotherapist=ana
            )

    def test_its_history_is_not_changed(self, booked: Visit) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            booked.events.update(reason="never happened")
