"""The people whom a physiotherapist leads and those covered today, each with why somebody is needed.

A fixed small number of queries, however many people there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from rehab.models import Away, Clinic, NoteKind, User

from ..adherence import Adherence, DayKind
from ..attention import FIRST_DAYS, FORTNIGHT, Answer, Case, Found, Limits, Reason, ready, reasons, still_asks
from ..models import DealtWith, Decision, Episode, Patient, Plan, PlanPhase, TreatmentSession, Visit, VisitEvent
from ..progression import Position, State
from .days import Day, Readings, load_many

DAY = timedelta(days=1)
WEEK = 7
# So long an answer to a reason may hold, at most; no clinic allows more.
LONGEST = timedelta(days=28)
PAIN = "pain"


@dataclass(frozen=True)
class Row:
    """One episode, on one day."""

    episode: Episode
    today: date
    at: datetime
    user: User
    case: Case
    found: tuple[Found, ...]
    asking: tuple[Found, ...]
    is_ready: bool
    plan: Plan | None = None
    days: Readings | None = None
    visits: Sequence[Visit] = ()
    drafts: Sequence[TreatmentSession] = ()

    @property
    def patient(self) -> Patient:
        return self.episode.patient

    @property
    def age(self) -> int:
        return self.patient.age_on(self.today)

    @property
    def key(self) -> tuple[str, int]:
        return self.patient.sort_name, self.episode.pk

    @cached_property
    def position(self) -> Position | None:
        return self.days.position(self.today) if self.days else None

    @property
    def state(self) -> State | None:
        """Of a plan that ended before its start the end, which the clock shows on that date only."""
        if self.plan and self.plan.ended_on and self.case.state is not State.COMPLETED:
            return State.DISCONTINUED
        return self.case.state

    @property
    def phase(self) -> PlanPhase | None:
        return self.days.phase(self.position.phase) if self.days and self.position else None

    @property
    def following(self) -> PlanPhase | None:
        return self.days.phase(self.phase.number + 1) if self.days and self.phase else None

    @property
    def weeks(self) -> int | None:
        """How many weeks the present phase has, None where it is open."""
        last = self.phase.last_week if self.phase else None
        return last - self.phase.first_week + 1 if self.phase and last is not None else None

    @property
    def needs(self) -> bool:
        return bool(self.rows_for)

    @property
    def rows_for(self) -> tuple[Found, ...]:
        """What stands in the list of those who need somebody: good news stands above it."""
        return tuple(each for each in self.asking if not (self.is_ready and each.reason is Reason.CHECK_DUE))

    @property
    def first(self) -> Found:
        return self.rows_for[0]

    @property
    def more(self) -> tuple[Found, ...]:
        return self.rows_for[1:]

    @property
    def answered(self) -> bool:
        """Reasons hold and all of them have been dealt with."""
        return bool(self.found) and not self.asking

    @property
    def is_nobodys(self) -> bool:
        return not (self.episode.lead.is_active and self.episode.lead.is_physiotherapist)

    @property
    def is_covered(self) -> bool:
        return self.episode.lead_id != self.user.pk and not self.is_nobodys

    @property
    def mornings(self) -> list[int | None]:
        """Pain on fourteen mornings up to today, None where nobody answered."""
        return [self._morning(self.today - ago * DAY) for ago in range(FORTNIGHT - 1, -1, -1)]

    @property
    def last_morning(self) -> tuple[int, date] | None:
        """The newest answer of these mornings, and its date."""
        answers = ((self.today - ago * DAY, self._morning(self.today - ago * DAY)) for ago in range(FORTNIGHT))
        return next(((pain, on) for on, pain in answers if pain is not None), None)

    @property
    def answer(self) -> DealtWith | None:
        """What was last said about one of the reasons that hold and do not show."""
        quiet = {each.reason for each in self.found} - {each.reason for each in self.asking}
        rows = [row for row in self.episode.dealt_with.all() if row.reason in quiet]
        return rows[-1] if rows else None

    @property
    def visit_is_today(self) -> bool:
        visit = self.next_visit
        clinic = self.patient.clinic
        return bool(visit and visit.starts_at and clinic.date_at(visit.starts_at) == self.today)

    @property
    def week(self) -> list[Day]:
        """The seven days up to yesterday."""
        return self.days.days(self.today - WEEK * DAY, self.today - DAY) if self.days else []

    @property
    def heard_in_week(self) -> bool:
        return any(day.kind in {DayKind.DONE, DayKind.NOT_DONE} for day in self.week)

    @property
    def done(self) -> Adherence | None:
        return _done(self.days, self.today, WEEK) if self.days else None

    @property
    def next_visit(self) -> Visit | None:
        """The next appointment, or what is due first where none is booked."""
        booked = [visit for visit in self.visits if _is_ahead(visit, self.at)]
        if booked:
            return min(booked, key=lambda visit: (visit.starts_at, visit.pk))
        due = [visit for visit in self.visits if visit.state == Visit.State.DUE]
        return min(due, key=lambda visit: (visit.due_on, visit.pk), default=None)

    @property
    def unsaid_visit(self) -> Visit | None:
        """The last appointment that is over and of which nobody has said more."""
        over = [visit for visit in self.visits if visit.state == Visit.State.BOOKED and not _is_ahead(visit, self.at)]
        return max(over, key=lambda visit: (visit.starts_at, visit.pk), default=None)

    @property
    def unwritten_visit(self) -> Visit | None:
        """The first visit that took place and has no note."""
        return next((visit for visit in self.visits if _is_unwritten(visit)), None)

    def _morning(self, on: date) -> int | None:
        check_in = self.days.check_ins.get(on) if self.days else None
        return check_in.pain_morning if check_in else None


@dataclass(frozen=True)
class Strip:
    """The day of the one who looks: their visits today, and the notes that they have not signed."""

    at: datetime
    visits: Sequence[Visit] = ()
    drafts: Sequence[TreatmentSession] = ()

    @property
    def done(self) -> int:
        return sum(visit.state == Visit.State.ATTENDED for visit in self.visits)

    @property
    def coming(self) -> list[Visit]:
        return [visit for visit in self.visits if _is_ahead(visit, self.at)]

    @property
    def next(self) -> Visit | None:
        return next(iter(self.coming), None)

    @property
    def minutes_to_next(self) -> int | None:
        """None where it is more than an hour off, or has begun."""
        if self.next is None or self.next.starts_at is None:
            return None
        minutes = int((self.next.starts_at - self.at).total_seconds() // 60)
        return minutes if 0 <= minutes <= 60 else None


@dataclass(frozen=True)
class Caseload:
    """All rows of one physiotherapist, by name, and the strip above them. Made by `read_caseload`."""

    today: date
    rows: Sequence[Row]
    strip: Strip = field(repr=False)

    @cached_property
    def ready(self) -> list[Row]:
        """Those for whom moving on is all that is left to do about the check."""
        return [row for row in self.rows if row.is_ready]

    @cached_property
    def needing(self) -> list[Row]:
        """Those who need somebody, the most urgent first."""
        order = list(Reason)
        return sorted(
            (row for row in self.rows if row.needs),
            key=lambda row: (order.index(row.first.reason), *_urgency(row.first), *row.key),
        )

    @cached_property
    def well(self) -> list[Row]:
        """Everybody else, by name."""
        return [row for row in self.rows if not row.needs]


def read_caseload(user: User, *, at: datetime, found_by: str = "") -> Caseload:
    """The caseload of a physiotherapist at the moment `at`; with `found_by` those whom a search for it means."""
    clinic = user.clinic
    today = clinic.date_at(at)
    visible = Patient.objects.visible_to(user).filter(archived_at__isnull=True)
    episodes = list(_with_all(mine(user, today).filter(patient__in=visible.found_by(found_by).values("pk")), today))
    since, until = (datetime.combine(on, time(), tzinfo=clinic.zone) for on in (today, today + DAY))
    with_me = Q(physiotherapist=user, patient__in=visible.values("pk"))
    is_today = with_me & Q(starts_at__gte=since, starts_at__lt=until)
    visits = _visits(Q(episode__in=episodes) | is_today)
    drafts = _drafts(Q(episode__in=episodes) | with_me)
    return Caseload(
        today=today,
        rows=_rows(episodes, visits, drafts, user=user, at=at),
        strip=Strip(
            at=at,
            visits=[
                visit
                for visit in visits
                if visit.physiotherapist_id == user.pk
                and visit.starts_at is not None
                and clinic.date_at(visit.starts_at) == today
                and visit.state != Visit.State.CANCELLED
            ],
            drafts=[draft for draft in drafts if draft.physiotherapist_id == user.pk],
        ),
    )


def read_row(episode: Episode, user: User, *, at: datetime) -> Row:
    """One episode as it would stand in the caseload of its lead."""
    today = user.clinic.date_at(at)
    [found] = _with_all(Episode.objects.filter(pk=episode.pk), today)
    [row] = _rows([found], _visits(Q(episode=found)), _drafts(Q(episode=found)), user=user, at=at)
    return row


def mine(user: User, today: date) -> QuerySet[Episode]:
    """The open episodes, and the closed ones whose recall has come, that this physiotherapist leads or covers today.

    One whose lead treats no more is nobody's, and everybody's.
    """
    covered = Away.objects.filter(
        covered_by=user, first_on__lte=today, last_on__gte=today, withdrawn_at__isnull=True
    ).values("user")
    nobodys = Q(lead__is_active=False) | Q(lead__is_physiotherapist=False)
    return Episode.objects.filter(
        Q(lead=user) | Q(lead__in=covered) | nobodys, Q(closed_on__isnull=True) | Q(recall_on__lte=today)
    )


def limits_of(clinic: Clinic) -> Limits:
    return Limits(
        pain=clinic.pain_limit,
        good=clinic.adherence_good,
        low=clinic.adherence_low,
        silent_days=clinic.silent_days,
        keeps_notes=clinic.note_kind != NoteKind.ELSEWHERE,
    )


def _with_all(episodes: QuerySet[Episode], today: date) -> QuerySet[Episode]:
    """Three queries: the episodes, their plans, what was dealt with lately."""
    answers = DealtWith.objects.filter(until__gt=today - LONGEST).order_by("at", "pk")
    latest = Decision.objects.filter(
        plan=OuterRef("pk"),
        kind__in=[Decision.Kind.PAUSE, Decision.Kind.STAY],
        on__lte=today,
        withdrawn_by__isnull=True,
    ).order_by("-on", "-sequence")
    plans = Plan.objects.annotate(
        held_by=Subquery(latest.values("kind")[:1]),
        held_code=Subquery(latest.values("reason_code")[:1]),
        held_words=Subquery(latest.values("reason")[:1]),
    )
    notes = TreatmentSession.objects.filter(episode=OuterRef("pk"), status=TreatmentSession.Status.SIGNED)
    return (
        episodes.annotate(noted_on=Subquery(notes.order_by("-on").values("on")[:1]))
        .select_related("patient__clinic", "lead")
        .prefetch_related(
            Prefetch("plans", queryset=plans.order_by("-start_on", "-pk")), Prefetch("dealt_with", queryset=answers)
        )
        .order_by("patient__sort_name", "pk")
    )


def _visits(which: Q) -> list[Visit]:
    """The visits with how their last event says it goes on, by time."""
    last = VisitEvent.objects.filter(visit=OuterRef("pk")).order_by("-sequence")
    rows = Visit.objects.filter(which).annotate(
        what_next=Subquery(last.values("what_next")[:1]), note_status=F("session__status")
    )
    return list(rows.select_related("patient").order_by("starts_at", "due_on", "pk"))


def _drafts(which: Q) -> list[TreatmentSession]:
    rows = TreatmentSession.objects.filter(which, status=TreatmentSession.Status.DRAFT)
    return list(rows.select_related("patient").order_by("on", "pk"))


def _rows(
    episodes: Sequence[Episode],
    visits: Iterable[Visit],
    drafts: Iterable[TreatmentSession],
    *,
    user: User,
    at: datetime,
) -> list[Row]:
    today, limits = user.clinic.date_at(at), limits_of(user.clinic)
    plans = {episode.pk: plan for episode in episodes if (plan := _plan_of(episode))}
    days = load_many(list(plans.values()), today - FORTNIGHT * DAY, today, first_days=FIRST_DAYS)
    visits_of: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        visits_of[visit.episode_id].append(visit)
    drafts_of: defaultdict[int, list[TreatmentSession]] = defaultdict(list)
    for draft in drafts:
        drafts_of[draft.episode_id].append(draft)
    rows = []
    for episode in episodes:
        plan = plans.get(episode.pk)
        read = days[plan.pk] if plan else None
        case = _case(episode, plan, read, visits_of[episode.pk], drafts_of[episode.pk], at)
        found = reasons(case, limits)
        answers = [Answer(row.reason, row.until, row.level) for row in episode.dealt_with.all()]
        asking = tuple(each for each in found if still_asks(each, answers, today))
        asks_to_decide = any(each.reason is Reason.CHECK_DUE for each in asking)
        rows.append(
            Row(
                episode=episode,
                today=today,
                at=at,
                user=user,
                case=case,
                found=found,
                asking=asking,
                is_ready=asks_to_decide and ready(case, limits) and _has_a_later_phase(read, today),
                plan=plan,
                days=read,
                visits=visits_of[episode.pk],
                drafts=drafts_of[episode.pk],
            )
        )
    return rows


def _plan_of(episode: Episode) -> Plan | None:
    """The open plan, or the last one."""
    plans = list(episode.plans.all())
    return next((plan for plan in plans if plan.ended_on is None), next(iter(plans), None))


def _case(
    episode: Episode,
    plan: Plan | None,
    days: Readings | None,
    visits: Sequence[Visit],
    drafts: Sequence[TreatmentSession],
    at: datetime,
) -> Case:
    clinic = episode.patient.clinic
    today = clinic.date_at(at)
    booked = [visit for visit in visits if visit.state == Visit.State.BOOKED and visit.starts_at]
    position = days.position(today) if days else Position(State.NOT_STARTED)
    ended_unbegun = plan is not None and plan.ended_on is not None and position.state is State.NOT_STARTED
    state = State.DISCONTINUED if ended_unbegun else position.state
    week, fortnight = (_done(days, today, number) if days else None for number in (WEEK, FORTNIGHT))
    kinds = days.day_kinds(today - FORTNIGHT * DAY, today - DAY) if days else {}
    check_ins = days.check_ins if days else {}
    lately = {on: row for on, row in check_ins.items() if on >= today - FORTNIGHT * DAY}
    first_days = [row for on, row in check_ins.items() if plan and 0 <= (on - plan.start_on).days < FIRST_DAYS]
    return Case(
        on=today,
        state=state if plan else None,
        is_closed=episode.closed_on is not None,
        by_phone=plan is not None and plan.reports_by == Plan.ReportsBy.PHONE,
        stopped_by_pain=getattr(plan, "held_by", "") == Decision.Kind.PAUSE and getattr(plan, "held_code", "") == PAIN,
        state_since=position.state_since,
        look_again_on=episode.recall_on if episode.closed_on else episode.look_again_on,
        seen_on=_seen_on(episode, visits, clinic),
        review_on=position.review_on,
        next_phase_on=position.next_phase_on,
        mornings=[(on, row.pain_morning) for on, row in lately.items() if row.pain_morning is not None],
        first_mornings=[row.pain_morning for row in first_days if row.pain_morning is not None],
        exercising=[(on, row.pain_exercising) for on, row in lately.items() if row.pain_exercising is not None],
        asked_on=frozenset(on for on, kind in kinds.items() if kind is not DayKind.NOT_ASKED),
        said_on=frozenset({log.on for log in days.logs} | set(lately)) if days else frozenset(),
        done_week=week.percent if week else None,
        days_week=week.days if week else 0,
        done_fortnight=fortnight.percent if fortnight else None,
        booked_on=[clinic.date_at(visit.starts_at) for visit in booked if visit.starts_at and _is_ahead(visit, at)],
        due_on=[visit.due_on for visit in visits if visit.state == Visit.State.DUE and visit.due_on],
        missed_on=_missed_on(visits, clinic),
        unsaid_on=[clinic.date_at(visit.starts_at) for visit in booked if visit.starts_at and not _is_ahead(visit, at)],
        drafts_on=[draft.on for draft in drafts],
        unwritten_on=[clinic.date_at(visit.starts_at) for visit in visits if visit.starts_at and _is_unwritten(visit)],
    )


def _done(days: Readings, today: date, number: int) -> Adherence:
    return days.adherence(today - number * DAY, today - DAY)


def _is_ahead(visit: Visit, at: datetime) -> bool:
    """Whether an appointment is booked and not over."""
    if visit.state != Visit.State.BOOKED or visit.starts_at is None:
        return False
    return visit.starts_at + timedelta(minutes=visit.minutes or 0) > at


def _is_unwritten(visit: Visit) -> bool:
    status = visit.note_status  # type: ignore[attr-defined]  # annotated by `_visits`
    return visit.state == Visit.State.ATTENDED and status in {None, TreatmentSession.Status.DISCARDED}


def _missed_on(visits: Sequence[Visit], clinic: Clinic) -> date | None:
    """The date of the last appointment, if it was missed and nobody said what comes instead."""
    held = [visit for visit in visits if visit.starts_at and visit.state != Visit.State.CANCELLED]
    last = max(held, key=lambda visit: (visit.starts_at, visit.pk), default=None)
    if last is None or last.starts_at is None or last.state != Visit.State.MISSED:
        return None
    return None if last.what_next else clinic.date_at(last.starts_at)  # type: ignore[attr-defined]  # annotated


def _seen_on(episode: Episode, visits: Sequence[Visit], clinic: Clinic) -> date | None:
    """The last visit that took place, or the last note that was signed: somebody has seen or heard the patient."""
    kept = [visit.starts_at for visit in visits if visit.state == Visit.State.ATTENDED and visit.starts_at]
    noted_on: date | None = episode.noted_on  # type: ignore[attr-defined]  # annotated by `_with_all`
    return max([*map(clinic.date_at, kept), *([noted_on] if noted_on else [])], default=None)


def _has_a_later_phase(days: Readings | None, today: date) -> bool:
    return days is not None and days.phase((days.position(today).phase or 0) + 1) is not None


def _urgency(found: Found) -> tuple[int, int]:
    """Of one reason the worst pain first, then what has waited longest."""
    if found.reason in {Reason.STOPPED_BY_PAIN, Reason.PAIN_WORSE, Reason.LITTLE_DONE}:
        return -found.level, 0
    return 0, found.level
