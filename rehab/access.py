"""Who may: the checks that views ask before they do anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .models import User
from .roles import Capability, can

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def require(user: Any, capability: Capability) -> User:
    """The user, if they hold the capability; PermissionDenied (403) otherwise."""
    if not isinstance(user, User) or not can(user, capability):
        raise PermissionDenied
    return user


def requires(capability: Capability) -> Callable[[View[P]], View[P]]:
    """A view that only those with the capability may open."""

    def decorator(view: View[P]) -> View[P]:
        @wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(request.user, capability)
            return view(request, *args, **kwargs)

        return inner

    return decorator
