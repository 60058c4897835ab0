from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rehab.models import ExerciseRevision, TemplateExercise, TemplatePhase, TemplateVersion
from rehab.models.base import Addressed, DosageColumns

from ..progression import Kind, PhaseSpan, PlanDecision, Position, position_from, span_on
from .episode import Episode
from .own_exercise import OwnExercise, what_of
from .patient import Patient

CLOCK_KINDS = frozenset(Kind)
DAYS_ON_SHEET = 7


class Plan(Addressed):
    """The episode's own copy of a published version; from then on only decisions about this patient change it.

    Every action on a plan locks this row first.
    """

    class ReportsBy(models.TextChoices):
        PHONE = "phone", _("on the phone")
        PAPER = "paper", _("on paper")
        VISITS = "visits", _("at visits")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plans")
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    start_on = models.DateField(_("start"))
    reports_by = models.CharField(max_length=6, choices=ReportsBy.choices, default=ReportsBy.PHONE)
    last_sequence = models.PositiveIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)
    # Of an ended plan: so long the patient may read it and what was kept of it. None: for good.
    readable_until = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-start_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(ended_on__isnull=True), name="plan_one_open_a_patient"
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.public_id}"

    def phase_spans(self) -> tuple[PhaseSpan, ...]:
        """The phases as the clock reads them."""
        return tuple(
            PhaseSpan(phase.number, phase.first_week, phase.last_week, phase.needs_review)
            for phase in self.phases.all()
        )

    def standing(self) -> list["Decision"]:
        """The entries that stand, in the ledger's order: not taken back, and no taking back themselves."""
        return standing(self.decisions.all())

    def clock_entries(self) -> list[PlanDecision]:
        """What the clock is given."""
        return [entry.for_the_clock() for entry in self.standing() if entry.kind in CLOCK_KINDS]

    def position(self, on: date) -> Position:
        """Where the plan stands on a date, read from its stored spans."""
        return position_from(self.phase_spans(), span_on(list(self.spans.all()), on), on)


class PlanPhase(models.Model):
    """A phase of this plan: its weeks and its review are the plan's own; its words are its template's, frozen there."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="phases")
    number = models.PositiveSmallIntegerField()
    first_week = models.PositiveSmallIntegerField()
    last_week = models.PositiveSmallIntegerField(null=True)
    needs_review = models.BooleanField(default=False)
    source = models.ForeignKey(TemplatePhase, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_phase_number"),
            models.CheckConstraint(
                condition=Q(first_week__gte=1) & (Q(last_week__isnull=True) | Q(last_week__gte=F("first_week"))),
                name="plan_phase_weeks",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def name(self) -> str:
        return self.source.name


class Decision(models.Model):
    """One entry of the plan's ledger. Append-only; what is taken back stays on record beside what takes it back."""

    class Kind(models.TextChoices):
        START = "start"
        STAY = "stay"
        PAUSE = "pause"
        RESUME = "resume"
        ADVANCE = "advance"
        REGRESS = "regress"
        COMPLETE = "complete"
        DISCONTINUE = "discontinue"
        CHANGE = "change"
        WITHDRAW = "withdraw"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="decisions")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    on = models.DateField()
    to_phase = models.PositiveSmallIntegerField(null=True)
    withdraws = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="withdrawn_by")
    # Entries made in one act share its first entry's sequence: a planned absence, going on from a stop.
    act = models.PositiveIntegerField()
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    patient_text = models.TextField(blank=True)
    # Of a stay or a stop: the date on which somebody looks again.
    look_again_on = models.DateField(null=True)
    # What the person who decided had before them: position, adherence, pain, the date of looking again that stood; of a
    # change, which exercise, the dose it had ("was") and the dose it has ("is"). Names and figures only.
    evidence = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "sequence"], name="decision_sequence"),
            models.UniqueConstraint(fields=["plan"], condition=Q(kind="start"), name="decision_one_start"),
            models.CheckConstraint(
                condition=(Q(kind="regress") & Q(to_phase__isnull=False))
                | Q(kind__in=["start", "advance"])
                | Q(to_phase__isnull=True),
                name="decision_to_phase",
            ),
            models.CheckConstraint(
                condition=Q(kind="withdraw", withdraws__isnull=False)
                | (~Q(kind="withdraw") & Q(withdraws__isnull=True)),
                name="decision_withdraws",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"

    def for_the_clock(self) -> PlanDecision:
        return PlanDecision(self.kind, self.on, self.to_phase)


def standing(entries: Iterable[Decision]) -> list[Decision]:
    """Of a ledger's entries those that stand, in order."""
    rows = sorted(entries, key=lambda entry: entry.sequence)
    taken_back = {entry.withdraws_id for entry in rows}
    return [entry for entry in rows if entry.kind != Decision.Kind.WITHDRAW and entry.pk not in taken_back]


class PlanSpan(models.Model):
    """The clock written out: `spans()` of the entries that stand, remade in the transaction of each decision.

    A list filters by `first_on <= day <= last_on`.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="spans")
    state = models.CharField(max_length=16)
    phase = models.PositiveSmallIntegerField()
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    first_day = models.PositiveIntegerField()
    moves = models.BooleanField()
    phase_since = models.DateField()
    state_since = models.DateField()

    class Meta:
        ordering = ["first_on"]
        constraints = [models.UniqueConstraint(fields=["plan", "first_on"], name="plan_span_first_on")]

    def __str__(self) -> str:
        return f"{self.first_on} {self.state} {self.phase}"


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    def standing(self) -> "PrescriptionQuerySet":
        """Without the void ones, which count nowhere."""
        return self.filter(voided_by__isnull=True)


class Prescription(Addressed, DosageColumns):
    """An exercise with its dosage in one phase of one plan, from a date to a last day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prescriptions")
    phase = models.ForeignKey(PlanPhase, on_delete=models.PROTECT, related_name="prescriptions")
    source = models.ForeignKey(TemplateExercise, null=True, on_delete=models.PROTECT, related_name="+")
    # One of the library's, or one that is this patient's own: exactly one of both. `what` is whichever it is.
    revision = models.ForeignKey(ExerciseRevision, null=True, on_delete=models.PROTECT, related_name="+")
    own_exercise = models.ForeignKey(OwnExercise, null=True, on_delete=models.PROTECT, related_name="prescriptions")
    position = models.PositiveSmallIntegerField()
    optional = models.BooleanField(default=False)
    choice = models.CharField(max_length=40, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="opened")
    closed_by = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="closed")
    voided_by = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="voided")

    objects = PrescriptionQuerySet.as_manager()

    class Meta(DosageColumns.Meta):
        abstract = False
        ordering = ["position", "id"]
        constraints = [
            *DosageColumns.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="prescription_until"
            ),
            models.CheckConstraint(
                condition=Q(revision__isnull=False, own_exercise__isnull=True)
                | Q(revision__isnull=True, own_exercise__isnull=False),
                name="prescription_of_one_exercise",
            ),
        ]

    def __str__(self) -> str:
        return self.what.name

    @property
    def what(self) -> ExerciseRevision | OwnExercise:
        """What is to be done: a revision of the library's, or the patient's own exercise. Both read alike."""
        return what_of(self)

    @property
    def exercise_key(self) -> int:
        """Which exercise it is, in whatever wording and dosage: the library's, or an own one as a negative number."""
        return self.revision.exercise_id if self.revision is not None else -(self.own_exercise_id or 0)

    @property
    def wording_key(self) -> int:
        """Which wording of which exercise: the revision, or the own exercise as a negative number."""
        return self.revision_id or -(self.own_exercise_id or 0)


class KeptExercise(models.Model):
    """An exercise that the patient goes on with after the plan: read, no longer asked for. It belongs to the entry that
    ended the plan, and counts as long as that stands."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="kept")
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["decision", "prescription"], name="kept_exercise_once")]

    def __str__(self) -> str:
        return str(self.prescription)


class Acknowledgement(models.Model):
    """ "Got it": the patient has seen that a prescription is new, or that its dose is another."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="acknowledgements")
    prescription = models.OneToOneField(Prescription, on_delete=models.PROTECT, related_name="acknowledgement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.prescription)


class PrintedSheet(Addressed):
    """A week of a plan, printed: its dates, and the number of the ledger's last entry then."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="sheets")
    sequence = models.PositiveIntegerField()
    first_on = models.DateField()
    # What was printed: for each of the seven days the primary keys of its prescriptions, in order.
    asked = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.first_on} no. {self.sequence}"

    @property
    def dates(self) -> list[date]:
        return [self.first_on + timedelta(days=number) for number in range(DAYS_ON_SHEET)]

    @property
    def last_on(self) -> date:
        return self.dates[-1]
