from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rehab.models import ExerciseRevision
from rehab.models.base import Addressed

from .patient import Patient


class OwnExercise(Addressed):
    """An exercise of this patient only. Reads like a revision of the library's, of which it knows fewer things."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="own_exercises")
    name = models.CharField(_("name"), max_length=120)
    words = models.TextField(_("how it is done"))
    stop_rule = models.TextField(_("when to stop"))
    photo = models.FileField(_("photo"), upload_to="own-exercises/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    # What a revision of the library's has beyond that.
    kind: ClassVar[str] = "own"
    region: ClassVar[str] = ""
    equipment: ClassVar[str] = ""
    loaded: ClassVar[bool] = False
    ballistic: ClassVar[bool] = False
    cues: ClassVar[str] = ""
    easier: ClassVar[str] = ""
    harder: ClassVar[str] = ""
    picture: ClassVar[str] = ""
    proposal: ClassVar[bool] = False
    variants: ClassVar[tuple[dict[str, Any], ...]] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def instructions(self) -> list[str]:
        return [line.strip() for line in self.words.splitlines() if line.strip()]


def what_of(row: Any) -> ExerciseRevision | OwnExercise:
    """The exercise of a row that has either `revision` or `own_exercise`."""
    found: ExerciseRevision | OwnExercise = row.revision if row.revision_id is not None else row.own_exercise
    return found
