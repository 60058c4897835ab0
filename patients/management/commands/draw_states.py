from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from ... import moves, visits
from ...progression import Kind, Refusal, State

TARGET = Path(settings.BASE_DIR) / "docs" / "states.md"

# Where the entries of an act lead, in the words of the clock.
AFTER: dict[str, State] = {
    Kind.STAY: State.STAYING,
    Kind.PAUSE: State.PAUSED,
    Kind.ADVANCE: State.RUNNING,
    Kind.REGRESS: State.RUNNING,
    Kind.COMPLETE: State.COMPLETED,
    Kind.DISCONTINUE: State.DISCONTINUED,
}


class Command(BaseCommand):
    help = "Write docs/states.md: the states of a plan and of a visit, drawn from their tables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Say whether the file is up to date; write nothing.")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        drawn = document()
        if not check:
            TARGET.write_text(drawn)
        elif not TARGET.exists() or TARGET.read_text() != drawn:
            raise SystemExit("docs/states.md is out of date: run manage.py draw_states")


def document() -> str:
    """The whole file: a picture and a table for the plan, a picture for the visit."""
    return "\n".join(
        [
            "# States",
            "",
            "Drawn by `manage.py draw_states` from `patients/moves.py` and `patients/visits.py`; a test fails where",
            "this file and the tables differ.",
            "",
            "## A plan",
            "",
            "A stop remembers what it interrupted, so it is drawn three times. Two arrows are nobody's act: at the end",
            "of a phase that needs review the clock itself comes to *awaiting review*, and a plan begins on its date.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *_plan_arrows(),
            "```",
            "",
            "Every act in every situation: the ledger entries that do it, or why not.",
            "",
            *_plan_table(),
            "",
            "## A visit",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> due",
            "    [*] --> booked",
            *(f"    {before} --> {after}: {step}" for (before, step), after in visits.TRANSITIONS.items()),
            "```",
            "",
        ]
    )


def _plan_arrows() -> list[str]:
    lines = [
        "    [*] --> not_started: start",
        "    not_started --> running",
        "    running --> awaiting_review",
    ]
    for situation, acts in moves.TABLE.items():
        for act, answer in acts.items():
            if not isinstance(answer, Refusal) and answer != (moves.WITHDRAW,):
                lines.append(f"    {situation} --> {_target(situation, answer)}: {act}")
    return lines


def _target(situation: moves.Situation, answer: tuple[moves.Entry, ...]) -> str:
    if situation is moves.Situation.NOT_STARTED:
        return moves.Situation.ENDED_BEFORE_START
    last = answer[-1]
    if last == Kind.PAUSE:
        return f"paused_{situation}"
    if last == Kind.RESUME:
        interrupted = situation.removeprefix("paused_")
        return interrupted if len(answer) == 1 and interrupted != situation else State.RUNNING
    return AFTER[last]


def _plan_table() -> list[str]:
    acts = list(moves.Act)
    rows = [
        "| situation | " + " | ".join(acts) + " |",
        "| --- " * (len(acts) + 1) + "|",
    ]
    for situation, answers in moves.TABLE.items():
        cells = [f"*{answers[act]}*" if isinstance(answers[act], Refusal) else ", ".join(answers[act]) for act in acts]
        rows.append(f"| {situation} | " + " | ".join(cells) + " |")
    return rows
