"""What an appointment must be, and what it should rather not meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rehab.actions.away import takes_patients
from rehab.errors import Refused
from rehab.models import Clinic, User

from .. import sentences
from ..clashes import Clash
from ..models import Visit
from ..readings.agenda import read_agenda

SHORTEST, LONGEST = 5, 480  # minutes
FURTHEST = timedelta(days=366)
APPOINTMENT = ("physiotherapist", "starts_at", "minutes")


class Clashes(Refused):
    """The appointment meets something. It is made all the same by who names all of it: the `anyway` of the next try."""

    def __init__(self, found: Collection[Clash], lines: list[str]) -> None:
        super().__init__("clash", " ".join(lines), field="anyway")
        self.anyway = frozenset(clash.key for clash in found)
        self.lines = lines


def set_appointment(
    visit: Visit, physiotherapist: User, starts_at: datetime, minutes: int, *, at: datetime, anyway: Collection[str]
) -> None:
    """Put the appointment on a visit that is to be saved, after every check. The caller's transaction.

    The physiotherapist's row stays locked, so that of two who book one slot at once the second hears of the first.
    """
    physiotherapist = lock_physiotherapist(physiotherapist, visit.patient.clinic)
    check_appointment(visit.patient.clinic, starts_at, minutes, at)
    agenda = read_agenda(visit.patient, physiotherapist, starts_at, starts_at, but=visit)
    if agenda.has_at(starts_at):
        raise two_at_once()
    found = agenda.clashes(starts_at, minutes)
    if {clash.key for clash in found} - set(anyway):
        zone = visit.patient.clinic.zone
        raise Clashes(found, [sentences.clash_line(clash, physiotherapist.name, zone) for clash in found])
    visit.physiotherapist, visit.starts_at, visit.minutes = physiotherapist, starts_at, minutes


def lock_physiotherapist(physiotherapist: User, clinic: Clinic) -> User:
    """Their row, locked until the transaction ends. Raises Refused for who treats nobody here."""
    physiotherapist = User.objects.select_for_update(of=("self",)).get(pk=physiotherapist.pk)
    if not takes_patients(physiotherapist) or physiotherapist.clinic_id != clinic.pk:
        raise Refused(
            "no_physiotherapist", _("Choose an active physiotherapist of the clinic."), field="physiotherapist"
        )
    return physiotherapist


def check_appointment(clinic: Clinic, starts_at: datetime, minutes: int, at: datetime) -> None:
    """Raises Refused, with the field, for a day that is over or more than a year off, and a length that is none."""
    _check_day(clinic.date_at(starts_at), clinic.date_at(at))
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(
            "no_such_length",
            _("A visit takes between %(shortest)s and %(longest)s minutes.")
            % {"shortest": SHORTEST, "longest": LONGEST},
            field="minutes",
        )


def _check_day(on: date, today: date) -> None:
    if on < today:
        raise Refused("in_the_past", _("That day is over. A visit is booked for today or later."), field="on")
    if on - today > FURTHEST:
        raise Refused("too_far_ahead", _("That is more than a year ahead. Is the year right?"), field="on")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """What the database refuses here is a second appointment of the patient at one moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise two_at_once() from error


def two_at_once() -> Refused:
    return Refused("two_at_once", _("This patient has another visit booked for that time."), field="time")
