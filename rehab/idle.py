"""Staff who have not used a page for a while are locked: still signed in, but nothing is shown until the password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest

LOCKED_AFTER = timedelta(minutes=15)
# The moment of the last use is written so often at most; so much earlier than LOCKED_AFTER a lock may come.
NOTED_EVERY = timedelta(seconds=15)
ACTIVE, LOCKED, HELD = "active", "locked", "held"
# What was typed into a form that met a lock waits in the session, within bounds.
MOST_FIELDS = 400
MOST_CHARACTERS = 200_000


def begin(request: HttpRequest, *, at: datetime) -> None:
    """The person has just signed in or unlocked."""
    request.session[ACTIVE] = int(at.timestamp())
    request.session.pop(LOCKED, None)


def is_locked(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the session is locked at this moment; a session that nobody began by signing in never is."""
    active = request.session.get(ACTIVE)
    if active is None:
        return False
    return bool(request.session.get(LOCKED)) or at.timestamp() - active >= LOCKED_AFTER.total_seconds()


def lock(request: HttpRequest) -> None:
    """Lock for good: a clock that goes back, or a page of another tab, opens nothing."""
    if not request.session.get(LOCKED):
        request.session[LOCKED] = True


def note_use(request: HttpRequest, *, at: datetime) -> None:
    """Let the time begin anew."""
    active = request.session.get(ACTIVE)
    if active is not None and at.timestamp() - active >= NOTED_EVERY.total_seconds():
        request.session[ACTIVE] = int(at.timestamp())


def hold(request: HttpRequest) -> bool:
    """Keep the fields of a form that met the lock; False where that is too much. Of files only that there were any."""
    sent = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    fields = [(name, value) for name, values in sent.items() for value in values]
    length = sum(len(name) + len(value) for name, value in fields)
    if not fields or len(fields) > MOST_FIELDS or length > MOST_CHARACTERS:
        return False
    request.session[HELD] = {"path": request.get_full_path(), "fields": fields, "had_files": bool(request.FILES)}
    return True


def take_held(request: HttpRequest) -> dict[str, object] | None:
    """What was held, once."""
    held: dict[str, object] | None = request.session.pop(HELD, None)
    return held
