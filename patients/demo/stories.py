"""The patients of the demo. Each story is told in the order in which it happened, from dates before the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from patients.actions.invitation import set_email
from patients.forms.assign import LASTED
from patients.models import ExerciseLog
from patients.moves import Act
from rehab.accounts import DEMO_PASSWORD
from rehab.actions.user import set_password

from . import notes
from .record import DAY, Habit, Record, weekday, weekday_before

PATIENT_EMAIL = "patient@example.com"
Reason = ExerciseLog.Reason


@dataclass(frozen=True, slots=True)
class Story:
    """A patient's number, which tells whether the story has been told, who leads, and the story."""

    number: str
    lead: str
    tell: Callable[[Record], None]


def office_worker(record: Record) -> None:
    """The source's clinical example (facts X2 to X5): started in phase 2, week 4 of 4 by now, the check ahead."""
    start = weekday_before(record.day - timedelta(days=31))
    away, back = start + timedelta(days=10), start + timedelta(days=17)
    follow_up_on = start + timedelta(days=28)
    record.add(start, name="Helen Okafor", age=45, phone="01632 960 101", email=PATIENT_EMAIL)
    record.open_episode(
        start,
        problem="Low back pain, worse through the day and after sitting, pulls a little into the left leg",
        side="left",
        icd_code="M53.3",
        keep_code=True,
        onset=start - timedelta(days=91),
        onset_precision="month",
        onset_kind="gradual",
        referrer="Dr A. Lindqvist, general practice",
    )
    record.assign(
        start,
        course=LASTED,
        start_phase=2,
        reason="Three months of pain that has settled to a steady level; moves and sleeps well, no nerve signs. "
        "Settling down again would cost two weeks.",
        patient_text="Your back is calm enough to move more, so you start with phase 2.",
    )
    user = record.give_access(start)
    set_email(patient=record.patient, email=PATIENT_EMAIL, by=record.lead, at=record.moment(start, 12, 35))
    set_password(user=user, password=DEMO_PASSWORD, by=user, at=record.moment(start, 12, 40))
    record.note(start, notes.OFFICE_WORKER_FIRST)
    follow_up = record.book("Four-week follow-up", start, visit_on=follow_up_on, hour=10)
    middle = record.book_treatment(start, visit_on=weekday(start + timedelta(days=14)), hour=16)

    office = {start + timedelta(days=3): "Four hours of meetings. Stood up twice."}
    record.report(start, start + timedelta(days=6), Habit(pain=(6, 5), answers=0.95, notes=office))
    week_later = start + timedelta(days=7)
    record.decide(
        week_later,
        Act.STOP,
        since=away,
        until=back,
        reason_code="away",
        reason="A week of travel for work, no room to exercise.",
        patient_text="No exercises while you travel. Walk when you can.",
    )
    record.cancel(middle, week_later, reason="Travels for work that week.")
    record.report(week_later, away - DAY, Habit(pain=(5, 4), answers=0.95))
    flight = {back: "Nine hours on the plane. Stiff.", back + DAY: "Stopped half way, the pull in the leg is back."}
    flare = Habit(pain=(7, 7), all_done=0, done=0.1, silent=0, answers=1, why_not=(Reason.PAIN,), notes=flight)
    record.report(back, back + DAY, flare)
    settles = Habit(pain=(6, 5), all_done=0.2, done=0.5, silent=0, answers=1, why_not=(Reason.PAIN, Reason.TOO_TIRED))
    record.report(back + timedelta(days=2), back + timedelta(days=4), settles)
    record.report(back + timedelta(days=5), follow_up_on - DAY, Habit(pain=(5, 3), answers=0.9))
    record.attend(follow_up, notes.OFFICE_WORKER_FOLLOW_UP)
    record.change_dose(
        follow_up_on,
        "wall-sit",
        hold_seconds=20,
        reason="Holds 20 seconds with ease.",
        patient_text="Hold each wall sit a little longer now.",
    )
    record.book("Check at the end of phase 2", follow_up_on, visit_on=weekday(start + timedelta(days=35)), hour=10)
    record.report(follow_up_on, record.day - DAY, Habit(pain=(3, 2), all_done=0.85, silent=0, answers=0.9))


def joiner(record: Record) -> None:
    """Just started: phase 1, week 1, reports on the phone. Yesterday's call is a draft still."""
    start = weekday_before(record.day - timedelta(days=4))
    record.add(start, name="Tomasz Wójcik", age=29, phone="01632 960 102")
    record.open_episode(
        start,
        problem="Low back pain since lifting a worktop",
        icd_code="M54.50",
        onset=start - timedelta(days=5),
        onset_precision="day",
        onset_kind="sudden",
    )
    record.assign(start, patient_text="For two weeks: calm the back and keep moving. You can do this.")
    record.give_access(start)
    record.note(start, notes.JOINER_FIRST)
    record.book("Check at the end of phase 1", start, visit_on=weekday(start + timedelta(days=13)), hour=8, minute=30)
    record.report(start, record.day - DAY, Habit(pain=(7, 5), all_done=0.5, done=0.75, silent=0.1, answers=1))
    record.note(weekday_before(record.day - DAY), notes.JOINER_CALL, sign=False)


def teacher(record: Record) -> None:
    """At the end of phase 2 with all going well: the check is due, booked for the day of the demo."""
    start = weekday_before(record.day - timedelta(days=44))
    follow_up_on = start + timedelta(days=28)
    record.add(start, name="Priya Raman", age=33, phone="01632 960 103")
    record.open_episode(
        start,
        problem="Low back pain after sitting on small chairs, second time",
        icd_code="M54.59",
        onset=start - timedelta(days=28),
        onset_precision="month",
        onset_kind="gradual",
    )
    record.assign(start, patient_text="We start gently and build up. Ask us whenever something is unclear.")
    record.give_access(start)
    record.note(start, notes.TEACHER_FIRST)
    follow_up = record.book("Four-week follow-up", start, visit_on=follow_up_on, hour=15)
    eager = Habit(pain=(6, 4), all_done=0.8, done=0.8, silent_weekend=0.2)
    record.report(start, start + timedelta(days=13), eager)
    record.keep("Check at the end of phase 1", start, visit_on=weekday(start + timedelta(days=13)), hour=15)
    record.report(start + timedelta(days=14), follow_up_on - DAY, Habit(pain=(4, 2), all_done=0.85, done=0.8))
    record.attend(follow_up, notes.TEACHER_FOLLOW_UP)
    record.book("Check at the end of phase 2", follow_up_on, visit_on=weekday(record.day), hour=15)
    best = Habit(pain=(2, 1), all_done=0.9, done=0.8, silent=0.04, silent_weekend=0.15)
    record.report(follow_up_on, record.day - DAY, best)


def carer(record: Record) -> None:
    """Staying in phase 3 with a smaller dose; reports on paper, so without an account. A very long name."""
    start = weekday_before(record.day - timedelta(days=66))
    moved_on = weekday(start + timedelta(days=43))
    stayed = weekday_before(record.day - timedelta(days=8))
    last_sheet = weekday_before(record.day - timedelta(days=2))
    record.add(
        start,
        name="María Guadalupe Fernanda Hernández-Villanueva de la Santísima Trinidad y Etxeberria-Goikoetxea",
        age=58,
        phone="01632 960 104",
        contact="Neighbour with a key: Mrs Byrne, 01632 960 144",
    )
    record.open_episode(
        start,
        problem="Ache in the lower back with lifting, for about a year",
        icd_code="M53.87",
        onset=start - timedelta(days=365),
        onset_precision="year",
        onset_kind="gradual",
    )
    record.assign(start, reports_by="paper", patient_text="Tick the sheet each day and bring it along.")
    record.note(start, notes.CARER_FIRST)
    steady = Habit(pain=(5, 4), all_done=0.55, done=0.6, answers=0.5)
    checked, seen_again = weekday(start + timedelta(days=13)), start + timedelta(days=28)
    record.enter_sheet(start, checked - DAY, steady, on=checked)
    record.keep("Check at the end of phase 1", start, visit_on=checked, hour=9)
    record.enter_sheet(checked, seen_again - DAY, steady, on=seen_again)
    record.keep("Four-week follow-up", checked, visit_on=seen_again, hour=9, note=notes.CARER_FOLLOW_UP)
    record.enter_sheet(seen_again, moved_on - DAY, steady, on=moved_on)
    record.keep("Check at the end of phase 2", seen_again, visit_on=moved_on, hour=9)
    record.move_on(
        moved_on,
        also={"step-up": {"sets": 1}},
        reason_code="ready",
        reason="Phase 2 done, lifts with the hips. One set of step-ups to begin with, as she carries much by day.",
        patient_text="On to phase 3: strength. Slow and even, one set on the step for now.",
    )
    sore = Habit(pain=(4, 5), all_done=0.4, done=0.5, answers=0.6, why_not=(Reason.PAIN, Reason.TOO_TIRED))
    record.enter_sheet(moved_on, stayed - DAY, sore, on=stayed)
    record.note(stayed, notes.CARER_STAY)
    record.decide(
        stayed,
        Act.STAY,
        reason_code="more_time",
        reason="The plank was too much; give it more time in phase 3.",
        patient_text="We stay with phase 3 a little longer. That is normal and often wise.",
    )
    record.change_dose(
        stayed,
        "plank",
        reps=3,
        hold_seconds=10,
        reason="Back sags after 8 seconds.",
        patient_text="Do the plank on your knees now: three times, ten seconds each.",
    )
    record.enter_sheet(stayed, last_sheet - DAY, Habit(pain=(5, 3), all_done=0.5, answers=0.7), on=last_sheet)
    record.book_treatment(last_sheet, visit_on=weekday(record.day + timedelta(days=4)), hour=9)


def driver(record: Record) -> None:
    """Exercises stopped for the flu, with the day planned on which they start again. A right-to-left name."""
    start = weekday_before(record.day - timedelta(days=24))
    ill = weekday_before(record.day - timedelta(days=3))
    well = weekday(record.day + timedelta(days=4))
    record.add(start, name="يوسف الخطيب", age=41, phone="01632 960 105")
    record.open_episode(
        start,
        problem="Low back pain after moving house",
        icd_code="M54.50",
        onset=start - timedelta(days=21),
        onset_precision="day",
        onset_kind="sudden",
    )
    record.assign(start, patient_text="Two quiet weeks first, then we build up.")
    record.give_access(start)
    record.note(start, notes.DRIVER_FIRST)
    follow_up = record.book("Four-week follow-up", start, visit_on=start + timedelta(days=28), hour=17)
    record.report(start, start + timedelta(days=13), Habit(pain=(5, 4), all_done=0.6, silent_weekend=0.5))
    record.keep("Check at the end of phase 1", start, visit_on=weekday(start + timedelta(days=13)), hour=17)
    record.report(start + timedelta(days=14), ill - DAY, Habit(pain=(4, 3), all_done=0.55, silent=0.15))
    record.decide(
        ill,
        Act.STOP,
        until=well,
        reason_code="ill",
        reason="Rang: flu with fever. Back no worse.",
        patient_text="Get well first. We start again when the fever is gone.",
    )
    record.move(follow_up, ill, visit_on=well, hour=17)


def retired(record: Record) -> None:
    """Through all four phases to the end: a missed visit, a stay, an entry taken back, a holiday, a note with more."""

    def after(days: int) -> date:
        return weekday(start + timedelta(days=days))

    start = weekday_before(record.day - timedelta(days=121))
    record.add(start, name="George Papadakis", age=67, phone="01632 960 106")
    record.open_episode(
        start, problem="Low back pain since digging the garden, on and off for years", onset_kind="gradual"
    )
    record.assign(start, patient_text="Little and often. We want you back on the floor with the children.")
    record.give_access(start)
    record.note(start, notes.RETIRED_FIRST)
    missed = record.book("Four-week follow-up", start, visit_on=after(28), hour=11)
    gardener = Habit(pain=(6, 4), all_done=0.7, silent_weekend=0.15)
    record.report(start, after(13) - DAY, gardener)
    record.keep("Check at the end of phase 1", start, visit_on=after(13), hour=11)
    record.report(after(13), after(20) - DAY, Habit(pain=(4, 4), all_done=0.7))
    record.change_dose(
        after(20),
        "walking",
        minutes=10,
        reason="Twenty minutes make the hips sore.",
        patient_text="Walk ten minutes. Twice a day is fine too.",
    )
    record.report(after(20), after(30) - DAY, Habit(pain=(4, 5)))
    record.miss(missed)
    record.note(after(30), notes.RETIRED_MISSED)
    record.report(after(30), after(38) - DAY, Habit(pain=(5, 5), all_done=0.4, why_not=(Reason.PAIN,)))
    record.decide(
        after(38),
        Act.STAY,
        reason_code="pain",
        reason="A flare from the garden; more time in phase 2.",
        patient_text="We stay in phase 2 until the back is calm again.",
    )
    _strength_and_return(record, after)


def _strength_and_return(record: Record, after: Callable[[int], date]) -> None:
    record.report(after(38), after(45) - DAY, Habit(pain=(5, 3)))
    record.move_on(after(45), reason_code="ready", reason="Wall sit five times, no pain on bending.")
    record.take_back(after(45), reason="Written on the wrong record; he stays in phase 2.")
    record.report(after(45), after(52) - DAY, Habit(pain=(3, 2)))
    record.keep("Check at the end of phase 2", after(45), visit_on=after(52), hour=11)
    record.move_on(
        after(52),
        also={"step-up": {}},
        reason_code="ready",
        reason="Calm for a week, wall sit with ease.",
        patient_text="Now strength. The step at home will do.",
    )
    record.report(after(52), after(66) - DAY, Habit(pain=(3, 2), all_done=0.75))
    record.decide(
        after(66),
        Act.STOP,
        since=after(70),
        until=after(77),
        reason_code="away",
        reason="A week with his daughter.",
        patient_text="Enjoy the week. No exercises; walk if you like.",
    )
    record.report(after(66), after(70) - DAY, Habit(pain=(2, 2), all_done=0.75))
    record.report(after(77), after(102) - DAY, Habit(pain=(2, 1), all_done=0.8))
    record.keep("Check at the end of phase 3", after(66), visit_on=after(102), hour=11)
    record.move_on(
        after(102),
        reason_code="wish",
        reason="Climbs stairs without a rail. No swings and throws: swimming is what he wants.",
        patient_text="The last phase: swim or cycle, whichever you like.",
    )
    last = record.book_treatment(after(102), visit_on=after(116), hour=11)
    record.report(after(102), after(116) - DAY, Habit(pain=(1, 0), all_done=0.9, silent_weekend=0.1))
    record.attend(last, notes.RETIRED_LAST)
    record.decide(
        after(116),
        Act.FINISH,
        reason_code="goals",
        reason="On the floor with the grandchildren and up again.",
        patient_text="Well done. You know what helps your back. Call us if pain lasts longer than a week.",
    )
    record.add_to_note(weekday(after(116) + DAY), notes.RETIRED_ADDITION)


def nurse(record: Record) -> None:
    """Stopped yesterday because of pain, to be looked at today; came to yesterday's visit without an entry after it."""
    start = weekday_before(record.day - timedelta(days=18))
    worse = weekday_before(record.day - timedelta(days=2))
    record.add(start, name="Siobhán Kelly", age=38, phone="01632 960 107")
    record.open_episode(
        start,
        problem="Low back pain after a night of lifting on the ward",
        icd_code="M54.50",
        onset=start - timedelta(days=10),
        onset_precision="day",
        onset_kind="sudden",
    )
    record.assign(start, patient_text="Calm first. Ring us when something is not right.")
    record.give_access(start)
    record.note(start, notes.NURSE_FIRST)
    record.report(start, start + timedelta(days=12), Habit(pain=(5, 4), all_done=0.6))
    record.keep("Check at the end of phase 1", start, visit_on=weekday(start + timedelta(days=12)), hour=13)
    record.report(
        start + timedelta(days=13), worse - DAY, Habit(pain=(6, 8), all_done=0.2, answers=1, why_not=(Reason.PAIN,))
    )
    record.decide(
        worse,
        Act.STOP,
        look_again_on=record.day,
        reason_code="pain",
        reason="Rang: worse since three nights in a row, no leg signs. Rest from the exercises, look again.",
        patient_text="Stop the exercises for now. We look at it together in two days.",
    )
    record.book_treatment(worse, visit_on=weekday(record.day), hour=11)


def student(record: Record) -> None:
    """No word for five days; an exercise of her own, and a dose that changed since she last looked."""
    start = weekday_before(record.day - timedelta(days=25))
    met = weekday_before(record.day - timedelta(days=6))
    record.add(start, name="Mei-Lin Zhao", age=22, phone="01632 960 108")
    record.open_episode(
        start, problem="Low back pain from sitting in lectures, rowing makes it worse", onset_kind="gradual"
    )
    record.assign(start, patient_text="Short and often. Tick what you did, it helps us both.")
    record.give_access(start)
    record.note(start, notes.STUDENT_FIRST)
    record.report(start, met - DAY, Habit(pain=(4, 3), all_done=0.5, silent=0.3, silent_weekend=0.6))
    record.keep("Check at the end of phase 1", start, visit_on=met, hour=12)
    record.add_own(
        met,
        name="Rowing without a boat",
        words="Sit on the floor with your knees bent.\nLean back a little, chest up.\nPull both elbows back.",
        stop_rule="Stop if pain goes down your leg.",
        reps=10,
        sets=2,
        patient_text="One for rowing, made for you.",
    )
    record.change_dose(
        met,
        "hamstring-stretch",
        hold_seconds=45,
        reason="Holds 30 seconds with ease.",
        patient_text="Hold the stretch a little longer now.",
    )


STORIES = (
    Story("1001", "physio", office_worker),
    Story("1002", "physio", joiner),
    Story("1003", "physio", teacher),
    Story("1004", "colleague", carer),
    Story("1005", "physio", driver),
    Story("1006", "colleague", retired),
    Story("1007", "physio", nurse),
    Story("1008", "physio", student),
)
