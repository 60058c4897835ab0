from django.db import models


class IcdCode(models.Model):
    """A row of ICD-10-CM: reference data, the same for every clinic, written by the loader only."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter"
        BLOCK = "block"
        CATEGORY = "category"
        CODE = "code"

    code = models.CharField(max_length=10, unique=True)
    compact = models.CharField(max_length=10, unique=True)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    billable = models.BooleanField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    inclusion = models.JSONField(default=list)
    # Own notes and those inherited from category and block: [{"text": …, "from": "M50-M54"}].
    excludes1 = models.JSONField(default=list)
    region = models.CharField(max_length=20, blank=True)
    release = models.CharField(max_length=60)
    search = models.TextField()

    class Meta:
        ordering = ["compact"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
