from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .base import Addressed


class Away(Addressed):
    """A physiotherapist is away, from a first to a last day, and somebody covers."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="away")
    first_on = models.DateField(_("first day away"))
    last_on = models.DateField(_("last day away"))
    covered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covers", verbose_name=_("covered by")
    )
    withdrawn_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="away_last_on"),
            models.CheckConstraint(condition=~Q(user=F("covered_by")), name="away_covered_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} {self.last_on}"
