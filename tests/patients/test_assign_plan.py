"""Assigning a plan, as an action: what it copies, what it refuses, and that it is all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from patients.actions.plan import assign_plan
from patients.actions.prescription import Chosen, chosen, ticks
from patients.models import Episode, Patient, Plan, Prescription
from rehab.actions.plan_template import retire
from rehab.dosage import Dosage
from rehab.errors import Refused
from rehab.models import TemplateVersion, User
from tests.cast import NOW, TODAY, episode, offered_version, plan
from tests.faults import broken_at_each_statement


@pytest.fixture
def case(nils: Patient, ana: User) -> Episode:
    return episode(nils, lead=ana)


def of_phase(version: TemplateVersion, number: int, *, all_of_them: bool = False) -> list[Chosen]:
    rows = version.exercises.filter(phase__number=number).select_related("revision").order_by("position")
    return [chosen(row) for row in rows if all_of_them or ticks(row, "lower_back")]


def assigned(case: Episode, by: User, **changed: object) -> Plan:
    version = changed.pop("version", None) or offered_version(by.clinic)
    assert isinstance(version, TemplateVersion)
    details = {
        "episode": case,
        "version": version,
        "start_on": TODAY,
        "exercises": of_phase(version, int(str(changed.get("start_phase", 1)))),
        "by": by,
        "at": NOW,
    }
    return assign_plan(**details | changed)  # type: ignore[arg-type]


def refusal(case: Episode, by: User, **changed: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        assigned(case, by, **changed)
    assert not Plan.objects.filter(episode=case).exists()
    return refused.value.code, refused.value.field


def test_a_plan_is_the_versions_copy_with_its_start_on_record(case: Episode, ana: User) -> None:
    made = assigned(case, ana, patient_text="Gently", evidence={"course": "new", "proposed_phase": 1})
    assert [(row.number, row.first_week, row.last_week, row.needs_review) for row in made.phases.all()] == [
        (1, 1, 2, False),
        (2, 3, 6, True),
        (3, 7, 12, True),
        (4, 13, None, False),
    ]
    start = made.decisions.get()
    assert (start.kind, start.on, start.to_phase, start.patient_text) == ("start", TODAY, None, "Gently")
    assert start.evidence == {"course": "new", "proposed_phase": 1}
    assert made.position(TODAY).phase == 1
    assert made.visits.filter(state="due").exists()


@pytest.mark.parametrize("start_phase", [1, 2, 3, 4])
def test_nothing_loaded_or_ballistic_opens_unless_it_was_ticked(case: Episode, ana: User, start_phase: int) -> None:
    assigned(case, ana, start_phase=start_phase, reason="Comes from elsewhere")
    standing = Prescription.objects.standing().filter(plan__episode=case).select_related("revision")
    assert standing.exists()
    assert not [row for row in standing if row.revision.loaded or row.revision.ballistic]


def test_what_is_ticked_opens_even_if_it_is_loaded(case: Episode, ana: User) -> None:
    everything = of_phase(offered_version(ana.clinic), 3, all_of_them=True)
    made = assigned(case, ana, start_phase=3, reason="An athlete", exercises=everything)
    assert made.prescriptions.filter(revision__loaded=True).count() == 2


def test_a_dose_may_be_the_patients_own(case: Episode, ana: User) -> None:
    first = of_phase(offered_version(ana.clinic), 1)[0]
    made = assigned(case, ana, exercises=[replace(first, dosage=Dosage(reps=3, days_per_week=2))])
    assert made.prescriptions.get(phase__number=1).dosage == Dosage(reps=3, days_per_week=2)


def test_a_later_phase_needs_its_reason(case: Episode, ana: User) -> None:
    assert refusal(case, ana, start_phase=2, reason=" ") == ("reason_for_later_phase", "reason")
    start = assigned(case, ana, start_phase=2, reason="Past the first weeks").decisions.get()
    assert (start.to_phase, start.reason) == (2, "Past the first weeks")


def test_one_open_plan_a_patient_whatever_the_episode(maria: Patient, ana: User) -> None:
    second = episode(maria, lead=ana, region="neck")
    assert refusal(second, ana) == ("open_plan", None)


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_a_published_version_is_assigned(case: Episode, ana: User, status: str) -> None:
    version = offered_version(ana.clinic)
    if status == "retired":
        retire(version=version, by=ana, at=NOW)
    else:
        version = TemplateVersion.objects.create(template=version.template, number=9, label="Next")
    assert refusal(case, ana, version=version)[0] == "version_not_offered"


def test_a_version_of_another_clinic_is_not_assigned(case: Episode, ana: User, zoe: User) -> None:
    assert refusal(case, ana, version=offered_version(zoe.clinic)) == ("version_not_offered", "version")


def test_an_exercise_of_another_phase_or_clinic_is_not_taken(case: Episode, ana: User, zoe: User) -> None:
    ours, theirs = offered_version(ana.clinic), offered_version(zoe.clinic)
    strange = [of_phase(ours, 2)[0], of_phase(theirs, 1)[0]]
    first = of_phase(ours, 1)[0]
    strange += [replace(first, source=None), replace(first, what=strange[0].what)]
    for one in strange:
        assert refusal(case, ana, exercises=[first, one]) == ("exercise_elsewhere", "exercises")


def test_a_plan_without_an_exercise_asks_nothing_so_it_is_refused(case: Episode, ana: User) -> None:
    assert refusal(case, ana, exercises=[]) == ("no_exercises", "exercises")


def test_a_dose_that_cannot_be_done_is_refused(case: Episode, ana: User) -> None:
    first = of_phase(offered_version(ana.clinic), 1)[0]
    code, field = refusal(case, ana, exercises=[replace(first, dosage=Dosage(reps=0))])
    assert (code, field) == ("dosage_reps", "reps")


@pytest.mark.parametrize("days", [-8, 91, -3650, 3650])
def test_a_start_years_away_is_refused(case: Episode, ana: User, days: int) -> None:
    assert refusal(case, ana, start_on=TODAY + timedelta(days=days))[1] == "start_on"


@pytest.mark.parametrize("days", [-7, 0, 90])
def test_a_start_may_be_a_week_ago_or_ninety_days_ahead(case: Episode, ana: User, days: int) -> None:
    assert assigned(case, ana, start_on=TODAY + timedelta(days=days)).pk


def test_a_plan_does_not_start_before_the_problem_did(case: Episode, ana: User) -> None:
    Episode.objects.filter(pk=case.pk).update(onset=TODAY, onset_precision="day")
    case.refresh_from_db()
    assert refusal(case, ana, start_on=TODAY - timedelta(days=1)) == ("before_onset", "start_on")


def test_a_closed_episode_gets_no_plan(case: Episode, ana: User) -> None:
    Episode.objects.filter(pk=case.pk).update(closed_on=date(2026, 3, 1), look_again_on=None)
    case.refresh_from_db()
    assert refusal(case, ana) == ("episode_closed", None)


def test_there_is_no_fifth_phase(case: Episode, ana: User) -> None:
    for number in (0, 5, -1):
        assert refusal(case, ana, start_phase=number, reason="Why not")[0] == "no_such_phase"


def test_broken_at_any_statement_it_leaves_nothing(case: Episode, ana: User) -> None:
    exercises = of_phase(offered_version(ana.clinic), 1)
    statements = broken_at_each_statement(lambda: assigned(case, ana, exercises=exercises))
    assert statements > 10
    assert plan_is_whole(Plan.objects.get(episode=case))


def plan_is_whole(made: Plan) -> bool:
    return made.phases.count() == 4 and made.spans.exists() and made.prescriptions.exists()


def test_a_template_that_changes_later_never_alters_an_assigned_plan(case: Episode, ana: User) -> None:
    made = plan(case, by=ana, start_on=TODAY)
    before = list(made.prescriptions.values()), list(made.phases.values()), list(made.spans.values())
    retire(version=made.version, by=ana, at=NOW)
    assert before == (list(made.prescriptions.values()), list(made.phases.values()), list(made.spans.values()))
