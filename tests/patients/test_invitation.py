"""Codes: made, used up, and worthless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from patients.actions.invitation import ALPHABET, end_phones, invite, normal, redeem, revoke, set_email
from patients.models import Invitation, Patient
from rehab.actions.user import deactivate
from rehab.errors import Refused
from rehab.models import AuditEvent, User
from tests import cast
from tests.cast import NOW

YEAR = 1956  # Omar's


def refused(code: str, year: int = YEAR, at: object = NOW) -> Refused:
    with pytest.raises(Refused) as caught:
        redeem(code=code, birth_year=year, at=at)  # type: ignore[arg-type]
    return caught.value


def test_a_code_is_easy_to_read_and_to_type(omar: Patient, ana: User) -> None:
    _invitation, code = invite(patient=omar, by=ana, at=NOW)
    assert len(code) == 11 and code[5] == "-"
    assert set(code) <= set(ALPHABET) | {"-"}
    assert not set("0O1ILAEU") & set(ALPHABET)
    assert redeem(code=f" {code.lower().replace('-', ' ')} ", birth_year=YEAR, at=NOW)


def test_only_a_hash_is_kept_and_the_audit_row_holds_no_code(omar: Patient, ana: User) -> None:
    invitation, code = invite(patient=omar, by=ana, at=NOW)
    invitation.refresh_from_db()
    assert normal(code) not in str(vars(invitation))
    row = AuditEvent.objects.get(verb="invitation.create", object_id=invitation.pk)
    assert (row.actor_id, row.fields) == (ana.pk, [])


def test_the_first_code_makes_an_account_without_address_or_password(omar: Patient, ana: User) -> None:
    _invitation, code = invite(patient=omar, by=ana, at=NOW)
    user = redeem(code=code, birth_year=YEAR, at=NOW)
    omar.refresh_from_db()
    assert omar.user == user
    assert (user.name, user.email, user.clinic) == ("Omar Haddad", None, omar.clinic)
    assert not user.has_usable_password() and not user.is_staff_member
    verbs = AuditEvent.objects.filter(actor_id=user.pk).values_list("verb", flat=True)
    assert set(verbs) == {"user.create", "patient.account", "invitation.redeem"}


def test_later_codes_lead_to_the_same_account(maria: Patient, ana: User) -> None:
    _invitation, code = invite(patient=maria, by=ana, at=NOW)
    assert redeem(code=code, birth_year=1981, at=NOW) == maria.user


def test_a_code_works_once(omar: Patient, ana: User) -> None:
    invitation, code = invite(patient=omar, by=ana, at=NOW)
    redeem(code=code, birth_year=YEAR, at=NOW)
    refused(code)
    invitation.refresh_from_db()
    assert invitation.standing(NOW) == "used"


def test_a_code_lives_fourteen_days(omar: Patient, ana: User) -> None:
    invitation, code = invite(patient=omar, by=ana, at=NOW)
    assert invitation.standing(NOW + timedelta(days=14)) == "expired"
    refused(code, at=NOW + timedelta(days=14))
    assert redeem(code=code, birth_year=YEAR, at=NOW + timedelta(days=14, seconds=-1))


def test_a_new_code_makes_the_one_before_worthless(omar: Patient, ana: User) -> None:
    _first, old = invite(patient=omar, by=ana, at=NOW)
    _second, new = invite(patient=omar, by=ana, at=NOW)
    refused(old)
    assert redeem(code=new, birth_year=YEAR, at=NOW)


def test_a_code_that_is_taken_back_is_worthless(omar: Patient, ana: User) -> None:
    invitation, code = invite(patient=omar, by=ana, at=NOW)
    assert revoke(patient=omar, by=ana, at=NOW) is True
    refused(code)
    assert revoke(patient=omar, by=ana, at=NOW) is False
    assert AuditEvent.objects.filter(verb="invitation.revoke", object_id=invitation.pk).count() == 1


def test_the_fifth_wrong_year_kills_a_code(omar: Patient, ana: User) -> None:
    invitation, code = invite(patient=omar, by=ana, at=NOW)
    for year in range(1950, 1955):
        refused(code, year)
    refused(code)
    invitation.refresh_from_db()
    assert (invitation.failures, invitation.standing(NOW)) == (5, "dead")


def test_four_wrong_years_do_not(omar: Patient, ana: User) -> None:
    _invitation, code = invite(patient=omar, by=ana, at=NOW)
    for year in range(1950, 1954):
        refused(code, year)
    assert redeem(code=code, birth_year=YEAR, at=NOW)


def test_whatever_is_wrong_the_sentence_is_the_same(omar: Patient, nils: Patient, maria: Patient, ana: User) -> None:
    _used, used = invite(patient=maria, by=ana, at=NOW)
    redeem(code=used, birth_year=1981, at=NOW)
    _wrong, wrong_year = invite(patient=omar, by=ana, at=NOW)
    _gone, taken_back = invite(patient=nils, by=ana, at=NOW)
    revoke(patient=nils, by=ana, at=NOW)
    _late, expired = invite(patient=nils, by=ana, at=NOW - timedelta(days=20))
    answers = {
        (refusal.code, refusal.sentence, refusal.status, refusal.field)
        for refusal in (
            refused("BCDFG-HJKMN"),
            refused("x" * 10_000),
            refused(""),
            refused("😀"),
            refused(used, 1981),
            refused(taken_back, 1999),
            refused(expired, 1999),
            refused(wrong_year, 1957),
        )
    }
    assert len(answers) == 1


def test_a_deactivated_account_gets_no_further(maria: Patient, ana: User) -> None:
    assert maria.user is not None
    deactivate(user=maria.user, by=ana, at=NOW)
    _invitation, code = invite(patient=maria, by=ana, at=NOW)
    refused(code, 1981)


def test_a_record_in_the_archive_gets_no_code(omar: Patient, ana: User) -> None:
    _invitation, code = invite(patient=omar, by=ana, at=NOW)
    Patient.objects.filter(pk=omar.pk).update(archived_at=NOW)
    refused(code)
    with pytest.raises(Refused, match="archived"):
        invite(patient=omar, by=ana, at=NOW)


def test_a_code_used_twice_at_once_is_used_once(transactional_db: None) -> None:
    ana = cast.person("Ana")
    omar = cast.patient("Omar Haddad", by=ana, birth_date=date(1956, 11, 2))
    _invitation, code = invite(patient=omar, by=ana, at=NOW)

    def use(_number: int) -> bool:
        try:
            redeem(code=code, birth_year=YEAR, at=NOW)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1
    assert User.objects.filter(name="Omar Haddad").count() == 1


def test_the_database_keeps_what_was_used_or_taken_back(omar: Patient, ana: User) -> None:
    invitation, _code = invite(patient=omar, by=ana, at=NOW)
    revoke(patient=omar, by=ana, at=NOW)
    for change in ({"revoked_at": None}, {"expires_at": NOW + timedelta(days=900)}, {"code_hash": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(**change)


def test_a_patient_has_one_open_code(omar: Patient, ana: User) -> None:
    invite(patient=omar, by=ana, at=NOW)
    with pytest.raises(IntegrityError, match=r"invitation_one_open_a_patient|patient_id"), transaction.atomic():
        Invitation.objects.create(patient=omar, code_hash="x", expires_at=NOW, by=ana, at=NOW)


def test_an_address_makes_the_account_if_there_is_none(omar: Patient, ana: User) -> None:
    set_email(patient=omar, email=" ", by=ana, at=NOW)
    omar.refresh_from_db()
    assert omar.user is None
    set_email(patient=omar, email="Omar@Example.org", by=ana, at=NOW)
    omar.refresh_from_db()
    assert omar.user is not None and omar.user.email == "omar@example.org"
    assert AuditEvent.objects.filter(verb="user.set_email", actor_id=ana.pk, object_id=omar.user.pk).exists()


def test_an_address_that_is_taken_makes_no_account(omar: Patient, ana: User) -> None:
    with pytest.raises(Refused, match="email_taken"):
        set_email(patient=omar, email=ana.email or "", by=ana, at=NOW)
    omar.refresh_from_db()
    assert omar.user is None


def test_a_lost_phone_is_signed_out(maria: Patient, omar: Patient, ana: User) -> None:
    assert end_phones(patient=maria, by=ana, at=NOW) is True
    assert end_phones(patient=omar, by=ana, at=NOW) is False
    row = AuditEvent.objects.get(verb="user.end_sessions")
    assert (row.actor_id, row.object_id) == (ana.pk, maria.user_id)
