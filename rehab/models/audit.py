from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class AuditEvent(models.Model):
    """Who did what to which row, when. No foreign keys: it outlives what it speaks of. No values: names of fields."""

    at = models.DateTimeField()
    clinic_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    fields = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["clinic_id", "at"], name="audit_clinic_at"),
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
