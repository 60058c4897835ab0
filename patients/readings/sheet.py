"""Seven days of a plan on paper: what each asks for, what was said of it so far, and whether a sheet is still true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db.models import F, Q, QuerySet

from ..models import CheckIn, ExerciseLog, How, Patient, Plan, Prescription, PrintedSheet
from ..models.plan import DAYS_ON_SHEET
from .days import DAY, Readings, load

Status = ExerciseLog.Status
LAST_DAY = timedelta(days=DAYS_ON_SHEET - 1)
# How many sheets the page of a patient's sheets lists.
SHEETS_LISTED = 12


@dataclass(frozen=True, slots=True)
class Box:
    """One occasion of one exercise on one date: a box to tick."""

    prescription: Prescription
    on: date
    occasion: int
    log: ExerciseLog | None = None

    @property
    def key(self) -> str:
        return f"{self.prescription.public_id}.{self.on.isoformat()}.{self.occasion}"

    @property
    def is_ticked(self) -> bool:
        return self.log is not None and self.log.status == Status.DONE

    @property
    def is_fixed(self) -> bool:
        """Whether more was said than a tick can say, or somebody saw it: a sheet does not go over that."""
        log = self.log
        if log is None:
            return False
        says_more = log.status == Status.NOT_DONE or log.hurt or log.note or log.variant
        return bool(says_more) or log.how == How.IN_CLINIC


@dataclass(frozen=True, slots=True)
class Cell:
    """One exercise on one of the days: no boxes where it is not asked for then, or where the day has not come."""

    on: date
    boxes: Sequence[Box] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One exercise over the seven days, in whatever dose it had on them; `prescription` is the last of these."""

    prescription: Prescription
    cells: Sequence[Cell]
    doses: Sequence[Prescription]

    @property
    def is_asked(self) -> bool:
        """Whether "all of a day" means it: neither what is optional nor one of a choice."""
        return not (self.prescription.optional or self.prescription.choice)


@dataclass(frozen=True)
class Week:
    """The seven days from `first_on` of one plan, to be filled in. Made by `read_week`."""

    patient: Patient
    plan: Plan
    first_on: date
    today: date
    days: Readings
    sheets: list[PrintedSheet] = field(default_factory=list)

    @property
    def dates(self) -> list[date]:
        return [self.first_on + number * DAY for number in range(DAYS_ON_SHEET)]

    @property
    def last_on(self) -> date:
        return self.first_on + LAST_DAY

    @cached_property
    def rows(self) -> list[SheetRow]:
        """A row an exercise with the boxes that can be filled in: of days that have come and on which it is asked."""
        return sheet_rows(self.dates, [self.days.in_force(on) for on in self.dates], self._boxes)

    @cached_property
    def boxes(self) -> dict[str, Box]:
        return {box.key: box for row in self.rows for cell in row.cells for box in cell.boxes}

    def all_of(self, on: date) -> list[Box]:
        """What "all of a day" ticks."""
        rows = (row for row in self.rows if row.is_asked)
        return [box for row in rows for cell in row.cells if cell.on == on for box in cell.boxes if not box.is_fixed]

    @property
    def open_dates(self) -> list[date]:
        """The days on which there is a box."""
        return [on for on in self.dates if any(cell.on == on and cell.boxes for row in self.rows for cell in row.cells)]

    @property
    def answer_dates(self) -> list[date]:
        """The days of which pain can be said: in every state of the plan, from its start, not ahead."""
        return [on for on in self.dates if self.plan.start_on <= on <= self.today]

    @property
    def answers(self) -> dict[date, CheckIn]:
        return self.days.check_ins

    @property
    def out_of_date(self) -> list[PrintedSheet]:
        """The sheets of these days that no longer say what the plan asks for."""
        return [sheet for sheet in latest(self.sheets, self.today) if not is_true(sheet, self.days)]

    @property
    def before(self) -> date | None:
        earlier = self.first_on - DAYS_ON_SHEET * DAY
        return earlier if earlier + LAST_DAY >= self.plan.start_on else None

    @property
    def after(self) -> date | None:
        later = self.first_on + DAYS_ON_SHEET * DAY
        return later if later <= self.today else None

    def _boxes(self, row: Prescription, on: date) -> Sequence[Box]:
        if on > self.today:
            return ()
        logs = {log.occasion: log for log in self.days.logs_of(row, on)}
        numbers = sorted({*range(1, row.times_per_day + 1), *logs})
        return [Box(row, on, number, logs.get(number)) for number in numbers]


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet as it was printed."""

    sheet: PrintedSheet
    rows: Sequence[SheetRow]
    plan_on: date


def plan_of_week(patient: Patient, first_on: date) -> Plan | None:
    """The plan that the seven days are of: the last to start by the last of them."""
    plans = patient.plans.order_by("-start_on", "-pk")
    return plans.filter(start_on__lte=first_on + LAST_DAY).first()


def last_plan(patient: Patient) -> Plan | None:
    """The open plan, or the last one."""
    return patient.plans.order_by(F("ended_on").desc(nulls_first=True), "-start_on", "-pk").first()


def read_week(patient: Patient, plan: Plan, first_on: date, *, today: date) -> Week:
    """Seven days of a plan with what was said of them: five queries, whatever the length of the record."""
    last_on = first_on + LAST_DAY
    days = load(patient, plan, first_on, last_on)
    touching = Q(first_on__lte=last_on, first_on__gte=first_on - LAST_DAY)
    return Week(patient, plan, first_on, today, days, list(plan.sheets.filter(touching).order_by("pk")))


def plan_of_day(patient: Patient, on: date) -> Plan | None:
    """The plan that a date is of: the last to have started by then."""
    return patient.plans.filter(start_on__lte=on).order_by("-start_on", "-pk").first()


def read_day(patient: Patient, plan: Plan, on: date) -> Week:
    """The same of one date alone: the week that begins with it, of which no later day has a box."""
    return Week(patient, plan, on, on, load(patient, plan, on, on))


def printed_sheets(patient: Patient) -> QuerySet[PrintedSheet]:
    """Every sheet that was ever printed of the patient: where an address is looked up."""
    return PrintedSheet.objects.filter(plan__patient=patient).select_related("plan")


def read_printed(sheet: PrintedSheet) -> Printed:
    """The exercises of a sheet as they were when it was printed; doses and words of a prescription never change."""
    keys = {pk for day in sheet.asked for pk in day}
    found = Prescription.objects.filter(plan=sheet.plan, pk__in=keys).select_related("revision", "own_exercise")
    by_key = {row.pk: row for row in found}
    by_day = [[by_key[pk] for pk in day if pk in by_key] for day in sheet.asked]
    entry = sheet.plan.decisions.get(sequence=sheet.sequence)
    return Printed(sheet, sheet_rows(sheet.dates, by_day, _empty_boxes), sheet.plan.patient.clinic.date_at(entry.at))


def sheets_of(plan: Plan) -> list[PrintedSheet]:
    """The last sheets that were printed, the newest first."""
    return list(plan.sheets.select_related("by").order_by("-pk")[:SHEETS_LISTED])


def out_of_date(plan: Plan, days: Readings, today: date) -> list[PrintedSheet]:
    """The sheets that a patient may still be going by although the plan asks for something else now: one query."""
    rows = list(plan.sheets.filter(first_on__gte=today - LAST_DAY).order_by("pk"))
    return [sheet for sheet in latest(rows, today) if not is_true(sheet, days)]


def latest(sheets: Sequence[PrintedSheet], today: date) -> list[PrintedSheet]:
    """Without those in whose place another was printed later: one that covers what was left of their days."""
    return [
        sheet
        for number, sheet in enumerate(sheets)
        if not any(
            other.first_on <= max(sheet.first_on, min(today, sheet.last_on)) and other.last_on >= sheet.last_on
            for other in sheets[number + 1 :]
        )
    ]


def is_true(sheet: PrintedSheet, days: Readings) -> bool:
    """Whether the plan asks on each of the sheet's days for what the sheet says."""
    known = {row.pk: row for row in days.prescriptions}
    for on, keys in zip(sheet.dates, sheet.asked, strict=True):
        printed = [_content(known[pk]) for pk in keys if pk in known]
        if len(printed) != len(keys) or sorted(printed) != sorted(_content(row) for row in days.in_force(on)):
            return False
    return True


def sheet_rows(
    dates: Sequence[date],
    by_day: Sequence[Sequence[Prescription]],
    boxes: Callable[[Prescription, date], Sequence[Box]],
) -> list[SheetRow]:
    """A row for each exercise that any of the days asks for, in order; several doses of one are one row."""
    found: dict[tuple[int, str], dict[date, Prescription]] = {}
    for on, rows in zip(dates, by_day, strict=True):
        for row in rows:
            found.setdefault((row.exercise_key, row.choice), {})[on] = row
    return [
        SheetRow(
            prescription=list(on_days.values())[-1],
            cells=[Cell(on, boxes(on_days[on], on) if on in on_days else ()) for on in dates],
            doses=list({row.pk: row for row in on_days.values()}.values()),
        )
        for on_days in found.values()
    ]


def _content(row: Prescription) -> tuple[str, ...]:
    """What of a prescription is printed."""
    return tuple(map(str, (row.wording_key, row.dosage, row.optional, row.choice)))


def _empty_boxes(row: Prescription, on: date) -> Sequence[Box]:
    return [Box(row, on, number) for number in range(1, row.times_per_day + 1)]
