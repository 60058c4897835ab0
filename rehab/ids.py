"""The public ids that stand in forms and addresses."""

from __future__ import annotations

from uuid import UUID


def uuid_or_none(text: object) -> UUID | None:
    """The id that somebody sent, or None for nothing and for what is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
