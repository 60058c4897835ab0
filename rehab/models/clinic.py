import zoneinfo
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class NoteKind(models.TextChoices):
    """What a session note of the clinic holds."""

    FULL = "full", _("full: subjective, objective, assessment, plan")
    SHORT = "short", _("short: one text")
    ELSEWHERE = "elsewhere", _("kept elsewhere: only what was done")


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
    pain_limit = models.PositiveSmallIntegerField(_("pain that is too much, 0 to 10"), default=5)
    adherence_good = models.PositiveSmallIntegerField(_("done well, percent"), default=80)
    adherence_low = models.PositiveSmallIntegerField(_("done little, percent"), default=50)
    silent_days = models.PositiveSmallIntegerField(_("days without a word"), default=3)
    look_again_max_days = models.PositiveSmallIntegerField(
        _("longest time until somebody looks again, days"), default=28
    )
    day_minutes_budget = models.PositiveSmallIntegerField(_("exercise minutes a day, at most"), default=30)
    short_notice_hours = models.PositiveSmallIntegerField(_("short notice for a cancellation, hours"), default=24)
    note_kind = models.CharField(_("session notes"), max_length=10, choices=NoteKind.choices, default=NoteKind.FULL)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(visit_minutes__range=(5, 480)), name="clinic_visit_minutes"),
            models.CheckConstraint(condition=Q(pain_limit__range=(1, 10)), name="clinic_pain_limit"),
            models.CheckConstraint(
                condition=Q(adherence_low__gte=1)
                & Q(adherence_low__lt=F("adherence_good"))
                & Q(adherence_good__lte=100),
                name="clinic_adherence_bands",
            ),
            models.CheckConstraint(condition=Q(silent_days__range=(1, 28)), name="clinic_silent_days"),
            models.CheckConstraint(condition=Q(look_again_max_days__range=(1, 28)), name="clinic_look_again_max_days"),
            models.CheckConstraint(condition=Q(day_minutes_budget__range=(1, 240)), name="clinic_day_minutes_budget"),
            models.CheckConstraint(condition=Q(short_notice_hours__range=(1, 168)), name="clinic_short_notice_hours"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def date_at(self, at: datetime) -> date:
        """The clinic's calendar date at a moment."""
        return at.astimezone(self.zone).date()


class ClinicHours(models.Model):
    """One stretch of a weekday in which the clinic is open; a day with a break at noon has two."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="opening")
    weekday = models.PositiveSmallIntegerField(_("weekday"))  # 0 is Monday
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "weekday", "opens"], name="clinic_hours_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="clinic_hours_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="clinic_hours_close_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class ClosedDay(models.Model):
    """Dates on which the clinic is closed: a holiday, a week in summer."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="closed_days")
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    name = models.CharField(_("what it is"), max_length=120, blank=True)

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closed_day_last_on"),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} {self.name}"
