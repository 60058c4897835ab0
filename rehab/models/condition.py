from django.db import models

from .base import Addressed
from .clinic import Clinic
from .icd import IcdCode


class Condition(Addressed):
    """What the clinic knows about a diagnosis code."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="conditions")
    icd_code = models.ForeignKey(IcdCode, on_delete=models.PROTECT, related_name="+")
    source_label = models.CharField(max_length=200, blank=True)
    description = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "icd_code"], name="condition_once_a_clinic"),
        ]

    def __str__(self) -> str:
        return str(self.icd_code)


class ConditionFact(models.Model):
    """One line of one of a condition's lists: synonyms, symptoms, causes, red flags and the rest."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    patient_text = models.TextField(blank=True)
    severity = models.CharField(max_length=10, blank=True)
    relation = models.CharField(max_length=10, blank=True)
    icd = models.ForeignKey(IcdCode, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    fact_ids = models.JSONField(default=list)

    class Meta:
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["condition", "kind", "position"], name="condition_fact_position"),
        ]

    def __str__(self) -> str:
        return self.text
