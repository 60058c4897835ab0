from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from rehab.models import Clinic, User
from rehab.models.base import Addressed

from ..finding import Token, alike, read_query

# Of an episode, seen from the patient: its lead has left, or treats no more.
NOBODYS_EPISODE = Q(episodes__lead__is_active=False) | Q(episodes__lead__is_physiotherapist=False)


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        """The patients whose record this person may open: the one door to everything about a patient.

        A patient: their own record. A physiotherapist: the clinic's patients, or, by the clinic's setting, those with
        an episode that they lead, or led by somebody for whom they cover or have covered, and those whom nobody leads
        yet or any more. Everyone else: none.
        """
        own = Q(user=user)
        if not user.is_physiotherapist:
            return self.filter(own)
        of_clinic = Q(clinic_id=user.clinic_id)
        if user.clinic.own_caseload_only:
            covered = Q(episodes__lead__away__covered_by=user, episodes__lead__away__withdrawn_at__isnull=True)
            left = Q(episodes__closed_on__isnull=True) & NOBODYS_EPISODE
            of_clinic &= Q(episodes__lead=user) | covered | Q(episodes__isnull=True) | left
        return self.filter(own | of_clinic).distinct()

    def with_reading(self) -> PatientQuerySet:
        """With until when they may read: `reads_until`, of the plan that ended last; `has_open_plan`."""
        plans = self.model._meta.get_field("plans").related_model._default_manager.filter(patient=OuterRef("pk"))
        last = plans.filter(ended_on__isnull=False).order_by("-ended_on", "-pk").values("readable_until")[:1]
        return self.annotate(has_open_plan=Exists(plans.filter(ended_on__isnull=True)), reads_until=Subquery(last))

    def receivable_by(self, user: User) -> PatientQuerySet:
        """The patients whose names, contact, visits, invitations and paper sheets this person may handle.

        Front desk: the clinic's patients, and nothing clinical of them. Physiotherapists: as `visible_to`.
        """
        if user.is_front_desk:
            return self.filter(clinic_id=user.clinic_id)
        return self.visible_to(user)

    def found_by(self, text: str) -> PatientQuerySet:
        """Those whom a search for this text means: by name without accents, patient number or birth date."""
        tokens = read_query(text)
        if text.strip() and not tokens:
            return self.none()
        found = self
        for token in tokens:
            found = found.filter(_meant(token))
        return found

    def alike(self, *, name: str, birth_date: date, number: str = "") -> list[Patient]:
        """Those who may be the same person: the same birth date and a similar name, or the same patient number."""
        same = Q(birth_date=birth_date) | Q(number=number.strip()) & ~Q(number="")
        rows = self.filter(same).order_by("sort_name", "pk")
        return [row for row in rows if (number and row.number == number.strip()) or alike(row.name, name)]


def _meant(token: Token) -> Q:
    if token.birth_dates:
        return Q(birth_date__in=token.birth_dates)
    by_word = Q()
    for word in token.words:
        by_word &= Q(search_name__contains=f" {word}")
    return by_word | Q(birth_date__year=token.birth_year) if token.birth_year else by_word


class Patient(Addressed):
    """A person in care. May have a sign-in or not."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=120)
    # Folded: without case and accents, so both databases find and sort alike. `finding.searchable` makes the second.
    sort_name = models.CharField(max_length=240)
    search_name = models.CharField(max_length=240)
    birth_date = models.DateField(_("birth date"))
    number = models.CharField(_("patient number"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    contact = models.TextField(_("contact, address"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "sort_name"], name="patient_by_name"),
            models.Index(fields=["clinic", "birth_date"], name="patient_by_birth_date"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "number"], condition=~Q(number=""), name="patient_number_once_a_clinic"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may_read(self, on: date) -> bool:
        """Whether the patient's own pages are open on a date. Of a row read `with_reading`."""
        until: date | None = getattr(self, "reads_until", None)
        return until is None or on <= until or bool(getattr(self, "has_open_plan", False))

    def age_on(self, on: date) -> int:
        """Whole years lived on a date."""
        had_birthday = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - (not had_birthday)
