from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from rehab.models import ExerciseRevision, NoteKind
from rehab.models.base import Addressed

from .episode import Episode
from .own_exercise import OwnExercise, what_of
from .patient import Patient
from .plan import Plan, Prescription


class SessionQuerySet(models.QuerySet["TreatmentSession"]):
    def of_this_patient(self) -> SessionQuerySet:
        """Without the notes of which somebody said afterwards that they speak of another patient."""
        return self.exclude(addenda__kind=Addendum.Kind.ENTERED_IN_ERROR)

    def with_errors_marked(self) -> SessionQuerySet:
        """Each with `in_error`: whether it speaks of another patient."""
        said = Addendum.objects.filter(session=OuterRef("pk"), kind=Addendum.Kind.ENTERED_IN_ERROR)
        return self.annotate(in_error=Exists(said))


class TreatmentSession(Addressed):
    """A contact and its SOAP note: a draft is saved as often as one likes; a signed note is never changed."""

    class Kind(models.TextChoices):
        CLINIC = "clinic", _("in the clinic")
        HOME = "home", _("at home")
        PHONE = "phone", _("by phone")
        VIDEO = "video", _("by video")
        CLASS = "class", _("in a class")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SIGNED = "signed", _("signed")
        DISCARDED = "discarded", _("discarded")
        # Of somebody who left: put away by who took the episode over, with its text and without a signature.
        CLOSED = "closed", _("not signed")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sessions")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="sessions")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="sessions")
    physiotherapist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CLINIC)
    # Where the plan stood on that date.
    phase = models.PositiveSmallIntegerField(null=True)
    day = models.PositiveIntegerField(null=True)
    on = models.DateField(_("date"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    # What the clinic's notes held when this one was begun.
    note_kind = models.CharField(max_length=10, choices=NoteKind.choices, default=NoteKind.FULL)
    # Raised at each save; a form posts the one that it showed.
    version = models.PositiveIntegerField(default=1)
    subjective = models.TextField(_("S: what the patient says"), blank=True)
    objective = models.TextField(_("O: what you find"), blank=True)
    assessment = models.TextField(_("A: what you make of it"), blank=True)
    plan_text = models.TextField(_("P: what comes next"), blank=True)
    text = models.TextField(_("note"), blank=True)  # of a short note
    treatment = models.TextField(_("treatment given"), blank=True)
    pain_before = models.PositiveSmallIntegerField(_("pain before"), null=True, blank=True)
    pain_after = models.PositiveSmallIntegerField(_("pain after"), null=True, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="signed", signed_at__isnull=False, signed_by__isnull=False)
                | (~Q(status="signed") & Q(signed_at__isnull=True, signed_by__isnull=True)),
                name="treatment_session_signed_at",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="treatment_session_closed_at",
            ),
            models.CheckConstraint(
                condition=(Q(pain_before__isnull=True) | Q(pain_before__range=(0, 10)))
                & (Q(pain_after__isnull=True) | Q(pain_after__range=(0, 10))),
                name="treatment_session_pain",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=(1, 480)),
                name="treatment_session_minutes",
            ),
            # Starting a note twice opens the one that is there.
            models.UniqueConstraint(
                fields=["patient", "physiotherapist", "on"],
                condition=Q(status="draft"),
                name="treatment_session_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.status}"


class SessionExercise(models.Model):
    """An exercise done in a session."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.CASCADE, related_name="exercises")
    prescription = models.ForeignKey(Prescription, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(ExerciseRevision, null=True, on_delete=models.PROTECT, related_name="+")
    own_exercise = models.ForeignKey(OwnExercise, null=True, on_delete=models.PROTECT, related_name="+")
    # What was done here where it was another dose than the plan's: the amounts of a dosage, by name.
    amounts = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "revision"], name="session_exercise_once"),
            models.UniqueConstraint(fields=["session", "own_exercise"], name="session_exercise_own_once"),
            models.CheckConstraint(
                condition=Q(revision__isnull=False, own_exercise__isnull=True)
                | Q(revision__isnull=True, own_exercise__isnull=False),
                name="session_exercise_of_one_exercise",
            ),
        ]

    def __str__(self) -> str:
        return self.what.name

    @property
    def what(self) -> ExerciseRevision | OwnExercise:
        return what_of(self)

    @property
    def wording_key(self) -> int:
        """Which wording of which exercise: the revision, or the own exercise as a negative number."""
        return self.revision_id or -(self.own_exercise_id or 0)


class Addendum(models.Model):
    """What is said of a signed note afterwards. The note stays as it was."""

    class Kind(models.TextChoices):
        ADDENDUM = "addendum", _("addition")
        CORRECTION = "correction", _("correction")
        LATE_ENTRY = "late_entry", _("late entry")
        ENTERED_IN_ERROR = "entered_in_error", _("entered in error: another patient")

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="addenda")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    text = models.TextField(_("text"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.kind
