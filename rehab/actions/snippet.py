from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .. import audit
from ..errors import Refused
from ..models import Snippet, User
from ..roles import Capability, can

LONGEST_NAME = 60
LONGEST_TEXT = 2000
MOST = 200  # of one person


@transaction.atomic
def add_snippet(*, name: str, text: str, by: User, at: datetime) -> Snippet:
    """Keep a sentence for one's own notes. The same sent twice is kept once.

    Raises Refused, with the field, for a name that is taken or missing and for a text that is none or too long.
    """
    if not can(by, Capability.TREAT):
        raise Refused("no_physiotherapist", _("Only who writes notes keeps snippets."))
    name, text = _checked(name, text)
    there = by.snippets.filter(name=name).first()
    if there is not None and there.text == text:
        return there
    if by.snippets.count() >= MOST:
        raise Refused("too_many", _("You have %(most)s snippets. Delete one first.") % {"most": MOST})
    snippet = Snippet(user=by, name=name, text=text, at=at)
    _write(snippet, force_insert=True)
    audit.record("snippet.add", snippet, by=by, at=at)
    return snippet


@transaction.atomic
def change_snippet(*, snippet: Snippet, name: str, text: str, by: User, at: datetime) -> Snippet:
    """Another name or text. Notes in which it stands stay as they are. Raises as `add_snippet` does."""
    _check_own(snippet, by)
    snippet.name, snippet.text = _checked(name, text)
    snippet.at = at
    _write(snippet, update_fields=["name", "text", "at"])
    audit.record("snippet.change", snippet, by=by, at=at, fields=["name", "text"])
    return snippet


@transaction.atomic
def delete_snippet(*, snippet: Snippet, by: User, at: datetime) -> None:
    """Forget a snippet. Notes in which it stands stay as they are."""
    _check_own(snippet, by)
    audit.record("snippet.delete", snippet, by=by, at=at)
    Snippet.objects.filter(pk=snippet.pk).delete()


def _check_own(snippet: Snippet, by: User) -> None:
    if snippet.user_id != by.pk:
        raise Refused("not_yours", _("That is a colleague’s snippet."))


def _checked(name: str, text: str) -> tuple[str, str]:
    name, text = " ".join(name.split()), text.replace("\r\n", "\n").strip()
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise Refused(
            "no_name",
            _("Give it a short name, up to %(longest)s characters.") % {"longest": LONGEST_NAME},
            field="name",
        )
    if not text or len(text) > LONGEST_TEXT or "\x00" in text:
        raise Refused(
            "no_text", _("Write the text, up to %(longest)s characters.") % {"longest": LONGEST_TEXT}, field="text"
        )
    return name, text


def _write(snippet: Snippet, **how: object) -> None:
    try:
        with transaction.atomic():
            snippet.save(**how)  # type: ignore[arg-type]
    except IntegrityError as error:
        raise Refused("name_taken", _("You have a snippet of that name already."), field="name") from error
