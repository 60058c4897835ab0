import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rehab.models import ExerciseRevision

from .own_exercise import OwnExercise
from .patient import Patient
from .plan import Prescription

# Patients fill in today and so far back.
PATIENTS_GO_BACK = timedelta(days=7)


def open_variants(what: ExerciseRevision | OwnExercise) -> list[dict[str, Any]]:
    """The variants of an exercise that a patient may choose: not those that are off until a person turns them on."""
    return [variant for variant in what.variants if not variant.get("starts_off")]


class How(models.TextChoices):
    """How a report reached the record."""

    LIVE = "live", _("that day")
    LATE = "late", _("later")
    ON_BEHALF = "on_behalf", _("entered for the patient")
    PAPER = "paper", _("from paper")
    IN_CLINIC = "in_clinic", _("in the clinic")


class ExerciseLog(models.Model):
    """One occasion of one prescription on one date: done, or not done and why."""

    class Status(models.TextChoices):
        DONE = "done", _("done")
        NOT_DONE = "not_done", _("not done")
        WITHDRAWN = "withdrawn", _("taken back")

    class Reason(models.TextChoices):
        PAIN = "pain", _("pain")
        ILL_OR_AWAY = "ill_or_away", _("ill or away")
        NO_TIME = "no_time", _("no time")
        TOO_TIRED = "too_tired", _("too tired")
        FORGOT = "forgot", _("forgot")
        DONT_UNDERSTAND = "dont_understand", _("don’t understand how")
        NO_EQUIPMENT = "no_equipment", _("no equipment")
        OTHER = "other", _("something else")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="logs")
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="logs")
    on = models.DateField()
    occasion = models.PositiveSmallIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4)
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    variant = models.CharField(max_length=60, blank=True)
    hurt = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    how = models.CharField(max_length=10, choices=How.choices)
    made_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "on"], name="exercise_log_patient_on")]
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_id"], name="exercise_log_client_id"),
            models.UniqueConstraint(
                fields=["prescription", "on", "occasion"],
                condition=Q(superseded_at__isnull=True),
                name="exercise_log_once",
            ),
            models.CheckConstraint(condition=Q(occasion__range=(1, 20)), name="exercise_log_occasion"),
            models.CheckConstraint(
                condition=(Q(status="not_done") & ~Q(reason="")) | (~Q(status="not_done") & Q(reason="")),
                name="exercise_log_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.occasion} {self.status}"
