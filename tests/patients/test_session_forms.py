"""The forms of notes and visits, sent anything: an answer, never a fault (promise 40)."""

from __future__ import annotations

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patients.actions.session import save_session, start_session
from patients.forms.session import AddendumForm, NoteForm, StartForm
from patients.forms.visit import AppointmentForm, AttendedForm, CancelForm, WhatNextForm
from rehab.errors import Refused
from tests import cast

HOSTILE = [
    "",
    " ",
    "\x00",
    "0",
    "-1",
    "3.5",
    "1e9",
    "9" * 400,
    "‮عمر",
    "👩🏽‍⚕️",
    "\ufffd",
    "a" * 20_001,
    "2026-03-03",
    "0001-01-01",
]
WORDS = st.sampled_from(HOSTILE) | st.text(max_size=40)
fuzzed = settings(deadline=None, max_examples=100)


def sent(fields: dict[str, list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def posts(*names: str) -> st.SearchStrategy[QueryDict]:
    return st.dictionaries(st.sampled_from(names), st.lists(WORDS, max_size=3)).map(sent)


class Fuzz(TestCase):
    def setUp(self) -> None:
        super().setUp()
        cast.found_clinics()
        self.ana = cast.person("Ana")
        patient = cast.patient("Fay Zorn", by=self.ana)
        self.episode = cast.episode(patient, lead=self.ana)
        plan = cast.plan(self.episode, by=self.ana, start_on=cast.TODAY)
        self.draft = start_session(
            patient=patient, episode=self.episode, plan=plan, on=cast.TODAY, kind="clinic", by=self.ana, at=cast.NOW
        )

    @fuzzed
    @given(
        posts(
            "version", "kind", "minutes", "pain_before", "pain_after", "subjective", "objective", "assessment",
            "plan_text", "treatment", "done",
        )
    )  # fmt: skip
    def test_a_note(self, data: QueryDict) -> None:
        form = NoteForm(data, session=self.draft)
        if form.is_valid():
            try:
                version = form.cleaned_data["version"]
                save_session(
                    session=self.draft,
                    version=version,
                    by=self.ana,
                    at=cast.NOW,
                    done=form.done_here(),
                    **form.content(),
                )
            except Refused as refused:
                assert refused.sentence
        assert len(form.exercises()) == 2

    @fuzzed
    @given(posts("on", "kind", "episode", "visit"))
    def test_a_start(self, data: QueryDict) -> None:
        form = StartForm(data, episodes=[self.episode], visits=[], today=cast.TODAY, user=self.ana)
        if form.is_valid():
            assert form.start()["episode"] == self.episode

    @fuzzed
    @given(
        posts("on", "time", "minutes", "physiotherapist"), posts("note", "cause", "reason", "what_next", "kind", "text")
    )
    def test_a_visit_and_an_addition(self, appointment: QueryDict, other: QueryDict) -> None:
        form = AppointmentForm(appointment, clinic=self.ana.clinic, today=cast.TODAY, user=self.ana)
        assert form.is_valid() or form.errors
        for small in (CancelForm(other), WhatNextForm(other), AddendumForm(other)):
            assert small.is_valid() or small.errors
        attended = AttendedForm(other, sessions=[self.draft], may_be_without=True)
        assert attended.is_valid() or attended.errors
