"""Make the pictures of the docs from the demo clinic: `make pictures`. Needs a demo that runs on the address given.

python docs/pictures.py http://localhost:8000
"""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PASSWORD = "four-phases-demo"  # noqa: S105
DESK, TABLET, PHONE = (1280, 800), (820, 1000), (390, 760)
IMG = Path(__file__).parent / "img"


def of_patient(page: Page, base: str, name: str, then: str = "") -> str:
    """The address of a patient's page, found as a person finds it."""
    page.goto(f"{base}/patients/?q={name}")
    href = page.locator("tbody th a").first.get_attribute("href") or "/"
    return href.removesuffix("contact/") + then


def take(base: str) -> None:
    today = datetime.now().astimezone().date()
    with sync_playwright() as play:
        installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = play.chromium.launch(executable_path=installed, args=["--no-sandbox"])

        def signed_in(who: str, size: tuple[int, int]) -> Page:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.goto(f"{base}/accounts/login/")
            page.fill("input[type=email]", f"{who}@example.com")
            page.fill("input[type=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_load_state()
            return page

        def shoot(page: Page, address: str, name: str) -> None:
            page.goto(base + address)
            page.wait_for_timeout(300)
            page.screenshot(path=str(IMG / f"{name}.png"))

        physio = signed_in("physio", DESK)
        shoot(physio, "/caseload/", "caseload")
        shoot(physio, of_patient(physio, base, "Priya"), "chart")
        shoot(physio, f"/schedule/week/{today + timedelta(days=2)}/", "schedule")
        shoot(physio, "/team/", "team")
        tablet = signed_in("physio", TABLET)
        tablet.goto(base + of_patient(tablet, base, "Tomasz", "sessions/"))
        tablet.locator("tbody a, main li a").first.click()
        tablet.wait_for_load_state()
        tablet.screenshot(path=str(IMG / "session.png"))
        desk = signed_in("desk", DESK)
        shoot(desk, of_patient(desk, base, "Siobh", "contact/"), "contact")
        week = (today - timedelta(days=6)).isoformat()
        shoot(desk, of_patient(desk, base, "Guadalupe", f"sheet/week/{week}/"), "sheet")
        patient = signed_in("patient", PHONE)
        shoot(patient, "/today/", "today")
        shoot(patient, "/progress/", "progress")
        admin = signed_in("admin", DESK)
        shoot(admin, "/library/templates/", "templates")
        shoot(admin, "/manage/", "clinic")
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
