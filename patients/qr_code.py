"""A QR code as one SVG path: no picture file, and nothing that a strict page refuses."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` draws the dark squares on a field of `size` by `size`, its quiet margin of four included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The QR code of a text, readable with up to 15 % of it smudged."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return QrCode(size=len(rows), path="".join(squares))
