import zoneinfo
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Clinic(models.Model):
    """The clinic: who to call, which zone its dates are in, and its settings, each with its default."""

    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=40)
    hours = models.CharField(_("opening hours"), max_length=200)
    emergency_number = models.CharField(_("emergency number"), max_length=20)
    visit_minutes = models.PositiveSmallIntegerField(_("length of a visit, minutes"), default=30)
    own_caseload_only = models.BooleanField(_("physiotherapists see only the patients they lead"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(visit_minutes__range=(5, 480)), name="clinic_visit_minutes"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def date_at(self, at: datetime) -> date:
        """The clinic's calendar date at a moment."""
        return at.astimezone(self.zone).date()
