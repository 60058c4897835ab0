"""Who may: the checks that views ask before they do anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .models import User
from .roles import Capability, can

View = Callable[..., HttpResponse]


def require(user: Any, capability: Capability) -> User:
    """The user, if they hold the capability; PermissionDenied (403) otherwise."""
    if not isinstance(user, User) or not can(user, capability):
        raise PermissionDenied
    return user


def requires(capability: Capability) -> Callable[[View], View]:
    """A view that only those with the capability may open."""

    def decorator(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            require(request.user, capability)
            return view(request, **kwargs)

        return inner

    return decorator
