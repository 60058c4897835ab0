from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Conflict, Refused
from rehab.icd import Region
from rehab.icd_sentences import advisory_sentence
from rehab.models import IcdCode, User
from rehab.readings.icd import Hit, find_code, looked_at

from ..models import Episode, Patient
from ..readings.closing import still_open
from .sight import keep_in_sight

DETAILS = (
    "lead",
    "problem",
    "region",
    "side",
    "icd_code",
    "onset",
    "onset_precision",
    "onset_kind",
    "referrer",
)
# What an advisory on a code looks at.
_ADVISED_BY = frozenset({"icd_code", "region", "onset_kind"})
Precision = Episode.OnsetPrecision


@transaction.atomic
def open_episode(
    *,
    patient: Patient,
    lead: User,
    problem: str,
    region: str,
    by: User,
    at: datetime,
    side: str = "",
    icd_code: str | None = None,
    keep_code: bool = False,
    onset: date | None = None,
    onset_precision: str = Precision.UNKNOWN,
    onset_kind: str = "",
    referrer: str = "",
    opened_on: date | None = None,
    follows: Episode | None = None,
) -> Episode:
    """Start a course of care. `icd_code` is a code as somebody typed it (" m53.87 "), `opened_on` today if not given.

    An onset known to the month or year is kept as that period's first day. Raises Refused with the field: a lead who
    is no active physiotherapist of the clinic, an onset in the future or before the birth, an unknown code, and, with
    the code "code_advisory", a code that asks for a second look unless `keep_code` says that it had one. The same
    episode sent twice is one: Conflict("episode_there"), whose `now` has its `public_id`.
    """
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    today = patient.clinic.date_at(at)
    if follows is not None and (follows.patient_id != patient.pk or follows.closed_on is None):
        raise Refused("no_earlier", _("Choose an earlier episode of this patient that is closed."), field="follows")
    episode = Episode(patient=patient, opened_on=opened_on or today, follows=follows, by=by, at=at)
    details = {"lead": lead, "problem": problem, "region": region, "side": side, "icd_code": icd_code}
    details |= {"onset": onset, "onset_precision": onset_precision, "onset_kind": onset_kind, "referrer": referrer}
    _set(episode, details, today=today, keep_code=keep_code)
    if episode.opened_on > today:
        raise Refused("opened_in_the_future", _("An episode begins today or earlier."), field="opened_on")
    _check_once(episode)
    episode.save(force_insert=True)
    audit.record("episode.open", episode, by=by, at=at)
    keep_in_sight(episode, by=by, at=at)
    episode.refresh_from_db(fields=["look_again_on"])
    return episode


@transaction.atomic
def correct_episode(*, episode: Episode, by: User, at: datetime, keep_code: bool = False, **fields: Any) -> Episode:
    """Put an episode's details right: `fields` are any of DETAILS. Raises Refused as `open_episode` does.

    A code that stands is asked about again only where the code, the region or the way it began is another now.
    """
    if unknown := set(fields) - set(DETAILS):
        raise TypeError(f"no such detail: {sorted(unknown)}")
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic", "icd_code", "lead")
    episode = rows.get(pk=episode.pk)
    today = episode.patient.clinic.date_at(at)
    changed = _set(episode, fields, today=today, keep_code=keep_code)
    if changed:
        coded = ("code_title", "code_release") if "icd_code" in changed else ()
        episode.save(update_fields=[*changed, *coded])
        audit.record("episode.correct", episode, by=by, at=at, fields=changed)
    return episode


@transaction.atomic
def close_episode(
    *, episode: Episode, on: date, outcome: str, by: User, at: datetime, recall_on: date | None = None
) -> Episode:
    """End a course of care, from `on`. Nothing may be left open: no plan, no visit ahead, no note that is not signed.

    Raises Refused with the field: something open ("still_open"), an empty outcome, a date before the last session, the
    end of a plan or the episode, in the future or more than a week ago, a recall that is not within a year. Conflict
    where it is closed.
    """
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic", "lead")
    episode = rows.get(pk=episode.pk)
    if episode.closed_on is not None:
        raise Conflict("closed_already", _("This episode is closed already."))
    open_things = still_open(episode)
    if open_things:
        raise Refused("still_open", _("Something is still open. Close that first."))
    outcome = outcome.replace("\r\n", "\n").strip()
    if not outcome:
        raise Refused("no_outcome", _("Say in words how it went."), field="outcome")
    _check_closing(episode, on, recall_on, episode.patient.clinic.date_at(at))
    episode.closed_on, episode.closed_by, episode.outcome = on, by, outcome
    episode.recall_on, episode.look_again_on = recall_on, None
    episode.save(update_fields=["closed_on", "closed_by", "outcome", "recall_on", "look_again_on"])
    audit.record("episode.close", episode, by=by, at=at, fields=["closed_on", "outcome", "recall_on"])
    return episode


@transaction.atomic
def reopen_episode(*, episode: Episode, by: User, at: datetime) -> Episode:
    """Take a closing back that was a mistake; the outcome stays as it was written.

    Raises Refused where the patient has a later episode: go on with that.
    """
    rows = Episode.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    episode = rows.get(pk=episode.pk)
    if episode.closed_on is None:
        return episode
    later = Q(opened_on__gte=episode.closed_on) | Q(follows=episode)
    if episode.patient.episodes.exclude(pk=episode.pk).filter(later).exists():
        raise Refused("later_episode", _("There is a later episode. Go on with that one."))
    episode.closed_on = episode.closed_by = episode.recall_on = None
    episode.save(update_fields=["closed_on", "closed_by", "recall_on"])
    audit.record("episode.reopen", episode, by=by, at=at, fields=["closed_on"])
    keep_in_sight(episode, by=by, at=at)
    return episode


def lock_open_episode(episode: Episode) -> None:
    """Keep an episode from being closed until the transaction ends: no plan and no visit comes into one that is over.

    Raises Refused for one that is closed. The caller's transaction; the physiotherapist, if any, is locked before it.
    """
    if Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk).closed_on is not None:
        raise Refused("episode_closed", _("This episode is closed. Start a new one for a new course of care."))


def _check_closing(episode: Episode, on: date, recall_on: date | None, today: date) -> None:
    if on > today:
        raise Refused("in_the_future", _("That day is still ahead."), field="on")
    if on < today - timedelta(days=7):
        raise Refused("too_far_back", _("At most seven days back."), field="on")
    last = episode.sessions.exclude(status="discarded").order_by("-on").first()
    # A plan that was ended before it began ends on the day of its start, which may be ahead.
    ends = [min(ended, today) for ended in episode.plans.values_list("ended_on", flat=True) if ended]
    first = max([episode.opened_on, *ends, *([last.on] if last else [])])
    if on < first:
        sentence = _("Not before %(day)s: something is on record then.") % {"day": date_format(first, "j F Y")}
        raise Refused("before_the_last_session", sentence, field="on")
    if recall_on is not None and not today < recall_on <= today + timedelta(days=366):
        raise Refused("recall", _("A recall is after today, within a year."), field="recall_on")


def read_code(text: str | None) -> IcdCode | None:
    """The code that somebody typed, None where nothing was. Raises Refused where there is no such code."""
    if not text or not text.strip():
        return None
    code = find_code(text)
    if code is None:
        raise Refused("unknown_code", _("There is no such diagnosis code."), field="icd_code")
    return code


def _set(episode: Episode, fields: dict[str, Any], *, today: date, keep_code: bool) -> list[str]:
    """Set what differs, checked; the names of what does."""
    tidy = {name: _tidy(value) for name, value in fields.items()}
    if "icd_code" in tidy:
        tidy["icd_code"] = read_code(tidy["icd_code"])
    tidy |= _onset(episode, tidy)
    changed = [name for name, value in tidy.items() if getattr(episode, name, None) != value]
    for name in changed:
        setattr(episode, name, tidy[name])
    _check(episode, today)
    if "lead" in changed and episode.lead.leaving_since is not None:
        raise Refused(
            "lead_leaves", _("%(name)s is leaving. Choose somebody else.") % {"name": episode.lead.name}, field="lead"
        )
    if _ADVISED_BY.intersection(changed):
        _ask_about_code(episode, keep_code)
    if "icd_code" in changed:
        episode.code_title = episode.icd_code.title if episode.icd_code else ""
        episode.code_release = episode.icd_code.release if episode.icd_code else ""
    return changed


def _onset(episode: Episode, tidy: dict[str, Any]) -> dict[str, Any]:
    """The onset as it is stored: with no date not known, with a date at least to the day, month or year."""
    if "onset" not in tidy and "onset_precision" not in tidy:
        return {}
    onset: date | None = tidy.get("onset", episode.onset)
    if onset is None:
        return {"onset": None, "onset_precision": Precision.UNKNOWN}
    precision = tidy.get("onset_precision", episode.onset_precision)
    if precision == Precision.YEAR:
        onset = onset.replace(month=1, day=1)
    elif precision == Precision.MONTH:
        onset = onset.replace(day=1)
    else:
        precision = Precision.DAY
    return {"onset": onset, "onset_precision": precision}


def _check(episode: Episode, today: date) -> None:
    if not episode.problem:
        raise Refused("no_problem", _("Say what the problem is, in words."), field="problem")
    if episode.region not in set(Region):
        raise Refused("no_region", _("Choose the part of the body."), field="region")
    if not (
        episode.lead.is_active
        and episode.lead.is_physiotherapist
        and episode.lead.clinic_id == episode.patient.clinic_id
    ):
        raise Refused("no_lead", _("The lead is an active physiotherapist of the clinic."), field="lead")
    if episode.onset is None:
        return
    if episode.onset > today:
        raise Refused("onset_in_the_future", _("The problem cannot begin in the future."), field="onset")
    if episode.onset < _first_of(episode.patient.birth_date, episode.onset_precision):
        raise Refused("onset_before_birth", _("That is before the birth date."), field="onset")


def _check_once(episode: Episode) -> None:
    """Raises Conflict where the patient has this very episode, opened on that day."""
    same = {name: getattr(episode, name) for name in (*DETAILS, "opened_on")}
    there = episode.patient.episodes.filter(closed_on__isnull=True, **same).first()
    if there is not None:
        raise Conflict("episode_there", _("This episode is on record already."), now={"public_id": there.public_id})


def _first_of(day: date, precision: str) -> date:
    if precision == Precision.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == Precision.MONTH else day


def _ask_about_code(episode: Episode, keep_code: bool) -> None:
    if episode.icd_code is None or keep_code:
        return
    [hit] = looked_at([Hit(episode.icd_code)], onset=episode.onset_kind, region=episode.region)
    asking = [advisory_sentence(advisory) for advisory in hit.advisories if advisory.asks_to_keep]
    if asking:
        raise Refused("code_advisory", " ".join(asking), field="icd_code")


def _tidy(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
