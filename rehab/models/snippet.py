from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Addressed


class Snippet(Addressed):
    """A sentence of one's own that goes into notes again and again. Speaks of no patient."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="snippets")
    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="snippet_name_once_a_user")]

    def __str__(self) -> str:
        return self.name
