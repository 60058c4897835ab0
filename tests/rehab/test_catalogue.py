"""The shipped catalogue in a clinic: a copy of its own, loaded once, never overwritten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from patients.models import Patient, Plan
from rehab import conditions, protocol
from rehab.actions.catalogue import Loaded, load_catalogue, shipped
from rehab.actions.clinic import create_clinic
from rehab.actions.plan_template import publish, retire
from rehab.errors import Conflict, Refused
from rehab.models import (
    AuditEvent,
    Clinic,
    Condition,
    Exercise,
    ExerciseRevision,
    IcdCode,
    TemplateVersion,
    User,
)
from tests.cast import FOUNDED, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def founder(db: None) -> User:
    """The administrator of a clinic that has no catalogue yet."""
    _, user = create_clinic(
        name="New", time_zone="UTC", country="de", phone="1", emergency_number="112", hours="", at=FOUNDED,
        first_user_name="Fay", first_user_email="fay@new.example", first_user_password=None,
    )  # fmt: skip
    return user


def with_exercise(document: protocol.Document, key: str, **changed: object) -> protocol.Document:
    """The document with one exercise changed, in its list and in every phase."""
    old = next(exercise for exercise in document.exercises if exercise.key == key)
    new = replace(old, **changed)

    def phase(before: protocol.Phase) -> protocol.Phase:
        named = tuple(replace(e, exercise=new) if e.exercise == old else e for e in before.exercises)
        return replace(before, exercises=named)

    return replace(
        document,
        exercises=tuple(new if exercise == old else exercise for exercise in document.exercises),
        versions=tuple(replace(v, phases=tuple(phase(p) for p in v.phases)) for v in document.versions),
    )


def with_longer_first_phase(document: protocol.Document) -> protocol.Document:
    *before, newest = document.versions
    first, *others = newest.phases
    return replace(document, versions=(*before, replace(newest, phases=(replace(first, weeks=3), *others))))


def everything(clinic: Clinic) -> dict[str, list[object]]:
    """What the clinic's catalogue says, row by row."""
    of_clinic = {
        "exercises": Exercise.objects.filter(clinic=clinic),
        "revisions": ExerciseRevision.objects.filter(exercise__clinic=clinic),
        "versions": TemplateVersion.objects.filter(template__clinic=clinic),
        "conditions": Condition.objects.filter(clinic=clinic),
    }
    found = {name: list(rows.order_by("pk").values()) for name, rows in of_clinic.items()}
    for name in ("phases", "exercises", "follow_ups"):
        rows = [getattr(version, name).order_by("pk").values() for version in of_clinic["versions"]]
        found[f"version_{name}"] = [list(values) for values in rows]
    found["facts"] = [list(condition.facts.values()) for condition in of_clinic["conditions"]]
    return found


def test_a_clinic_gets_all_of_the_shipped_document(founder: User) -> None:
    document, knowledge = shipped()
    loaded = load_catalogue(clinic=founder.clinic, by=founder, at=NOW)
    assert loaded == Loaded(revisions=len(document.exercises), versions=2, conditions=len(knowledge))
    assert founder.clinic.exercises.count() == len(document.exercises)
    for exercise in document.exercises:
        revision = founder.clinic.exercises.get(key=exercise.key).current
        assert (revision.number, revision.name, revision.dosage) == (1, exercise.name, exercise.dosage)
        assert revision.fact_ids == list(exercise.fact_ids)
    for data in knowledge:
        condition = founder.clinic.conditions.get(icd_code__code=data.icd)
        assert [(f.kind, f.position, f.text) for f in condition.facts.all()] == sorted(
            (f.kind.value, f.position, f.text) for f in data.facts
        )


def test_the_versions_are_as_in_the_source_retired_and_the_proposal_published(founder: User) -> None:
    load_catalogue(clinic=founder.clinic, by=founder, at=NOW)
    template = founder.clinic.plan_templates.get()
    assert template.made_for == ["M53.3", "M53.87"]
    assert template.also_for == ["M54.50", "M54.51", "M54.59"]
    first, second = template.versions.all()
    assert (first.number, first.status, first.published_by) == (1, "retired", founder)
    assert (second.number, second.status, second.based_on) == (2, "published", first)
    assert [phase.needs_review for phase in first.phases.all()] == [False] * 4
    assert [phase.needs_review for phase in second.phases.all()] == [False, True, True, False]
    for version, data in zip((first, second), shipped()[0].versions, strict=True):
        assert version.source_hash == version.content_hash == protocol.content_hash(data)
        for row, phase in zip(version.phases.all(), data.phases, strict=True):
            assert (str(row.key), row.name, row.weeks) == (phase.key, phase.name, phase.weeks)
            assert [item["fact_ids"] for item in row.items] == [list(item.fact_ids) for item in phase.items]
            assert [(str(e.key), e.dosage, e.starts_ticked) for e in row.exercises.all()] == [
                (e.key, e.dosage, e.starts_ticked) for e in phase.exercises
            ]


def test_in_the_offered_version_nothing_loaded_opens_without_a_clinician(clinic: Clinic) -> None:
    """Promise 45, on the rows that plans are made from."""
    version = TemplateVersion.objects.get(template__clinic=clinic, status="published")
    reviewed = True
    for phase in version.phases.all():
        heavy = [e for e in phase.exercises.all() if e.revision.loaded or e.revision.ballistic]
        assert reviewed or not heavy
        reviewed = phase.needs_review


def test_loading_the_same_again_writes_nothing(clinic: Clinic, admin: User) -> None:
    before, acts = everything(clinic), AuditEvent.objects.count()
    assert load_catalogue(clinic=clinic, by=admin, at=NOW) == Loaded()
    assert everything(clinic) == before
    assert AuditEvent.objects.count() == acts


def test_each_clinic_has_its_own_copy(clinic: Clinic, other_clinic: Clinic, zoe: User) -> None:
    before = everything(clinic)
    load_catalogue(
        clinic=other_clinic, by=zoe, at=NOW, document=with_exercise(shipped()[0], "plank", name="Plank, longer")
    )
    assert everything(clinic) == before
    assert not set(clinic.exercises.values_list("pk", flat=True)) & set(
        other_clinic.exercises.values_list("pk", flat=True)
    )


def test_a_changed_exercise_becomes_a_revision_and_a_draft_and_overwrites_nothing(clinic: Clinic, admin: User) -> None:
    before = everything(clinic)
    newer = with_exercise(shipped()[0], "plank", stop_rule="Stop when it hurts.")
    assert load_catalogue(clinic=clinic, by=admin, at=NOW, document=newer) == Loaded(revisions=1, versions=1)
    plank = clinic.exercises.get(key="plank")
    assert [r.number for r in plank.revisions.order_by("number")] == [1, 2]
    assert (plank.current.number, plank.current.stop_rule) == (2, "Stop when it hurts.")
    draft = TemplateVersion.objects.get(template__clinic=clinic, status="draft")
    assert (draft.number, draft.based_on.number) == (3, 2)
    assert {e.revision for e in draft.exercises.filter(revision__exercise=plank)} == {plank.current}
    published = TemplateVersion.objects.get(template__clinic=clinic, status="published")
    assert {e.revision.number for e in published.exercises.filter(revision__exercise=plank)} == {1}
    after = everything(clinic)
    for name in ("revisions", "versions", "conditions", "facts"):
        assert after[name][: len(before[name])] == before[name]
    assert load_catalogue(clinic=clinic, by=admin, at=NOW, document=newer) == Loaded()


def test_a_changed_version_becomes_a_draft_with_the_exercises_that_are_there(clinic: Clinic, admin: User) -> None:
    newer = with_longer_first_phase(shipped()[0])
    assert load_catalogue(clinic=clinic, by=admin, at=NOW, document=newer) == Loaded(versions=1)
    draft = TemplateVersion.objects.get(template__clinic=clinic, status="draft")
    assert draft.phases.first().weeks == 3
    assert {e.revision.number for e in draft.exercises.all()} == {1}


def test_a_newer_version_waits_while_a_draft_is_open(clinic: Clinic, admin: User) -> None:
    load_catalogue(clinic=clinic, by=admin, at=NOW, document=with_longer_first_phase(shipped()[0]))
    draft = TemplateVersion.objects.get(template__clinic=clinic, status="draft")
    another = with_exercise(shipped()[0], "plank", name="Plank, another way")
    loaded = load_catalogue(clinic=clinic, by=admin, at=NOW, document=another)
    assert loaded == Loaded(revisions=1, waits=True)
    assert TemplateVersion.objects.get(template__clinic=clinic, status="draft") == draft
    publish(version=draft, by=admin, at=NOW)
    assert load_catalogue(clinic=clinic, by=admin, at=NOW, document=another) == Loaded(versions=1)


def test_a_newer_catalogue_alters_no_plan_that_runs(ana: User, maria: Patient, marias_plan: Plan) -> None:
    """Promise 30, for the one way in which a template gets something new today."""

    def said() -> list[object]:
        rows = (marias_plan.phases, marias_plan.decisions, marias_plan.spans, marias_plan.prescriptions)
        return [list(related.order_by("pk").values()) for related in rows] + [
            [(p.revision.name, p.revision.stop_rule) for p in marias_plan.prescriptions.order_by("pk")]
        ]

    before = said()
    newer = with_longer_first_phase(with_exercise(shipped()[0], "hamstring-stretch", name="Hamstrings, other words"))
    load_catalogue(clinic=ana.clinic, by=ana, at=NOW, document=newer)
    publish(version=TemplateVersion.objects.get(template__clinic=ana.clinic, status="draft"), by=ana, at=NOW)
    assert said() == before


def test_going_back_to_an_older_exercise_makes_no_third_revision(clinic: Clinic, admin: User) -> None:
    newer = with_exercise(shipped()[0], "plank", name="Plank, longer")
    load_catalogue(clinic=clinic, by=admin, at=NOW, document=newer)
    assert load_catalogue(clinic=clinic, by=admin, at=NOW) == Loaded()
    assert clinic.exercises.get(key="plank").current.number == 2


def test_what_the_clinic_made_of_a_condition_stays(clinic: Clinic, admin: User) -> None:
    condition = clinic.conditions.get(icd_code__code="M53.87")
    condition.facts.filter(kind="synonym").delete()
    assert load_catalogue(clinic=clinic, by=admin, at=NOW) == Loaded()
    assert not condition.facts.filter(kind="synonym").exists()


def test_without_codes_the_load_is_refused_and_nothing_is_written(founder: User) -> None:
    data = shipped()[1][0]
    unknown: tuple[conditions.ConditionData, ...] = (replace(data, icd="M53.99"),)
    assert not IcdCode.objects.filter(code="M53.99").exists()
    with pytest.raises(Refused) as refusal:
        load_catalogue(clinic=founder.clinic, by=founder, at=NOW, knowledge=unknown)
    assert refusal.value.code == "codes_not_loaded"
    assert "M53.99" in refusal.value.sentence
    assert not founder.clinic.exercises.exists()


def test_the_acts_of_a_load_are_on_record(founder: User) -> None:
    load_catalogue(clinic=founder.clinic, by=founder, at=NOW)
    events = AuditEvent.objects.filter(clinic_id=founder.clinic_id, actor_id=founder.pk)
    verbs = set(events.values_list("verb", flat=True))
    assert verbs >= {
        "exercise.revise", "plan_template.create", "template_version.create", "template_version.publish",
        "template_version.retire", "condition.create",
    }  # fmt: skip


def test_the_command_loads_every_clinic_and_says_what_it_wrote(
    founder: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_catalogue")
    assert "New: 16 exercises, 2 template versions, 2 conditions written" in capsys.readouterr().out
    assert founder.clinic.plan_templates.exists()


def test_the_command_needs_somebody_to_do_it(founder: User) -> None:
    User.objects.filter(pk=founder.pk).update(is_administrator=False)
    with pytest.raises(CommandError, match="New has no administrator"):
        call_command("load_catalogue")


# --- publish and retire ------------------------------------------------------------------------------------


@pytest.fixture
def draft(clinic: Clinic, admin: User) -> TemplateVersion:
    load_catalogue(clinic=clinic, by=admin, at=NOW, document=with_longer_first_phase(shipped()[0]))
    return TemplateVersion.objects.get(template__clinic=clinic, status="draft")


def test_a_draft_is_published_by_somebody_at_some_time(draft: TemplateVersion, admin: User) -> None:
    publish(version=draft, by=admin, at=NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.published_at, draft.published_by) == ("published", NOW, admin)


def test_a_version_that_was_published_meanwhile_is_a_conflict(draft: TemplateVersion, admin: User) -> None:
    stale = TemplateVersion.objects.get(pk=draft.pk)
    publish(version=draft, by=admin, at=NOW)
    for version in (draft, stale):
        with pytest.raises(Conflict):
            publish(version=version, by=admin, at=NOW)


def test_a_retired_version_keeps_the_date_on_which_it_was_published(clinic: Clinic, admin: User) -> None:
    version = TemplateVersion.objects.get(template__clinic=clinic, status="published")
    retire(version=version, by=admin, at=NOW)
    version.refresh_from_db()
    assert (version.status, version.published_at) == ("retired", FOUNDED)
    with pytest.raises(Conflict):
        retire(version=version, by=admin, at=NOW)


def test_a_version_in_which_load_opens_unasked_is_not_published(draft: TemplateVersion, admin: User) -> None:
    draft.phases.update(needs_review=False)
    with pytest.raises(Refused) as refusal:
        publish(version=draft, by=admin, at=NOW)
    assert refusal.value.code == "opens_unasked"
    assert "Step-up" in refusal.value.sentence
    draft.refresh_from_db()
    assert draft.status == "draft"
