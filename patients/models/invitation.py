from django.conf import settings
from django.db import models
from django.db.models import Q

from .patient import Patient


class Invitation(models.Model):
    """A one-time code that, with the year of birth, signs the patient in on a phone. Only its hash is kept."""

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
