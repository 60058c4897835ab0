from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
    # An earlier course of care that this one follows.
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by", verbose_name=_("follows")
    )
    opened_on = models.DateField()
    # On this date somebody looks at the episode again, whatever else is or is not planned.
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    # Of a closed episode: on this date somebody asks how it went on.
    recall_on = models.DateField(_("recall on"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True) | Q(closed_on__isnull=False),
                name="episode_closed_by",
            ),
            models.CheckConstraint(
                condition=Q(recall_on__isnull=True) | Q(closed_on__isnull=False), name="episode_recall_of_a_closed_one"
            ),
            models.CheckConstraint(
                condition=Q(look_again_on__isnull=True) | Q(closed_on__isnull=True),
                name="episode_look_again_at_an_open_one",
            ),
        ]

    def __str__(self) -> str:
        return self.problem


class Handover(models.Model):
    """An episode passed from one lead to another, with what the next one should know."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="handovers")
    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="handover_to_another"),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"


class DealtWith(models.Model):
    """A reason for which an episode stood in the caseload, answered until a date. Of one reason the latest counts."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="dealt_with")
    reason = models.CharField(max_length=30)
    until = models.DateField()
    # How bad it was then: a reason that is worse than this is back at once.
    level = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["episode", "until"], name="dealt_with_episode_until")]

    def __str__(self) -> str:
        return f"{self.reason} until {self.until}"
