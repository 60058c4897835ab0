"""A photo as a patient's record keeps it: made anew at a size of our own, so that nothing of the file itself is kept.

Neither the place that a camera writes into it, nor a script that somebody hid in it, nor a name reaches the disk.
"""

from __future__ import annotations

import io
import struct
import warnings
from enum import StrEnum
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_FILE = 12 * 1024 * 1024
LONGEST_SIDE = 1280
# A picture of more points than any camera's is meant to fill the memory.
MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises for a file that is none of these, or broken.
UNREADABLE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, struct.error,
)  # fmt: skip


class PhotoProblem(StrEnum):
    TOO_LARGE = "too_large"
    NO_PHOTO = "no_photo"


class PhotoRefused(ValueError):
    """What was sent is not kept; `code` says why."""

    def __init__(self, code: PhotoProblem) -> None:
        super().__init__(code)
        self.code = code


def made_anew(file: BinaryIO, size: int) -> bytes:
    """The photo in a file of `size` bytes as a JPEG, upright, at most LONGEST_SIDE points long, without metadata.

    Raises PhotoRefused for a file that is too large, and for what is no JPEG, PNG or WebP or cannot be read to its end.
    """
    if size > LARGEST_FILE:
        raise PhotoRefused(PhotoProblem.TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS or image.width < 1 or image.height < 1:
                    raise PhotoRefused(PhotoProblem.TOO_LARGE)
                if getattr(image, "is_animated", False):
                    raise PhotoRefused(PhotoProblem.NO_PHOTO)
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(image) or image
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                plain = Image.new("RGB", upright.size, "white")
                plain.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused(PhotoProblem.TOO_LARGE) from error
    except UNREADABLE as error:
        if isinstance(error, PhotoRefused):
            raise
        raise PhotoRefused(PhotoProblem.NO_PHOTO) from error
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=82, optimize=True)
    return made.getvalue()
