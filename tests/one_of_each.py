"""One row in every table, written without the actions: for tests of what the database itself refuses."""

from __future__ import annotations

from datetime import date, time, timedelta

from patients.models import (
    Acknowledgement,
    Addendum,
    CheckIn,
    DealtWith,
    Episode,
    ExerciseLog,
    Handover,
    Invitation,
    KeptExercise,
    OwnExercise,
    Patient,
    Plan,
    PlanPhase,
    PlanSpan,
    Prescription,
    PrintedSheet,
    SessionExercise,
    TreatmentSession,
    Visit,
    VisitEvent,
)
from rehab.models import (
    Away,
    Clinic,
    ClinicHours,
    ClosedDay,
    ExerciseRevision,
    FollowUp,
    Snippet,
    TemplateExercise,
    TemplatePhase,
    TemplateVersion,
    User,
)

from .cast import NOW, TODAY


def record(ana: User) -> Patient:
    """A patient with one row in every table of the record, and a second session: the first is signed, it is a draft."""
    patient = Patient.objects.create(
        clinic=ana.clinic, name="Row", sort_name="row", search_name=" row", number="R-1", birth_date=date(1980, 1, 1),
        by=ana, at=NOW,
    )  # fmt: skip
    episode = Episode.objects.create(
        patient=patient, lead=ana, problem="back", region="lower_back", opened_on=TODAY, by=ana, at=NOW
    )
    version = TemplateVersion.objects.get(template__clinic=ana.clinic, status="published")
    plan = Plan.objects.create(patient=patient, episode=episode, version=version, start_on=TODAY, by=ana, at=NOW)
    phase = PlanPhase.objects.create(
        plan=plan, number=1, first_week=1, last_week=2, source=version.phases.get(number=1)
    )
    decision = plan.decisions.create(sequence=1, act=1, kind="start", on=TODAY, by=ana, at=NOW)
    PlanSpan.objects.create(
        plan=plan, state="running", phase=1, first_on=TODAY, first_day=1, moves=True, phase_since=TODAY,
        state_since=TODAY,
    )  # fmt: skip
    revision = version.exercises.first().revision
    prescription = Prescription.objects.create(
        plan=plan, phase=phase, revision=revision, position=1, since=TODAY, opened_by=decision, reps=5
    )
    said = {"patient": patient, "on": TODAY, "how": "live", "made_at": NOW, "at": NOW, "by": ana}
    ExerciseLog.objects.create(prescription=prescription, occasion=1, status="done", **said)
    CheckIn.objects.create(**said)
    for status in ("signed", "draft"):
        session = TreatmentSession.objects.create(
            patient=patient, episode=episode, physiotherapist=ana, on=TODAY, saved_at=NOW, saved_by=ana, by=ana, at=NOW
        )
        SessionExercise.objects.create(session=session, revision=revision)
        if status == "signed":
            TreatmentSession.objects.filter(pk=session.pk).update(status=status, signed_at=NOW, signed_by=ana)
            Addendum.objects.create(session=session, kind="addendum", text="more", by=ana, at=NOW)
    visit = Visit.objects.create(
        patient=patient, episode=episode, plan=plan, follow_up=version.follow_ups.first(), kind="follow_up",
        state="booked", due_on=TODAY, starts_at=NOW, minutes=30, physiotherapist=ana, by=ana, at=NOW,
    )  # fmt: skip
    VisitEvent.objects.create(visit=visit, sequence=1, to_state="booked", by=ana, at=NOW)
    Invitation.objects.create(patient=patient, code_hash="x", expires_at=NOW + timedelta(days=14), by=ana, at=NOW)
    own = OwnExercise.objects.create(patient=patient, name="Own", words="Do", stop_rule="Pain", by=ana, at=NOW)
    SessionExercise.objects.create(session=patient.sessions.get(status="draft"), own_exercise=own)
    Acknowledgement.objects.create(patient=patient, prescription=prescription, by=ana, at=NOW)
    KeptExercise.objects.create(decision=decision, prescription=prescription)
    PrintedSheet.objects.create(plan=plan, sequence=1, first_on=TODAY, by=ana, at=NOW)
    DealtWith.objects.create(episode=episode, reason="silent", until=TODAY, by=ana, at=NOW)
    bruno = User.objects.get(name="Bruno Keller")
    Handover.objects.create(episode=episode, from_user=ana, to_user=bruno, by=ana, at=NOW)
    Away.objects.create(user=ana, first_on=TODAY, last_on=TODAY, covered_by=bruno, by=ana, at=NOW)
    ClinicHours.objects.create(clinic=ana.clinic, weekday=6, opens=time(8), closes=time(18))
    Snippet.objects.create(user=ana, name="home", text="Goes on at home.", at=NOW)
    ClosedDay.objects.create(clinic=ana.clinic, first_on=TODAY, last_on=TODAY)
    return patient


def draft(clinic: Clinic) -> TemplateVersion:
    """An open version with a phase, an exercise and a follow-up."""
    template = clinic.plan_templates.get()
    version = TemplateVersion.objects.create(template=template, number=3, label="next")
    phase = TemplatePhase.objects.create(version=version, number=1, name="Settle", weeks=2)
    TemplateExercise.objects.create(
        version=version, phase=phase, position=1, revision=ExerciseRevision.objects.first(), reps=5
    )
    FollowUp.objects.create(version=version, name="Look", day=28)
    return version
