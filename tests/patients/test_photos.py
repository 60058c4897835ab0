"""A photo is made anew: upright, small, without what the camera wrote into it; what is no photo is refused."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import warnings
import zlib

import pytest
from PIL import Image

from patients.photos import LARGEST_FILE, LONGEST_SIDE, PhotoProblem, PhotoRefused, made_anew

WHERE = "Harbour Street 5, the place it was taken"


def photo(size: tuple[int, int] = (400, 200), kind: str = "JPEG", *, orientation: int = 1, mode: str = "RGB") -> bytes:
    image = Image.new(mode, size, "teal" if mode != "P" else 3)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, WHERE
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    made = io.BytesIO()
    image.save(made, kind, exif=exif.tobytes(), **({"pnginfo": None} if kind == "PNG" else {}))
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(made_anew(io.BytesIO(data), len(data))))
    image.load()
    return image


def refusal(data: bytes, size: int | None = None) -> str:
    with pytest.raises(PhotoRefused) as refused:
        made_anew(io.BytesIO(data), len(data) if size is None else size)
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_it_was_taken_is_not_kept(kind: str) -> None:
    data = photo(kind=kind)
    made = made_anew(io.BytesIO(data), len(data))
    assert WHERE.encode() in data and WHERE.encode() not in made
    image = opened(data)
    assert image.format == "JPEG" and dict(image.getexif()) == {} and "exif" not in image.info


def test_it_is_upright_before_it_forgets_which_way_it_was_held() -> None:
    assert opened(photo((400, 200), orientation=6)).size == (200, 400)


def test_it_is_no_larger_than_a_page_needs() -> None:
    assert max(opened(photo((4000, 1000))).size) == LONGEST_SIDE
    assert opened(photo((30, 20))).size == (30, 20)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    kind = "JPEG" if mode in {"L", "CMYK"} else "PNG"
    assert opened(photo(kind=kind, mode=mode)).mode == "RGB"


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 50,000 points square."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 64, b"no picture at all", b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script></html>", b"GIF89a" + b"\0" * 40,
        photo()[:200], photo(kind="PNG")[:60],
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    assert refusal(data) == PhotoProblem.NO_PHOTO


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_refused(kind: str) -> None:
    """A page that moves by itself distracts, and only its first picture would have been kept."""
    made = io.BytesIO()
    first, second = (Image.new("RGB", (40, 40), colour) for colour in ("teal", "red"))
    first.save(made, kind, save_all=True, append_images=[second])
    assert refusal(made.getvalue()) == PhotoProblem.NO_PHOTO


def test_a_broken_file_is_refused_wherever_it_is_broken() -> None:
    """Anything else than a photo or a refusal fails the test."""
    chance = random.Random(7)
    for data in (photo(kind="WEBP"), photo(), photo(kind="PNG")):
        for _round in range(400):
            broken = bytearray(data)
            for _byte in range(chance.randint(1, 6)):
                broken[chance.randrange(12, len(broken))] = chance.randrange(256)
            with contextlib.suppress(PhotoRefused), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                made_anew(io.BytesIO(broken), len(broken))


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    assert refusal(photo(), LARGEST_FILE + 1) == PhotoProblem.TOO_LARGE
    assert refusal(bomb()) == PhotoProblem.TOO_LARGE
