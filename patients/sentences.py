"""The sentences behind the codes of the pure modules, and the lines that several screens share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .clashes import Clash, Meets
from .fit import Fit
from .moves import Act
from .progression import Refusal, State
from .visits import Step, VisitState

if TYPE_CHECKING:
    from .models import Decision, VisitEvent

REFUSALS: dict[Refusal, Promise] = {
    Refusal.NO_START: gettext_lazy("This plan has no start."),
    Refusal.STARTS_ONCE: gettext_lazy("A plan starts once. Start a new plan instead."),
    Refusal.BEFORE_START: gettext_lazy("That is before the plan’s start."),
    Refusal.PLAN_ENDED: gettext_lazy("The plan has ended; nothing follows. Assign a new one to go on."),
    Refusal.PAUSED: gettext_lazy("Exercises are stopped. Start again first, or choose an act that does both."),
    Refusal.ALREADY_PAUSED: gettext_lazy("Exercises are stopped already."),
    Refusal.ALREADY_STAYING: gettext_lazy("The plan stays in this phase already."),
    Refusal.NOTHING_TO_RESUME: gettext_lazy("The plan neither stays nor is stopped then, so there is nothing to lift."),
    Refusal.NO_LATER_PHASE: gettext_lazy("This is the last phase. Finish the plan instead."),
    Refusal.NOT_THE_NEXT_PHASE: gettext_lazy("That is not the next phase on that date: look where the plan stands."),
    Refusal.NO_PHASE_NAMED: gettext_lazy("Choose the phase to go back to."),
    Refusal.NO_SUCH_PHASE: gettext_lazy("The plan has no such phase."),
    Refusal.NOT_AN_EARLIER_PHASE: gettext_lazy("One goes back to this phase’s start or to an earlier phase."),
    Refusal.UNKNOWN_KIND: gettext_lazy("There is no such decision."),
    Refusal.NOT_STARTED: gettext_lazy("The plan has not started. Until then it can be ended, or an absence planned."),
    Refusal.NOT_ON_THE_START: gettext_lazy("A plan that has not started is ended on the date of its start."),
    Refusal.TOO_FAR_BACK: gettext_lazy("A decision is dated today or up to seven days back."),
    Refusal.BEFORE_THE_LAST_DECISION: gettext_lazy("That is before the last decision that is in force."),
    Refusal.IN_THE_FUTURE: gettext_lazy("Only a start, a planned absence or its end may lie ahead."),
    Refusal.TOO_FAR_AHEAD: gettext_lazy("That is more than 90 days ahead."),
    Refusal.ABSENCE_WITHOUT_END: gettext_lazy("A stop that lies ahead needs the date on which exercises start again."),
    Refusal.ABSENCE_ENDS_TOO_SOON: gettext_lazy("Exercises start again on a later day than they stop."),
    Refusal.ALREADY_RUNNING: gettext_lazy("The plan is running: there is nothing to lift."),
    Refusal.NOT_STOPPED: gettext_lazy("Exercises are not stopped."),
    Refusal.REVIEW_FIRST: gettext_lazy("A check is due: move on, stay or go back."),
    Refusal.NOTHING_TO_TAKE_BACK: gettext_lazy("Nothing but the start is on record, and a start is not taken back."),
}

STATES: dict[State, Promise] = {
    State.NOT_STARTED: gettext_lazy("not started"),
    State.RUNNING: gettext_lazy("on plan"),
    State.STAYING: gettext_lazy("staying"),
    State.PAUSED: gettext_lazy("exercises stopped"),
    State.AWAITING_REVIEW: gettext_lazy("check due"),
    State.COMPLETED: gettext_lazy("finished"),
    State.DISCONTINUED: gettext_lazy("ended early"),
}

ACTS: dict[Act, Promise] = {
    Act.CARRY_ON: gettext_lazy("Carry on"),
    Act.STAY: gettext_lazy("Stay in this phase"),
    Act.STOP: gettext_lazy("Stop exercises for now"),
    Act.START_AGAIN: gettext_lazy("Start again"),
    Act.GO_BACK: gettext_lazy("Go back"),
    Act.MOVE_ON: gettext_lazy("Move on"),
    Act.FINISH: gettext_lazy("Finish"),
    Act.END_EARLY: gettext_lazy("End early"),
    Act.TAKE_BACK: gettext_lazy("Take back"),
}

ENTRIES: dict[str, Promise] = {
    "start": gettext_lazy("Start"),
    "stay": gettext_lazy("Stay"),
    "pause": gettext_lazy("Stop exercises for now"),
    "resume": gettext_lazy("Start again"),
    "advance": gettext_lazy("Move on"),
    "regress": gettext_lazy("Go back"),
    "complete": gettext_lazy("Finish"),
    "discontinue": gettext_lazy("End early"),
    "change": gettext_lazy("Change of exercises"),
    "withdraw": gettext_lazy("Taken back"),
}

VISIT_STATES: dict[VisitState, Promise] = {
    VisitState.DUE: gettext_lazy("due"),
    VisitState.BOOKED: gettext_lazy("booked"),
    VisitState.ATTENDED: gettext_lazy("attended"),
    VisitState.MISSED: gettext_lazy("missed"),
    VisitState.CANCELLED: gettext_lazy("cancelled"),
}

# What happened where a step leads to the state that it came from.
VISIT_STEPS_WITHIN: dict[VisitState, Promise] = {
    VisitState.DUE: gettext_lazy("due on another day"),
    VisitState.BOOKED: gettext_lazy("moved"),
    VisitState.ATTENDED: gettext_lazy("given its session note"),
    VisitState.MISSED: gettext_lazy("what comes next was said"),
    VisitState.CANCELLED: gettext_lazy("what comes next was said"),
}

STEPS: dict[Step, Promise] = {
    Step.BOOK: gettext_lazy("booked"),
    Step.MOVE: gettext_lazy("moved"),
    Step.ATTEND: gettext_lazy("marked as attended"),
    Step.NOTE: gettext_lazy("given a session note"),
    Step.MISS: gettext_lazy("marked as missed"),
    Step.CANCEL: gettext_lazy("cancelled"),
    Step.RENEW: gettext_lazy("made due again"),
    Step.TAKE_BACK: gettext_lazy("made booked again"),
    Step.ANSWER: gettext_lazy("answered with what comes next"),
}


def refusal(code: str) -> str:
    """Why a decision was refused, for the clinician."""
    return str(REFUSALS[Refusal(code)])


def visit_step_refused(state: str, step: str) -> str:
    """Why a visit cannot take a step."""
    return _("A visit that is %(state)s cannot be %(step)s.") % {
        "state": VISIT_STATES[VisitState(state)],
        "step": STEPS[Step(step)],
    }


def entry_line(entry: Decision) -> str:
    """One ledger entry in a line, for "what happened meanwhile"."""
    return _("%(kind)s, from %(on)s, by %(by)s") % {
        "kind": ENTRIES[entry.kind],
        "on": date_format(entry.on, "j F Y"),
        "by": entry.by.name,
    }


def fit_words(fit: str, code: str, made_for: Sequence[str]) -> str:
    """How a plan template fits an episode's code, for the list to choose from."""
    words = {"code": code, "codes": ", ".join(made_for)}
    return {
        Fit.MADE_FOR: _("Made for %(code)s"),
        Fit.ALSO_FOR: _("Also used for %(code)s; made for %(codes)s"),
        Fit.RELATED: _("Made for %(codes)s, near %(code)s"),
        Fit.NOT_CODED: _("Made for %(codes)s; this episode has no code"),
        Fit.OTHER: _("Made for %(codes)s, not for %(code)s"),
    }[Fit(fit)] % words


def visit_event_word(event: VisitEvent) -> str:
    """What a step of a visit did, in a word."""
    state = VisitState(event.to_state)
    if state is VisitState.BOOKED and event.from_state in {VisitState.ATTENDED, VisitState.MISSED}:
        return _("taken back: booked, as before")
    return str(VISIT_STEPS_WITHIN[state] if event.from_state == event.to_state else VISIT_STATES[state])


def visit_event_line(event: VisitEvent) -> str:
    """One step of a visit in a line, for "what happened meanwhile"."""
    return _("%(state)s, by %(by)s, %(at)s") % {
        "state": visit_event_word(event),
        "by": event.by.name,
        "at": date_format(localtime(event.at), "j F Y, H:i"),
    }


def clash_line(clash: Clash, physiotherapist: str, zone: ZoneInfo) -> str:
    """What an appointment meets, in a sentence; who treats is named, another patient is not."""
    words = {"name": physiotherapist, "who": clash.who}
    if clash.since is not None:
        words["time"] = date_format(localtime(clash.since, zone), "H:i")
    return {
        Meets.OVERLAP: _("%(name)s has another visit then, from %(time)s."),
        Meets.PATIENT: _("This patient has another visit then, from %(time)s."),
        Meets.AWAY: _("%(name)s is away on that day; %(who)s covers."),
        Meets.CLOSED_DAY: _("The clinic is closed on that day: %(who)s.")
        if clash.who
        else _("The clinic is closed on that day."),
        Meets.OUTSIDE: _("That is outside the clinic’s hours."),
    }[clash.meets] % words
