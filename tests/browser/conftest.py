"""Real Chromium against the live server: what a person does, on a phone and at a desk, with and without JavaScript.

Every page that is visited is checked by axe in light and dark, and for its width; an error on the console, a request to
another host, a violation of the Content-Security-Policy or an answer of 500 fails the test.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Request, Response
from pytest_django.live_server_helper import LiveServer

from patients.models import Patient
from rehab.models import User
from tests import cast

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1440, "height": 900}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# Playwright runs an event loop in the thread of the test, where the ORM would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

HEAR_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""
IS_BUSY = """document.readyState !== "complete"
    || document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added") !== null"""
# A page whose parts, nested alike, were all seen before looks the same to axe: its words and numbers may differ.
PARTS = """[...new Set([...document.querySelectorAll("body *")].map((part) => [part.parentElement, part].map((each) =>
    [each.tagName, each.className.baseVal ?? each.className, each.getAttribute("type"), each.getAttribute("role"),
     each.hasAttribute("open"), each.hasAttribute("hidden"), each.hasAttribute("checked")].join(" ")).join(" > ")))]"""
RUN_AXE = """async (rules) => {
    const found = await axe.run(rules ? {runOnly: rules, resultTypes: ["violations"]} : {resultTypes: ["violations"]});
    return found.violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`));
}"""


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


class Seen:
    """Which parts of which pages axe has seen in this run, shared by the processes that share the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def all_of(self, where: str, parts: set[str]) -> bool:
        file = self.folder / quote(where, safe="")
        return file.exists() and parts <= set(file.read_text().splitlines())

    def add(self, where: str, parts: set[str]) -> None:
        with (self.folder / quote(where, safe="")).open("a") as file:
            file.write("\n".join(parts) + "\n")


class Person:
    """Somebody at a browser: goes to pages, taps what is there, and looks at each page that comes.

    `taps` counts the taps and the keys that are not words; set it to 0 where counting begins.
    """

    def __init__(self, page: Page, base: str, seen: Seen, *, scripts: bool) -> None:
        self.page, self.base, self.scripts = page, base, scripts
        self.complaints: list[str] = []
        self.taps = 0
        self._seen = seen
        self._on_the_way: set[Request] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error on {page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfinished", self._came)
        page.on("requestfailed", self._came)

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium reports every refusal (404, 409, 422) as a failed resource: those are answers, see `_answered`.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console on {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        self._on_the_way.add(request)
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _came(self, request: Request) -> None:
        self._on_the_way.discard(request)

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type in {"document", "xhr", "fetch"}
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status} for {response.url}")

    def is_signed_in(self, who: User | Patient) -> Person:
        """Sign in without the page of signing in."""
        client = Client()
        user = who.user if isinstance(who, Patient) else who
        assert user is not None
        client.force_login(user)
        for cookie in client.cookies.values():
            self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])
        return self

    def sign_in(self, email: str, password: str = cast.PASSWORD) -> Person:
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        return self.press("Sign in")

    def go(self, path: str) -> Person:
        self.page.goto(self.base + path)
        return self.look()

    def tap(self, what: Locator) -> Person:
        self.taps += 1
        what.click()
        return self.look()

    def press(self, name: str | re.Pattern[str], *, role: str = "button", within: Locator | None = None) -> Person:
        """Press a button or a link by what it says, and look at what comes."""
        return self.tap((within or self.page).get_by_role(role, name=name).first)  # type: ignore[arg-type]

    def follow(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> Person:
        return self.press(name, role="link", within=within)

    def open(self, summary: str | re.Pattern[str]) -> Person:
        """Open what is folded away under a summary."""
        return self.tap(self.page.locator("summary").filter(has_text=summary).first)

    def choose(self, group: str, option: str) -> Person:
        """Choose a radio or a tick box of a named group by its words, as a finger does: by its label."""
        named = self.page.get_by_role("group", name=group).first
        return self.tap(named.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(option)}")).first)

    def fill(self, **fields: str) -> Person:
        """Fill fields by their label; underscores stand for blanks."""
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " ")).first.fill(value)
        return self

    def settle(self) -> None:
        """Wait until nothing is under way: no request, no loading page, no swap of htmx; and that twice in a row."""
        until = time.perf_counter() + 15
        calm = 0
        while calm < 2:
            assert time.perf_counter() < until, f"{self.page.url} does not come to rest: {self._on_the_way}"
            try:
                busy = self.page.evaluate(IS_BUSY)
            except Error:  # the page went away meanwhile
                busy = True
            calm = 0 if busy or self._on_the_way else calm + 1
            self.page.wait_for_timeout(15)

    def look(self) -> Person:
        """Let the page settle, then check it: nothing wider than the screen, axe in both themes."""
        self.settle()
        assert self.complaints == []
        place = re.sub(rf"{UUID}|\d{{4}}-\d\d-\d\d", "…", urlsplit(self.page.url).path)
        size = self.page.viewport_size or DESK
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{place} is {overflow} px wider than {size['width']} px"
        where = f"{place} at {size['width']} px"
        if self.scripts:  # axe is a script; without them the pages are the same
            parts = set(self.page.evaluate(PARTS))
            if not self._seen.all_of(where, parts):
                self._ask_axe(where)
                self._seen.add(where, parts)
        return self

    def _ask_axe(self, where: str) -> None:
        self.page.evaluate(AXE_SCRIPT)
        for scheme, rules in (("dark", ["color-contrast"]), ("light", None)):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert self.page.evaluate(RUN_AXE, rules) == [], f"{where}, {scheme}"

    def sees(self, *texts: str) -> Person:
        shown = re.sub(r"\s+", " ", self.page.locator("body").inner_text())
        for text in texts:
            assert text in shown, f"{text!r} is not on {self.page.url}"
        return self

    def does_not_see(self, *texts: str) -> Person:
        shown = re.sub(r"\s+", " ", self.page.locator("body").inner_text())
        for text in texts:
            assert text not in shown, f"{text!r} is on {self.page.url}"
        return self


@pytest.fixture(scope="session")
def _seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.getbasetemp()  # of one process of several the parent is that of the run
    return Seen((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "seen-by-axe")


@pytest.fixture
def somebody(browser: Browser, live_server: LiveServer, _seen: Seen) -> Iterator[Callable[..., Person]]:
    """Open a browser: `somebody(PHONE, scripts=False)`."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def opened(size: dict[str, int] = DESK, *, scripts: bool = True) -> Person:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
            has_touch=size is PHONE,
        )
        context.set_default_timeout(6_000)
        context.add_init_script(HEAR_VIOLATIONS)
        contexts.append(context)
        people.append(Person(context.new_page(), live_server.url, _seen, scripts=scripts))
        return people[-1]

    yield opened
    for context in contexts:
        context.close()
    for person in people:
        assert person.complaints == []
