from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rehab.models import FollowUp
from rehab.models.base import Addressed

from .episode import Episode
from .patient import Patient
from .plan import Plan
from .session import TreatmentSession


class Visit(Addressed):
    """An appointment: due, then booked, then attended, missed or cancelled."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        BOOKED = "booked", _("booked")
        ATTENDED = "attended", _("attended")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    class Kind(models.TextChoices):
        FOLLOW_UP = "follow_up", _("follow-up")
        TREATMENT = "treatment", _("treatment")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="visits")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="visits")
    follow_up = models.ForeignKey(FollowUp, null=True, on_delete=models.PROTECT, related_name="+")
    # Coming to the same phase's end again opens a new round.
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    due_on = models.DateField(null=True, blank=True)
    # The patient came without an appointment.
    unplanned = models.BooleanField(default=False)
    physiotherapist = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    session = models.OneToOneField(TreatmentSession, null=True, on_delete=models.PROTECT, related_name="visit")
    last_sequence = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "follow_up", "round"], name="visit_follow_up_round"),
            models.UniqueConstraint(
                fields=["patient", "starts_at"], condition=Q(state="booked"), name="visit_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["booked", "attended", "missed"])
                | Q(starts_at__isnull=False, minutes__isnull=False, physiotherapist__isnull=False),
                name="visit_booked_has_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="due") | Q(due_on__isnull=False), name="visit_due_has_a_date"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=(5, 480)), name="visit_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.due_on or self.starts_at}"


class VisitEvent(models.Model):
    """One step of a visit, numbered: what it was after it, and why."""

    class Cause(models.TextChoices):
        PATIENT = "patient", _("the patient")
        CLINIC = "clinic", _("the clinic")
        PLAN_ENDED = "plan_ended", _("the end of the plan")
        NOT_AHEAD = "not_ahead", _("a decision about the plan")

    class WhatNext(models.TextChoices):
        AGAIN = "again", _("another appointment")
        DUE = "due", _("due on a date")
        CALL = "call", _("call the patient")
        NO_FURTHER = "no_further", _("no further visit")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    physiotherapist = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    # Of a cancellation: who called it off.
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)
    # Of a missed or cancelled visit: what comes instead.
    what_next = models.CharField(max_length=10, choices=WhatNext.choices, blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["visit", "sequence"], name="visit_event_sequence")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.to_state}"
