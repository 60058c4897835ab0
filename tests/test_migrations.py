"""The migrations, on a database of their own: from nothing forward, back to nothing, and forward again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from rehab import freeze

ALIAS = "nothing_yet"
# The patients' tables lean on the clinic's, so they go first and come last.
APPS = ("patients", "rehab")


@pytest.fixture
def nothing_yet(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """An empty database beside the one that all other tests share."""
    with django_db_blocker.unblock():
        here = connections["default"]
        test_name = (
            str(tmp_path / "empty.sqlite3") if here.vendor == "sqlite" else f"{here.settings_dict['NAME']}_empty"
        )
        settings = {**here.settings_dict, "TEST": {**here.settings_dict["TEST"], "NAME": test_name}}
        connections.settings[ALIAS] = settings
        empty = connections[ALIAS]
        empty.creation._create_test_db(verbosity=0, autoclobber=True)
        empty.close()
        settings["NAME"] = empty.settings_dict["NAME"] = test_name
        yield empty
        empty.creation.destroy_test_db(here.settings_dict["NAME"], verbosity=0)
        del connections[ALIAS], connections.settings[ALIAS]


def tables(connection: BaseDatabaseWrapper) -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith(APPS)}


def test_the_migrations_go_forward_back_to_nothing_and_forward_again(nothing_yet: BaseDatabaseWrapper) -> None:
    every_trigger = {trigger.name for trigger in freeze.all_triggers()}
    call_command("migrate", database=ALIAS, verbosity=0)
    made = tables(nothing_yet)
    assert "patients_plan" in made and "rehab_clinic" in made
    assert set(freeze.existing(nothing_yet)) == every_trigger

    for app in APPS:
        call_command("migrate", app, "zero", database=ALIAS, verbosity=0)
    assert tables(nothing_yet) == set()
    assert freeze.existing(nothing_yet) == {}

    call_command("migrate", database=ALIAS, verbosity=0)
    assert tables(nothing_yet) == made
    assert set(freeze.existing(nothing_yet)) == every_trigger


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
