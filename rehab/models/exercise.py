from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Addressed, DosageColumns
from .clinic import Clinic


class Exercise(Addressed):
    """An entry of the clinic's library. What it says lives in its revisions."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="exercises")
    key = models.SlugField(max_length=60)
    current = models.ForeignKey(
        "ExerciseRevision",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("current revision"),
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "key"], name="exercise_key_once_a_clinic")]

    def __str__(self) -> str:
        return self.key


class ExerciseRevision(DosageColumns):
    """The text and the default dosage of an exercise, as they were from one day on. Never changed."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    region = models.CharField(max_length=30)
    equipment = models.CharField(max_length=120, blank=True)
    loaded = models.BooleanField(default=False)
    ballistic = models.BooleanField(default=False)
    instructions = models.JSONField(default=list)
    cues = models.TextField(blank=True)
    stop_rule = models.TextField()
    easier = models.TextField(blank=True)
    harder = models.TextField(blank=True)
    variants = models.JSONField(default=list)
    picture = models.CharField(max_length=60, blank=True)
    # The source does not name it: the product proposes it, and says so.
    proposal = models.BooleanField(default=False)
    fact_ids = models.JSONField(default=list)
    language = models.CharField(max_length=10, default="en")
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(DosageColumns.Meta):
        abstract = False
        constraints = [
            *DosageColumns.Meta.constraints,
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_revision_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"
