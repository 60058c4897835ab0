"""The exercise pictures: the body keeps its bones, the feet keep their floor, the markup keeps the page safe."""

import json
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from rehab.figures import Figure, FigureError, load_figures, render, render_initial
from rehab.figures.body import BONES, HEAD_RADIUS, LIMITS, Limbs, Pose, between, skeleton
from rehab.figures.data import POSES, parse_figure
from rehab.figures.picture import place

KEYS = {
    "neck-roll", "shoulder-shrug", "abdominal-bracing", "hamstring-stretch", "piriformis-stretch", "pelvic-tilt",
    "wall-sit", "plank", "front-plank", "front-plank-knees", "side-plank", "bird-dog", "step-up", "lunge",
    "kettlebell-swing", "medicine-ball-throw", "swimming", "cycling", "knee-rock", "walking",
}  # fmt: skip
# Nothing moves in a hold; where a movement goes round and round, a ghost would be a second body.
WITHOUT_A_START = {"abdominal-bracing", "piriformis-stretch", "side-plank", "cycling", "walking"}
AFLOAT = {"swimming"}
# A stroke is 4 wide: half a unit off the floor is not seen.
UNSEEN = 0.5

FIGURES = load_figures()
POSED = [
    pytest.param(key, pose, id=f"{key}-{name}")
    for key, figure in FIGURES.items()
    for name, pose in (("start", figure.start), ("end", figure.end))
    if pose is not None
]
each_figure = pytest.mark.parametrize("key", sorted(FIGURES))
each_pose = pytest.mark.parametrize(("key", "pose"), POSED)

angles = {name: st.floats(*limits) for name, limits in LIMITS.items()}
any_limbs = st.builds(Limbs, **{name: angles[name] for name in Limbs.__dataclass_fields__})
any_pose = st.builds(
    Pose,
    right=any_limbs,
    left=any_limbs,
    on=st.dictionaries(st.sampled_from(["hip", "right_toe", "left_wrist"]), st.floats(0, 20), max_size=2),
    **{name: angles[name] for name in ("lean", "roll", "spine", "neck", "neck_side")},
)


def assert_bones_keep_their_length(pose: Pose) -> None:
    joints = skeleton(pose)
    for (near, far), length in BONES.items():
        assert math.dist(joints[near], joints[far]) == pytest.approx(length, abs=1e-6), (near, far)


def test_every_exercise_of_the_protocol_has_a_figure() -> None:
    assert set(FIGURES) == KEYS


def test_every_picture_that_the_shipped_protocol_names_is_there() -> None:
    def pictures(data: object) -> Iterator[object]:
        if isinstance(data, dict):
            yield from ([data["picture"]] if "picture" in data else [])
        for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            yield from pictures(item)

    protocol = json.loads((POSES.parent / "protocol.json").read_text(encoding="utf-8"))
    named = set(pictures(protocol))
    assert len(named) > 10
    assert named <= set(FIGURES)


@each_pose
def test_limbs_keep_their_length(key: str, pose: Pose) -> None:
    assert_bones_keep_their_length(pose)


@settings(deadline=None)
@given(any_pose, any_pose, st.floats(0, 1))
def test_limbs_keep_their_length_in_any_pose_and_on_the_way(start: Pose, end: Pose, share: float) -> None:
    assert_bones_keep_their_length(start)
    assert_bones_keep_their_length(between(start, end, share))


@settings(deadline=None)
@given(any_pose)
def test_what_is_held_up_is_never_lower_than_it_is_held(pose: Pose) -> None:
    joints = skeleton(pose)
    for joint, height in pose.on.items():
        assert joints[joint][1] >= height - 1e-6


@each_pose
def test_what_is_on_the_floor_is_on_the_floor(key: str, pose: Pose) -> None:
    assert pose.on
    joints = skeleton(pose)
    for joint, height in pose.on.items():
        assert joints[joint][1] == pytest.approx(height, abs=UNSEEN), joint


@pytest.mark.parametrize(("key", "pose"), [case for case in POSED if case.values[0] not in AFLOAT])
def test_nothing_goes_through_the_floor(key: str, pose: Pose) -> None:
    joints = skeleton(pose)
    low = {joint: round(point[1], 2) for joint, point in joints.items() if point[1] < -UNSEEN}
    assert low == {}
    assert joints["head"][1] - HEAD_RADIUS >= -2 - UNSEEN


@pytest.mark.parametrize("key", ["pelvic-tilt", "wall-sit", "plank", "kettlebell-swing", "medicine-ball-throw"])
def test_feet_that_stay_on_the_floor_do_not_slide(key: str) -> None:
    figure = FIGURES[key]
    assert figure.start is not None
    start, end = place(figure, figure.start), place(figure, figure.end)
    for joint in ("right_toe", "left_toe"):
        assert start[joint] == pytest.approx(end[joint], abs=2 * UNSEEN)


@each_figure
def test_a_movement_goes_from_one_position_to_another(key: str) -> None:
    figure = FIGURES[key]
    assert (figure.start is None) == (key in WITHOUT_A_START)
    if figure.start is not None:
        start, end = place(figure, figure.start), place(figure, figure.end)
        assert max(math.dist(start[joint], end[joint]) for joint in end) > 2


@each_pose
def test_joints_bend_the_way_joints_bend(key: str, pose: Pose) -> None:
    joints = skeleton(pose)
    for limbs in (pose.right, pose.left):
        assert 0 <= limbs.knee <= 150
        assert 0 <= limbs.elbow <= 150
    for side in ("right", "left"):
        for upper, middle, lower in (("pelvis", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            ends = math.dist(joints[f"{side}_{upper}"], joints[f"{side}_{lower}"])
            assert ends > 4, f"{side} {middle} folds onto itself"


def test_a_knee_bends_backwards_and_an_elbow_forwards() -> None:
    bent = skeleton(Pose(right=Limbs(knee=90, elbow=90)))
    assert bent["right_ankle"][0] < bent["right_knee"][0]
    assert bent["right_wrist"][0] > bent["right_elbow"][0]


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 -- the renderer's own markup


def drawn_points(svg: ElementTree.Element) -> list[tuple[float, float]]:
    """Where the strokes and discs of a picture reach to; the shapes of things are relative and left out."""
    points: list[tuple[float, float]] = []
    for element in svg.iter():
        if "cx" in element.attrib:
            x, y, r = (float(element.attrib[name]) for name in ("cx", "cy", "r"))
            points += [(x - r, y - r), (x + r, y + r)]
        elif element.tag == "rect":
            x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
            points += [(x, y), (x + width, y + height)]
        elif not re.search("[a-zHV]", element.attrib.get("d", "")):
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", element.attrib.get("d", ""))]
            points += zip(numbers[::2], numbers[1::2], strict=True)
    return points


@each_figure
def test_the_picture_stays_in_its_frame(key: str) -> None:
    points = drawn_points(parsed(render(FIGURES[key], label=key)))
    assert len(points) > 10
    for x, y in points:
        assert 0 <= x <= 64
        assert 0 <= y <= 64


@each_figure
def test_the_markup_is_small_and_holds_nothing_that_the_page_forbids(key: str) -> None:
    markup = render(FIGURES[key], label="Exercise", css_class="large")
    assert len(markup) < 1500
    svg = parsed(markup)
    assert svg.attrib["class"] == "drawing large"
    assert svg.attrib["viewBox"] == "0 0 64 64"
    assert {element.tag for element in svg.iter()} <= {"svg", "g", "path", "circle", "rect"}
    for element in svg.iter():
        assert not {name for name in element.attrib if name in {"style", "id"} or name.startswith("on")}
        assert set(element.attrib.get("class", "").split()) <= {
            "drawing", "large", "ghost", "floor", "head", "move",
        }  # fmt: skip


def test_the_label_is_the_text_alternative_and_is_escaped() -> None:
    label = "<script>alert(\"1\")</script> & 'co'"
    for markup in (render(FIGURES["lunge"], label=label), render_initial(label=label)):
        svg = parsed(markup)
        assert svg.attrib["role"] == "img"
        assert svg.attrib["aria-label"] == label
        assert "<script" not in markup


def test_a_picture_beside_its_name_is_hidden_from_screen_readers() -> None:
    svg = parsed(render(FIGURES["lunge"], label=""))
    assert svg.attrib["aria-hidden"] == "true"
    assert "role" not in svg.attrib


def test_an_exercise_without_a_figure_shows_its_initial() -> None:
    svg = parsed(render_initial(label="élan"))
    assert [text.text for text in svg.iter("text")] == ["É"]
    assert svg.attrib["aria-label"] == "élan"


@each_figure
def test_every_figure_is_described_in_a_sentence(key: str) -> None:
    assert re.fullmatch(r"[A-Z].{20,}\.", FIGURES[key].description)


def test_the_tag_draws_the_figure_and_falls_back_to_the_initial() -> None:
    def page(key: str | None) -> str:
        template = Template("{% load figures %}{% exercise_figure key label 'large' %}")
        return template.render(Context({"key": key, "label": "Ana & Co"}))

    assert page("lunge") == render(FIGURES["lunge"], label="Ana & Co", css_class="large")
    for unknown in (None, "", "handstand"):
        assert page(unknown) == render_initial(label="Ana & Co", css_class="large")


def test_both_stands_for_both_sides_and_a_start_says_only_what_differs() -> None:
    figure = parse_figure(
        {
            "description": "Both knees bend.",
            "end": {"lean": 5, "both": {"knee": 90, "hip": 80}, "left": {"hip": 10}, "on": {"hip": 12}},
            "start": {"both": {"knee": 0}},
        },
        where="sit",
    )
    assert figure.end.right == Limbs(hip=80, knee=90)
    assert figure.end.left == Limbs(hip=10, knee=90)
    assert figure.start is not None
    assert (figure.start.lean, figure.start.on) == (5, {"hip": 12})
    assert figure.start.left == Limbs(hip=10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "sit: unknown field 'colour'"),
        ({"description": None}, "sit: a figure needs a description and an end pose"),
        ({"view": "below"}, "sit: view: 'below' is none of"),
        ({"pin": "nose"}, "sit: pin: 'nose' is none of"),
        ({"at": [1]}, "sit: at: expected two numbers"),
        ({"floor": 1}, "sit: floor: expected true or false"),
        ({"end": []}, "sit: end: expected an object"),
        ({"end": {"lean": "far"}}, "sit: end: lean: expected a number, not 'far'"),
        ({"end": {"right": {"knee": -20}}}, "sit: end: right: knee is -20, but it goes from 0 to 150 degrees"),
        ({"start": {"both": {"elbow": 170}}}, "sit: start: right: elbow is 170"),
        ({"end": {"both": {"tail": 1}}}, "sit: end: both: unknown field 'tail'"),
        ({"end": {"on": {"tail": 0}}}, "sit: end: on: 'tail' is none of"),
        ({"arrows": [{"bend": 3}]}, "sit: arrows: an arrow goes along a joint, or from a tail to a tip"),
        ({"arrows": [{"along": "head"}]}, "sit: arrows: an arrow along a joint needs a start pose"),
        ({"props": [{"kind": "sofa"}]}, "sit: props: kind: 'sofa' is none of"),
        ({"props": [{"kind": "kettlebell"}]}, "sit: props: a kettlebell needs the joint that holds it"),
    ],
)
def test_data_that_no_figure_can_be_is_refused_by_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(FigureError, match=f"^{re.escape(message)}"):
        parse_figure({"description": "Sitting.", "end": {"lean": 1}, **change}, where="sit")


def test_the_data_is_read_once_and_cannot_be_changed() -> None:
    assert load_figures() is FIGURES
    assert all(isinstance(figure, Figure) for figure in FIGURES.values())
    assert list(json.loads(POSES.read_text(encoding="utf-8"))) == list(FIGURES)
    with pytest.raises(TypeError):
        FIGURES["new"] = FIGURES["lunge"]  # type: ignore[index]
