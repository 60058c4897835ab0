"""What several tables have in common."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..dosage import Dosage


class Addressed(models.Model):
    """A row with an address: `public_id` stands in URLs, the primary key never does."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class DosageColumns(models.Model):
    """The columns of a dosage, the same wherever one is stored."""

    sets = models.PositiveSmallIntegerField(_("sets"), null=True, blank=True)
    reps = models.PositiveSmallIntegerField(_("times"), null=True, blank=True)
    hold_seconds = models.PositiveSmallIntegerField(_("hold, seconds"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    per_side = models.BooleanField(_("each side"), default=False)
    load = models.CharField(_("load"), max_length=40, blank=True)
    times_per_day = models.PositiveSmallIntegerField(_("times a day"), default=1)
    days_per_week = models.PositiveSmallIntegerField(_("days a week"), default=7)
    rest_between = models.BooleanField(_("a rest day between"), default=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                # An amount that is not given is unknown to the database, and what is unknown passes a check.
                condition=Q(reps__isnull=False, reps__gte=1)
                | Q(hold_seconds__isnull=False, hold_seconds__gte=1)
                | Q(minutes__isnull=False, minutes__gte=1),
                name="%(app_label)s_%(class)s_dosage_can_be_done",
            ),
            models.CheckConstraint(
                condition=Q(times_per_day__range=(1, 10)), name="%(app_label)s_%(class)s_times_per_day"
            ),
            models.CheckConstraint(
                condition=Q(days_per_week__range=(1, 7)), name="%(app_label)s_%(class)s_days_per_week"
            ),
        ]

    @property
    def dosage(self) -> Dosage:
        return Dosage(
            sets=self.sets,
            reps=self.reps,
            hold_seconds=self.hold_seconds,
            minutes=self.minutes,
            per_side=self.per_side,
            load=self.load,
            times_per_day=self.times_per_day,
            days_per_week=self.days_per_week,
            rest_between=self.rest_between,
        )
