"""Whatever is posted to the pages of a patient, an episode and an assignment, the answer is a page, never a fault."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patients.models import Patient
from tests import cast

# As they reach a server: lone surrogates have become replacement characters, everything else comes through.
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | st.sampled_from(
    [
        "\x00",
        "\ufffd\ufffd",
        "\u202eolleh",
        "🧘🏽‍♀️",
        "x" * 10_000,
        "9" * 5_000,
        "-1",
        "3.5",
        "1e9",
        "%",
        "'",
        "0001-01-01",
        "9999-12-31",
    ]
)
NUMBER = st.integers(-5, 3000).map(str) | ANYTHING
DAY = st.dates().map(str) | ANYTHING
ANSWERS = {200, 302, 422}


def either(*good: str) -> st.SearchStrategy[str]:
    return st.sampled_from(good) | ANYTHING


class HostileForms(TestCase):
    patient: Patient

    def setup_example(self) -> None:
        super().setup_example()
        cast.found_clinics()
        self.ana = cast.person("Ana")
        self.client.force_login(self.ana)
        self.nils = cast.patient("Nils Berg", by=self.ana, birth_date=date(1999, 6, 30))

    def answers(self, address: str, typed: dict[str, Any]) -> None:
        assert self.client.post(address, typed).status_code in ANSWERS

    @settings(max_examples=100, deadline=None)
    @given(
        st.fixed_dictionaries(
            {"name": either("Jo"), "birth_date": either("4.3.1981") | DAY},
            optional=dict.fromkeys(("number", "phone", "email", "contact", "somebody_else"), ANYTHING),
        )
    )
    def test_a_person(self, typed: dict[str, Any]) -> None:
        self.answers(reverse("patient_new"), typed)
        self.answers(reverse("patient_edit", args=[self.nils.public_id]), typed)

    @settings(max_examples=100, deadline=None)
    @given(
        st.fixed_dictionaries(
            {
                "problem": either("Back"),
                "region": either("lower_back", "neck"),
                "q": either("M54.5", "M54.50", "lumbago", ""),
            },
            optional={
                "onset_day": NUMBER,
                "onset_month": NUMBER,
                "onset_year": NUMBER,
                "onset_kind": either("injury", "sudden"),
                "side": either("left"),
                "icd_code": either("M54.5"),
                "asked": ANYTHING,
                "told": ANYTHING,
                "referrer": ANYTHING,
                "lead": ANYTHING,
            },
        )
    )
    def test_an_episode(self, typed: dict[str, Any]) -> None:
        self.answers(reverse("episode_new", args=[self.nils.public_id]), {"lead": str(self.ana.public_id)} | typed)

    @settings(max_examples=100, deadline=None)
    @given(
        st.fixed_dictionaries(
            {
                "start_on": either("2026-03-03") | DAY,
                "start_phase": either("1", "2", "4"),
                "reports_by": either("paper"),
            },
            optional={
                "course": either("new", "lasted"),
                "look": ANYTHING,
                "reason": ANYTHING,
                "patient_text": ANYTHING,
                "version": ANYTHING,
                "shown": ANYTHING,
                "then": ANYTHING,
                "sets": NUMBER,
                "reps": NUMBER,
                "load": ANYTHING,
                "exercises": ANYTHING,
            },
        )
    )
    def test_an_assignment(self, typed: dict[str, Any]) -> None:
        case = cast.episode(self.nils, lead=self.ana)
        version = cast.offered_version(self.ana.clinic)
        first = version.exercises.get(phase__number=1, position=1)
        key = f"{version.template.public_id}.{version.number}"
        sent = {"version": key, "shown": f"{key}:1:", "exercises": str(first.key)} | typed
        for name in ("sets", "reps", "load"):
            sent[f"{first.key}-{name}"] = typed.get(name, "")
        sent |= {f"{first.key}-times_per_day": "1", f"{first.key}-days_per_week": "7"}
        self.answers(reverse("assign", args=[self.nils.public_id, case.public_id]), sent)
