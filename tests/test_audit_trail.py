"""Every act leaves a row on the audit trail: each action is done once, and the list of them is read from the code."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from patients.actions import (
    acknowledgement,
    checkin,
    dealt_with,
    decision,
    entered_in_error,
    episode,
    handover,
    invitation,
    leaving,
    log,
    on_behalf,
    own_exercise,
    patient,
    prescription,
    series,
    session,
    sheet,
    sight,
    visit,
    walk_in,
)
from patients.actions.ledger import Seen
from patients.actions.occasion import Said
from patients.attention import Reason
from patients.models import Patient, Plan, TreatmentSession, Visit
from patients.moves import Act
from rehab.actions import away, catalogue, clinic, clinic_hours, plan_template, snippet, user
from rehab.models import AuditEvent, Clinic, Snippet, TemplateVersion, User
from tests import cast
from tests.cast import NOW, TODAY

ROOT = Path(__file__).resolve().parent.parent
# Codes are reference data of no clinic: nobody's act.
NOBODYS = {"rehab.icd.load_codes"}
THURSDAY = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)


class World:
    """Maria with a plan, a visit that is due, a note and a code; everything is done by Ana, now."""

    def __init__(self, maria: Patient, ana: User) -> None:
        self.maria, self.ana = maria, ana
        self.who: dict[str, Any] = {"by": ana, "at": NOW}

    @property
    def plan(self) -> Plan:
        return self.maria.plans.get()

    @property
    def seen(self) -> Seen:
        return Seen(self.plan.last_sequence, self.plan.position(TODAY).phase)

    def wall_sit(self) -> Any:
        return self.plan.prescriptions.get(revision__exercise__key="wall-sit")

    def due(self) -> Visit:
        return self.maria.visits.filter(state="due").earliest("due_on")

    def appointment(self, at: datetime = THURSDAY) -> dict[str, Any]:
        return {"physiotherapist": self.ana, "starts_at": at, "minutes": 30} | self.who

    def booked(self, at: datetime = NOW - timedelta(hours=1)) -> Visit:
        due = self.due()
        return visit.book_visit(visit=due, seen=due.last_sequence, **self.appointment(at))

    def note(self, on: date = TODAY) -> TreatmentSession:
        return session.start_session(
            patient=self.maria, episode=self.maria.episodes.get(), plan=self.plan, on=on, kind="clinic", **self.who
        )

    def signed(self) -> TreatmentSession:
        return session.sign_session(session=self.note(), version=1, subjective="Well", **self.who)

    def in_error(self) -> TreatmentSession:
        signed = self.signed()
        entered_in_error.enter_in_error(session=signed, reason="Wrong window", **self.who)
        return signed

    def snippet(self) -> Snippet:
        return snippet.add_snippet(name="slr", text="70°", **self.who)

    def kept(self) -> Visit:
        booked = self.booked()
        return visit.attend_visit(visit=booked, seen=booked.last_sequence, **self.who)

    def away(self, _ready: Any = None) -> Any:
        return away.plan_away(user=self.ana, first_on=TODAY, last_on=TODAY, covered_by=cast.person("Bruno"), **self.who)

    def closed(self, _ready: Any = None) -> Any:
        return clinic_hours.close_days(clinic=self.ana.clinic, first_on=TODAY, last_on=TODAY, name="Feast", **self.who)

    def nothing_open(self) -> Any:
        return self.another()[1]

    def closed_episode(self, row: Any) -> Any:
        return episode.close_episode(episode=row, on=TODAY, outcome="Well", **self.who)

    def left_behind(self) -> TreatmentSession:
        bruno = cast.person("Bruno")
        note = session.start_session(
            patient=self.maria, episode=self.maria.episodes.get(), plan=self.plan, on=TODAY, kind="clinic", by=bruno,
            at=NOW,
        )  # fmt: skip
        leaving.begin_leaving(user=bruno, by=cast.person("Adela"), at=NOW)
        return note

    def said(self) -> dict[str, Any]:
        return {"patient": self.maria, "client_id": uuid4()} | self.who

    def missed(self) -> Visit:
        booked = self.booked()
        return visit.miss_visit(**self.of_visit(booked))

    def ticked(self) -> Any:
        return log.log_exercise(prescription=self.wall_sit(), on=TODAY, occasion=1, status="done", **self.said())

    def of_visit(self, which: Visit) -> dict[str, Any]:
        return {"visit": which, "seen": which.last_sequence} | self.who

    def dose(self) -> dict[str, Any]:
        return {"dosage": replace(self.wall_sit().dosage, sets=3), "seen": self.seen} | self.who

    def decided(self, act: Act = Act.STAY, **how: Any) -> Any:
        return decision.decide(plan=self.plan, act=act, **({"on": TODAY} | how), seen=self.seen, **self.who)

    def absent(self) -> Any:
        return self.decided(Act.STOP, on=TODAY + timedelta(days=5), until=TODAY + timedelta(days=9))

    def version(self, status: str) -> TemplateVersion:
        offered = cast.offered_version(self.maria.clinic)
        return (
            offered
            if status == "published"
            else TemplateVersion.objects.create(template=offered.template, number=9, status=status, label="Next")
        )

    def another(self) -> tuple[Patient, Any]:
        somebody = cast.patient("Somebody Else", by=self.ana)
        return somebody, cast.episode(somebody, lead=self.ana)

    def code(self) -> str:
        return invitation.invite(patient=self.maria, **self.who)[1]


def a_neck_roll(w: World) -> dict[str, Any]:
    rows = prescription.offered(w.plan.phases.get(number=1), "neck")
    return {"what": next(row.revision for row, _ in rows if row.revision.exercise.key == "neck-roll"), **w.dose()}


# What prepares the act, and the act itself.
Ready = Callable[[World], Any]
ACTS: dict[str, tuple[Ready, Callable[[World, Any], Any]]] = {
    "patients.checkin.check_in": (
        lambda w: None, lambda w, _: checkin.check_in(on=TODAY, pain_morning=0, **w.said()),
    ),
    "patients.decision.decide": (lambda w: None, lambda w, _: w.decided()),
    "patients.decision.take_back": (
        World.decided, lambda w, _: decision.take_back(plan=w.plan, seen=w.seen, **w.who),
    ),
    "patients.decision.take_back_absence": (
        World.absent, lambda w, _: decision.take_back_absence(plan=w.plan, seen=w.seen, **w.who),
    ),
    "patients.episode.open_episode": (lambda w: None, lambda w, _: cast.episode(w.maria, lead=w.ana, at=NOW)),
    "patients.episode.correct_episode": (
        lambda w: w.maria.episodes.get(), lambda w, row: episode.correct_episode(episode=row, problem="Knee", **w.who),
    ),
    "patients.dealt_with.deal_with": (
        lambda w: w.maria.episodes.get(),
        lambda w, row: dealt_with.deal_with(
            episode=row, reason=Reason.SILENT, level=1, until=TODAY + timedelta(days=2), words="Rang her", **w.who
        ),
    ),
    "patients.own_exercise.add_own_exercise": (
        lambda w: None,
        lambda w, _: own_exercise.add_own_exercise(
            plan=w.plan, phase=2, name="Rock", words="Rock.", stop_rule="Stop.", **w.dose(),
        ),
    ),
    "patients.acknowledgement.acknowledge": (
        lambda w: None,
        lambda w, _: acknowledgement.acknowledge(
            patient=w.maria, prescriptions=[w.wall_sit().public_id], **w.who,
        ),
    ),
    "patients.sight.look_again": (
        lambda w: w.maria.episodes.get(), lambda w, row: sight.look_again(episode=row, on=TODAY, **w.who),
    ),
    "patients.invitation.invite": (lambda w: None, lambda w, _: w.code()),
    "patients.invitation.revoke": (World.code, lambda w, _: invitation.revoke(patient=w.maria, **w.who)),
    "patients.invitation._redeem": (
        World.code, lambda w, code: invitation.redeem(code=code, birth_year=w.maria.birth_date.year, at=NOW),
    ),
    "patients.invitation.set_email": (
        lambda w: None, lambda w, _: invitation.set_email(patient=w.maria, email="m@example.net", **w.who),
    ),
    "patients.invitation.end_phones": (lambda w: None, lambda w, _: invitation.end_phones(patient=w.maria, **w.who)),
    "patients.log.log_exercise": (lambda w: None, lambda w, _: w.ticked()),
    "patients.log.correct_log": (
        World.ticked,
        lambda w, row: log.correct_log(log=row, status="not_done", reason="pain", **w.said()),
    ),
    "patients.log.withdraw_log": (World.ticked, lambda w, row: log.withdraw_log(log=row, **w.said())),
    "patients.log.log_all": (lambda w: None, lambda w, _: log.log_all(plan=w.plan, on=TODAY, **w.said())),
    "patients.log.undo_all": (
        World.ticked, lambda w, row: log.undo_all(plan=w.plan, on=TODAY, logs=[row.client_id], **w.said()),
    ),
    "patients.on_behalf.enter_reports": (
        lambda w: on_behalf.Change(w.wall_sit().public_id, TODAY, 1, Said("done")),
        lambda w, change: on_behalf.enter_reports(plan=w.plan, changes=[change], how="paper", **w.said()),
    ),
    "patients.sheet.print_sheet": (
        lambda w: None, lambda w, _: sheet.print_sheet(plan=w.plan, first_on=TODAY, **w.who),
    ),
    "patients.patient.add_patient": (lambda w: None, lambda w, _: cast.patient("New Person", by=w.ana, at=NOW)),
    "patients.patient.correct_patient": (
        lambda w: None, lambda w, _: patient.correct_patient(patient=w.maria, phone="030 1", **w.who),
    ),
    "patients.plan.assign_plan": (
        World.another, lambda w, new: cast.plan(new[1], by=w.ana, start_on=TODAY, at=NOW),
    ),
    "patients.prescription.add_prescription": (
        a_neck_roll, lambda w, what: prescription.add_prescription(plan=w.plan, phase=2, **what),
    ),
    "patients.prescription.change_prescription": (
        lambda w: None, lambda w, _: prescription.change_prescription(prescription=w.wall_sit(), **w.dose()),
    ),
    "patients.prescription.stop_prescription": (
        lambda w: None,
        lambda w, _: prescription.stop_prescription(prescription=w.wall_sit(), seen=w.seen, **w.who),
    ),
    "patients.session.start_session": (lambda w: None, lambda w, _: w.note()),
    "patients.session.save_session": (
        World.note, lambda w, row: session.save_session(session=row, version=1, plan_text="Go on", **w.who),
    ),
    "patients.session.sign_session": (
        World.note, lambda w, row: session.sign_session(session=row, version=1, objective="Moves", **w.who),
    ),
    "patients.session.discard_session": (
        World.note, lambda w, row: session.discard_session(session=row, version=1, **w.who),
    ),
    "patients.session.add_addendum": (
        World.signed, lambda w, row: session.add_addendum(session=row, kind="addendum", text="Also", **w.who),
    ),
    "patients.walk_in.walk_in": (
        lambda w: w.maria.episodes.get(),
        lambda w, row: walk_in.walk_in(patient=w.maria, episode=row, plan=w.plan, kind="clinic", **w.who),
    ),
    "patients.entered_in_error.enter_in_error": (
        World.signed, lambda w, row: entered_in_error.enter_in_error(session=row, reason="Wrong window", **w.who),
    ),
    "patients.entered_in_error.copy_to_right_chart": (
        lambda w: (w.in_error(), w.another()[0]),
        lambda w, row: entered_in_error.copy_to_right_chart(session=row[0], patient=row[1], **w.who),
    ),
    "patients.visit.add_visit": (
        lambda w: None, lambda w, _: visit.add_visit(episode=w.maria.episodes.get(), **w.appointment()),
    ),
    "patients.visit.book_visit": (lambda w: None, lambda w, _: w.booked(THURSDAY)),
    "patients.visit.move_visit": (
        World.booked, lambda w, row: visit.move_visit(visit=row, seen=row.last_sequence, **w.appointment()),
    ),
    "patients.visit.attend_visit": (World.booked, lambda w, row: visit.attend_visit(**w.of_visit(row))),
    "patients.visit.attend_with_new_note": (
        World.booked, lambda w, row: visit.attend_with_new_note(kind="clinic", **w.of_visit(row)),
    ),
    "patients.visit.note_visit": (
        World.kept, lambda w, row: visit.note_visit(session=w.note(), **w.of_visit(row)),
    ),
    "patients.visit.note_visit_anew": (
        World.kept, lambda w, row: visit.note_visit_anew(kind="clinic", **w.of_visit(row)),
    ),
    "patients.visit.miss_visit": (World.booked, lambda w, row: visit.miss_visit(**w.of_visit(row))),
    "patients.visit.cancel_visit": (
        World.booked, lambda w, row: visit.cancel_visit(cause="patient", **w.of_visit(row)),
    ),
    "patients.visit.answer_visit": (
        World.missed, lambda w, row: visit.answer_visit(what_next="again", **w.of_visit(row)),
    ),
    "patients.visit.take_back_visit": (World.missed, lambda w, row: visit.take_back_visit(**w.of_visit(row))),
    "patients.series.book_series": (
        lambda w: None,
        lambda w, _: series.book_series(
            episode=w.maria.episodes.get(), physiotherapist=w.ana, on=TODAY, clock=time(15), minutes=30, weeks=2,
            **w.who,
        ),
    ),
    "rehab.catalogue.load_catalogue": (
        lambda w: Clinic.objects.create(name="Third", time_zone="UTC", country="DE", created_at=NOW),
        lambda w, made: catalogue.load_catalogue(clinic=made, **w.who),
    ),
    "rehab.clinic.create_clinic": (
        lambda w: None,
        lambda w, _: clinic.create_clinic(
            name="Fourth", time_zone="UTC", country="de", phone="1", emergency_number="112", hours="",
            first_user_name="Ida", first_user_email="ida@fourth.example", first_user_password=cast.PASSWORD, at=NOW,
        ),
    ),
    "rehab.plan_template.publish": (
        lambda w: w.version("draft"), lambda w, row: plan_template.publish(version=row, **w.who),
    ),
    "rehab.plan_template.retire": (
        lambda w: w.version("published"), lambda w, row: plan_template.retire(version=row, **w.who),
    ),
    "rehab.user.add_staff": (
        lambda w: None,
        lambda w, _: user.add_staff(
            clinic=w.ana.clinic, name="Ole", email="ole@harbour.example", password=cast.PASSWORD,
            roles=["is_front_desk"], **w.who,
        ),
    ),
    "rehab.user.sign_in": (lambda w: None, lambda w, _: user.sign_in(user=w.ana, at=NOW)),
    "rehab.user.set_password": (
        lambda w: None, lambda w, _: user.set_password(user=w.ana, password=cast.PASSWORD[::-1], **w.who),
    ),
    "rehab.user.set_email": (
        lambda w: None, lambda w, _: user.set_email(user=w.ana, email="new@harbour.example", **w.who),
    ),
    "rehab.user.deactivate": (
        lambda w: cast.person("Bruno"), lambda w, who: user.deactivate(user=who, **w.who),
    ),
    "rehab.snippet.add_snippet": (lambda w: None, lambda w, _: w.snippet()),
    "rehab.snippet.change_snippet": (
        World.snippet, lambda w, row: snippet.change_snippet(snippet=row, name="slr", text="80°", **w.who),
    ),
    "rehab.snippet.delete_snippet": (World.snippet, lambda w, row: snippet.delete_snippet(snippet=row, **w.who)),
    "rehab.away.plan_away": (lambda w: None, World.away),
    "rehab.away.end_away": (World.away, lambda w, row: away.end_away(away=row, **w.who)),
    "rehab.clinic.change_settings": (
        lambda w: None, lambda w, _: clinic.change_settings(clinic=w.ana.clinic, silent_days=4, **w.who),
    ),
    "rehab.clinic_hours.set_hours": (
        lambda w: None, lambda w, _: clinic_hours.set_hours(clinic=w.ana.clinic, hours=[], **w.who),
    ),
    "rehab.clinic_hours.close_days": (lambda w: None, World.closed),
    "rehab.clinic_hours.open_days": (
        World.closed, lambda w, row: clinic_hours.open_days(closed=row, **w.who),
    ),
    "patients.episode.close_episode": (World.nothing_open, World.closed_episode),
    "patients.episode.reopen_episode": (
        lambda w: w.closed_episode(w.nothing_open()),
        lambda w, row: episode.reopen_episode(episode=row, **w.who),
    ),
    "patients.handover.hand_over": (
        lambda w: w.maria.episodes.get(),
        lambda w, row: handover.hand_over(
            episodes=[row.public_id], from_user=w.ana, to_user=cast.person("Bruno"), **w.who,
        ),
    ),
    "patients.leaving.begin_leaving": (
        lambda w: None, lambda w, _: leaving.begin_leaving(user=w.ana, by=cast.person("Adela"), at=NOW),
    ),
    "patients.leaving.call_off_leaving": (
        lambda w: leaving.begin_leaving(user=w.ana, by=cast.person("Adela"), at=NOW),
        lambda w, _: leaving.call_off_leaving(user=w.ana, by=cast.person("Adela"), at=NOW),
    ),
    "patients.leaving.close_draft": (World.left_behind, lambda w, row: leaving.close_draft(session=row, **w.who)),
    "rehab.user.set_keys": (lambda w: None, lambda w, _: user.set_keys(user=w.ana, on=False, **w.who)),
    "rehab.user.end_sessions": (lambda w: None, lambda w, _: user.end_sessions(user=w.ana, **w.who)),
}  # fmt: skip


def actions() -> set[str]:
    """Every function of the actions that opens a transaction."""
    return {
        f"{package}.{path.stem}.{node.name}"
        for package in ("rehab", "patients")
        for path in (ROOT / package / "actions").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(each) == "transaction.atomic" for each in node.decorator_list)
    }


def test_every_action_is_tried() -> None:
    assert set(ACTS) == actions() - NOBODYS


@pytest.mark.parametrize("name", ACTS)
def test_an_act_leaves_a_row_that_says_who_and_when_and_no_values(name: str, maria: Patient, ana: User) -> None:
    prepare, act = ACTS[name]
    world = World(maria, ana)
    ready = prepare(world)
    last = AuditEvent.objects.latest("pk").pk
    act(world, ready)
    rows = AuditEvent.objects.filter(pk__gt=last)
    assert rows.exists()
    for row in rows:
        noun, _dot, verb = row.verb.partition(".")
        assert noun and verb and row.object_id and row.at == NOW
        assert User.objects.get(pk=row.actor_id).clinic_id == row.clinic_id
        assert all(isinstance(field, str) and field.isidentifier() for field in row.fields)
