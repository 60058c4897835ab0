"""Geometry of the drawings: the track of phases and the chart of days.

Pure: numbers go in, coordinates in SVG user units come out. No Django, no clock, no words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

DAYS_A_WEEK = 7
PAIN_TOP = 10

# An open phase has no length to be drawn to: it gets this share of the weeks before it, at least two weeks.
OPEN_SHARE = 0.27
OPEN_LEAST_WEEKS = 2.0


@dataclass(frozen=True)
class Stretch:
    """One phase as the track needs it. Weeks count from 1; `last_week` is None while the phase is open."""

    number: int
    first_week: int
    last_week: int | None
    needs_review: bool = False


@dataclass(frozen=True)
class TrackSize:
    """The measures of one size of the track, in SVG user units."""

    width: float
    height: float
    gap: float
    tip: float
    ring: float
    least: float


BIG = TrackSize(width=731, height=16, gap=10, tip=10, ring=11, least=26)
MIDDLE = TrackSize(width=360, height=8, gap=4, tip=6, ring=7, least=14)
MINI = TrackSize(width=100, height=6, gap=2.5, tip=5, ring=5, least=6)


@dataclass(frozen=True)
class Road:
    """One phase's piece of the track.

    `filled` is how much of it lies behind the patient, 0 to `width`; `outline` and `done` are the paths of all
    of it and of what is filled; `weeks` are the x where its weeks meet, `gate` that of the review at its end.
    """

    number: int
    x: float
    width: float
    filled: float
    is_now: bool
    outline: str
    done: str
    weeks: tuple[float, ...]
    gate: float | None

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Track:
    """The whole track: its roads from left to right and the x of the ring, None without a position."""

    roads: tuple[Road, ...]
    ring: float | None


def _weeks(stretches: Sequence[Stretch]) -> list[float]:
    bounded = [s.last_week - s.first_week + 1 for s in stretches if s.last_week is not None]
    open_weeks = max(OPEN_LEAST_WEEKS, sum(bounded) * OPEN_SHARE)
    return [open_weeks if s.last_week is None else float(s.last_week - s.first_week + 1) for s in stretches]


def _widths(weeks: list[float], size: TrackSize) -> list[float]:
    """Share the road out by weeks; a phase too short to be seen gets `size.least` from the others."""
    room = size.width - size.gap * (len(weeks) - 1)
    least = min(size.least, room / len(weeks))
    short: set[int] = set()
    while True:
        unit_weeks = sum(w for i, w in enumerate(weeks) if i not in short)
        unit = (room - least * len(short)) / unit_weeks if unit_weeks else 0.0
        more = {i for i, w in enumerate(weeks) if i not in short and w * unit < least - 1e-9}
        if not more:
            return [least if i in short else w * unit for i, w in enumerate(weeks)]
        short |= more


def _done_share(stretch: Stretch, day: int) -> float:
    """How much of a phase lies behind on plan day `day`, 0 to 1; an open phase never gets to its end."""
    days_in = max(0, day - (stretch.first_week - 1) * DAYS_A_WEEK)
    if stretch.last_week is None:
        return days_in / (days_in + 4 * DAYS_A_WEEK)
    return min(1.0, days_in / ((stretch.last_week - stretch.first_week + 1) * DAYS_A_WEEK))


def _pill(x: float, width: float, height: float) -> str:
    """The path of a piece with round ends, its upper edge at 0."""
    radius = min(height / 2, width / 2)
    straight = width - 2 * radius
    end = f"{radius:.1f} {height / 2:.1f} 0 0 1 0"
    return f"M{x + radius:.1f} 0h{straight:.1f}a{end} {height:.1f}h{-straight:.1f}a{end} {-height:.1f}z"


def _arrow(x: float, width: float, height: float, tip: float) -> str:
    """The path of the open piece: round at its start, pointed at its end."""
    radius, half = height / 2, height / 2
    straight = max(0.0, width - radius - tip)
    return (
        f"M{x + radius:.1f} 0h{straight:.1f}l{tip:.1f} {half:.1f} {-tip:.1f} {half:.1f}h{-straight:.1f}"
        f"a{radius:.1f} {half:.1f} 0 0 1 0 {-height:.1f}z"
    )


def track(
    stretches: Sequence[Stretch],
    *,
    phase: int | None = None,
    day: int | None = None,
    size: TrackSize = MIDDLE,
) -> Track:
    """Lay the phases out as one road, each as wide as it is long.

    `phase` is the number of the phase that the patient is in, `day` the plan day on the clock, from 1 on.
    Without a phase nothing is filled and there is no ring. Phases come in their order.
    """
    if not stretches:
        return Track((), None)
    weeks = _weeks(stretches)
    roads: list[Road] = []
    ring: float | None = None
    x = 0.0
    for stretch, length, width in zip(stretches, weeks, _widths(weeks, size), strict=True):
        is_now = stretch.number == phase
        filled = width if phase is not None and stretch.number < phase else 0.0
        if is_now:
            inset = min(2.0, width / 4)
            share = _done_share(stretch, day or 0)
            at = min(max(x + width * share, x + inset), x + width - inset)
            ring = round(min(max(at, size.ring), size.width - size.ring), 1)
            filled = min(width, max(0.0, ring - x))
        lines = range(1, int(length)) if stretch.last_week is not None else range(0)
        roads.append(
            Road(
                number=stretch.number,
                x=round(x, 1),
                width=round(width, 1),
                filled=round(filled, 1),
                is_now=is_now,
                outline=_pill(x, width, size.height) if stretch.last_week else _arrow(x, width, size.height, size.tip),
                done=_pill(x, filled, size.height) if filled else "",
                weeks=tuple(round(x + width * week / length, 1) for week in lines),
                gate=round(x + width + size.gap / 2, 1) if stretch.needs_review and stretch.last_week else None,
            )
        )
        x += width + size.gap
    return Track(tuple(roads), ring)


# The chart of days

LEFT, COLUMN, RIGHT = 34.0, 26.0, 8.0
TOP, BOTTOM, DAYS_Y, LABEL_Y, HEIGHT = 34.0, 170.0, 189.0, 218.0, 226.0
BAND_LABEL_WIDTH = BOUNDARY_LABEL_WIDTH = 70.0
SHAPE = 18.0
# A short plan is drawn as wide as four weeks, or its shapes would grow; a date needs the room of three days.
LEAST_COLUMNS = 4 * DAYS_A_WEEK
LABEL_COLUMNS = 2


@dataclass(frozen=True)
class ChartDay:
    """One day of the chart. Pain is 0 to 10, or None where nobody answered.

    `kind` is done, not_done, rest, no_report or not_asked; `state` is the plan's state that day.
    """

    on: date
    kind: str
    pain_morning: int | None = None
    pain_exercising: int | None = None
    state: str = "running"
    phase: int | None = None


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Column:
    """One day: the middle of its column and what stands there."""

    day: ChartDay
    x: float
    morning: Point | None
    exercising: Point | None

    @property
    def shape_x(self) -> float:
        """Where the day's shape begins."""
        return self.x - SHAPE / 2


@dataclass(frozen=True)
class Band:
    """Consecutive days on which the exercises were stopped. `has_room` says whether a word fits in."""

    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def has_room(self) -> bool:
        return self.width >= BAND_LABEL_WIDTH


@dataclass(frozen=True)
class Boundary:
    """Where a phase opens within the chart. Its label stands before the line if there is no room after it."""

    x: float
    phase: int
    label_before: bool

    @property
    def label_x(self) -> float:
        return self.x - 6 if self.label_before else self.x + 6


@dataclass(frozen=True)
class DaysChart:
    """The chart of days; `line` is the morning line in pieces, `labels` the columns that carry a date."""

    width: float
    columns: tuple[Column, ...]
    line: tuple[tuple[Point, ...], ...]
    bands: tuple[Band, ...]
    boundaries: tuple[Boundary, ...]
    labels: tuple[Column, ...]

    @property
    def right(self) -> float:
        return self.width - RIGHT


def pain_y(pain: int) -> float:
    """The height of a pain figure; beyond 0 to 10 it stays at the edge."""
    return round(BOTTOM - (BOTTOM - TOP) * min(max(pain, 0), PAIN_TOP) / PAIN_TOP, 1)


def _column(index: int, day: ChartDay) -> Column:
    x = LEFT + COLUMN * (index + 0.5)
    morning, exercising = day.pain_morning, day.pain_exercising
    return Column(
        day,
        x,
        None if morning is None else Point(x, pain_y(morning)),
        None if exercising is None else Point(x, pain_y(exercising)),
    )


def _bands(columns: Sequence[Column]) -> tuple[Band, ...]:
    bands = []
    for paused, run in groupby(columns, key=lambda column: column.day.state == "paused"):
        days = list(run)
        if paused:
            bands.append(Band(days[0].x - COLUMN / 2, COLUMN * len(days)))
    return tuple(bands)


def _line(columns: Sequence[Column]) -> tuple[tuple[Point, ...], ...]:
    """The morning line in pieces: it breaks on every day without an answer, as no answer is not a figure."""
    pieces = []
    for answered, run in groupby(columns, key=lambda column: column.morning is not None):
        if answered:
            pieces.append(tuple(column.morning for column in run if column.morning is not None))
    return tuple(pieces)


def _boundaries(columns: Sequence[Column]) -> tuple[Boundary, ...]:
    right = LEFT + COLUMN * len(columns)
    with_phase = [column for column in columns if column.day.phase is not None]
    return tuple(
        Boundary(
            after.x - COLUMN / 2,
            after.day.phase,
            label_before=right - after.x < BOUNDARY_LABEL_WIDTH - COLUMN / 2,
        )
        for before, after in pairwise(with_phase)
        if after.day.phase is not None and before.day.phase != after.day.phase
    )


def days_chart(days: Sequence[ChartDay]) -> DaysChart:
    """Lay out consecutive days, the oldest first; without days the chart is empty and keeps its frame."""
    columns = tuple(_column(index, day) for index, day in enumerate(days))
    wide = max(len(columns), LEAST_COLUMNS)
    return DaysChart(
        width=LEFT + COLUMN * wide + RIGHT,
        columns=columns,
        line=_line(columns),
        bands=_bands(columns),
        boundaries=_boundaries(columns),
        labels=columns[: wide - LABEL_COLUMNS : DAYS_A_WEEK],
    )


# The spark: a few mornings in a row of a list

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE, SPARK_TOP, SPARK_BOTTOM = 80.0, 40.0, 4.0, 4.5, 36.5


@dataclass(frozen=True)
class Spark:
    """A line of pain without labels, in pieces; `alone` are answers between two gaps, `last` is the newest."""

    pieces: tuple[tuple[Point, ...], ...]
    alone: tuple[Point, ...]
    last: Point | None


def spark(pains: Sequence[int | None]) -> Spark:
    """Lay out consecutive days, the oldest first; None, where nobody answered, breaks the line."""
    step = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(pains) - 1, 1)
    points = [None if pain is None else _spark_point(place * step, pain) for place, pain in enumerate(pains)]
    runs = [
        tuple(point for point in run if point is not None)
        for answered, run in groupby(points, key=lambda point: point is not None)
        if answered
    ]
    return Spark(
        pieces=tuple(run for run in runs if len(run) > 1),
        alone=tuple(run[0] for run in runs if len(run) == 1),
        last=runs[-1][-1] if runs else None,
    )


def _spark_point(x: float, pain: int) -> Point:
    share = min(max(pain, 0), PAIN_TOP) / PAIN_TOP
    return Point(round(SPARK_EDGE + x, 1), round(SPARK_BOTTOM - (SPARK_BOTTOM - SPARK_TOP) * share, 1))
