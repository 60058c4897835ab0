"""One patient's record, written day by day through the actions, each at its own date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from patients import readings
from patients.actions.appointment import Clashes
from patients.actions.checkin import check_in
from patients.actions.decision import decide, take_back
from patients.actions.episode import open_episode
from patients.actions.invitation import invite, redeem
from patients.actions.ledger import Seen
from patients.actions.log import log_all, log_exercise
from patients.actions.note import Done
from patients.actions.own_exercise import add_own_exercise
from patients.actions.patient import add_patient
from patients.actions.plan import assign_plan
from patients.actions.prescription import Chosen, change_prescription, chosen, offered
from patients.actions.session import add_addendum, save_session, sign_session, start_session
from patients.actions.visit import add_visit, attend_visit, book_visit, cancel_visit, miss_visit, move_visit
from patients.forms.assign import NEW, PROPOSED
from patients.models import (
    Addendum,
    Episode,
    ExerciseLog,
    How,
    Patient,
    Plan,
    PlanPhase,
    TreatmentSession,
    Visit,
    VisitEvent,
)
from patients.moves import Act
from patients.readings.plan import read_plan
from patients.readings.session import offered_exercises
from rehab.dosage import Dosage
from rehab.models import Clinic, TemplateVersion, User

from .notes import CHECK, Note

DAY = timedelta(days=1)
HALF_AN_HOUR = timedelta(minutes=30)
SATURDAY = 5
Reason = ExerciseLog.Reason


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody reports over a stretch of days; chances are from 0 to 1.

    `pain` is the mornings' pain on the first and the last day; between them it goes straight, but for a wobble.
    """

    pain: tuple[float, float]
    all_done: float = 0.7
    done: float = 0.6
    silent: float = 0.08
    silent_weekend: float = 0.3
    answers: float = 0.75
    late: float = 0.1
    why_not: Sequence[str] = (Reason.NO_TIME, Reason.TOO_TIRED, Reason.FORGOT)
    notes: Mapping[date, str] = field(default_factory=dict)


def weekday(on: date) -> date:
    """The date itself or, of a weekend, the Monday after it: the clinic is closed on weekends."""
    return on + timedelta(days=7 - on.weekday()) if on.weekday() >= SATURDAY else on


def weekday_before(on: date) -> date:
    """The date itself or, of a weekend, the Friday before it."""
    return on - timedelta(days=on.weekday() - SATURDAY + 1) if on.weekday() >= SATURDAY else on


class Record:
    """The record of one patient as it grows. Every method is one thing that happens at the clinic or at home.

    `day` is the day of the demo: what happens, happens before it; only bookings reach further.
    """

    patient: Patient
    episode: Episode
    plan: Plan

    def __init__(self, clinic: Clinic, lead: User, day: date, random: Random, *, number: str) -> None:
        self.clinic, self.lead, self.day, self._number = clinic, lead, day, number
        self._random = random

    def moment(self, on: date, hour: int, minute: int = 0) -> datetime:
        """A time of that date at the clinic."""
        return datetime.combine(on, time(hour, minute), tzinfo=self.clinic.zone)

    # --- the person and the plan ---

    def add(self, on: date, *, name: str, age: int, **contact: str) -> None:
        """Somebody new, who is `age` years old on the day of the demo."""
        birth_date = self.day - timedelta(days=int(age * 365.25) + self._random.randint(20, 330))
        self.patient = add_patient(
            clinic=self.clinic,
            name=name,
            number=self._number,
            birth_date=birth_date,
            by=self.lead,
            at=self.moment(on, 9),
            **contact,
        )

    def open_episode(self, on: date, *, problem: str, **details: Any) -> None:
        self.episode = open_episode(
            patient=self.patient,
            lead=self.lead,
            problem=problem,
            region="lower_back",
            by=self.lead,
            at=self.moment(on, 9, 10),
            **details,
        )

    def assign(
        self, on: date, *, course: str = NEW, start_phase: int = 1, reports_by: str = "phone", **words: str
    ) -> None:
        """The version that the clinic offers, from that day on, with the exercises that start ticked.

        `course`: whether the problem is new or has lasted, from which the page proposes the start phase.
        """
        version = TemplateVersion.objects.get(template__clinic=self.clinic, status=TemplateVersion.Status.PUBLISHED)
        phase = PlanPhase(number=start_phase, source=version.phases.get(number=start_phase))
        self.plan = assign_plan(
            episode=self.episode,
            version=version,
            start_on=on,
            start_phase=start_phase,
            exercises=[chosen(row) for row, ticked in offered(phase, self.episode.region) if ticked],
            reports_by=reports_by,
            evidence={"course": course, "proposed_phase": PROPOSED[course]},
            by=self.lead,
            at=self.moment(on, 9, 40),
            **words,
        )

    def give_access(self, on: date) -> User:
        """A code from the clinic, used on the patient's phone the same day."""
        _, code = invite(patient=self.patient, by=self.lead, at=self.moment(on, 9, 50))
        user = redeem(code=code, birth_year=self.patient.birth_date.year, at=self.moment(on, 12, 30))
        self.patient.refresh_from_db()
        return user

    # --- decisions ---

    def decide(self, on: date, act: Act, **how: Any) -> None:
        """Decide with what the page of that day shows kept as evidence; `since` is the date from which it counts."""
        self.plan.refresh_from_db()
        reading = read_plan(self.patient, self.plan, on)
        decide(
            plan=self.plan,
            act=act,
            on=how.pop("since", on),
            seen=Seen(reading.sequence, reading.position.phase),
            evidence=reading.evidence(),
            **self._told(on, 11, 30),
            **how,
        )

    def move_on(self, on: date, *, also: Mapping[str, Mapping[str, Any]] | None = None, **how: Any) -> None:
        """To the next phase with what starts ticked there, and with `also`: exercises by key, with changes of dose."""
        also = also or {}
        number = (self.plan.position(on).phase or 0) + 1
        rows = offered(self.plan.phases.get(number=number), self.episode.region)
        wanted: list[Chosen] = []
        for row, ticked in rows:
            key = row.revision.exercise.key
            if ticked or key in also:
                wanted.append(chosen(row, replace(row.dosage, **also.get(key, {}))))
        self.decide(on, Act.MOVE_ON, exercises=wanted, **how)

    def take_back(self, on: date, *, reason: str) -> None:
        take_back(plan=self.plan, seen=self._seen(on), reason=reason, **self._told(on, 11, 40))

    def change_dose(self, on: date, key: str, *, reason: str, patient_text: str, **dose: Any) -> None:
        phase = self.plan.position(on).phase
        row = self.plan.prescriptions.standing().get(
            revision__exercise__key=key, phase__number=phase, until__isnull=True
        )
        change_prescription(
            prescription=row,
            dosage=replace(row.dosage, **dose),
            seen=self._seen(on),
            reason=reason,
            patient_text=patient_text,
            **self._told(on, 11, 35),
        )

    def add_own(
        self, on: date, *, name: str, words: str, stop_rule: str, patient_text: str, reason: str = "", **dose: Any
    ) -> None:
        """An exercise of this patient only."""
        seen = self._seen(on)
        add_own_exercise(
            plan=self.plan,
            phase=seen.phase or 1,
            name=name,
            words=words,
            stop_rule=stop_rule,
            dosage=Dosage(**dose),
            seen=seen,
            reason=reason,
            patient_text=patient_text,
            **self._told(on, 11, 38),
        )

    def _seen(self, on: date) -> Seen:
        self.plan.refresh_from_db()
        return Seen(self.plan.last_sequence, self.plan.position(on).phase)

    # --- visits and notes ---

    def book(self, follow_up: str, on: date, *, hour: int, minute: int = 0, visit_on: date) -> Visit:
        """Agree, on the date `on`, when the visit will be that the protocol asks for."""
        due = self.plan.visits.get(follow_up__name=follow_up, state=Visit.State.DUE)
        return self._arrange(book_visit, on, visit_on, hour, minute, visit=due, seen=due.last_sequence)

    def book_treatment(self, on: date, *, hour: int, minute: int = 0, visit_on: date) -> Visit:
        return self._arrange(add_visit, on, visit_on, hour, minute, episode=self.episode)

    def keep(self, follow_up: str, on: date, *, hour: int, visit_on: date, note: Note = CHECK) -> None:
        """Agree on a visit of the protocol on the date `on`, and keep it."""
        self.attend(self.book(follow_up, on, hour=hour, visit_on=visit_on), note)

    def move(self, visit: Visit, on: date, *, hour: int, visit_on: date) -> Visit:
        return self._arrange(move_visit, on, visit_on, hour, 0, visit=visit, seen=visit.last_sequence)

    def cancel(self, visit: Visit, on: date, *, reason: str) -> None:
        """The patient calls a visit off."""
        cause = VisitEvent.Cause.PATIENT
        cancel_visit(visit=visit, seen=visit.last_sequence, cause=cause, reason=reason, **self._told(on, 10))

    def miss(self, visit: Visit) -> None:
        miss_visit(visit=visit, seen=visit.last_sequence, **self._told(self._day_of(visit), 18))

    def attend(self, visit: Visit, note: Note | None = None) -> None:
        """The visit is kept, with its signed note if there is one."""
        on = self._day_of(visit)
        session = self.note(on, note) if note else None
        attend_visit(visit=visit, seen=visit.last_sequence, session=session, **self._told(on, 19))

    def note(self, on: date, note: Note, *, sign: bool = True) -> TreatmentSession:
        """A session note; in the clinic all that is prescribed was done. Unsigned it stays a draft."""
        session = start_session(
            patient=self.patient,
            episode=self.episode,
            plan=self.plan,
            on=on,
            kind=note.kind,
            **self._told(on, 13),
        )
        before, after = note.pain or (None, None)
        in_the_clinic = note.kind == TreatmentSession.Kind.CLINIC
        done = [Done(row) for row in offered_exercises(session)] if in_the_clinic else []
        write = sign_session if sign else save_session
        return write(
            session=session,
            version=session.version,
            done=done,
            minutes=note.minutes,
            pain_before=before,
            pain_after=after,
            subjective=note.subjective,
            objective=note.objective,
            assessment=note.assessment,
            plan_text=note.plan_text,
            treatment=note.treatment,
            **self._told(on, 13, 20),
        )

    def add_to_note(self, on: date, text: str) -> None:
        """Say more of the last signed note."""
        signed = self.patient.sessions.filter(status=TreatmentSession.Status.SIGNED)
        add_addendum(session=signed[0], kind=Addendum.Kind.ADDENDUM, text=text, **self._told(on, 9))

    def _arrange(
        self, act: Callable[..., Visit], on: date, visit_on: date, hour: int, minute: int, **what: Any
    ) -> Visit:
        """Book at that hour, or at the next free half hour, as one does at a desk."""
        appointment = self._appointment(on, visit_on, hour, minute)
        for later in range(8):
            try:
                return act(**what, **(appointment | {"starts_at": appointment["starts_at"] + later * HALF_AN_HOUR}))
            except Clashes as clash:
                anyway = clash.anyway
        return act(**what, **appointment, anyway=anyway)

    def _appointment(self, on: date, visit_on: date, hour: int, minute: int) -> dict[str, Any]:
        starts_at = self.moment(visit_on, hour, minute)
        minutes = self.clinic.visit_minutes
        return {"physiotherapist": self.lead, "starts_at": starts_at, "minutes": minutes, **self._told(on, 12)}

    def _day_of(self, visit: Visit) -> date:
        return self.clinic.date_at(visit.starts_at)

    def _told(self, on: date, hour: int, minute: int = 0) -> dict[str, Any]:
        """By whom and when staff write something down."""
        return {"by": self.lead, "at": self.moment(on, hour, minute)}

    # --- reports ---

    def report(self, first: date, last: date, habit: Habit) -> None:
        """What the patient says of each day from `first` to `last`, in the evening or, late, the next day."""
        by = self.patient.user or self.lead
        for on in _dates(first, last):
            late = self._chance(habit.late) and on + DAY < self.day
            at = self.moment(on + DAY, 7, 50) if late else self.moment(on, 18 + self._random.randint(0, 3), 20)
            self._report_day(on, first, last, habit, by=by, at=at)

    def enter_sheet(self, first: date, last: date, habit: Habit, *, on: date) -> None:
        """What stands on the paper sheet that the patient brought to the clinic `on` that date."""
        for day in _dates(first, last):
            self._report_day(day, first, last, habit, by=self.lead, at=self.moment(on, 12), how=How.PAPER)

    def _report_day(
        self, on: date, first: date, last: date, habit: Habit, *, by: User, at: datetime, how: str | None = None
    ) -> None:
        pain = self._pain(on, first, last, habit)
        note = habit.notes.get(on, "")
        weekend = on.weekday() >= SATURDAY
        if self._chance(habit.silent_weekend if weekend else habit.silent) and not note:
            return
        done = self._exercises(on, habit, by=by, at=at, how=how)
        answers = self._chance(habit.answers)
        morning = pain if answers and self._chance(0.85) else None
        exercising = min(10, pain + self._random.choice((0, 0, 1))) if answers and done else None
        if morning is None and exercising is None and not note:
            return
        check_in(
            patient=self.patient,
            on=on,
            client_id=self._client_id(),
            pain_morning=morning,
            pain_exercising=exercising,
            note=note,
            how=how,
            by=by,
            at=at,
        )

    def _exercises(self, on: date, habit: Habit, *, by: User, at: datetime, how: str | None) -> bool:
        """Tick what is due and not done in the clinic already, all at once or one by one; whether anything was done."""
        day = readings.load(self.patient, self.plan, on, on)
        rows = [self._random.choice(asked.options) for asked in day.due_today(on)]
        everything = self._chance(habit.all_done)
        if everything and how is None:
            shown = [row.public_id for row in rows]
            log_all(patient=self.patient, plan=self.plan, on=on, client_id=self._client_id(), shown=shown, by=by, at=at)
            return bool(rows)
        anything = False
        for row in rows:
            said = {log.occasion for log in day.logs_of(row, on)}
            for occasion in sorted(set(range(1, row.times_per_day + 1)) - said):
                done = everything or self._chance(habit.done)
                if not done and self._chance(0.4):
                    continue
                anything = anything or done
                log_exercise(
                    patient=self.patient,
                    prescription=row,
                    on=on,
                    occasion=occasion,
                    client_id=self._client_id(),
                    status=ExerciseLog.Status.DONE if done else ExerciseLog.Status.NOT_DONE,
                    reason="" if done else self._random.choice(habit.why_not),
                    how=how,
                    by=by,
                    at=at,
                )
        return anything

    def _pain(self, on: date, first: date, last: date, habit: Habit) -> int:
        begins, ends = habit.pain
        way = (on - first) / max(last - first, DAY)
        wobble = self._random.choice((-1, 0, 0, 0, 1))
        return min(10, max(0, round(begins + (ends - begins) * way) + wobble))

    def _chance(self, chance: float) -> bool:
        return self._random.random() < chance

    def _client_id(self) -> UUID:
        """Random as a phone's, and the same again for the same seed."""
        return UUID(int=self._random.getrandbits(128), version=4)


def _dates(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=day) for day in range((last - first).days + 1))
