"""One body: bones of fixed length, moved by the angles of its joints.

Space: x is where the upright body looks, y is up, z is to its right. Angles are degrees; an upright stance with
hanging arms is all zeros. Lengths are units of the 64 by 64 picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

Vector = tuple[float, float, float]
Frame = tuple[Vector, Vector, Vector]

FORWARD, UP, RIGHT = range(3)
WORLD: Frame = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
SIDES = (("right", 1), ("left", -1))

HEAD_RADIUS = 4.8
LOWER_BACK, CHEST, NECK = 7.5, 8.5, 7.2
COLLAR, UPPER_ARM, FOREARM = 5.5, 8.0, 8.0
PELVIS, THIGH, SHIN, FOOT = 2.6, 11.5, 11.5, 4.0
BONES: Mapping[tuple[str, str], float] = {
    ("hip", "waist"): LOWER_BACK,
    ("waist", "chest"): CHEST,
    ("chest", "head"): NECK,
    **{
        (near.format(side), far.format(side)): length
        for side, _ in SIDES
        for near, far, length in (
            ("chest", "{}_shoulder", COLLAR),
            ("{}_shoulder", "{}_elbow", UPPER_ARM),
            ("{}_elbow", "{}_wrist", FOREARM),
            ("hip", "{}_pelvis", PELVIS),
            ("{}_pelvis", "{}_knee", THIGH),
            ("{}_knee", "{}_ankle", SHIN),
            ("{}_ankle", "{}_toe", FOOT),
        )
    },
}
JOINTS = frozenset(name for bone in BONES for name in bone)

# How far a healthy adult's joint goes, each way; generous, to catch a knee that bends forwards and not to teach.
# `spine` and `hip_turn` are wider still: one bend stands for a whole low back, and a stick leg has no thigh to roll.
LIMITS: Mapping[str, tuple[float, float]] = {
    "lean": (-100, 120), "roll": (-100, 100), "spine": (-42, 60), "neck": (-50, 55), "neck_side": (-45, 45),
    "shrug": (-10, 40), "shoulder": (-60, 185), "shoulder_out": (-45, 180), "shoulder_turn": (-90, 90),
    "elbow": (0, 150), "hip": (-30, 135), "hip_out": (-45, 70), "hip_turn": (-45, 100), "knee": (0, 150),
    "ankle": (-75, 35),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limbs:
    """One side's arm and leg. Flexion is positive; `_out` is away from the middle, `_turn` is outward rotation."""

    shrug: float = 0
    shoulder: float = 0
    shoulder_out: float = 0
    shoulder_turn: float = 0
    elbow: float = 0
    hip: float = 0
    hip_out: float = 0
    hip_turn: float = 0
    knee: float = 0
    ankle: float = 0


@dataclass(frozen=True, slots=True)
class Pose:
    """How the body is held: the pelvis leans forward or rolls to its right, everything else is relative to that.

    `on` says which joints are held up, and how high above the floor: {"right_toe": 0}.
    """

    lean: float = 0
    roll: float = 0
    spine: float = 0
    neck: float = 0
    neck_side: float = 0
    right: Limbs = Limbs()
    left: Limbs = Limbs()
    on: Mapping[str, float] = field(default_factory=dict)


def turned(frame: Frame, axis: int, degrees: float) -> Frame:
    """The frame, turned about one of its own axes."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    a, b = (axis + 1) % 3, (axis + 2) % 3
    axes = list(frame)
    axes[a] = _sum(frame[a], cos, frame[b], sin)
    axes[b] = _sum(frame[b], cos, frame[a], -sin)
    return axes[0], axes[1], axes[2]


def _sum(v: Vector, a: float, w: Vector, b: float) -> Vector:
    return v[0] * a + w[0] * b, v[1] * a + w[1] * b, v[2] * a + w[2] * b


def skeleton(pose: Pose) -> dict[str, Vector]:
    """Every joint's place in space. Height 0 is the floor for what `pose.on` names; without it, the hip's height."""
    pelvis = turned(turned(WORLD, FORWARD, pose.roll), RIGHT, -pose.lean)
    ribs = turned(pelvis, RIGHT, -pose.spine)
    skull = turned(turned(ribs, FORWARD, pose.neck_side), RIGHT, -pose.neck)
    joints: dict[str, Vector] = {"hip": (0, 0, 0)}

    def grow(near: str, far: str, direction: Vector, sign: int = 1) -> None:
        joints[far] = _sum(joints[near], 1, direction, sign * BONES[near, far])

    grow("hip", "waist", pelvis[UP])
    grow("waist", "chest", ribs[UP])
    grow("chest", "head", skull[UP])
    for side, sign in SIDES:
        limbs = pose.right if side == "right" else pose.left
        collar = turned(ribs, FORWARD, -sign * limbs.shrug)
        arm = _ball_joint(ribs, sign, limbs.shoulder, limbs.shoulder_out, limbs.shoulder_turn)
        grow("chest", f"{side}_shoulder", collar[RIGHT], sign)
        grow(f"{side}_shoulder", f"{side}_elbow", arm[UP], -1)
        grow(f"{side}_elbow", f"{side}_wrist", turned(arm, RIGHT, limbs.elbow)[UP], -1)
        leg = _ball_joint(pelvis, sign, limbs.hip, limbs.hip_out, limbs.hip_turn)
        shin = turned(leg, RIGHT, -limbs.knee)
        grow("hip", f"{side}_pelvis", pelvis[RIGHT], sign)
        grow(f"{side}_pelvis", f"{side}_knee", leg[UP], -1)
        grow(f"{side}_knee", f"{side}_ankle", shin[UP], -1)
        grow(f"{side}_ankle", f"{side}_toe", turned(shin, RIGHT, limbs.ankle)[FORWARD])
    rise = max((height - joints[name][1] for name, height in pose.on.items()), default=0)
    return {name: (x, y + rise, z) for name, (x, y, z) in joints.items()}


def _ball_joint(frame: Frame, sign: int, flexion: float, out: float, turn: float) -> Frame:
    return turned(turned(turned(frame, RIGHT, flexion), FORWARD, -sign * out), UP, -sign * turn)


def between(start: Pose, end: Pose, share: float) -> Pose:
    """The pose on the way: each angle that share (0 to 1) of the way from start to end; `on` is the end's."""

    def mix(a: Any, b: Any) -> Any:
        return replace(b, **{f.name: part(getattr(a, f.name), getattr(b, f.name)) for f in fields(b)})

    def part(a: Any, b: Any) -> Any:
        return mix(a, b) if isinstance(b, Limbs) else b if isinstance(b, Mapping) else a + (b - a) * share

    pose: Pose = mix(start, end)
    return pose
