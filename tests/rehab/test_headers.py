"""What every answer carries, and with which settings a clinic's server starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from rehab import urls as real_urls
from rehab.models import User
from rehab.views import errors

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "made-up-for-these-tests-" + "abcdefghijklmnopqrstuvwxyz0123456789"
KEYS = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a.example"}

handler400 = real_urls.handler400
handler403 = real_urls.handler403
handler404 = real_urls.handler404
handler500 = real_urls.handler500


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


# The product's addresses and one that breaks.
urlpatterns = [path("accounts/broken/", broken), *real_urls.urlpatterns]


def csp_of(response: HttpResponse) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives if name}


@pytest.fixture
def answers(
    client_of: Callable[[User], Client], ana: User, admin: User, desk: User, settings: object
) -> dict[str, HttpResponse]:
    """One answer of every kind."""
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    anonymous, signed_in = Client(), client_of(ana)
    signed_in.raise_request_exception = False
    static = anonymous.get("/static/css/base.css")
    static.getvalue()  # read to its end, so its file is closed
    return {
        "page": anonymous.get("/accounts/login/"),
        "refused form": anonymous.post("/accounts/login/", {}),
        "own page": signed_in.get("/accounts/"),
        "redirect": anonymous.get("/accounts/"),
        "bad host": Client(HTTP_HOST="evil.example").get("/accounts/login/"),
        "not allowed": client_of(admin).get("/patients/"),
        "absent": anonymous.get("/nothing/here/"),
        "method": anonymous.delete("/start/"),
        "no token": Client(enforce_csrf_checks=True).post("/accounts/login/", {}),
        "broken": signed_in.get("/accounts/broken/"),
        "static": static,
        "health": anonymous.get("/healthz"),
    }


def test_the_answers_are_of_every_kind(answers: dict[str, HttpResponse]) -> None:
    assert {kind: answer.status_code for kind, answer in answers.items()} == {
        "page": 200,
        "refused form": 422,
        "own page": 200,
        "redirect": 302,
        "bad host": 400,
        "not allowed": 403,
        "absent": 404,
        "method": 405,
        "no token": 403,
        "broken": 500,
        "static": 200,
        "health": 200,
    }


def test_every_answer_says_what_a_browser_may_do(answers: dict[str, HttpResponse]) -> None:
    for kind, answer in answers.items():
        csp = csp_of(answer)
        assert csp["default-src"] == "'none'", kind
        assert csp["script-src"] == csp["style-src"] == "'self'", kind
        assert csp["frame-ancestors"] == csp["base-uri"] == "'none'", kind
        assert "unsafe" not in answer["Content-Security-Policy"], kind
        assert "//" not in answer["Content-Security-Policy"], kind
        assert answer["X-Content-Type-Options"] == "nosniff", kind
        assert answer["Referrer-Policy"] == "same-origin", kind
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", kind
        assert answer["X-Frame-Options"] == "DENY", kind
        assert "camera=()" in answer["Permissions-Policy"], kind


def test_pages_are_kept_by_no_cache_and_static_files_are(answers: dict[str, HttpResponse]) -> None:
    for kind, answer in answers.items():
        assert ("no-store" in answer["Cache-Control"]) == (kind != "static"), kind


def test_every_error_is_one_page_in_plain_words(answers: dict[str, HttpResponse]) -> None:
    for kind in ("bad host", "not allowed", "absent", "method", "no token", "broken"):
        page = answers[kind].text
        assert f"Error {answers[kind].status_code}" in page, kind
        assert '<main class="door' in page, kind
        assert "Traceback" not in page and "RuntimeError" not in page, kind
    assert answers["method"]["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_what_does_not_exist_says_so_to_every_method(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/nothing/here/").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "handler",
    [errors.bad_request, errors.permission_denied, errors.not_found, errors.server_error, errors.too_many_requests],
)
def test_error_pages_answer_every_method_without_a_session(
    handler: Callable[[HttpRequest], HttpResponse], method: str
) -> None:
    assert handler(RequestFactory().generic(method, "/x/")).status_code >= 400


def test_nothing_asks_another_host(answers: dict[str, HttpResponse]) -> None:
    for kind, answer in answers.items():
        if kind != "static":
            assert "https://" not in answer.text and "http://" not in answer.text.replace("http://www.w3.org", ""), kind


def test_over_https_the_browser_is_told_to_stay_there(client: Client, db: None) -> None:
    response = client.get("/accounts/login/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_the_answer_that_leads_to_https_carries_the_headers_too(db: None, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    response = Client().get("/accounts/login/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/accounts/login/")
    assert "Content-Security-Policy" in response
    assert "Permissions-Policy" in response


def test_a_form_without_its_token_changes_nothing(client_of: Callable[[User], Client], ana: User) -> None:
    client = client_of(ana)
    client.handler.enforce_csrf_checks = True
    for address in ("/accounts/logout/", "/accounts/sign-out-everywhere/", "/accounts/password/change/"):
        assert "This page was open too long" in client.post(address).text
    assert client.get("/accounts/").status_code == 200


# A clinic's own settings, in a process of their own


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    database = {"DATABASE_URL": "sqlite:////tmp/rehab-settings-test.sqlite3"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | database | environment, capture_output=True, text=True
    )


def test_a_clinics_settings_pass_every_deployment_check() -> None:
    done = manage("manage.py", "check", "--deploy", "--fail-level", "WARNING", **KEYS)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"ALLOWED_HOSTS": "a.example"}, "Set SECRET_KEY to a long random text"),
        ({"SECRET_KEY": KEY}, "Set ALLOWED_HOSTS to the names"),
        ({"SECRET_KEY": "", "ALLOWED_HOSTS": ""}, "Set SECRET_KEY to a long random text"),
    ],
)
def test_without_a_key_or_hosts_nothing_starts(environment: dict[str, str], says: str) -> None:
    for arguments in (["manage.py", "check"], ["-c", "import rehab.wsgi"]):
        done = manage(*arguments, **environment)
        assert done.returncode != 0
        assert says in done.stderr
    assert "Traceback" not in manage("manage.py", "check", **environment).stderr


def test_a_clinics_cookies_and_passwords() -> None:
    shown = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from django.contrib.auth.hashers import make_password as m;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE,"
        " s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.DEBUG, s.DEMO, m('x')[:8], s.EMAIL_BACKEND[-18:])"
    )
    done = manage("-c", shown, DJANGO_SETTINGS_MODULE="rehab.settings", **KEYS)
    assert done.stdout == (
        "__Host-session __Host-csrf True True True True Lax Lax None / False False argon2$a dummy.EmailBackend\n"
    ), done.stderr
