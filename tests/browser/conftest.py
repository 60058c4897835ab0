"""Real Chromium against the live server: what a person does, on a phone and at a desk, with and without JavaScript.

Every page that is visited is checked by axe in light and dark; an error on the console, a request to another host or a
violation of the Content-Security-Policy fails the test.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request
from pytest_django.live_server_helper import LiveServer

from rehab.models import User
from tests import cast

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1440, "height": 900}
# Playwright runs an event loop in the thread of the test, where the ORM would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    arguments = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    own = {"executable_path": installed} if installed else {}
    return {**browser_type_launch_args, **own, "args": [*arguments, "--disable-sync", "--disable-gpu"]}


class Person:
    """Somebody at a browser. Goes to pages, presses buttons, and looks at each page with axe."""

    def __init__(self, page: Page, base: str, checked: set[tuple[str, str]], *, scripts: bool = True) -> None:
        self.page, self.base, self.scripts = page, base, scripts
        self.complaints: list[str] = []
        self._checked = checked
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error on {page.url}: {error}"))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium reports a refused form (422) or a conflict (409) as a failed resource: those are answers.
        answered = "Failed to load resource" in message.text and re.search(r"status of 4(09|22|04|03)", message.text)
        if message.type == "error" and not answered:
            self.complaints.append(f"console on {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.complaints.append(f"request to another host: {request.url}")

    def go(self, path: str) -> Person:
        self.page.goto(self.base + path)
        return self.look()

    def press(self, name: str | re.Pattern[str], *, role: str = "button", within: Locator | None = None) -> Person:
        """Press a button or a link by what it says, and look at what comes."""
        (within or self.page).get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        return self.look()

    def follow(self, name: str | re.Pattern[str]) -> Person:
        return self.press(name, role="link")

    def fill(self, **fields: str) -> Person:
        """Fill fields by their label; underscores stand for blanks."""
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " ")).first.fill(value)
        return self

    def look(self) -> Person:
        """Let the page settle, then check it: nothing wider than the screen, axe in both themes."""
        self.page.wait_for_load_state("networkidle")
        assert self.complaints == []
        if self.scripts:
            self._check_page()
        return self

    def _check_page(self) -> None:
        place = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d", "…", urlsplit(self.page.url).path)
        size = self.page.viewport_size or DESK
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{place} is {overflow} px wider than {size['width']} px"
        content = str(hash(re.sub(r"[\s\d]|<input[^>]*>", "", self.page.locator("main").first.inner_html())))
        key = (f"{place} {size['width']}", content)
        if key in self._checked:
            return
        self._checked.add(key)
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(self.page).response["violations"]
            said = [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
            assert said == [], f"{place} at {size['width']} px, {scheme}"

    def sign_in(self, email: str, password: str = cast.PASSWORD) -> Person:
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        return self.press("Sign in")

    def sees(self, *texts: str) -> Person:
        for text in texts:
            assert text in self.page.locator("body").inner_text(), f"{text!r} is not on {self.page.url}"
        return self


@pytest.fixture(scope="session")
def _checked() -> set[tuple[str, str]]:
    return set()


@pytest.fixture
def somebody(
    browser: Browser, live_server: LiveServer, _checked: set[tuple[str, str]]
) -> Iterator[Callable[..., Person]]:
    """Open a browser: `somebody(size=PHONE, scripts=False)`."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def opened(size: dict[str, int] = DESK, *, scripts: bool = True) -> Person:
        context = browser.new_context(viewport=size, java_script_enabled=scripts, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        people.append(Person(context.new_page(), live_server.url, _checked, scripts=scripts))
        return people[-1]

    yield opened
    for context in contexts:
        context.close()
    for person in people:
        assert person.complaints == []


@pytest.fixture
def ana_at_her_desk(ana: User, somebody: Callable[..., Person]) -> Person:
    return somebody(DESK).sign_in("ana@harbour.example")
