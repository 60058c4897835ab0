"""Away and covered, handed over, leaving: no patient is left without somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from patients.actions.handover import hand_over
from patients.actions.leaving import begin_leaving, close_draft
from patients.actions.session import save_session, start_session
from patients.actions.visit import add_visit
from patients.models import Episode, Handover, Patient, TreatmentSession
from rehab.actions.away import end_away, plan_away
from rehab.actions.user import deactivate
from rehab.errors import Conflict, Refused
from rehab.models import Away, User
from rehab.readings.away import covered_by
from tests import cast
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | Patient], Client]


@pytest.fixture
def carla(ana: User) -> User:
    from rehab.actions.user import add_staff

    return add_staff(
        clinic=ana.clinic, name="Carla Vance", email="carla@harbour.example", password=cast.PASSWORD,
        roles=["is_physiotherapist"], by=ana, at=NOW,
    )  # fmt: skip


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def goes_away(user: User, cover: User, first: int = 1, last: int = 5) -> Away:
    return plan_away(user=user, first_on=day(first), last_on=day(last), covered_by=cover, by=user, at=NOW)


def refused(act: Callable[[], Any]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code, caught.value.field


class TestAway:
    @pytest.mark.parametrize(("on", "covers"), [(0, False), (1, True), (5, True), (6, False)])
    def test_who_covers_does_so_from_the_first_day_to_the_last(
        self, on: int, covers: bool, ana: User, bruno: User
    ) -> None:
        goes_away(ana, bruno)
        assert (covered_by(bruno, day(on)) == [ana]) is covers

    def test_the_same_sent_twice_is_noted_once(self, ana: User, bruno: User) -> None:
        assert goes_away(ana, bruno) == goes_away(ana, bruno)

    @pytest.mark.parametrize(
        ("first", "last", "code"), [(5, 1, "wrong_order"), (-3, -1, "over"), (1, 400, "too_far_ahead")]
    )
    def test_days_that_cannot_be(self, first: int, last: int, code: str, ana: User, bruno: User) -> None:
        assert refused(lambda: goes_away(ana, bruno, first, last)) == (code, "last_on")

    def test_nobody_covers_for_themselves(self, ana: User) -> None:
        assert refused(lambda: goes_away(ana, ana)) == ("covers_self", "covered_by")

    @pytest.mark.parametrize("who", ["Dora", "Adela", "Zoe"])
    def test_only_a_physiotherapist_of_the_clinic_covers(self, who: str, ana: User, zoe: User) -> None:
        assert refused(lambda: goes_away(ana, cast.person(who))) == ("no_cover", "covered_by")

    def test_who_has_left_or_is_leaving_covers_nobody(self, ana: User, bruno: User, carla: User) -> None:
        deactivate(user=bruno, by=ana, at=NOW)
        assert refused(lambda: goes_away(ana, cast.person("Bruno")))[0] == "no_cover"
        carla.leaving_since = TODAY
        carla.save()
        assert refused(lambda: goes_away(ana, carla))[0] == "no_cover"

    def test_absences_do_not_cross(self, ana: User, bruno: User, carla: User) -> None:
        goes_away(ana, bruno, 3, 6)
        assert refused(lambda: goes_away(ana, carla, 6, 9)) == ("away_already", "first_on")
        assert refused(lambda: goes_away(carla, ana, 1, 3)) == ("cover_away", "covered_by")
        assert refused(lambda: goes_away(bruno, carla, 5, 8)) == ("covers_then", "first_on")
        assert goes_away(bruno, carla, 7, 8) and goes_away(ana, carla, 10, 12)

    def test_somebody_is_here_again_earlier_or_does_not_go(self, ana: User, bruno: User) -> None:
        begun, ahead = goes_away(ana, bruno, 0, 5), goes_away(ana, bruno, 8, 9)
        Away.objects.filter(pk=begun.pk).update(first_on=day(-2))
        for row in (begun, ahead):
            end_away(away=row, by=ana, at=NOW)
        assert covered_by(bruno, TODAY) == covered_by(bruno, day(8)) == []
        begun.refresh_from_db()
        assert begun.last_on == day(-1) and begun.withdrawn_at is None

    def test_the_page_notes_it_and_names_the_visits_that_are_booked_then(
        self, client_of: ClientOf, ana: User, bruno: User, maria: Patient
    ) -> None:
        add_visit(
            episode=maria.episodes.get(), physiotherapist=ana, starts_at=NOW + timedelta(days=2), minutes=30, by=ana,
            at=NOW,
        )  # fmt: skip
        sent = {"act": "away", "user": ana.public_id, "first_on": day(1), "last_on": day(5),
                "covered_by": bruno.public_id}  # fmt: skip
        page = client_of(ana).post("/team/", sent, follow=True).text
        assert "Bruno Keller covers" in page and "1 visit is booked then" in page and "María Soto" in page
        assert "María Soto" not in client_of(cast.person("Adela")).get("/team/").text

    @pytest.mark.parametrize("name", ["user", "first_on", "last_on", "covered_by"])
    @pytest.mark.parametrize("value", ["", "x", "\x00", "2026-02-30", "00000000-0000-4000-8000-000000000007"])
    def test_a_form_that_cannot_be_read_comes_back(
        self, name: str, value: str, client_of: ClientOf, ana: User, bruno: User
    ) -> None:
        sent = {"act": "away", "user": str(ana.public_id), "first_on": str(day(1)), "last_on": str(day(5)),
                "covered_by": str(bruno.public_id)} | {name: value}  # fmt: skip
        assert client_of(ana).post("/team/", sent).status_code == 422
        assert not Away.objects.exists()

    def test_another_clinics_absence_is_not_ended(self, client_of: ClientOf, ana: User, zoe: User) -> None:
        theirs = Away.objects.create(user=zoe, first_on=TODAY, last_on=TODAY, covered_by=ana, by=zoe, at=NOW)
        assert client_of(ana).post("/team/", {"act": "end", "away": theirs.public_id}).status_code == 404


class TestHandingOver:
    def ids(self, *patients: Patient) -> list[Any]:
        return [patient.episodes.get().public_id for patient in patients]

    def test_many_go_in_one_act_with_a_note(
        self, client_of: ClientOf, ana: User, bruno: User, maria: Patient, omar: Patient
    ) -> None:
        sent = {"from": ana.public_id, "episodes": self.ids(maria, omar), "to_user": bruno.public_id,
                "note": "Maria prefers mornings <b>"}  # fmt: skip
        page = client_of(ana).post("/team/handover/", sent, follow=True)
        assert "Bruno Keller leads 2 patients more." in page.text
        assert {row.lead for row in Episode.objects.filter(patient__in=[maria, omar])} == {bruno}
        chart = client_of(bruno).get(f"/patients/{maria.public_id}/").text
        assert "Ana Ruiz handed over to Bruno Keller on 3 Mar 2026" in chart
        assert "Maria prefers mornings &lt;b&gt;" in chart

    def test_the_same_sent_twice_says_what_happened_meanwhile(
        self, client_of: ClientOf, ana: User, bruno: User, maria: Patient, omar: Patient
    ) -> None:
        sent = {"from": ana.public_id, "episodes": self.ids(maria), "to_user": bruno.public_id}
        assert [client_of(ana).post("/team/handover/", sent).status_code for _time in range(2)] == [302, 422]
        assert Handover.objects.count() == 1

    def test_a_stale_page_hands_nobody_over(self, ana: User, bruno: User, maria: Patient, omar: Patient) -> None:
        hand_over(episodes=self.ids(omar), from_user=ana, to_user=bruno, by=ana, at=NOW)
        with pytest.raises(Conflict) as stale:
            hand_over(episodes=self.ids(maria, omar), from_user=ana, to_user=bruno, by=ana, at=NOW)
        assert stale.value.now == {"names": ["Omar Haddad"]}
        assert maria.episodes.get().lead == ana

    def test_to_nobody_to_the_same_to_a_patient_to_another_clinic(
        self, ana: User, zoe: User, maria: Patient, desk: User
    ) -> None:
        for to_user in (None, maria.user, zoe, desk):
            found = refused(
                lambda to_user=to_user: hand_over(
                    episodes=self.ids(maria), from_user=ana, to_user=to_user, by=ana, at=NOW
                )
            )
            assert found == ("no_lead", "to_user")
        same = refused(lambda: hand_over(episodes=self.ids(maria), from_user=ana, to_user=ana, by=ana, at=NOW))
        assert same == ("the_same", "to_user")
        none = refused(lambda: hand_over(episodes=[], from_user=ana, to_user=ana, by=ana, at=NOW))
        assert none[0] in {"the_same", "nothing_ticked"}

    @pytest.mark.parametrize("to", ["", "x", "maria", "ana", "zoe", "nobody"])
    def test_the_form_says_so(self, to: str, client_of: ClientOf, ana: User, zoe: User, maria: Patient) -> None:
        people = {"maria": maria.user, "ana": ana, "zoe": zoe}
        to_user = people[to].public_id if to in people else to
        sent = {"from": ana.public_id, "episodes": self.ids(maria), "to_user": to_user}
        assert client_of(ana).post("/team/handover/", sent).status_code == 422
        assert maria.episodes.get().lead == ana

    def test_nobody_of_another_clinic_is_handed_over(self, ana: User, bruno: User, yann: Patient) -> None:
        with pytest.raises(Conflict):
            hand_over(episodes=self.ids(yann), from_user=ana, to_user=bruno, by=ana, at=NOW)

    def test_the_caseload_changes_with_the_next_request(
        self, client_of: ClientOf, ana: User, bruno: User, maria: Patient
    ) -> None:
        clients = [client_of(ana), client_of(bruno)]
        assert ["María Soto" in client.get("/caseload/?show=all").text for client in clients] == [True, False]
        hand_over(episodes=self.ids(maria), from_user=ana, to_user=bruno, by=ana, at=NOW)
        assert ["María Soto" in client.get("/caseload/?show=all").text for client in clients] == [False, True]


class TestLeaving:
    def test_who_has_nothing_open_goes_at_once(self, client_of: ClientOf, admin: User, desk: User) -> None:
        page = f"/manage/staff/{desk.public_id}/leave/"
        assert "Nothing of theirs is open" in client_of(admin).get(page).text
        client_of(admin).post(page, {"act": "leave"})
        desk.refresh_from_db()
        assert not desk.is_active

    def test_a_physiotherapist_stays_until_everything_is_handed_over(
        self, client_of: ClientOf, admin: User, ana: User, bruno: User, maria: Patient, omar: Patient
    ) -> None:
        page = f"/manage/staff/{ana.public_id}/leave/"
        text = client_of(admin).get(page).text
        assert "Patients led" in text and "Soto" not in text
        client_of(admin).post(page, {"act": "leave"})
        ana.refresh_from_db()
        assert ana.is_active and ana.leaving_since == TODAY
        assert "Ana Ruiz leaves" in client_of(bruno).get("/team/").text
        episodes = [patient.episodes.get().public_id for patient in (maria, omar)]
        hand_over(episodes=episodes, from_user=ana, to_user=bruno, by=bruno, at=NOW)
        client_of(admin).post(page, {"act": "leave"})
        ana.refresh_from_db()
        assert not ana.is_active

    def test_who_leaves_is_given_nobody_new(
        self, client_of: ClientOf, admin: User, ana: User, bruno: User, maria: Patient, nils: Patient
    ) -> None:
        begin_leaving(user=ana, by=admin, at=NOW)
        page = client_of(bruno).get(f"/patients/{nils.public_id}/episodes/new/").text
        assert "Ana Ruiz" not in page
        assert "Ana Ruiz" not in client_of(bruno).get(f"/patients/{maria.public_id}/visits/new/").text

    def test_who_leaves_keeps_the_lead_until_somebody_changes_it(
        self, client_of: ClientOf, admin: User, ana: User, bruno: User, maria: Patient, nils: Patient
    ) -> None:
        begin_leaving(user=ana, by=admin, at=NOW)
        episode = maria.episodes.get()
        page = client_of(bruno).get(f"/patients/{maria.public_id}/episodes/{episode.public_id}/").text
        assert f'value="{ana.public_id}" selected' in page
        with pytest.raises(Refused) as lead:
            cast.episode(nils, lead=cast.person("Ana"), at=NOW)
        assert (lead.value.code, lead.value.field) == ("lead_leaves", "lead")
        with pytest.raises(Refused) as booked:
            add_visit(
                episode=episode, physiotherapist=cast.person("Ana"), starts_at=NOW + timedelta(days=1), minutes=30,
                by=bruno, at=NOW,
            )  # fmt: skip
        assert booked.value.field == "physiotherapist"

    def test_it_is_called_off(self, client_of: ClientOf, admin: User, ana: User, maria: Patient) -> None:
        begin_leaving(user=ana, by=admin, at=NOW)
        client_of(admin).post(f"/manage/staff/{ana.public_id}/leave/", {"act": "stay"})
        ana.refresh_from_db()
        assert ana.leaving_since is None and ana.is_active

    def test_not_oneself_and_not_the_last_administrator(self, client_of: ClientOf, admin: User) -> None:
        assert refused(lambda: begin_leaving(user=admin, by=admin, at=NOW))[0] == "oneself"
        ana = cast.person("Ana")
        assert refused(lambda: begin_leaving(user=admin, by=ana, at=NOW))[0] == "last_administrator"
        client_of(admin).post(f"/manage/staff/{admin.public_id}/leave/", {"act": "leave"})
        admin.refresh_from_db()
        assert admin.is_active

    def test_a_leavers_draft_is_closed_by_who_leads_now_with_its_text(
        self, client_of: ClientOf, admin: User, ana: User, bruno: User, maria: Patient
    ) -> None:
        episode = maria.episodes.get()
        draft = start_session(
            patient=maria, episode=episode, plan=maria.plans.get(), on=TODAY, kind="clinic", by=ana, at=NOW
        )
        save_session(session=draft, version=1, subjective="Better in the mornings", by=ana, at=NOW)
        assert refused(lambda: close_draft(session=draft, by=bruno, at=NOW))[0] == "stays"
        begin_leaving(user=ana, by=admin, at=NOW)
        assert refused(lambda: close_draft(session=draft, by=bruno, at=NOW))[0] == "not_yours"
        hand_over(episodes=[episode.public_id], from_user=ana, to_user=bruno, by=bruno, at=NOW)
        client = client_of(bruno)
        assert "Close, not signed" in client.get(f"/team/handover/?from={ana.public_id}").text
        close = f"/patients/{maria.public_id}/sessions/{draft.public_id}/close/"
        assert [client.post(close).status_code for _time in range(2)] == [302, 302]
        draft.refresh_from_db()
        assert (draft.status, draft.closed_by) == (TreatmentSession.Status.CLOSED, bruno)
        assert "Better in the mornings" in client.get(f"/patients/{maria.public_id}/sessions/{draft.public_id}/").text

    def test_whom_nobody_leads_any_more_stands_on_every_team_page(
        self, client_of: ClientOf, ana: User, bruno: User, maria: Patient
    ) -> None:
        deactivate(user=ana, by=bruno, at=NOW)
        assert "Ana Ruiz has left." in client_of(bruno).get("/team/").text
        assert "María Soto" in client_of(bruno).get(f"/team/handover/?from={ana.public_id}").text
