"""What a command is told by options, asks for where they are missing, and says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from getpass import getpass
from typing import Any

from django import forms
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from rehab.errors import Refused
from rehab.models import User


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """What an action refuses, and a database without tables, as a CommandError."""
    try:
        yield
    except Refused as refused:
        raise CommandError(refused.sentence) from refused
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(_("The database is not ready. Run manage.py migrate first.")) from error


def administrator(email: str) -> User:
    """The administrator who signs in with this address, in whose name a command acts; else a CommandError."""
    administrators = User.objects.filter(is_active=True, is_administrator=True).select_related("clinic")
    by = administrators.filter(email=email.strip().lower()).first()
    if by is None:
        raise CommandError(_("No administrator signs in with %(email)s.") % {"email": email})
    return by


def answers(form_class: type[forms.BaseForm], given: Mapping[str, str | None]) -> dict[str, Any]:
    """The form's clean values: from `given`, and asked at the terminal for each field that is None there.

    A wrong answer is asked for again; a wrong option, or an end of input, is a CommandError with the sentence.
    """
    data = {name: value for name, value in given.items() if value is not None}
    _refuse(form_class(data), only=data)
    for name in form_class.base_fields:
        while name not in data:
            answer = _ask(form_class, name)
            if errors := form_class({**data, name: answer}).errors.get(name):
                print(" ".join(errors))  # noqa: T201 - a question at the terminal
            else:
                data[name] = answer
    form = form_class(data)
    _refuse(form, only=form.fields)
    return form.cleaned_data


def _ask(form_class: type[forms.BaseForm], name: str) -> str:
    label = str(form_class.base_fields[name].label)
    try:
        return getpass(f"{label}: ") if name == "password" else input(f"{label}: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError(_("No answer for: %(label)s. Nothing was written.") % {"label": label}) from error


def _refuse(form: forms.BaseForm, *, only: Any) -> None:
    wrong = [
        f"{form.fields[name].label if name in form.fields else name}: {' '.join(sentences)}"
        for name, sentences in form.errors.items()
        if name in only
    ]
    if wrong:
        raise CommandError("\n".join(wrong))
