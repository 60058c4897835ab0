"""What was done, or not and why: who may say it of which date, once, corrected and never changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.log import correct_log, log_all, log_exercise, undo_all, withdraw_log
from patients.actions.prescription import stop_prescription
from patients.models import ExerciseLog, Patient, Plan, Prescription
from patients.moves import Act
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests import cast
from tests.at_once import at_once
from tests.cast import TODAY
from tests.faults import broken_at_each_statement

DAY = timedelta(days=1)


def exercise(patient: Patient, key: str = "pelvic-tilt") -> Prescription:
    return Prescription.objects.get(plan__patient=patient, revision__exercise__key=key)


def log(patient: Patient, prescription: Prescription | None = None, **given: Any) -> ExerciseLog:
    """A tick by the patient, today, unless something else is given."""
    said: dict[str, Any] = {
        "on": TODAY,
        "occasion": 1,
        "client_id": uuid4(),
        "status": "done",
        "by": patient.user,
        "at": timezone.now(),
    }
    return log_exercise(patient=patient, prescription=prescription or exercise(patient), **(said | given))


def test_a_tick_of_today_is_live_and_on_the_audit_trail(maria: Patient) -> None:
    row = log(maria)
    assert (row.status, row.how, row.on, row.by) == ("done", "live", TODAY, maria.user)
    assert AuditEvent.objects.filter(verb="log.done", object_id=row.pk, actor_id=row.by_id).exists()


def test_a_tick_of_yesterday_is_late(maria: Patient) -> None:
    assert log(maria, exercise(maria, "walking"), on=TODAY - DAY).how == "late"


def test_the_day_is_the_clinics_wherever_the_patient_is(maria: Patient, clock: time_machine.Coordinates) -> None:
    clock.move_to(datetime.fromisoformat("2026-03-03T23:30:00+00:00"))
    assert log(maria, on=date(2026, 3, 4)).how == "live"  # half past midnight in Berlin
    assert log(maria, on=TODAY).how == "late"


@pytest.mark.parametrize(
    ("at", "on"),
    [
        # The clock goes forward: the day has 23 hours.
        ("2026-03-28T23:30:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T21:30:00+00:00", date(2026, 3, 29)),
        # It goes back: the hour from two to three comes twice, and the day has 25.
        ("2026-10-24T22:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T00:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T01:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T22:30:00+00:00", date(2026, 10, 25)),
        # The year's end, and the day that only some years have.
        ("2026-12-31T22:59:00+00:00", date(2026, 12, 31)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
        ("2028-02-28T23:00:00+00:00", date(2028, 2, 29)),
        ("2028-02-29T23:00:00+00:00", date(2028, 3, 1)),
    ],
)
def test_a_day_is_a_day_of_the_calendar_however_long(
    maria: Patient, clock: time_machine.Coordinates, at: str, on: date
) -> None:
    clock.move_to(datetime.fromisoformat(at))
    assert log(maria, on=on).how == "live"
    assert log(maria, on=on - DAY).how == "late"
    with pytest.raises(Refused, match="future"):
        log(maria, on=on + DAY)


@pytest.mark.parametrize(
    ("on", "code"),
    [(TODAY + DAY, "future"), (TODAY - 8 * DAY, "too_long_ago"), (date(2026, 2, 15), "too_long_ago")],
)
def test_a_patient_fills_in_today_and_seven_days_back(maria: Patient, on: date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        log(maria, on=on)
    assert refused.value.code == code
    assert not maria.logs.exists()


def test_seven_days_back_is_the_last_one(maria: Patient) -> None:
    assert log(maria, exercise(maria, "knee-rock"), on=TODAY - 7 * DAY).how == "late"


def test_staff_enter_back_to_the_plans_start_and_say_how_they_know(maria: Patient, ana: User) -> None:
    rock = exercise(maria, "knee-rock")
    assert log(maria, rock, on=date(2026, 2, 16), by=ana, how="paper").how == "paper"
    assert log(maria, rock, on=date(2026, 2, 17), by=ana).how == "on_behalf"
    with pytest.raises(Refused) as refused:
        log(maria, rock, on=date(2026, 2, 15), by=ana)
    assert refused.value.code == "before_start"
    with pytest.raises(Refused) as refused:
        log(maria, rock, on=date(2026, 2, 18), by=ana, how="live")
    assert refused.value.code == "how"


def test_a_patient_cannot_say_it_was_in_the_clinic(maria: Patient) -> None:
    assert log(maria, how="in_clinic").how == "live"


def test_a_stopped_day_takes_no_tick(maria: Patient, marias_plan: Plan, ana: User) -> None:
    decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    with pytest.raises(Refused) as refused:
        log(maria)
    assert refused.value.code == "paused"


def test_the_day_after_an_end_takes_no_tick(
    maria: Patient, marias_plan: Plan, ana: User, clock: time_machine.Coordinates
) -> None:
    decide(plan=marias_plan, act=Act.END_EARLY, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    with pytest.raises(Refused) as refused:
        log(maria)
    assert refused.value.code == "plan_ended"
    assert log(maria, on=TODAY - DAY)  # yesterday it ran


def test_an_exercise_of_another_phase_takes_no_tick(maria: Patient) -> None:
    with pytest.raises(Refused) as refused:
        log(maria, exercise(maria, "abdominal-bracing"))
    assert refused.value.code == "not_in_force"


def test_a_day_before_the_start_takes_no_tick_of_the_patient(nils: Patient, ana: User) -> None:
    cast.plan(cast.episode(nils, lead=ana), by=ana, start_on=TODAY, at=timezone.now())
    cast.give_account(nils)
    with pytest.raises(Refused) as refused:
        log(nils, exercise(nils, "knee-rock"), on=TODAY - DAY)
    assert refused.value.code == "before_start"


def test_a_stopped_exercise_takes_no_tick(maria: Patient, ana: User) -> None:
    tilt = exercise(maria)
    stop_prescription(prescription=tilt, seen=Seen(1, 2), by=ana, at=timezone.now())
    with pytest.raises(Refused) as refused:
        log(maria, tilt)
    assert refused.value.code == "not_in_force"


def test_somebody_elses_exercise_takes_no_tick(maria: Patient, omar: Patient) -> None:
    with pytest.raises(Refused) as refused:
        log(maria, exercise(omar, "knee-rock"))
    assert refused.value.code == "not_yours"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"status": "not_done"}, "reason"),
        ({"status": "not_done", "reason": "lazy"}, "reason"),
        ({"status": "done", "reason": "pain"}, "reason_for_done"),
        ({"status": "withdrawn"}, "status"),
        ({"variant": "upside-down"}, "variant"),
        ({"occasion": 0}, "occasion"),
        ({"occasion": 21}, "occasion"),
        ({"note": "x" * 2001}, "note_too_long"),
    ],
)
def test_what_makes_no_sense_is_refused(maria: Patient, said: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        log(maria, **said)
    assert refused.value.code == code


def test_the_same_tap_twice_is_one_row(maria: Patient) -> None:
    tap = uuid4()
    assert log(maria, client_id=tap) == log(maria, client_id=tap)
    assert maria.logs.count() == 1


def test_the_same_tap_with_other_content_is_a_conflict(maria: Patient) -> None:
    tap = uuid4()
    log(maria, client_id=tap)
    with pytest.raises(Conflict):
        log(maria, client_id=tap, status="not_done", reason="pain")
    with pytest.raises(Conflict):
        log(maria, exercise(maria, "walking"), client_id=tap)


def test_the_same_occasion_from_two_phones_is_one_row_or_a_conflict(maria: Patient) -> None:
    first = log(maria)
    assert log(maria) == first
    with pytest.raises(Conflict):
        log(maria, status="not_done", reason="no_time")


def test_the_server_numbers_the_occasions(omar: Patient, ana: User) -> None:
    bracing = exercise(omar, "abdominal-bracing")
    given = {"by": ana, "occasion": None}
    first, second = log(omar, bracing, **given), log(omar, bracing, **given)
    assert [first.occasion, second.occasion] == [1, 2]
    withdraw_log(patient=omar, log=first, client_id=uuid4(), by=ana, at=timezone.now())
    assert log(omar, bracing, **given).occasion == 1
    for _more in range(18):
        log(omar, bracing, **given)
    with pytest.raises(Refused):
        log(omar, bracing, **given)


def test_taken_back_is_a_row_of_its_own_and_once(maria: Patient) -> None:
    row = log(maria)
    for _twice in range(2):
        taken = withdraw_log(patient=maria, log=row, client_id=uuid4(), by=maria.user, at=timezone.now())
    assert (taken.status, taken.replaces, maria.logs.count()) == ("withdrawn", row, 2)
    again = log(maria)
    assert again.replaces == taken
    row.refresh_from_db()
    assert row.status == "done" and row.superseded_at is not None


def test_a_late_repeat_of_a_tap_that_was_taken_back_does_not_tick_again(maria: Patient) -> None:
    tap = uuid4()
    row = log(maria, client_id=tap)
    withdraw_log(patient=maria, log=row, client_id=uuid4(), by=maria.user, at=timezone.now())
    log(maria, client_id=tap)
    assert maria.logs.get(superseded_at__isnull=True).status == "withdrawn"


def test_a_correction_keeps_both(maria: Patient) -> None:
    row = log(maria)
    corrected = correct_log(
        patient=maria,
        log=row,
        client_id=uuid4(),
        status="not_done",
        reason="pain",
        hurt=True,
        by=maria.user,
        at=timezone.now(),
    )
    assert (corrected.status, corrected.reason, corrected.hurt, corrected.replaces) == ("not_done", "pain", True, row)
    with pytest.raises(Conflict):
        correct_log(patient=maria, log=row, client_id=uuid4(), status="done", by=maria.user, at=timezone.now())


def test_a_patient_does_not_take_back_what_the_clinic_noted(maria: Patient, ana: User) -> None:
    row = log(maria, by=ana, how="in_clinic")
    with pytest.raises(Refused) as refused:
        withdraw_log(patient=maria, log=row, client_id=uuid4(), by=maria.user, at=timezone.now())
    assert refused.value.code == "not_by_you"


def all_done(patient: Patient, tap: UUID | None = None, **given: Any) -> list[ExerciseLog]:
    said = {"on": TODAY, "client_id": tap or uuid4(), "by": patient.user, "at": timezone.now()}
    return log_all(patient=patient, plan=patient.plans.get(), **(said | given))


def test_all_done_means_what_is_due_and_unsaid(maria: Patient) -> None:
    log(maria, exercise(maria, "walking"), status="not_done", reason="no_time")
    rows = all_done(maria)
    assert {row.prescription.revision.name for row in rows} == {
        "Hamstring stretch",
        "Piriformis stretch",
        "Pelvic tilt",
        "Wall sit",
    }
    assert all_done(maria) == []


def test_all_done_leaves_what_was_not_shown(maria: Patient) -> None:
    rows = all_done(maria, shown=[exercise(maria).public_id])
    assert [row.prescription.revision.name for row in rows] == ["Pelvic tilt"]


def test_all_done_counts_every_time_of_the_day(omar: Patient, ana: User) -> None:
    rows = all_done(omar, by=ana)
    assert sorted((row.prescription.revision.name, row.occasion) for row in rows) == [
        ("Abdominal bracing", 1),
        ("Abdominal bracing", 2),
        ("Knee rocks", 1),
    ]


def test_all_done_sent_again_after_undo_ticks_nothing(maria: Patient) -> None:
    tap = uuid4()
    rows = all_done(maria, tap)
    undo_all(
        patient=maria,
        plan=maria.plans.get(),
        on=TODAY,
        logs=[row.client_id for row in rows],
        client_id=uuid4(),
        by=maria.user,
        at=timezone.now(),
    )
    assert all_done(maria, tap) == []
    assert not maria.logs.filter(superseded_at__isnull=True).exclude(status="withdrawn").exists()


def test_all_done_is_refused_as_a_tick_is(maria: Patient, marias_plan: Plan, ana: User) -> None:
    for on, code in ((TODAY + DAY, "future"), (TODAY - 8 * DAY, "too_long_ago")):
        with pytest.raises(Refused) as refused:
            all_done(maria, on=on)
        assert refused.value.code == code
    decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    with pytest.raises(Refused) as refused:
        all_done(maria)
    assert refused.value.code == "paused"


def test_a_tick_and_all_done_are_whole_or_nothing(maria: Patient) -> None:
    assert broken_at_each_statement(lambda: log(maria)) > 4
    assert broken_at_each_statement(lambda: all_done(maria)) > 10


def test_twenty_of_the_same_tap_at_once_are_one_row(transactional_db: None, maria: Patient) -> None:
    tap, tilt = uuid4(), exercise(maria)
    rows, errors = at_once(20, lambda: log(maria, tilt, client_id=tap))
    assert not errors
    assert len(set(rows)) == 1 and maria.logs.count() == 1


def test_twenty_taps_on_the_same_occasion_at_once_are_one_row(transactional_db: None, maria: Patient) -> None:
    tilt = exercise(maria)
    rows, errors = at_once(20, lambda: log(maria, tilt))
    assert not errors
    assert len(set(rows)) == 1 and maria.logs.count() == 1


def test_the_database_refuses_to_change_a_log(maria: Patient) -> None:
    row = log(maria)
    for broken in ({"status": "not_done"}, {"on": TODAY - DAY}, {"note": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExerciseLog.objects.filter(pk=row.pk).update(**broken)
