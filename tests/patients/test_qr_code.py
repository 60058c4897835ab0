from __future__ import annotations

import re

from patients.qr_code import qr_code

LINK = "https://clinic.example/start/BCDFGHJKMN/"


def dark_squares(text: str) -> set[tuple[int, int]]:
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", qr_code(text).path)}


def test_the_three_corners_that_a_camera_looks_for_are_there() -> None:
    size, dark = qr_code(LINK).size, dark_squares(LINK)
    last = size - 4 - 7
    for left, top in ((4, 4), (last, 4), (4, last)):
        ring = {(left + i, top + j) for i in range(7) for j in range(7) if i in (0, 6) or j in (0, 6)}
        heart = {(left + i, top + j) for i in (2, 3, 4) for j in (2, 3, 4)}
        assert ring | heart <= dark


def test_a_margin_of_four_stays_light() -> None:
    size = qr_code(LINK).size
    assert all(4 <= x < size - 4 and 4 <= y < size - 4 for x, y in dark_squares(LINK))


def test_another_code_is_another_picture() -> None:
    assert dark_squares(LINK) != dark_squares(LINK.replace("B", "C"))
