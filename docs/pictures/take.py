"""Take the pictures of README from a running demo: `make pictures`.

Needs Chromium (`make browser-deps`) and services that are up (`make demo`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from busan_safety.settings import Settings, get_settings

FOLDER = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> int:
    """Write portal.png, effects.png and dags.png beside this file."""
    settings = get_settings()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        take_portal(page, settings)
        take_dags(page, settings)
        browser.close()
    print(f"Pictures are in {FOLDER}.")
    return 0


def take_portal(page: Page, settings: Settings) -> None:
    """The portal's first screen, and what the programmes did."""
    page.goto(f"http://{settings.host}:{settings.portal_port}/")
    page.screenshot(path=FOLDER / "portal.png")
    page.locator(".card:has(.forest)").screenshot(path=FOLDER / "effects.png")


def take_dags(page: Page, settings: Settings) -> None:
    """Airflow's list of the DAGs, after logging in as viewer."""
    address = f"http://{settings.host}:{settings.airflow_port}"
    page.goto(f"{address}/auth/login/")
    page.fill("input[name=username]", "viewer")
    page.fill("input[name=password]", settings.password("airflow_viewer"))
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/dags")
    page.wait_for_selector("text=웨어하우스 구축", timeout=60_000)
    page.wait_for_timeout(3_000)
    page.screenshot(path=FOLDER / "dags.png")


if __name__ == "__main__":
    sys.exit(main())
