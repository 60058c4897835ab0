import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .base import Addressed, DosageColumns
from .clinic import Clinic
from .exercise import ExerciseRevision
from .user import User


class PlanTemplate(Addressed):
    """A protocol of the clinic. What it says lives in its versions."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="plan_templates")
    key = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=120)
    # Codes, dotted: the conditions that it is made for, and those that it is also used for.
    made_for = models.JSONField(default=list)
    also_for = models.JSONField(default=list)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "key"], name="plan_template_key_once_a_clinic"),
            models.UniqueConstraint("clinic", Lower("name"), name="plan_template_name_once_a_clinic"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One numbered version: a draft may change, a published one never does but for its status."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    template = models.ForeignKey(PlanTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    label = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    source_hash = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(status="draft"), name="template_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="template_version_published_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.name}, {self.label}"


class TemplatePhase(models.Model):
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="phases")
    # The same in every version and in the plans made from it.
    key = models.UUIDField(default=uuid.uuid4)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    source_label = models.CharField(max_length=120, blank=True)
    weeks = models.PositiveSmallIntegerField(null=True)
    needs_review = models.BooleanField(default=False)
    visits_per_week = models.PositiveSmallIntegerField(null=True)
    # [{key, kind: goal|treatment|advice|restriction|criterion, text, patient_text, data, fact_ids}]
    items = models.JSONField(default=list)
    fact_ids = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="template_phase_key"),
            models.UniqueConstraint(fields=["version", "number"], name="template_phase_number"),
            models.CheckConstraint(condition=Q(weeks__isnull=True) | Q(weeks__gte=1), name="template_phase_weeks"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class TemplateExercise(DosageColumns):
    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="exercises")
    phase = models.ForeignKey(TemplatePhase, on_delete=models.CASCADE, related_name="exercises")
    key = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveSmallIntegerField()
    revision = models.ForeignKey(ExerciseRevision, on_delete=models.PROTECT, related_name="+")
    optional = models.BooleanField(default=False)
    starts_ticked = models.BooleanField(default=True)
    # Exercises of one phase with the same word here are a choice of one.
    choice = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    fact_ids = models.JSONField(default=list)

    class Meta(DosageColumns.Meta):
        abstract = False
        ordering = ["position"]
        constraints = [
            *DosageColumns.Meta.constraints,
            models.UniqueConstraint(fields=["version", "key"], name="template_exercise_key"),
        ]

    def __str__(self) -> str:
        return self.revision.name


class FollowUp(models.Model):
    """A visit that the protocol asks for: on a calendar day from the start, or at a phase's end."""

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="follow_ups")
    key = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=120)
    day = models.PositiveSmallIntegerField(null=True)
    phase = models.ForeignKey(TemplatePhase, null=True, on_delete=models.CASCADE, related_name="follow_ups")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="follow_up_key"),
            models.CheckConstraint(
                condition=Q(day__isnull=True, phase__isnull=False) | Q(day__isnull=False, phase__isnull=True),
                name="follow_up_day_or_phase",
            ),
        ]

    def __str__(self) -> str:
        return self.name
