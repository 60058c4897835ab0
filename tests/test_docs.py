"""What the documents say of the product is so."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


def test_the_states_are_drawn_from_their_tables() -> None:
    call_command("draw_states", check=True)


def test_every_link_of_a_document_leads_somewhere() -> None:
    documents = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#]+)", document.read_text())
        if not target.startswith(("http:", "https:", "mailto:")) and not (document.parent / target).exists()
    ]
    assert lost == []


def test_every_dependency_is_pinned_exactly_and_has_its_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[\w\[\],.-]+==[\w.]+ +# .{10,}", line), line


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text()[:1200]
    assert "make run" in opening and "make test" in opening
