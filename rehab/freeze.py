"""What may change, model by model, and the database triggers that hold it.

Every model of the product stands in one of the registries (`REHAB` here, `PATIENTS` in `patients/freeze.py`). The
triggers are made from them on SQLite and PostgreSQL, never in a migration: they are dropped before migrations run and
made again after. Both databases answer a forbidden write with `IntegrityError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "freeze_"


@dataclass(frozen=True, slots=True)
class Mutable:
    """Rows change through actions. `kept` rows are never deleted."""

    kept: bool = False


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """Rows are written once. `but` names columns that may be set, `set_once` those that may go once from empty to a
    value."""

    but: tuple[str, ...] = ()
    set_once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """Rows are closed once `closed` (SQL over OLD) holds: then only `but` columns may be set, and nothing is deleted.

    `kept` rows are not deleted while they are open, either.
    """

    closed: str
    but: tuple[str, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class FrozenWith:
    """Rows belong to a parent: once its row matches `closed` (SQL over p), nothing is added, changed or removed."""

    parent: str
    column: str
    closed: str


Rule = Mutable | AppendOnly | Frozen | FrozenWith

_DRAFT_VERSION = "p.status <> 'draft'"

REHAB: dict[str, Rule] = {
    "rehab.Clinic": Mutable(kept=True),
    "rehab.ClinicHours": Mutable(),
    "rehab.ClosedDay": Mutable(),
    "rehab.User": Mutable(kept=True),
    "rehab.Away": Mutable(kept=True),
    "rehab.Snippet": Mutable(),
    "rehab.AuditEvent": AppendOnly(),
    "rehab.IcdCode": Mutable(),
    "rehab.Condition": Mutable(),
    "rehab.ConditionFact": Mutable(),
    "rehab.Exercise": Mutable(kept=True),
    "rehab.ExerciseRevision": AppendOnly(),
    "rehab.PlanTemplate": Mutable(kept=True),
    "rehab.TemplateVersion": Frozen(closed="OLD.status <> 'draft'", but=("status",)),
    "rehab.TemplatePhase": FrozenWith("rehab.TemplateVersion", "version_id", _DRAFT_VERSION),
    "rehab.TemplateExercise": FrozenWith("rehab.TemplateVersion", "version_id", _DRAFT_VERSION),
    "rehab.FollowUp": FrozenWith("rehab.TemplateVersion", "version_id", _DRAFT_VERSION),
}

registry: dict[str, Rule] = {}


def register_rules(rules: Mapping[str, Rule]) -> None:
    registry.update(rules)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger in the words of both databases. `condition` is SQL over OLD and NEW; empty means always."""

    name: str
    table: str
    event: str  # INSERT, UPDATE, UPDATE OF a, b, DELETE
    condition: str
    message: str


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _update_of(columns: list[str]) -> str:
    return "UPDATE OF " + ", ".join(f'"{column}"' for column in columns)


def triggers(label: str, rule: Rule) -> Iterator[Trigger]:
    """The triggers that hold one model's rule."""
    model = apps.get_model(label)
    table = model._meta.db_table

    def trigger(suffix: str, event: str, condition: str, says: str) -> Trigger:
        return Trigger(f"{PREFIX}{table}_{suffix}", table, event, condition, f"{label}: {says}")

    match rule:
        case Mutable(kept=kept):
            if kept:
                yield trigger("delete", "DELETE", "", "rows are kept")
        case AppendOnly(but=but, set_once=set_once):
            fixed = [column for column in _columns(model) if column not in but + set_once]
            yield trigger("delete", "DELETE", "", "rows are kept")
            yield trigger("update", _update_of(fixed), "", "rows are written once")
            for column in set_once:
                yield trigger(
                    f"once_{column}",
                    _update_of([column]),
                    f'OLD."{column}" IS NOT NULL',
                    f"{column} is set once",
                )
        case Frozen(closed=closed, but=but, kept=kept):
            fixed = [column for column in _columns(model) if column not in but]
            yield trigger("delete", "DELETE", "" if kept else closed, "rows are kept")
            yield trigger("update", _update_of(fixed), closed, "the row is closed")
        case FrozenWith(parent=parent, column=column, closed=closed):
            above = apps.get_model(parent)._meta.db_table
            for suffix, event, row in (
                ("insert", "INSERT", "NEW"),
                ("update", "UPDATE", "OLD"),
                ("moved", "UPDATE", "NEW"),
                ("delete", "DELETE", "OLD"),
            ):
                condition = f'EXISTS (SELECT 1 FROM "{above}" p WHERE p.id = {row}."{column}" AND {closed})'  # noqa: S608  # nosec B608
                yield trigger(suffix, event, condition, "what it belongs to is closed")


def all_triggers() -> list[Trigger]:
    return [trigger for label, rule in sorted(registry.items()) for trigger in triggers(label, rule)]


def _create(connection: BaseDatabaseWrapper, trigger: Trigger) -> Iterator[str]:
    if connection.vendor == "sqlite":
        when = f"WHEN {trigger.condition} " if trigger.condition else ""
        yield (
            f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" FOR EACH ROW {when}'
            f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
        )
        return
    # PostgreSQL's WHEN takes no subquery, so the condition sits in the function.
    row = "OLD" if trigger.event == "DELETE" else "NEW"
    yield (
        f'CREATE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {trigger.condition or 'true'} THEN RAISE EXCEPTION '{trigger.message}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
    )
    yield (
        f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{trigger.name}"()'
    )


def existing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The product's triggers that the database holds: name → table."""
    catalogue = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger of the product away."""
    with connection.cursor() as cursor:
        for name, table in existing(connection).items():
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER "{name}"')
            else:
                cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
                cursor.execute(f'DROP FUNCTION "{name}"()')


def create(connection: BaseDatabaseWrapper) -> None:
    """Make every trigger anew, for the tables that exist."""
    drop(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in all_triggers():
            if trigger.table in tables:
                for statement in _create(connection, trigger):
                    cursor.execute(statement)


def before_migrate(*, using: str, app_config: Any, **_: Any) -> None:
    # Sent once an app; the first is enough, and the others find nothing.
    drop(connections[using])


def after_migrate(*, using: str, app_config: Any, **_: Any) -> None:
    if app_config.name == "rehab":
        create(connections[using])


def check_triggers(*, app_configs: Any = None, databases: list[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A system check: a trigger that is missing is an error."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        missing = {t.name for t in all_triggers() if t.table in tables} - set(existing(connection))
        if missing:
            messages.append(
                Error(
                    f"Triggers are missing in {alias}: {', '.join(sorted(missing))}",
                    hint="Run manage.py migrate, which makes them.",
                    id="rehab.E001",
                )
            )
    return messages
