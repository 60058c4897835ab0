"""Adding a patient and correcting the details, as actions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from patients.actions.patient import add_patient, correct_patient
from patients.models import Patient
from rehab.errors import Refused
from rehab.models import AuditEvent, Clinic, User
from tests.cast import NOW

BORN = date(1981, 3, 4)


def add(by: User, **changed: object) -> Patient:
    details = {"name": "Jo Bloggs", "birth_date": BORN, "clinic": by.clinic, "by": by, "at": NOW} | changed
    return add_patient(**details)  # type: ignore[arg-type]


def test_a_patient_is_stored_tidied_and_folded(ana: User) -> None:
    patient = add(ana, name="  Émile \n Núñez ", number=" 17 ")
    patient.refresh_from_db()
    assert (patient.name, patient.number) == ("Émile Núñez", "17")
    assert (patient.sort_name, patient.search_name) == ("emile nunez", " 17 emile nunez")


def test_an_act_leaves_an_audit_row_with_names_of_fields_only(ana: User) -> None:
    patient = add(ana)
    correct_patient(patient=patient, by=ana, at=NOW, name="Jo Bloggs", phone="030 1", birth_date=date(1981, 3, 5))
    rows = AuditEvent.objects.filter(object_type="patients.Patient", object_id=patient.pk).order_by("pk")
    assert [(row.verb, row.fields) for row in rows] == [
        ("patient.add", []),
        ("patient.correct", ["birth_date", "phone"]),
    ]


def test_a_correction_that_changes_nothing_leaves_no_trace(ana: User) -> None:
    patient = add(ana)
    correct_patient(patient=patient, by=ana, at=NOW, name=" Jo  Bloggs ")
    assert not AuditEvent.objects.filter(verb="patient.correct").exists()


def test_a_corrected_name_is_found_by_its_new_spelling(ana: User) -> None:
    patient = correct_patient(patient=add(ana), by=ana, at=NOW, name="Zoë Bloggs")
    assert list(Patient.objects.visible_to(ana).found_by("zoe")) == [patient]
    assert not Patient.objects.visible_to(ana).found_by("jo").exists()


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"name": "  "}, "no_name", "name"),
        ({"name": "\u200b\u202e"}, "no_name", "name"),
        ({"birth_date": date(2026, 3, 4)}, "born_in_the_future", "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "born_too_early", "birth_date"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(ana: User, changed: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        add(ana, **changed)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Patient.objects.exists()


def test_today_is_the_clinics_today(ana: User) -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # past midnight in Berlin
    assert add(ana, birth_date=date(2026, 3, 4), at=late).pk


def test_a_number_is_one_persons_in_a_clinic_and_free_in_another(ana: User, zoe: User) -> None:
    add(ana, number="17")
    with pytest.raises(Refused) as refused:
        add(ana, name="Somebody Else", number="17")
    assert (refused.value.code, refused.value.field) == ("number_taken", "number")
    add(ana, name="Without A Number")
    add(ana, name="Nor This One")
    assert add(zoe, number="17").pk


def test_a_name_that_folds_to_far_more_letters_fits_its_column(ana: User) -> None:
    assert add(ana, name="ﷺ" * 120).pk


def test_an_unknown_detail_is_a_mistake_of_the_caller(ana: User, nils: Patient) -> None:
    with pytest.raises(TypeError):
        correct_patient(patient=nils, by=ana, at=NOW, user=None)


def test_duplicates_are_alike_in_name_on_one_birth_date_or_have_the_number(ana: User) -> None:
    soto = add(ana, name="María Soto")
    add(ana, name="Omar Haddad")
    add(ana, name="Maria Soto", birth_date=date(1990, 1, 1))
    numbered = add(ana, name="Quite Another", birth_date=date(1970, 1, 1), number="17")
    visible = Patient.objects.visible_to(ana)
    assert visible.alike(name="maria soto", birth_date=BORN) == [soto]
    assert visible.alike(name="maria soto", birth_date=BORN, number="17") == [soto, numbered]
    assert visible.alike(name="Nobody", birth_date=BORN) == []


def test_each_age_begins_on_the_birthday() -> None:
    leap = Patient(birth_date=date(2000, 2, 29))
    assert [leap.age_on(date(2026, 2, 28)), leap.age_on(date(2026, 3, 1))] == [25, 26]
    assert Patient(birth_date=BORN).age_on(BORN) == 0


@pytest.mark.parametrize("text", ["soto", "MARIA", "maría s", "12.4.1981", "1981-04-12", "12/04/1981", "1981", "17"])
def test_a_patient_is_found_by_name_birth_date_and_number(ana: User, text: str) -> None:
    soto = add(ana, name="María Soto", birth_date=date(1981, 4, 12), number="17/b")
    add(ana, name="Omar Haddad", birth_date=date(1956, 11, 2))
    assert list(Patient.objects.visible_to(ana).found_by(text)) == [soto]


@pytest.mark.parametrize("text", ["%", "_", "so\\to", "'; --", "…", "\x00", "x" * 10_000, "sotos", "ria"])
def test_what_means_nobody_finds_nobody(ana: User, text: str) -> None:
    add(ana, name="María Soto")
    assert list(Patient.objects.visible_to(ana).found_by(text)) == []


def test_nothing_typed_means_everybody(ana: User) -> None:
    add(ana)
    assert Patient.objects.visible_to(ana).found_by("  ").count() == 1


def test_a_search_never_leaves_the_clinic(clinic: Clinic, ana: User, yann: Patient) -> None:
    assert not Patient.objects.visible_to(ana).found_by("yann").exists()
    assert Patient.objects.visible_to(ana).alike(name=yann.name, birth_date=yann.birth_date) == []
