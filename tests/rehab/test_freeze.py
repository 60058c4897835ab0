"""What may not change is refused by the database itself, whatever way the write comes."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from patients.models import Patient
from rehab import freeze
from rehab.actions.catalogue import load_catalogue
from rehab.actions.plan_template import publish
from rehab.models import Clinic, ExerciseRevision, TemplatePhase, TemplateVersion, User
from tests import one_of_each
from tests.cast import NOW

pytestmark = pytest.mark.django_db
RULES = sorted(freeze.registry.items())


def of_kind(kind: type) -> list[str]:
    return [label for label, rule in RULES if isinstance(rule, kind)]


def refused(label: str) -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError, match=label)


def row_of(label: str) -> models.QuerySet[models.Model]:
    """One row of the model, as a queryset; `record` has made one of each."""
    model = apps.get_model(label)
    first = model._default_manager.order_by("pk").first()
    assert first is not None, f"{label} has no row"
    return model._default_manager.filter(pk=first.pk)


def write_again(rows: models.QuerySet[models.Model], column: str) -> None:
    """An update that names the column and changes nothing: the trigger asks which column is set, not to what."""
    field = next(field for field in rows.model._meta.concrete_fields if field.column == column)
    rows.update(**{field.attname: F(field.attname)})


@pytest.fixture
def record(ana: User) -> Patient:
    return one_of_each.record(ana)


@pytest.fixture
def draft(clinic: Clinic) -> TemplateVersion:
    return one_of_each.draft(clinic)


def test_every_model_says_whether_its_rows_may_change() -> None:
    labels = {model._meta.label for app in ("rehab", "patients") for model in apps.get_app_config(app).get_models()}
    assert set(freeze.registry) == labels


def test_the_database_holds_a_trigger_for_every_rule_and_no_other() -> None:
    assert set(freeze.existing(connection)) == {trigger.name for trigger in freeze.all_triggers()}


@pytest.mark.parametrize(
    "label",
    [label for label, rule in RULES if isinstance(rule, freeze.AppendOnly) or getattr(rule, "kept", False)],
)
def test_a_kept_row_is_not_deleted(record: Patient, label: str) -> None:
    rows = row_of(label)
    with refused(label), transaction.atomic():
        rows._raw_delete(rows.db)
    assert rows.exists()


@pytest.mark.parametrize("label", of_kind(freeze.AppendOnly))
def test_what_is_written_once_is_not_changed(record: Patient, label: str) -> None:
    rule, rows = freeze.registry[label], row_of(label)
    for field in rows.model._meta.concrete_fields:
        if field.column in rule.but + rule.set_once:
            write_again(rows, field.column)
        else:
            with refused(label), transaction.atomic():
                write_again(rows, field.column)


@pytest.mark.parametrize("label", [label for label in of_kind(freeze.AppendOnly) if freeze.registry[label].set_once])
def test_what_is_set_once_is_not_set_again_and_not_emptied(record: Patient, label: str) -> None:
    for column in freeze.registry[label].set_once:
        rows = row_of(label)
        assert rows.update(**{column: NOW}) == 1
        for value in (NOW + timedelta(hours=1), None):
            with refused(label), transaction.atomic():
                rows.update(**{column: value})
        assert rows.get().__dict__[column] == NOW


@pytest.mark.parametrize("label", of_kind(freeze.AppendOnly))
def test_a_bulk_update_is_refused_as_well(record: Patient, label: str) -> None:
    rows = row_of(label)
    row = rows.get()
    names = [f.name for f in rows.model._meta.concrete_fields if not f.primary_key]
    with refused(label), transaction.atomic():
        rows.model._default_manager.bulk_update([row], names)
    with refused(label), transaction.atomic():
        row.save()


@pytest.mark.parametrize("label", of_kind(freeze.Frozen))
def test_a_closed_row_changes_in_its_named_columns_only(record: Patient, label: str) -> None:
    rule, rows = freeze.registry[label], row_of(label)
    for field in rows.model._meta.concrete_fields:
        if field.column in rule.but:
            write_again(rows, field.column)
        else:
            with refused(label), transaction.atomic():
                write_again(rows, field.column)
    with refused(label), transaction.atomic():
        rows._raw_delete(rows.db)


@pytest.mark.parametrize("label", of_kind(freeze.FrozenWith))
def test_nothing_is_added_to_changed_in_or_taken_from_what_is_closed(record: Patient, label: str) -> None:
    rows = row_of(label)
    for field in rows.model._meta.concrete_fields:
        with refused(label), transaction.atomic():
            write_again(rows, field.column)
    with refused(label), transaction.atomic():
        rows._raw_delete(rows.db)
    another = rows.get()
    another.pk = None
    with refused(label), transaction.atomic():
        rows.model._default_manager.bulk_create([another])
    with refused(label), transaction.atomic():
        another.save(force_insert=True)


def test_a_row_of_a_draft_is_not_moved_into_a_closed_version(draft: TemplateVersion) -> None:
    closed = draft.template.versions.get(status="published")
    for rows in (draft.phases.all(), draft.exercises.all(), draft.follow_ups.all()):
        with refused(rows.model._meta.label), transaction.atomic():
            rows.update(version=closed)


def test_a_draft_is_changed_and_deleted_with_all_that_is_in_it(draft: TemplateVersion) -> None:
    assert draft.phases.update(name="Rest") == draft.exercises.update(reps=8) == draft.follow_ups.update(day=21) == 1
    TemplateVersion.objects.filter(pk=draft.pk).update(note="Shorter")
    draft.delete()
    assert not TemplatePhase.objects.filter(version_id=draft.pk).exists()


def test_publishing_a_draft_closes_it_and_its_rows(draft: TemplateVersion, admin: User) -> None:
    publish(version=draft, by=admin, at=NOW)
    for rows in (draft.phases.all(), draft.exercises.all(), draft.follow_ups.all()):
        with refused(rows.model._meta.label), transaction.atomic():
            rows._raw_delete(rows.db)
    with refused("rehab.TemplateVersion"), transaction.atomic():
        TemplateVersion.objects.filter(pk=draft.pk).update(note="Quietly changed")
    with refused("rehab.TemplateVersion"), transaction.atomic():
        TemplateVersion.objects.filter(pk=draft.pk).update(status="draft", published_at=None, published_by=None)


def test_a_draft_session_is_changed_but_never_deleted(record: Patient) -> None:
    rows = record.sessions.filter(status="draft")
    assert rows.update(subjective="Better since Monday", version=Coalesce(F("version"), 0) + 1) == 1
    with refused("patients.TreatmentSession"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_a_missing_trigger_is_an_error_of_the_system_check() -> None:
    name, table = next(iter(sorted(freeze.existing(connection).items())))
    assert freeze.check_triggers(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"' + ("" if connection.vendor == "sqlite" else f' ON "{table}"'))
    (message,) = freeze.check_triggers(databases=["default"])
    assert message.id == "rehab.E001"
    assert name in message.msg


def test_a_database_that_is_not_asked_about_is_not_looked_at() -> None:
    freeze.drop(connection)
    assert freeze.check_triggers(databases=None) == []
    freeze.create(connection)


def test_the_triggers_are_there_after_a_migration_and_again_after_the_next(clinic: Clinic, admin: User) -> None:
    before = freeze.existing(connection)
    freeze.drop(connection)
    assert freeze.existing(connection) == {}
    call_command("migrate", verbosity=0, stdout=StringIO())
    call_command("migrate", verbosity=0, stdout=StringIO())
    assert freeze.existing(connection) == before
    with refused("rehab.ExerciseRevision"), transaction.atomic():
        ExerciseRevision.objects.update(name="Changed")
    assert load_catalogue(clinic=clinic, by=admin, at=NOW).revisions == 0
