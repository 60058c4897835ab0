import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .log import How
from .patient import Patient


class CheckIn(models.Model):
    """A patient's one answer for a date. Each part may be empty, and empty is no answer, never zero."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_ins")
    on = models.DateField()
    client_id = models.UUIDField(default=uuid.uuid4)
    pain_exercising = models.PositiveSmallIntegerField(_("worst pain while exercising"), null=True, blank=True)
    pain_morning = models.PositiveSmallIntegerField(_("pain this morning"), null=True, blank=True)
    note = models.TextField(blank=True)
    how = models.CharField(max_length=10, choices=How.choices)
    made_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_id"], name="check_in_client_id"),
            models.UniqueConstraint(
                fields=["patient", "on"], condition=Q(superseded_at__isnull=True), name="check_in_once_a_date"
            ),
            models.CheckConstraint(
                condition=Q(pain_exercising__isnull=True) | Q(pain_exercising__range=(0, 10)),
                name="check_in_pain_exercising",
            ),
            models.CheckConstraint(
                condition=Q(pain_morning__isnull=True) | Q(pain_morning__range=(0, 10)),
                name="check_in_pain_morning",
            ),
        ]

    def __str__(self) -> str:
        return str(self.on)
