"""How the back is: one answer a date, corrected by a new row, in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from patients.actions.checkin import check_in
from patients.actions.decision import decide
from patients.actions.ledger import Seen
from patients.models import CheckIn, Patient, Plan
from patients.moves import Act
from rehab.errors import Conflict, Refused
from rehab.models import User
from tests import cast
from tests.at_once import at_once
from tests.cast import TODAY
from tests.faults import broken_at_each_statement

DAY = timedelta(days=1)


def answer(patient: Patient, **given: Any) -> CheckIn:
    said = {"on": TODAY, "client_id": uuid4(), "by": patient.user, "at": timezone.now()}
    return check_in(patient=patient, **(said | given))


def test_what_is_not_answered_is_null(maria: Patient) -> None:
    row = answer(maria, pain_exercising=0)
    assert (row.pain_exercising, row.pain_morning, row.note, row.how) == (0, None, "", "live")


def test_a_second_answer_is_a_new_row_that_keeps_the_rest(maria: Patient) -> None:
    first = answer(maria, pain_morning=4, note="stiff")
    second = answer(maria, pain_exercising=2)
    assert (second.pain_morning, second.pain_exercising, second.note) == (4, 2, "stiff")
    assert second.replaces == first
    assert maria.check_ins.get(superseded_at__isnull=True) == second


def test_the_same_answer_again_is_no_new_row(maria: Patient) -> None:
    assert answer(maria, pain_morning=4) == answer(maria, pain_morning=4)


def test_the_same_tap_counts_once_and_with_other_content_is_a_conflict(maria: Patient) -> None:
    tap = uuid4()
    first = answer(maria, client_id=tap, pain_morning=4)
    answer(maria, pain_morning=6)
    assert answer(maria, client_id=tap, pain_morning=4) == first
    with pytest.raises(Conflict):
        answer(maria, client_id=tap, pain_morning=5)


@pytest.mark.parametrize("pain", [11, -1, 3.5, "bad", "3", True])
def test_pain_is_a_whole_number_to_ten(maria: Patient, pain: Any) -> None:
    with pytest.raises(Refused) as refused:
        answer(maria, pain_morning=pain)
    assert (refused.value.code, refused.value.field) == ("pain", "pain_morning")


def test_nothing_said_is_no_answer(maria: Patient) -> None:
    for said in ({}, {"note": "   "}, {"pain_morning": None}):
        with pytest.raises(Refused) as refused:
            answer(maria, **said)
        assert refused.value.code == "no_answer"


def test_the_future_and_long_ago_are_refused(maria: Patient, ana: User) -> None:
    for on, by, code in (
        (TODAY + DAY, maria.user, "future"),
        (TODAY - 8 * DAY, maria.user, "too_long_ago"),
        (TODAY - 40 * DAY, ana, "before_start"),
    ):
        with pytest.raises(Refused) as refused:
            answer(maria, on=on, by=by, pain_morning=1)
        assert refused.value.code == code
    assert answer(maria, on=TODAY - 8 * DAY, by=ana, pain_morning=1).how == "on_behalf"


def test_possible_while_stopped_and_without_a_plan(maria: Patient, marias_plan: Plan, nils: Patient, ana: User) -> None:
    decide(plan=marias_plan, act=Act.STOP, on=TODAY, seen=Seen(1, 2), by=ana, at=timezone.now())
    assert answer(maria, pain_morning=8)
    cast.give_account(nils)
    assert answer(nils, pain_morning=2)


def test_whole_or_nothing(maria: Patient) -> None:
    answer(maria, pain_morning=1)
    assert broken_at_each_statement(lambda: answer(maria, pain_morning=7)) > 4


def test_twenty_at_once_are_one_row_and_twenty_answers_one_that_stands(transactional_db: None, maria: Patient) -> None:
    tap = uuid4()
    rows, errors = at_once(20, lambda: answer(maria, client_id=tap, pain_morning=4))
    assert not errors and len(set(rows)) == 1
    rows, errors = at_once(20, lambda: answer(maria, pain_exercising=5))
    assert not errors and maria.check_ins.filter(superseded_at__isnull=True).count() == 1
