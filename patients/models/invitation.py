from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from .patient import Patient


class Invitation(models.Model):
    """A one-time code that, with the year of birth, signs the patient in on a phone. Only its hash is kept."""

    MOST_FAILURES = 5

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    code_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_a_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def standing(self, at: datetime) -> str:
        """open · used · revoked · dead (too many wrong years) · expired"""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        if self.failures >= self.MOST_FAILURES:
            return "dead"
        return "open" if at < self.expires_at else "expired"
