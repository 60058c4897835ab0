"""Every code of a closed list has its sentence, and no two codes share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

import pytest

from patients import sentences
from patients.decision_sentences import CAUTIONS, SAID_TO_PATIENT
from patients.fit import Fit
from patients.models import Decision
from patients.moves import Act
from patients.opening import Caution
from patients.progression import Refusal, State
from patients.visits import TRANSITIONS, Step, VisitState
from tests.reading import grade

LISTS: dict[str, tuple[Mapping[Any, Any], Iterable[Any]]] = {
    "refusals": (sentences.REFUSALS, Refusal),
    "states": (sentences.STATES, State),
    "acts": (sentences.ACTS, Act),
    "entries": (sentences.ENTRIES, Decision.Kind.values),
    "visit states": (sentences.VISIT_STATES, VisitState),
    "visit steps": (sentences.STEPS, Step),
    "cautions": (CAUTIONS, Caution),
    "said to the patient": (SAID_TO_PATIENT, [act for act in Act if act is not Act.TAKE_BACK]),
}


@pytest.mark.parametrize("name", LISTS)
def test_every_code_has_its_words(name: str) -> None:
    table, codes = LISTS[name]
    assert set(table) == set(codes)
    said = [str(words) for words in table.values()]
    assert all(said) and len(set(said)) == len(said)


@pytest.mark.parametrize("code", Refusal)
def test_what_the_clock_refuses_is_said_in_a_whole_sentence(code: Refusal) -> None:
    said = sentences.refusal(code)
    assert said[0].isupper() and said.endswith(".") and "_" not in said


@pytest.mark.parametrize(("state", "step"), [pair for pair in product(VisitState, Step) if pair not in TRANSITIONS])
def test_a_step_that_a_visit_does_not_have_is_refused_in_words(state: VisitState, step: Step) -> None:
    assert sentences.visit_step_refused(state, step).startswith(
        f"A visit that is {sentences.VISIT_STATES[state]} cannot"
    )


@pytest.mark.parametrize("code", Fit)
def test_every_fit_of_a_template_is_said(code: Fit) -> None:
    assert "M53.3" in sentences.fit_words(code, "M53.3" if code is Fit.MADE_FOR else "M47.816", ["M53.3"])


@pytest.mark.parametrize("act", SAID_TO_PATIENT)
def test_what_a_patient_reads_of_a_decision_is_plain(act: Act) -> None:
    assert grade(str(SAID_TO_PATIENT[act])) <= 6
