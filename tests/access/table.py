"""Who may open which address. Written by hand: one row an address; an address without a row fails the build.

A cell is the status that a plain request gets, with the address of an object of one's own clinic (a patient: of one's
own record). IN is the way to the sign-in page. Other people's objects and absent ones are 404 for everybody, and that
needs no cell.
"""

from __future__ import annotations

from dataclasses import dataclass

IN = 302


@dataclass(frozen=True, slots=True)
class Row:
    anonymous: int
    patient: int
    physiotherapist: int
    front_desk: int
    administrator: int
    method: str = "GET"  # what the cells speak of
    methods: frozenset[str] = frozenset({"GET", "POST"})  # what the address answers


READ = frozenset({"GET"})
SEND = frozenset({"POST"})


def page(patient: int, physiotherapist: int, front_desk: int, administrator: int) -> Row:
    """A page to read."""
    return Row(IN, patient, physiotherapist, front_desk, administrator, methods=READ)


def form(patient: int, physiotherapist: int, front_desk: int, administrator: int) -> Row:
    """A page with a form that posts to itself."""
    return Row(IN, patient, physiotherapist, front_desk, administrator)


def sent(patient: int, physiotherapist: int, front_desk: int, administrator: int) -> Row:
    """An act that is only posted; the cells speak of an empty form."""
    return Row(IN, patient, physiotherapist, front_desk, administrator, method="POST", methods=SEND)


# A chart: the patient themselves may not open it (403), others of the clinic do not see that it is there.
CHART = page(403, 200, 404, 404)
CHART_FORM = form(403, 200, 404, 404)
# The same without anything clinical, for the front desk too.
DESK = page(403, 200, 200, 404)
DESK_FORM = form(403, 200, 200, 404)
LIBRARY = page(403, 200, 403, 200)
OWN = page(200, 403, 403, 403)
