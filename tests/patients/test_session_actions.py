"""Session notes in the database: one winner per version, signed for good, once and by its author."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.actions.log import log_exercise
from patients.actions.note import Done
from patients.actions.prescription import change_prescription
from patients.actions.session import add_addendum, discard_session, save_session, sign_session, start_session
from patients.models import ExerciseLog, Patient, Plan, SessionExercise, TreatmentSession
from patients.moves import Act
from patients.readings.session import offered_exercises, since_last
from rehab.dosage import Dosage
from rehab.errors import Conflict, Refused
from rehab.models import AuditEvent, User
from tests import cast

pytestmark = pytest.mark.django_db
NOW, TODAY = cast.NOW, cast.TODAY
Status = TreatmentSession.Status


def begin(patient: Patient, by: User, on: date = TODAY) -> TreatmentSession:
    return start_session(
        patient=patient, episode=patient.episodes.get(), plan=patient.plans.first(), on=on, kind="clinic", by=by, at=NOW
    )


@pytest.fixture
def draft(omar: Patient, ana: User) -> TreatmentSession:
    return begin(omar, ana)


@pytest.fixture
def signed(draft: TreatmentSession, ana: User) -> TreatmentSession:
    first = offered_exercises(draft)[0]
    return sign_session(session=draft, version=1, by=ana, at=NOW, subjective="Well", done=[Done(first, "slowly")])


def test_a_session_knows_where_the_plan_stood_on_its_date(omar: Patient, ana: User) -> None:
    early = begin(omar, ana, date(2026, 2, 24))
    assert (early.phase, early.day) == (1, 1)
    before = begin(omar, ana, date(2026, 2, 23))
    assert (before.phase, before.day) == (None, None)


def test_one_has_one_draft_a_day_and_a_colleague_another(omar: Patient, ana: User, bruno: User) -> None:
    assert begin(omar, ana) == begin(omar, ana) != begin(omar, bruno)


def test_after_signing_there_is_room_for_a_second_note_of_the_day(signed: TreatmentSession, ana: User) -> None:
    assert begin(signed.patient, ana) != signed


def test_a_note_is_of_a_day_of_its_episode(omar: Patient, ana: User) -> None:
    opened = omar.episodes.get().opened_on
    assert begin(omar, ana, opened - timedelta(days=7)).pk
    for on, code in ((opened - timedelta(days=8), "before_the_episode"), (TODAY + timedelta(days=1), "in_the_future")):
        with pytest.raises(Refused) as refused:
            begin(omar, ana, on)
        assert (refused.value.code, refused.value.field) == (code, "on")


def test_an_episode_or_plan_of_another_patient_is_refused(omar: Patient, maria: Patient, ana: User) -> None:
    for episode, plan in ((maria.episodes.get(), None), (omar.episodes.get(), maria.plans.get())):
        with pytest.raises(Refused):
            start_session(patient=omar, episode=episode, plan=plan, on=TODAY, kind="clinic", by=ana, at=NOW)


def test_a_stale_save_is_refused_with_both_texts(draft: TreatmentSession, ana: User, bruno: User) -> None:
    save_session(session=draft, version=1, by=ana, at=NOW, subjective="Ana’s", objective="same", pain_before=4)
    with pytest.raises(Conflict) as conflict:
        save_session(
            session=draft, version=1, by=bruno, at=NOW, subjective="Bruno’s", objective="same", pain_before=None
        )
    now = conflict.value.now
    assert (now["version"], now["saved_by"]) == (2, "Ana Ruiz")
    assert [(row.field, row.theirs, row.yours) for row in now["differences"]] == [
        ("subjective", "Ana’s", "Bruno’s"),
        ("pain_before", "4", ""),
    ]
    draft.refresh_from_db()
    assert draft.subjective == "Ana’s"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pain_before", 11), ("pain_after", -1), ("pain_before", "3"), ("minutes", 0), ("minutes", 481),
        ("kind", "zoom"), ("subjective", "a" * 20_001), ("treatment", "a" * 20_001),
    ],
)  # fmt: skip
def test_what_a_note_cannot_hold_is_refused_with_its_field(
    draft: TreatmentSession, ana: User, field: str, value: object
) -> None:
    with pytest.raises(Refused) as refused:
        save_session(session=draft, version=1, by=ana, at=NOW, **{field: value})
    assert refused.value.field == field


def test_every_act_leaves_an_audit_row_with_names_of_fields_and_no_words(signed: TreatmentSession, ana: User) -> None:
    add_addendum(session=signed, kind="addendum", text="secret words", by=ana, at=NOW)
    events = AuditEvent.objects.filter(verb__startswith="session.").order_by("pk")
    assert [event.verb for event in events] == ["session.start", "session.save", "session.sign", "session.addendum"]
    assert events[1].fields == ["exercises", "subjective"]
    assert "secret" not in str(list(events.values()))


class TestSignedForGood:
    """Promise 32: the actions refuse, and so does the database, whatever way the write comes."""

    def test_the_actions_refuse(self, signed: TreatmentSession, ana: User) -> None:
        for act in (save_session, sign_session):
            with pytest.raises(Conflict) as conflict:
                act(session=signed, version=signed.version, by=ana, at=NOW, subjective="Other words")
            assert conflict.value.code == "was_signed"
        with pytest.raises(Conflict):
            discard_session(session=signed, version=signed.version, by=ana, at=NOW)

    @pytest.mark.parametrize("column", ["subjective", "status", "on", "signed_at", "minutes", "version", "patient_id"])
    def test_the_database_refuses_every_column(self, signed: TreatmentSession, column: str) -> None:
        rows = TreatmentSession.objects.filter(pk=signed.pk)
        before = rows.values().get()
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**{column: before[column]})
        assert rows.values().get() == before

    def test_the_database_refuses_to_delete_it_or_to_touch_its_exercises(self, signed: TreatmentSession) -> None:
        done = SessionExercise.objects.filter(session=signed)
        row = done.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            TreatmentSession.objects.filter(pk=signed.pk)._raw_delete("default")
        with pytest.raises(IntegrityError), transaction.atomic():
            done.update(note="never")
        with pytest.raises(IntegrityError), transaction.atomic():
            done._raw_delete("default")
        other = offered_exercises(signed)[1]
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionExercise.objects.create(session=signed, revision=other.revision)
        assert done.get() == row

    def test_an_addition_is_not_changed_either(self, signed: TreatmentSession, ana: User) -> None:
        addendum = add_addendum(session=signed, kind="correction", text="left", by=ana, at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            signed.addenda.filter(pk=addendum.pk).update(text="right")

    def test_a_discarded_draft_stays_discarded(self, draft: TreatmentSession, ana: User) -> None:
        discard_session(session=draft, version=1, by=ana, at=NOW)
        with pytest.raises(Conflict) as conflict:
            sign_session(session=draft, version=1, by=ana, at=NOW, subjective="Well")
        assert conflict.value.code == "was_discarded"
        with pytest.raises(IntegrityError), transaction.atomic():
            TreatmentSession.objects.filter(pk=draft.pk).update(status="draft")


class TestWhatWasDone:
    def test_what_the_patient_ticked_already_is_not_counted_again(self, draft: TreatmentSession, ana: User) -> None:
        row = offered_exercises(draft)[0]
        log_exercise(
            patient=draft.patient, prescription=row, on=TODAY, occasion=1, client_id=draft.public_id, status="done",
            by=ana, at=NOW, how="paper",
        )  # fmt: skip
        sign_session(session=draft, version=1, by=ana, at=NOW, subjective="Well", done=[Done(row)])
        assert ExerciseLog.objects.filter(prescription=row, on=TODAY).count() == 1

    def test_while_exercises_are_stopped_it_is_noted_and_counts_nowhere(
        self, omar: Patient, draft: TreatmentSession, ana: User
    ) -> None:
        plan = Plan.objects.get(patient=omar)
        decide(plan=plan, act=Act.STOP, on=TODAY, seen=Seen(plan.last_sequence, 1), by=ana, at=NOW)
        row = offered_exercises(draft)[0]
        sign_session(session=draft, version=1, by=ana, at=NOW, subjective="Sore", done=[Done(row)])
        assert draft.exercises.count() == 1
        assert not ExerciseLog.objects.filter(patient=omar).exists()

    def test_a_dose_changed_while_the_note_is_open_is_the_same_exercise(
        self, omar: Patient, draft: TreatmentSession, ana: User
    ) -> None:
        plan = Plan.objects.get(patient=omar)
        old = offered_exercises(draft)[0]
        seen = Seen(plan.last_sequence, 1)
        new = change_prescription(prescription=old, dosage=Dosage(reps=3), seen=seen, by=ana, at=NOW)
        saved = save_session(session=draft, version=1, by=ana, at=NOW, done=[Done(old, "three")])
        assert saved.exercises.get().prescription == new

    def test_another_plans_exercise_and_one_of_another_phase_are_refused(
        self, draft: TreatmentSession, maria: Patient, ana: User
    ) -> None:
        theirs = maria.plans.get().prescriptions.filter(phase__number=1).first()
        later = draft.plan.prescriptions.filter(phase__number=2).first()  # type: ignore[union-attr]
        for row in (theirs, later):
            with pytest.raises(Refused) as refused:
                save_session(session=draft, version=1, by=ana, at=NOW, done=[Done(row)])
            assert refused.value.field == "done"
        with pytest.raises(Refused):
            save_session(session=draft, version=1, by=ana, at=NOW, done=[Done(offered_exercises(draft)[0], "a" * 201)])


class TestSinceLast:
    def test_it_counts_from_the_last_signed_note_to_the_day_before(self, signed: TreatmentSession, ana: User) -> None:
        omar, on = signed.patient, TODAY + timedelta(days=4)
        since = since_last(omar, omar.plans.get(), on)
        assert (since.note, since.first, since.last) == (signed, TODAY, on - timedelta(days=1))
        assert since.done == 1 and since.expected > 1
        assert since.no_report == 3
        assert since.days_done(offered_exercises(signed)[0]) == 1

    def test_a_long_absence_is_looked_back_on_for_four_weeks(self, signed: TreatmentSession) -> None:
        on = TODAY + timedelta(days=90)
        assert since_last(signed.patient, signed.patient.plans.get(), on).first == on - timedelta(days=28)

    def test_without_a_plan_there_is_nothing_from_home(self, nils: Patient) -> None:
        since = since_last(nils, None, TODAY)
        assert (since.note, since.readings, since.days) == (None, None, [])


def test_of_many_saves_of_one_version_one_wins(transactional_db: None, ana: User, bruno: User) -> None:
    """Promise 27."""
    patient = cast.patient("Tom Kay", by=ana)
    cast.episode(patient, lead=ana)
    draft = start_session(patient=patient, episode=patient.episodes.get(), on=TODAY, kind="clinic", by=ana, at=NOW)
    outcomes: list[str] = []

    def save(number: int) -> None:
        try:
            who = ana if number % 2 else bruno
            save_session(session=draft, version=1, by=who, at=NOW, subjective=f"words {number}")
            outcomes.append(f"words {number}")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [outcome for outcome in outcomes if outcome != "conflict"]
    draft.refresh_from_db()
    assert (len(outcomes), won) == (12, [draft.subjective])
    assert draft.version == 2
