from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import call_command

from rehab import icd
from rehab.actions.icd import load_codes
from rehab.models import IcdCode

pytestmark = pytest.mark.django_db


def test_every_row_of_the_data_file_is_in_the_table() -> None:
    load_codes()
    rows = icd.read_data().rows
    assert IcdCode.objects.count() == len(rows)
    stored = IcdCode.objects.select_related("parent").in_bulk(field_name="code")
    for row in rows[:: len(rows) // 200]:
        code = stored[row.code]
        assert (code.title, code.billable, code.compact) == (row.title, row.billable, row.compact)
        assert (code.parent.code if code.parent else None) == row.parent


def test_a_code_carries_the_notes_of_its_block() -> None:
    notes = IcdCode.objects.get(code="M53.87").excludes1
    assert {"text": "current injury - see injury of spine by body region", "from": "M50-M54"} in notes


def test_loading_again_writes_nothing() -> None:
    before = dict(IcdCode.objects.values_list("code", "pk"))
    assert load_codes() == 0
    assert dict(IcdCode.objects.values_list("code", "pk")) == before


def test_a_newer_release_changes_rows_in_place_and_keeps_what_it_no_longer_has() -> None:
    shipped = icd.read_data()
    kept = IcdCode.objects.get(code="M53.87").pk
    newer = icd.Data(
        release="ICD-10-CM October 2026 (FY2027)",
        rows=tuple(
            replace(row, title="Renamed") if row.code == "M53.87" else row
            for row in shipped.rows
            if row.code != "M53.88"
        ),
    )
    assert load_codes(data=newer) == len(newer.rows)
    renamed = IcdCode.objects.get(code="M53.87")
    assert (renamed.pk, renamed.title, renamed.release) == (kept, "Renamed", newer.release)
    assert IcdCode.objects.get(code="M53.88").release == shipped.release


def test_the_command_says_how_much_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_codes")
    assert capsys.readouterr().out == "0 codes written\n"
