from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.models import Clinic, User

from ..models import Episode, TreatmentSession, Visit, VisitEvent
from ..visits import NoSuchHour, moment

LONGEST_REASON = 2000
YEARS = range(2000, 2101)
A_NEW_NOTE = "new"
WITHOUT = "none"


class AppointmentForm(forms.Form):
    """A day and a time of the clinic's clock, a length, a physiotherapist. `appointment()` is what the actions take."""

    on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Give a day, such as 2026-03-04.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Give a time, such as 14:30.")},
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=480)
    physiotherapist = forms.ModelChoiceField(
        label=gettext_lazy("Physiotherapist"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        error_messages={"invalid_choice": gettext_lazy("Choose an active physiotherapist of the clinic.")},
    )
    marks_optional = False

    def __init__(self, *args: Any, clinic: Clinic, today: date, user: User, visit: Visit | None = None, **kwargs: Any):
        super().__init__(*args, initial=_as_it_is(clinic, user, visit), **kwargs)
        self.clinic = clinic
        staff = clinic.users.filter(is_active=True, is_physiotherapist=True).order_by("name", "pk")
        self.fields["physiotherapist"].queryset = staff  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["min"] = today.isoformat()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on.year not in YEARS:
            raise forms.ValidationError(_("Is the year right?"))
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "on" in cleaned and "time" in cleaned:
            try:
                cleaned["starts_at"] = moment(cleaned["on"], cleaned["time"], self.clinic.zone)
            except NoSuchHour:
                self.add_error("time", _("The clocks go forward on that day and skip this time. Choose another."))
        return cleaned

    def appointment(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("physiotherapist", "starts_at", "minutes")}


class NewVisitForm(AppointmentForm):
    """An appointment that no protocol asked for, in one of the patient's open episodes."""

    episode = forms.ChoiceField(label=gettext_lazy("Episode"), required=False)
    field_order = ("episode",)

    def __init__(self, *args: Any, episodes: list[Episode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.episodes = {str(episode.public_id): episode for episode in episodes}
        self.fields["episode"].choices = [  # type: ignore[attr-defined]
            (key, episode.problem) for key, episode in self.episodes.items()
        ]

    def episode_of_visit(self) -> Episode:
        return self.episodes[self.cleaned_data["episode"] or next(iter(self.episodes))]


class AttendedForm(forms.Form):
    """Which session note a visit belongs to: one of that day's, one to be started, or none."""

    note = forms.ChoiceField(label=gettext_lazy("Session note"), widget=forms.RadioSelect)
    marks_optional = False

    def __init__(self, *args: Any, sessions: Iterable[TreatmentSession], may_be_without: bool, **kwargs: Any) -> None:
        self.sessions = {str(session.public_id): session for session in sessions}
        choices = [(key, _line(session)) for key, session in self.sessions.items()]
        choices.append((A_NEW_NOTE, _("Start the note now")))
        if may_be_without:
            choices.append((WITHOUT, _("Without a note for now")))
        super().__init__(*args, initial={"note": choices[0][0]}, **kwargs)
        self.fields["note"].choices = choices  # type: ignore[attr-defined]

    def session(self) -> TreatmentSession | None:
        return self.sessions.get(self.cleaned_data["note"])

    def starts_a_note(self) -> bool:
        return bool(self.cleaned_data["note"] == A_NEW_NOTE)


class MissedForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What is known about it"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


class CancelForm(forms.Form):
    cause = forms.ChoiceField(
        label=gettext_lazy("Who cancels it"),
        choices=[(cause.value, cause.label) for cause in (VisitEvent.Cause.PATIENT, VisitEvent.Cause.CLINIC)],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


def _as_it_is(clinic: Clinic, user: User, visit: Visit | None) -> dict[str, Any]:
    """The appointment that a visit has; before it has one, the usual length with the person who books."""
    physiotherapist = visit.physiotherapist if visit and visit.physiotherapist else user
    values = {
        "minutes": visit.minutes if visit and visit.minutes else clinic.visit_minutes,
        "physiotherapist": physiotherapist.public_id,
    }
    if visit is None or visit.starts_at is None:
        return values
    starts = timezone.localtime(visit.starts_at, clinic.zone)
    return values | {"on": starts.date(), "time": starts.time()}


def _line(session: TreatmentSession) -> str:
    return _("%(day)s, %(kind)s, by %(name)s, %(status)s") % {
        "day": date_format(session.on, "j F"),
        "kind": session.get_kind_display(),
        "name": session.physiotherapist.name,
        "status": session.get_status_display(),
    }
