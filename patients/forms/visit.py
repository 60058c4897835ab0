from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rehab.errors import Refused
from rehab.models import Clinic, User
from rehab.roles import Capability, can

from ..actions.appointment import Clashes
from ..actions.series import MOST_WEEKS
from ..models import Episode, TreatmentSession, Visit, VisitEvent
from ..visits import NoSuchHour, moment

LONGEST_REASON = 2000
YEARS = range(2000, 2101)
NEAR = timedelta(days=14)
# What "anyway" names: a visit or a day each, of which no appointment meets more than a few.
LONGEST_ANYWAY = 1000
Next = VisitEvent.WhatNext
A_NEW_NOTE = "new"
WITHOUT = "none"


class AppointmentForm(forms.Form):
    """A day and a time of the clinic's clock, a length, a physiotherapist. `appointment()` is what the actions take.

    Where the appointment meets something, `refuse` says it and the page shows "book anyway", which names what it met.
    """

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
    anyway = ""

    def __init__(
        self,
        *args: Any,
        clinic: Clinic,
        today: date,
        user: User,
        lead: User | None = None,
        visit: Visit | None = None,
        wanted: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        """`wanted` is what stands in the fields at first: where somebody tapped in the schedule."""
        usually = lead if lead is not None and can(lead, Capability.TREAT) else user
        super().__init__(*args, initial={**_as_it_is(clinic, usually, visit), **(wanted or {})}, **kwargs)
        self.clinic, self.today = clinic, today
        staff = clinic.users.filter(is_active=True, is_physiotherapist=True, leaving_since__isnull=True).order_by(
            "name", "pk"
        )
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
        accepted = str(self.data.get("anyway", ""))[:LONGEST_ANYWAY].split()
        return {name: self.cleaned_data[name] for name in ("physiotherapist", "starts_at", "minutes")} | {
            "anyway": frozenset(accepted)
        }

    def refuse(self, refused: Refused) -> None:
        """Say why the appointment was refused, beside its field where the form has it."""
        if isinstance(refused, Clashes):
            self.anyway = " ".join(sorted(refused.anyway))
            for line in refused.lines:
                self.add_error(None, line)
        else:
            self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)


class NewVisitForm(AppointmentForm):
    """An appointment of a patient: of a visit that is due, or of one that no protocol asked for, once or every week."""

    visit = forms.ChoiceField(label=gettext_lazy("Which visit"), required=False)
    episode = forms.ChoiceField(label=gettext_lazy("Episode"), required=False)
    weeks = forms.IntegerField(
        label=gettext_lazy("The same time every week, for how many weeks"),
        help_text=gettext_lazy("1 is this visit alone. A day that is not free is left out and named."),
        min_value=1,
        max_value=MOST_WEEKS,
        required=False,
    )
    field_order = ("visit", "episode")

    def __init__(
        self, *args: Any, episodes: list[Episode], due: Sequence[Visit], names_problems: bool, **kwargs: Any
    ) -> None:
        """`names_problems` is for those who treat; others read who leads an episode."""
        super().__init__(*args, **kwargs)
        self.episodes = {str(episode.public_id): episode for episode in episodes}
        self.due = {str(visit.public_id): visit for visit in due}
        self.fields["episode"].choices = [  # type: ignore[attr-defined]
            (key, episode.problem if names_problems else _led(episode)) for key, episode in self.episodes.items()
        ]
        another = ("", _("a visit that is not on this list"))
        self.fields["visit"].choices = [  # type: ignore[attr-defined]
            *((key, due_words(visit, names_it=names_problems)) for key, visit in self.due.items()),
            another,
        ]
        self.initial |= {"visit": self._likely(), "weeks": 1}

    def _likely(self) -> str:
        """The visit that is probably meant: the first that is past its date or due near the wanted day."""
        day = self.initial.get("on")
        near = (day if isinstance(day, date) else self.today) + NEAR
        return next((key for key, visit in self.due.items() if visit.due_on and visit.due_on <= near), "")

    def due_visit(self) -> Visit | None:
        return self.due.get(self.cleaned_data["visit"])

    def episode_of_visit(self) -> Episode:
        return self.episodes[self.cleaned_data["episode"] or next(iter(self.episodes))]

    def weeks_wanted(self) -> int:
        return self.cleaned_data["weeks"] or 1


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


class WhatNextForm(forms.Form):
    """What comes instead of a visit that fell out: one of four answers, its day, and words."""

    what_next = forms.ChoiceField(
        label=gettext_lazy("What next"),
        choices=[
            (Next.AGAIN.value, gettext_lazy("Book another appointment now")),
            (Next.DUE.value, gettext_lazy("It is due on the day below")),
            (Next.CALL.value, gettext_lazy("Whoever leads calls the patient: today, or on the day below")),
            (Next.NO_FURTHER.value, gettext_lazy("No further visit, because (say it in words)")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what comes next.")},
    )
    marks_optional = False
    next_on = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Give a day, such as 2026-03-04.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("In words"),
        help_text=gettext_lazy("The front desk reads this, too."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def clean_next_on(self) -> date | None:
        next_on: date | None = self.cleaned_data["next_on"]
        if next_on is not None and next_on.year not in YEARS:
            raise forms.ValidationError(_("Is the year right?"))
        return next_on


class CancelForm(WhatNextForm):
    cause = forms.ChoiceField(
        label=gettext_lazy("Who cancels it"),
        choices=[(cause.value, cause.label) for cause in (VisitEvent.Cause.PATIENT, VisitEvent.Cause.CLINIC)],
        widget=forms.RadioSelect,
    )
    field_order = ("cause",)


class TakeBackVisitForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )


class CameForm(forms.Form):
    """The patient came: nothing else is asked of who writes no notes."""

    def session(self) -> None:
        return None

    def starts_a_note(self) -> bool:
        return False


def due_words(visit: Visit, *, names_it: bool) -> str:
    """A visit that is due, in a line; what the protocol calls it is for those who treat."""
    name = visit.follow_up.name if visit.follow_up and names_it else _("follow-up visit")
    return _("%(name)s, due on %(day)s") % {
        "name": name if visit.follow_up else _("visit"),
        "day": date_format(visit.due_on, "j F Y"),
    }


def _led(episode: Episode) -> str:
    return _("led by %(name)s, since %(day)s") % {
        "name": episode.lead.name,
        "day": date_format(episode.opened_on, "j F Y"),
    }


def wanted(sent: Mapping[str, str]) -> dict[str, Any]:
    """What an address asks of an appointment: the day, the time and the physiotherapist of a free place in the
    schedule. What is none of these is left out."""
    found: dict[str, Any] = {}
    with suppress(ValueError):
        if (on := date.fromisoformat(sent.get("on", ""))).year in YEARS:
            found["on"] = on
    with suppress(ValueError):
        if (clock := time.fromisoformat(sent.get("time", ""))).tzinfo is None:
            found["time"] = clock
    with suppress(ValueError):
        found["physiotherapist"] = UUID(sent.get("with", ""))
    return found


def _as_it_is(clinic: Clinic, usually: User, visit: Visit | None) -> dict[str, Any]:
    """The appointment that a visit has; before it has one, the usual length with the person who leads or books."""
    physiotherapist = visit.physiotherapist if visit and visit.physiotherapist else usually
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
