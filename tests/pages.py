"""Pages as a browser sends and gets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

FORM = "application/x-www-form-urlencoded"


def send(client: Client, address: str, fields: Mapping[str, str]) -> HttpResponse:
    """The form as it arrives from a browser, lone surrogates too, which the test client's own encoding refuses."""
    return client.post(address, urlencode(fields, errors="surrogatepass"), content_type=FORM)


def without_token(response: HttpResponse) -> str:
    """The page without what differs in every answer."""
    return re.sub(r'("X-CSRFToken": |name="csrfmiddlewaretoken" value=)"\w+"', "", response.text)
