from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rehab import audit
from rehab.errors import Refused
from rehab.models import User

from .. import readings
from ..models import Plan, PrintedSheet
from ..models.plan import DAYS_ON_SHEET

# Further ahead a plan is likely to have changed before the patient turns to the sheet.
WEEKS_AHEAD = timedelta(days=28)


@transaction.atomic
def print_sheet(*, plan: Plan, first_on: date, by: User, at: datetime) -> PrintedSheet:
    """Record that the seven days from `first_on` were printed, and what they ask for. Printed again the same day with
    nothing changed since, it is the same sheet.

    Raises Refused with the field `first_on`: days on which the plan asks for nothing, or too far ahead.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=plan.pk)
    clinic = plan.patient.clinic
    if first_on > max(clinic.date_at(at), plan.start_on) + WEEKS_AHEAD:
        raise Refused(
            "too_far_ahead", _("Print at most four weeks ahead: the plan may change until then."), field="first_on"
        )
    if first_on < plan.start_on - timedelta(days=DAYS_ON_SHEET):
        raise Refused("nothing_asked", _nothing_asked(), field="first_on")
    dates = [first_on + timedelta(days=number) for number in range(DAYS_ON_SHEET)]
    days = readings.load(plan.patient, plan, dates[0], dates[-1])
    asked = [[row.pk for row in days.in_force(on)] for on in dates]
    if not any(asked):
        raise Refused("nothing_asked", _nothing_asked(), field="first_on")
    for sheet in plan.sheets.filter(sequence=plan.last_sequence, first_on=first_on).order_by("-pk"):
        if sheet.asked == asked and clinic.date_at(sheet.at) == clinic.date_at(at):
            return sheet
    sheet = PrintedSheet.objects.create(
        plan=plan, sequence=plan.last_sequence, first_on=first_on, asked=asked, by=by, at=at
    )
    audit.record("sheet.print", sheet, by=by, at=at)
    return sheet


def _nothing_asked() -> str:
    return _("The plan asks for nothing on these seven days, so there is nothing to print.")
