"""The figures that ship, read from `rehab/data/poses.json` and checked.

The file's fields are those of the classes in `body` and `picture`. A start pose says only what differs from the end
pose; `both` stands for the limbs of the right and of the left side.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rehab.figures.body import JOINTS, LIMITS, Limbs, Pose
from rehab.figures.picture import CAMERAS, FLOOR, PROPS, Arrow, Figure, Point, Prop

POSES = Path(__file__).parent.parent / "data" / "poses.json"
Data = Mapping[str, Any]


class FigureError(ValueError):
    """The pose data says something that no figure can be; the message names the figure and the field."""


@cache
def load_figures() -> Mapping[str, Figure]:
    """Every shipped figure by its key. Raises FigureError."""
    with POSES.open(encoding="utf-8") as file:
        data = json.load(file)
    return MappingProxyType({key: parse_figure(figure, where=key) for key, figure in data.items()})


def parse_figure(data: Any, *, where: str) -> Figure:
    """One figure from its JSON; `where` names it in errors. Raises FigureError."""
    _only(data, Figure, where)
    if not isinstance(data.get("description"), str) or "end" not in data:
        raise FigureError(f"{where}: a figure needs a description and an end pose")
    end = _spread(data["end"], f"{where}: end")
    start = _spread(data["start"], f"{where}: start") if "start" in data else None
    if start is not None:
        start = {**end, **start, **{side: {**end[side], **start[side]} for side in ("right", "left")}}
    arrows = tuple(_arrow(arrow, f"{where}: arrows") for arrow in data.get("arrows", []))
    if start is None and any(arrow.along for arrow in arrows):
        raise FigureError(f"{where}: arrows: an arrow along a joint needs a start pose")
    return Figure(
        description=data["description"],
        end=_pose(end, f"{where}: end"),
        start=None if start is None else _pose(start, f"{where}: start"),
        view=_one_of(data.get("view", "side"), CAMERAS, f"{where}: view"),
        pin=_one_of(data.get("pin", "hip"), JOINTS, f"{where}: pin"),
        at=_point(data.get("at", [32, FLOOR]), f"{where}: at"),
        zoom=_number(data.get("zoom", 1), f"{where}: zoom"),
        floor=_flag(data.get("floor", True), f"{where}: floor"),
        arrows=arrows,
        props=tuple(_prop(prop, f"{where}: props") for prop in data.get("props", [])),
    )


def _spread(data: Any, where: str) -> dict[str, Any]:
    """The pose with what it says of `both` sides said of each."""
    _only(data, Pose, where, also={"both"})
    both = _only(data.get("both", {}), Limbs, f"{where}: both")
    pose = {name: value for name, value in data.items() if name != "both"}
    for side in ("right", "left"):
        pose[side] = {**both, **_only(data.get(side, {}), Limbs, f"{where}: {side}")}
    return pose


def _pose(data: Data, where: str) -> Pose:
    on = {
        _one_of(joint, JOINTS, f"{where}: on"): _number(height, f"{where}: on")
        for joint, height in data.get("on", {}).items()
    }
    sides = {side: Limbs(**_angles(data[side], f"{where}: {side}")) for side in ("right", "left")}
    angles = _angles({name: data[name] for name in data if name not in {"on", "right", "left"}}, where)
    return Pose(**angles, **sides, on=MappingProxyType(on))  # type: ignore[arg-type]


def _angles(data: Data, where: str) -> dict[str, float]:
    angles = {name: _number(value, f"{where}: {name}") for name, value in data.items()}
    for name, angle in angles.items():
        least, most = LIMITS[name]
        if not least <= angle <= most:
            raise FigureError(f"{where}: {name} is {angle:g}, but it goes from {least:g} to {most:g} degrees")
    return angles


def _arrow(data: Any, where: str) -> Arrow:
    _only(data, Arrow, where)
    points = {name: _point(data[name], f"{where}: {name}") for name in data if name in _ARROW_POINTS}
    if ("along" in data) == ("tail" in data and "tip" in data):
        raise FigureError(f"{where}: an arrow goes along a joint, or from a tail to a tip")
    return Arrow(
        along=_one_of(data.get("along", ""), {*JOINTS, ""}, f"{where}: along"),
        bend=_number(data.get("bend", 0), f"{where}: bend"),
        both_ways=_flag(data.get("both_ways", False), f"{where}: both_ways"),
        **points,
    )


_ARROW_POINTS = frozenset({"shift", "span", "tail", "tip"})


def _prop(data: Any, where: str) -> Prop:
    _only(data, Prop, where)
    measures = ("x", "y", "width", "height")
    if data.get("kind") == "kettlebell" and "joint" not in data:
        raise FigureError(f"{where}: a kettlebell needs the joint that holds it")
    return Prop(
        kind=_one_of(data.get("kind"), PROPS, f"{where}: kind"),
        joint=_one_of(data.get("joint", ""), {*JOINTS, ""}, f"{where}: joint"),
        ghost=_flag(data.get("ghost", False), f"{where}: ghost"),
        **{name: _number(data[name], f"{where}: {name}") for name in measures if name in data},
    )


def _only(data: Any, kind: type, where: str, also: Collection[str] = ()) -> Data:
    if not isinstance(data, dict):
        raise FigureError(f"{where}: expected an object, not {data!r}")
    known = {f.name for f in fields(kind)} | set(also)
    for name in data:
        if name not in known:
            raise FigureError(f"{where}: unknown field {name!r}; known are {', '.join(sorted(known))}")
    return data


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FigureError(f"{where}: expected a number, not {value!r}")
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise FigureError(f"{where}: expected true or false, not {value!r}")
    return value


def _point(value: Any, where: str) -> Point:
    if not isinstance(value, list) or len(value) != 2:
        raise FigureError(f"{where}: expected two numbers, not {value!r}")
    return _number(value[0], where), _number(value[1], where)


def _one_of(value: Any, choices: Collection[str], where: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise FigureError(f"{where}: {value!r} is none of {', '.join(sorted(choices))}")
    return value
