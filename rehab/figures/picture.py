"""The body drawn: an end pose in ink, the start pose it comes from as a ghost, arrows, and things to hold or stand on.

The markup carries classes and presentation attributes only (`drawing`, `ghost`, `floor`, `head`, `move` of the
stylesheet), so one picture serves light, dark and print.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rehab.figures.body import HEAD_RADIUS, SIDES, Pose, between, skeleton

Point = tuple[float, float]
Points = Mapping[str, Point]

FLOOR = 54.0  # where the middle of a stroke lies that rests on the floor
UNDER = 3.0  # from there to the middle of the floor's own line
MOVED = 1.8  # a limb that moves less than this has no ghost: it would only blur the line
CAMERAS: Mapping[str, tuple[float, float]] = {  # how far round to the front, how far up
    "side": (0, 0),
    "front": (90, 0),
    "half-front": (60, 0),
    "past-front": (120, 0),
    "head-end": (-45, 0),
    "above": (0, 90),
}
STROKES: Sequence[tuple[str, ...]] = (
    ("hip", "waist", "chest"),
    *(("chest", f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist") for side, _ in SIDES),
    *(("hip", f"{side}_pelvis", f"{side}_knee", f"{side}_ankle", f"{side}_toe") for side, _ in SIDES),
)


@dataclass(frozen=True, slots=True)
class Arrow:
    """Along a joint's way from start to end (`span` of it, moved by `shift`), or from `tail` to `tip` with a bend."""

    along: str = ""
    shift: Point = (0, 0)
    span: Point = (0, 1)
    tail: Point = (0, 0)
    tip: Point = (0, 0)
    bend: float = 0
    both_ways: bool = False


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing in the picture: where it is, or how far from the joint that holds it; a ghost goes with the start."""

    kind: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    joint: str = ""
    ghost: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One exercise's picture. The joint `pin` is drawn at `at`, whose y is that of the floor (seen from above: of
    the body's middle line)."""

    description: str
    end: Pose
    start: Pose | None = None
    view: str = "side"
    pin: str = "hip"
    at: Point = (32, FLOOR)
    zoom: float = 1
    floor: bool = True
    arrows: tuple[Arrow, ...] = ()
    props: tuple[Prop, ...] = ()


def place(figure: Figure, pose: Pose) -> dict[str, Point]:
    """Every joint's point in the 64 by 64 picture, y downwards."""
    yaw, pitch = (math.radians(angle) for angle in CAMERAS[figure.view])
    points: dict[str, Point] = {}
    for name, (x, y, z) in skeleton(pose).items():
        across = math.cos(yaw) * x - math.sin(yaw) * z
        nearer = math.sin(yaw) * x + math.cos(yaw) * z
        height = math.cos(pitch) * y - math.sin(pitch) * nearer
        points[name] = across * figure.zoom, figure.at[1] - height * figure.zoom
    move = figure.at[0] - points[figure.pin][0]
    return {name: (x + move, y) for name, (x, y) in points.items()}


def render(figure: Figure, *, label: str, css_class: str = "") -> str:
    """The picture as SVG markup, safe to put into a page. `label` is its text alternative; none hides the picture."""
    end = place(figure, figure.end)
    start = place(figure, figure.start) if figure.start else end
    radius = HEAD_RADIUS * figure.zoom
    parts = [f'<path class="floor" d="M3 {_n(figure.at[1] + UNDER)}H61"/>'] if figure.floor else []
    parts += [PROPS[prop.kind](prop, start if prop.ghost else end, figure.at[1] + UNDER) for prop in figure.props]
    moved = [stroke for stroke in STROKES if any(math.dist(start[j], end[j]) > MOVED for j in stroke)]
    if math.dist(start["head"], end["head"]) > MOVED:
        parts.append(f'<circle class="ghost" {_centre(start["head"])} r="{_n(radius - 1)}" stroke-width="2"/>')
    if moved:
        parts.append(f'<path class="ghost" stroke-width="3" d="{_lines(start, moved)}"/>')
    parts.append(f'<circle class="head" {_centre(end["head"])} r="{_n(radius)}"/>')
    parts.append(f'<path d="{_lines(end, STROKES)}"/>')
    parts += [_draw_arrow(arrow, figure) for arrow in figure.arrows]
    return _svg("".join(parts), label=label, css_class=css_class)


def render_initial(*, label: str, css_class: str = "") -> str:
    """The picture of an exercise that has none: a quiet disc with the label's first letter."""
    letter = escape(label.strip()[:1].upper())
    return _svg(
        '<circle class="floor" cx="32" cy="32" r="27"/>'
        '<text x="32" y="41" text-anchor="middle" font-size="26" font-weight="600" fill="currentColor" '
        f'stroke="none">{letter}</text>',
        label=label,
        css_class=css_class,
    )


def _svg(content: str, *, label: str, css_class: str) -> str:
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    classes = escape(f"drawing {css_class}".strip())
    return f'<svg class="{classes}" viewBox="0 0 64 64" {named}>{content}</svg>'


def _lines(points: Points, strokes: Sequence[tuple[str, ...]]) -> str:
    lines = (
        _back(points) if "waist" in stroke else _polyline([points[joint] for joint in stroke]) for stroke in strokes
    )
    return "".join(lines)


def _back(points: Points) -> str:
    (hip_x, hip_y), (x, y), (chest_x, chest_y) = (points[joint] for joint in ("hip", "waist", "chest"))
    through_waist = 2 * x - (hip_x + chest_x) / 2, 2 * y - (hip_y + chest_y) / 2
    return f"M{_p((hip_x, hip_y))}Q{_p(through_waist)} {_p((chest_x, chest_y))}"


def _polyline(points: Sequence[Point]) -> str:
    rounded = [_p(point) for point in points]
    return "M" + "L".join(p for p, before in zip(rounded, ["", *rounded], strict=False) if p != before)


def _draw_arrow(arrow: Arrow, figure: Figure) -> str:
    tail, middle, tip = _way(arrow, figure)
    bend = 2 * middle[0] - (tail[0] + tip[0]) / 2, 2 * middle[1] - (tail[1] + tip[1]) / 2
    heads = _barbs(bend, tip) + (_barbs(bend, tail) if arrow.both_ways else "")
    return f'<path class="move" d="M{_p(tail)}Q{_p(bend)} {_p(tip)}{heads}"/>'


def _way(arrow: Arrow, figure: Figure) -> tuple[Point, Point, Point]:
    """Where an arrow begins, what it goes through half way, and where it points."""
    if arrow.along and figure.start:
        first, last = arrow.span
        ways = []
        for share in (first, (first + last) / 2, last):
            x, y = place(figure, between(figure.start, figure.end, share))[arrow.along]
            ways.append((x + arrow.shift[0], y + arrow.shift[1]))
        return ways[0], ways[1], ways[2]
    (x1, y1), (x2, y2) = arrow.tail, arrow.tip
    length = math.dist(arrow.tail, arrow.tip)
    middle = (x1 + x2) / 2 + arrow.bend * (y2 - y1) / length, (y1 + y2) / 2 - arrow.bend * (x2 - x1) / length
    return arrow.tail, middle, arrow.tip


def _barbs(origin: Point, tip: Point) -> str:
    heading = math.atan2(origin[1] - tip[1], origin[0] - tip[0])
    left, right = (
        (tip[0] + 4.5 * math.cos(heading + side), tip[1] + 4.5 * math.sin(heading + side)) for side in (0.75, -0.75)
    )
    return f"M{_p(left)}L{_p(tip)}L{_p(right)}"


# Things share the ghost's quiet colour, or the body's ink when they are held.
def _gear(shape: str) -> str:
    return f'<g class="ghost" stroke-width="2">{shape}</g>'


def _wall(prop: Prop, points: Points, ground: float) -> str:
    return _gear(f'<path d="M{_n(prop.x)} 4V{_n(ground)}"/>')


def _box(prop: Prop, points: Points, ground: float) -> str:
    return _gear(f'<path d="M{_n(prop.x)} {_n(ground)}v{_n(-prop.height)}h{_n(prop.width)}v{_n(prop.height)}"/>')


def _mat(prop: Prop, points: Points, ground: float) -> str:
    size = f'width="{_n(prop.width)}" height="{_n(prop.height)}"'
    return f'<rect class="floor" x="{_n(prop.x)}" y="{_n(prop.y)}" {size} rx="3"/>'


def _ball(prop: Prop, points: Points, ground: float) -> str:
    x, y = points[prop.joint] if prop.joint else (0, 0)
    quiet = ' class="ghost"' if prop.ghost else ""
    return f'<circle{quiet} {_centre((x + prop.x, y + prop.y))} r="4.5" stroke-width="2.5"/>'


def _kettlebell(prop: Prop, points: Points, ground: float) -> str:
    x, y = points[prop.joint]
    if prop.ghost:
        return _gear(f'<circle {_centre((x + prop.x, y + prop.y))} r="3.4"/>')
    return (
        f'<circle {_centre((x + prop.x * 0.4, y + prop.y * 0.4))} r="2.2" stroke-width="2"/>'
        f'<circle class="head" {_centre((x + prop.x, y + prop.y))} r="3.8"/>'
    )


def _water(prop: Prop, points: Points, ground: float) -> str:
    return _gear(f'<path d="M2 {_n(prop.y)}q5 -4 10 0t10 0 10 0 10 0 10 0 10 0"/>')


def _bicycle(prop: Prop, points: Points, ground: float) -> str:
    """Two wheels, and a frame from the cranks (at x, y) to the saddle, the handlebar and both hubs."""
    cranks, saddle, bar = (prop.x, prop.y), points["hip"], points["right_wrist"]
    rear, front = (prop.x - 13, ground - 9), (prop.x + 14, ground - 9)
    frame = _polyline([rear, cranks, saddle, rear]) + _polyline([cranks, bar, front])
    return _gear(f'<circle {_centre(rear)} r="8"/><circle {_centre(front)} r="8"/><path d="{frame}"/>')


PROPS: Mapping[str, Callable[[Prop, Points, float], str]] = {
    "wall": _wall,
    "box": _box,
    "mat": _mat,
    "ball": _ball,
    "kettlebell": _kettlebell,
    "water": _water,
    "bicycle": _bicycle,
}


def _n(number: float) -> str:
    return f"{round(number, 1) + 0:g}"


def _p(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _centre(point: Point) -> str:
    return f'cx="{_n(point[0])}" cy="{_n(point[1])}"'
