"""Write `rehab/data/icd10cm.json` anew from the simple-icd-10-cm package (a development dependency)."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from rehab import icd

RELEASE = "ICD-10-CM April 2026 (FY2026)"
CHAPTER_XIII = "M"
# Codes of other chapters that the protocol's conditions point to; their parents come along.
OTHER_CODES = (
    "G83.4",
    "R29.3",
    *(f"S33.5XX{encounter}" for encounter in "ADS"),
    *(f"S39.012{encounter}" for encounter in "ADS"),
)


class Command(BaseCommand):
    help = "Write the ICD-10-CM data file from the simple-icd-10-cm package. For development only."

    def handle(self, *args: Any, **options: Any) -> None:
        # Importing it parses ten megabytes of XML (1.3 s, 190 MB), so nothing else may pull it in.
        import simple_icd_10_cm as source

        parents = {parent for code in OTHER_CODES for parent in source.get_ancestors(code)}
        chapter = source.get_ancestors("M00")[-1]
        wanted = parents | {chapter, *OTHER_CODES}
        # A block of one category ("M99") is listed twice under the same name: one row is enough.
        every_code = dict.fromkeys(source.get_all_codes(True))
        codes = [c for c in every_code if c in wanted or c.startswith(CHAPTER_XIII)]
        lines = [json.dumps(_row(source, code), ensure_ascii=False) for code in codes]
        text = f'{{"release": {json.dumps(RELEASE)}, "rows": [\n' + ",\n".join(lines) + "\n]}\n"
        icd.DATA_FILE.write_text(text, encoding="utf-8")
        self.stdout.write(f"{icd.DATA_FILE}: {len(codes)} rows, {RELEASE}")


def _row(source: Any, code: str) -> dict[str, Any]:
    """One line of the file; what is false or empty is left out."""
    row = {
        "code": code,
        "title": source.get_description(code),
        "parent": next((parent for parent in source.get_ancestors(code) if parent != code), None),
        # `is_leaf` is also true of twelve block headings without children.
        "billable": source.is_leaf(code) and source.is_category_or_subcategory(code),
        "inclusion": source.get_inclusion_term(code),
        "excludes1": source.get_excludes1(code),
    }
    return {key: value for key, value in row.items() if value}
