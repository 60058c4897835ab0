from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rehab.icd_sentences import REGIONS
from rehab.models import IcdCode
from rehab.models.base import Addressed

from .patient import Patient


class Episode(Addressed):
    """One course of care: the problem in words, where it is, since when, and who leads."""

    class Side(models.TextChoices):
        NONE = "", _("not one side")
        LEFT = "left", _("left")
        RIGHT = "right", _("right")
        BOTH = "both", _("both sides")

    class OnsetPrecision(models.TextChoices):
        DAY = "day", _("the day")
        MONTH = "month", _("the month")
        YEAR = "year", _("the year")
        UNKNOWN = "unknown", _("not known")

    class OnsetKind(models.TextChoices):
        UNKNOWN = "", _("not known")
        SUDDEN = "sudden", _("sudden")
        GRADUAL = "gradual", _("gradual")
        INJURY = "injury", _("by an injury")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead")
    )
    problem = models.CharField(_("the problem, in words"), max_length=200)
    region = models.CharField(
        _("region"), max_length=20, choices=[(region.value, words) for region, words in REGIONS.items()]
    )
    side = models.CharField(_("side"), max_length=5, choices=Side.choices, blank=True)
    icd_code = models.ForeignKey(
        IcdCode,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("diagnosis code"),
    )
    # As they were on the day it was coded.
    code_title = models.CharField(max_length=300, blank=True)
    code_release = models.CharField(max_length=60, blank=True)
    onset = models.DateField(_("onset"), null=True, blank=True)
    onset_precision = models.CharField(max_length=10, choices=OnsetPrecision.choices, default=OnsetPrecision.UNKNOWN)
    onset_kind = models.CharField(_("it came"), max_length=10, choices=OnsetKind.choices, blank=True)
    referrer = models.CharField(_("referrer"), max_length=120, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(onset__isnull=True, onset_precision="unknown")
                | (Q(onset__isnull=False) & ~Q(onset_precision="unknown")),
                name="episode_onset_precision",
            ),
        ]

    def __str__(self) -> str:
        return self.problem
