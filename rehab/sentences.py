"""The catalogue's words: doses, the kinds and regions of exercises, and why a dosage is refused.

Pure modules say a code or a value; here is the translated text for it.
"""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from .dosage import AMOUNTS, BOUNDS, LONGEST_LOAD, MOST_DAYS_WITH_REST, Dosage, ProblemCode, changes
from .protocol import BodyRegion, ExerciseKind, ItemKind


def dosage_words(dosage: Dosage) -> str:
    """The amount of one occasion for a patient: "2 sets of 10, hold 5 seconds"."""
    return ", ".join(part for part in (_amount(dosage), _hold(dosage), dosage.load) if part)


def dosage_short(dosage: Dosage) -> str:
    """The same for a clinician, as short as can be: "2 × 10, hold 5 s"."""
    seconds = pgettext("short for seconds", "%d s") % (dosage.hold_seconds or 0)
    minutes = pgettext("short for minutes", "%d min") % (dosage.minutes or 0)
    if dosage.reps:
        counted = str(dosage.reps) if dosage.sets or dosage.per_side else _times(dosage.reps)
    elif dosage.minutes:
        counted = minutes
    else:
        counted = seconds
    if dosage.sets:
        counted = f"{dosage.sets} × {counted}"
    if dosage.per_side:
        counted = _("%(amount)s each side") % {"amount": counted}
    parts = [counted]
    if dosage.hold_seconds and (dosage.reps or dosage.minutes):
        parts.append(_("hold %(time)s") % {"time": seconds})
    if dosage.minutes and dosage.reps:
        parts.append(minutes)
    return ", ".join([*parts, dosage.load] if dosage.load else parts)


def frequency_words(dosage: Dosage) -> str:
    """How often: "every day", "3 days a week, with a rest day between", "2 times a day"."""
    parts = []
    if dosage.times_per_day > 1:
        parts.append(_times_a_day(dosage.times_per_day))
    if dosage.days_per_week < 7 or not parts:
        parts.append(_days(dosage.days_per_week))
    if dosage.rest_between and dosage.days_per_week < 7:
        parts.append(_("with a rest day between"))
    return ", ".join(parts)


def dosage_change_words(old: Dosage, new: Dosage) -> str:
    """What is different now: "hold 20 seconds now, not 10". Empty where nothing is.

    Where the amount is of another make than before (minutes and no longer times, or each side), both are said
    whole.
    """
    changed = changes(old, new)
    remade = "per_side" in changed or any(
        (getattr(old, name) is None) != (getattr(new, name) is None) for name in AMOUNTS
    )
    said = []
    if remade:
        said.append(_now_not(dosage_words(new), dosage_words(old)))
    for name in changed:
        if name in _FIELD_CHANGES and not (remade and name in (*AMOUNTS, "load")):
            said.append(_FIELD_CHANGES[name](old, new))
    return "; ".join(said)


def dosage_problem(code: ProblemCode) -> str:
    """Why a dosage is refused, as a sentence to stand beside the field."""
    if code in BOUNDS:
        lowest, highest = BOUNDS[code]
        return _("Give a whole number from %(lowest)d to %(highest)d.") % {
            "lowest": lowest,
            "highest": highest,
        }
    return {
        ProblemCode.LOAD_TOO_LONG: _("Keep the load to %d characters, such as “4 kg”.") % LONGEST_LOAD,
        ProblemCode.NOTHING_TO_DO: _("Say how many times, how many seconds to hold, or how many minutes."),
        ProblemCode.NO_ROOM_FOR_REST: _("With a rest day between, choose %d days a week or fewer.")
        % MOST_DAYS_WITH_REST,
    }[code]


EXERCISE_KINDS: Mapping[ExerciseKind, object] = {
    ExerciseKind.RANGE_OF_MOTION: gettext_lazy("range of motion"),
    ExerciseKind.ISOMETRIC: gettext_lazy("isometric"),
    ExerciseKind.STRETCHING: gettext_lazy("stretching"),
    ExerciseKind.STRENGTHENING: gettext_lazy("strengthening"),
    ExerciseKind.CORE: gettext_lazy("core stability"),
    ExerciseKind.FUNCTIONAL: gettext_lazy("functional movement"),
    ExerciseKind.DYNAMIC: gettext_lazy("dynamic strengthening"),
    ExerciseKind.CARDIO: gettext_lazy("heart and lungs"),
}

BODY_REGIONS: Mapping[BodyRegion, object] = {
    BodyRegion.NECK: gettext_lazy("neck"),
    BodyRegion.SHOULDER: gettext_lazy("shoulder"),
    BodyRegion.LOWER_BACK: gettext_lazy("lower back"),
    BodyRegion.HIP: gettext_lazy("hip"),
    BodyRegion.TRUNK: gettext_lazy("trunk"),
    BodyRegion.LEG: gettext_lazy("leg"),
    BodyRegion.WHOLE_BODY: gettext_lazy("whole body"),
}

ITEM_KINDS: Mapping[ItemKind, object] = {
    ItemKind.GOAL: gettext_lazy("goal"),
    ItemKind.TREATMENT: gettext_lazy("treatment"),
    ItemKind.ADVICE: gettext_lazy("advice"),
    ItemKind.RESTRICTION: gettext_lazy("avoid"),
    ItemKind.CRITERION: gettext_lazy("criterion"),
}

ITEM_HEADINGS: Mapping[ItemKind, object] = {
    ItemKind.GOAL: gettext_lazy("Goals"),
    ItemKind.TREATMENT: gettext_lazy("Treatment"),
    ItemKind.ADVICE: gettext_lazy("Advice"),
    ItemKind.RESTRICTION: gettext_lazy("Avoid"),
    ItemKind.CRITERION: gettext_lazy("Look for before moving on"),
}


def _amount(dosage: Dosage) -> str:
    if dosage.reps:
        counted = str(dosage.reps) if dosage.sets else _times(dosage.reps)
    elif dosage.minutes:
        counted = _minutes(dosage.minutes)
    elif dosage.hold_seconds and not dosage.sets:
        counted = _("hold %(time)s") % {"time": _seconds(dosage.hold_seconds)}
    else:
        counted = _seconds(dosage.hold_seconds or 0)
    if dosage.sets:
        counted = ngettext("%(sets)d set of %(amount)s", "%(sets)d sets of %(amount)s", dosage.sets) % {
            "sets": dosage.sets,
            "amount": counted,
        }
    return _("%(amount)s each side") % {"amount": counted} if dosage.per_side else counted


def _hold(dosage: Dosage) -> str:
    """What is held or goes on besides what is counted."""
    parts = []
    if dosage.hold_seconds and (dosage.reps or dosage.minutes):
        parts.append(_("hold %(time)s") % {"time": _seconds(dosage.hold_seconds)})
    if dosage.minutes and dosage.reps:
        parts.append(_("for %(time)s") % {"time": _minutes(dosage.minutes)})
    return ", ".join(parts)


def _times(number: int) -> str:
    return ngettext("%d time", "%d times", number) % number


def _times_a_day(number: int) -> str:
    return ngettext("%d time a day", "%d times a day", number) % number


def _days(number: int) -> str:
    return _("every day") if number >= 7 else ngettext("%d day a week", "%d days a week", number) % number


def _sets(number: int) -> str:
    return ngettext("%d set", "%d sets", number) % number


def _seconds(number: int) -> str:
    return ngettext("%d second", "%d seconds", number) % number


def _minutes(number: int) -> str:
    return ngettext("%d minute", "%d minutes", number) % number


def _now_not(new: str, old: str) -> str:
    return _("%(new)s now, not %(old)s") % {"new": new, "old": old}


def _load_change(old: Dosage, new: Dosage) -> str:
    if not new.load:
        return _("no load now")
    return _now_not(new.load, old.load) if old.load else _("%(load)s now") % {"load": new.load}


def _hold_change(old: Dosage, new: Dosage) -> str:
    time = _seconds(new.hold_seconds or 0)
    held = _("hold %(time)s") % {"time": time} if new.reps or new.minutes or not new.sets else time
    return _now_not(held, str(old.hold_seconds))


# Said only where both the old and the new dosage have the field.
_FIELD_CHANGES: Mapping[str, Callable[[Dosage, Dosage], str]] = {
    "sets": lambda old, new: _now_not(_sets(new.sets or 0), str(old.sets)),
    "reps": lambda old, new: _now_not(_times(new.reps or 0), str(old.reps)),
    "hold_seconds": _hold_change,
    "minutes": lambda old, new: _now_not(_minutes(new.minutes or 0), str(old.minutes)),
    "load": _load_change,
    "times_per_day": lambda old, new: _now_not(_times_a_day(new.times_per_day), str(old.times_per_day)),
    "days_per_week": lambda old, new: _now_not(_days(new.days_per_week), _days(old.days_per_week)),
    "rest_between": lambda old, new: (
        _("with a rest day between now") if new.rest_between else _("no rest day needed between now")
    ),
}
