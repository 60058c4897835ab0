"""The words about deciding: what each act does to this plan, and what comes next. SAID_TO_PATIENT the patient reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .decision_dates import DAYS_AHEAD, DAYS_BACK
from .ledger_sentences import entry_title
from .moves import Act
from .opening import Caution
from .phase_dates import PhaseDates, When
from .progression import State

if TYPE_CHECKING:
    from .models import PlanPhase
    from .readings.plan import PlanReading

# What the patient reads, unless the clinician writes something else. Short and kind; stopping is no failure.
SAID_TO_PATIENT: Mapping[Act, Promise] = {
    Act.CARRY_ON: gettext_lazy("You are ready to carry on. Your plan goes on from here."),
    Act.STAY: gettext_lazy("Keep on with these exercises. We look again with you before you get new ones."),
    Act.STOP: gettext_lazy("Please stop your exercises for now. We will tell you when to start again."),
    Act.START_AGAIN: gettext_lazy("Good to have you back. Start again gently."),
    Act.GO_BACK: gettext_lazy("We take a step back for a while. That is a normal part of getting better."),
    Act.MOVE_ON: gettext_lazy("You are ready for the next step. Look at your new exercises."),
    Act.FINISH: gettext_lazy("You have reached the end of your plan. Well done. Call us if you need us."),
    Act.END_EARLY: gettext_lazy("Your plan ends here. Call us if you have a question."),
}
SAID_OF_ABSENCE = gettext_lazy("No exercises while you are away. They start again when you are back.")

CAUTIONS: Mapping[Caution, Promise] = {
    Caution.BALLISTIC: gettext_lazy("fast, with a load"),
    Caution.LOADED: gettext_lazy("loaded"),
    Caution.OTHER_REGION: gettext_lazy("for another part of the body"),
}


def act_title(act: Act, reading: PlanReading) -> str:
    """The act's name on its button and its page."""
    words = {"phase": reading.present.number, "next": reading.present.number + 1, "entry": reading.sequence}
    if act is Act.TAKE_BACK:
        words["entry"] = reading.last_act[0].sequence
    return {
        Act.CARRY_ON: _("Carry on"),
        Act.STAY: _("Stay in phase %(phase)s"),
        Act.STOP: _("Stop exercises for now"),
        Act.START_AGAIN: _("Start again"),
        Act.GO_BACK: _("Go back…"),
        Act.MOVE_ON: _("Move on to phase %(next)s"),
        Act.FINISH: _("Finish the plan"),
        Act.END_EARLY: _("End early"),
        Act.TAKE_BACK: _("Take back decision %(entry)s"),
    }[act] % words


def effect(act: Act, reading: PlanReading) -> str:
    """What an act of today does to this patient's plan. For acts that are offered."""
    number = reading.present.number
    match act:
        case Act.CARRY_ON:
            return _join(_starts_again(reading), _comes_then(act, reading))
        case Act.STAY:
            return _effect_of_staying(reading)
        case Act.STOP:
            return _("Nothing is asked from today until you start again.")
        case Act.START_AGAIN if reading.asks_where_to_go_on:
            return ngettext(
                "Stopped for %(days)s day: you choose where to go on.",
                "Stopped for %(days)s days: you choose where to go on.",
                reading.days_stopped,
            ) % {"days": reading.days_stopped}
        case Act.START_AGAIN:
            return _join(_starts_again(reading), _comes_then(act, reading))
        case Act.GO_BACK if number == 1:
            return _join(_starts_again(reading), _("To the start of phase 1."))
        case Act.GO_BACK:
            where = _("To the start of phase %(phase)s, or of an earlier one.") % {"phase": number}
            if number == 2:
                where = _("To the start of phase 2, or of phase 1.")
            return _join(_starts_again(reading), where)
        case Act.MOVE_ON:
            return _join(_starts_again(reading), _effect_of_moving_on(reading))
        case Act.FINISH:
            return _("The plan ends today, as finished. Nothing more is asked; its record stays.")
        case Act.END_EARLY if reading.may_plan_absence:
            return _("The plan ends before it begins. Its record stays.")
        case Act.END_EARLY:
            return _("The plan ends today, before it is finished. Nothing more is asked; its record stays.")
        case _:
            return _("“%(entry)s” counts no more. It stays on record.") % {"entry": entry_title(reading.last_act[0])}


def where_to_go_on(reading: PlanReading) -> list[tuple[str, str]]:
    """Where a plan can go on after a stop: "on" for where it stopped, else the number of a phase to start anew."""
    present, position = reading.present, reading.position
    words = {"phase": present.number, "name": present.name, "week": position.week_in_phase}
    found = [
        ("on", _("Where the plan stopped: phase %(phase)s, %(name)s, week %(week)s of it") % words),
        (str(present.number), _("At the start of phase %(phase)s, %(name)s, once more") % words),
    ]
    for phase in reversed(reading.days.phases[: present.number - 1]):
        words = {"phase": phase.number, "name": phase.name}
        found.append((str(phase.number), _("At the start of phase %(phase)s, %(name)s") % words))
    return found


def comes_next(reading: PlanReading) -> str:
    """What comes next if nothing is decided."""
    position, following = reading.position, reading.following
    words = {"phase": reading.present.number, "next": following.number if following else None}
    count = {"count": reading.exercise_count}
    if reading.ended:
        ended_on = {"day": date_format(reading.plan.ended_on or reading.today, "j F Y")}
        if reading.state is State.COMPLETED:
            return _("The plan was finished on %(day)s. Its record stays.") % ended_on
        return _("The plan was ended early, on %(day)s. Its record stays.") % ended_on
    if position.state is State.NOT_STARTED:
        return _("Starts on %(day)s, in phase %(phase)s. Until then nothing is asked.") % {
            "day": long_date(reading.plan.start_on),
            **words,
        }
    if position.state is State.PAUSED:
        if reading.planned_end:
            return _("Nothing is asked. Exercises start again by themselves on %(day)s.") % {
                "day": long_date(reading.planned_end.on)
            }
        return _("Nothing is asked until you start the exercises again.")
    if position.state is State.AWAITING_REVIEW:
        if following is None:
            return _("The clock stands at the end of the last phase. Finish the plan, stay or go back.")
        return _("The clock stands. Phase %(next)s opens only when you decide; until then the exercises go on.") % words
    if position.state is State.STAYING:
        if following is None:
            return _("Goes on with these exercises until you say otherwise.")
        return _goes_on(count) + " " + _("Phase %(next)s does not open until you say so.") % words
    return _opens_next(reading)


def when_words(phase: PlanPhase, dates: PhaseDates, *, present: int, after_check: bool) -> str:
    """The dates of a phase beneath the track; where they are not known yet, what they hang on.

    `present` is the phase that the plan stands in. `after_check`: a check lies between today and this phase.
    """
    if dates.when is When.NEVER:
        return _("not reached") if phase.number >= present else _("left out")
    if dates.first_on and dates.last_on:
        return _span(dates.first_on, dates.last_on)
    if dates.first_on:
        since = _("since %(day)s") if dates.when is When.PRESENT else _("from %(day)s")
        return since % {"day": short_date(dates.first_on)}
    if phase.last_week is None:
        return _("open, after a check") if after_check else _("open")
    weeks = phase.last_week - phase.first_week + 1
    if after_check:
        return ngettext("%(weeks)s week, after a check", "%(weeks)s weeks, after a check", weeks) % {"weeks": weeks}
    return ngettext("%(weeks)s week", "%(weeks)s weeks", weeks) % {"weeks": weeks}


def absence_ahead(reading: PlanReading) -> str:
    """The planned absence that lies ahead; empty where none does."""
    if not reading.absence:
        return ""
    stops, starts = reading.absence
    return _("A planned absence lies ahead: exercises stop on %(first)s and start again on %(last)s.") % {
        "first": long_date(stops.on),
        "last": long_date(starts.on),
    }


def date_help(act: Act, reading: PlanReading) -> str:
    """Which dates the form of an act takes."""
    day = long_date(earliest_date(reading))
    ahead = {"day": day, "days": DAYS_AHEAD}
    if act is Act.STOP and reading.may_plan_absence:
        return _("From the start on, at most %(days)s days ahead.") % ahead
    if act is Act.STOP:
        return _("Today or back to %(day)s; ahead, at most %(days)s days, with the day of the new start.") % ahead
    if act is Act.START_AGAIN:
        return _("Today or back to %(day)s; or ahead, at most %(days)s days.") % ahead
    if earliest_date(reading) == reading.today:
        return _("Today: the last decision counts from today, too.")
    return _("Today or back to %(day)s.") % ahead


def earliest_date(reading: PlanReading) -> date:
    """The earliest date that a decision of today may have: seven days back, not before what is in force."""
    week_ago = reading.today - timedelta(days=DAYS_BACK)
    return max([week_ago, *(row.on for row in reading.standing if row.kind != "change" and row.on <= reading.today)])


def long_date(on: date) -> str:
    return date_format(on, "l j F")


def short_date(on: date) -> str:
    return date_format(on, "j M")


def _starts_again(reading: PlanReading) -> str:
    return _("Exercises start again today.") if reading.position.state is State.PAUSED else ""


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _goes_on(count: Mapping[str, Any]) -> str:
    words = ngettext("Goes on with this exercise.", "Goes on with these %(count)s exercises.", count["count"])
    return words % dict(count)


def _effect_of_staying(reading: PlanReading) -> str:
    words = {"next": reading.present.number + 1, "phase": reading.present.number}
    if reading.position.state is State.PAUSED:
        first = _("Exercises start again today and stay those of phase %(phase)s.") % words
    else:
        first = _goes_on({"count": reading.exercise_count})
    return _join(first, _("Phase %(next)s does not open until you say so.") % words if reading.following else "")


def _effect_of_moving_on(reading: PlanReading) -> str:
    words: dict[str, Any] = {"next": reading.present.number + 1}
    due = _next_opening(reading)
    if reading.position.state is State.RUNNING and due:
        words["days"] = (due - reading.today).days
        return (
            ngettext(
                "Phase %(next)s from today, %(days)s day early; you tick its exercises.",
                "Phase %(next)s from today, %(days)s days early; you tick its exercises.",
                words["days"],
            )
            % words
        )
    return _("Phase %(next)s from today; you tick its exercises.") % words


def _comes_then(act: Act, reading: PlanReading) -> str:
    """Where a stay or a stop that ends leads."""
    after = reading.after(act)
    words = {"phase": after.phase, "next": (after.phase or 0) + 1, "week": after.week_in_phase}
    if after.state is State.AWAITING_REVIEW:
        return _("The check before phase %(next)s is due at once.") % words
    if after.state is State.STAYING:
        return _("The plan stays in phase %(phase)s.") % words
    if after.review_on:
        return _("Phase %(phase)s, week %(week)s; the check before phase %(next)s falls due on %(day)s.") % {
            **words,
            "day": long_date(after.review_on),
        }
    if after.next_phase_on:
        return _("Phase %(phase)s, week %(week)s; phase %(next)s opens by itself on %(day)s.") % {
            **words,
            "day": long_date(after.next_phase_on),
        }
    return _("The plan goes on in phase %(phase)s, week %(week)s.") % words


def _opens_next(reading: PlanReading) -> str:
    following, due = reading.following, _next_opening(reading)
    if following is None:
        return _("This is the last phase. It goes on until you finish the plan.")
    words = {"next": following.number, "day": long_date(due) if due else ""}
    if due is None:
        return _("Phase %(next)s opens when you decide.") % words
    if reading.present.needs_review:
        return _("A check falls due on %(day)s. Phase %(next)s opens only when you decide.") % words
    return _("Phase %(next)s opens by itself on %(day)s.") % words


def _next_opening(reading: PlanReading) -> date | None:
    """The day on which the present phase is over, a planned absence counted in."""
    present = reading.phase_dates[reading.present.number - 1]
    if present.when is When.PRESENT and present.last_on:
        return present.last_on + timedelta(days=1)
    return reading.position.review_on or reading.position.next_phase_on


def _span(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{date_format(first, 'j')}–{short_date(last)}"
    return f"{short_date(first)}–{short_date(last)}"
