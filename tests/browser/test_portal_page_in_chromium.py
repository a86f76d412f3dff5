"""The portal page in a real Chromium: opens, changes language, fits a phone, every link answers."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from busan_safety.gate import all_datasets, get_dataset, validate_candidates
from busan_safety.gate.validation import validate_candidate
from busan_safety.portal import build_portal, make_server
from busan_safety.release import publish_passed
from busan_safety.settings import get_settings
from expectations import candidates
from expectations.mutations import MUTATIONS

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def address(warehouse: psycopg.Connection) -> Iterator[str]:
    """A release of each dataset, one refused newer candidate, and the page built over them."""
    candidates.create_all(warehouse)
    validate_candidates()
    publish_passed()
    warehouse.execute(MUTATIONS["living_lab"]["score_within_bounds"])
    validate_candidate(get_dataset("living_lab"))
    folder = build_portal().parent
    with make_server("127.0.0.1", 0, folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
    shutil.rmtree(get_settings().releases_dir, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page, just opened; the test fails on any message in the console."""
    opened = browser.new_page(viewport=request.param)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("requestfailed", lambda failed: said.append(failed.url))
    opened.goto(f"{address}/index.html")
    yield opened
    opened.close()
    assert said == []


def test_page_opens_in_korean_and_says_that_it_is_synthetic(page: Page) -> None:
    assert page.title() == "부산 안전 데이터 (합성 데이터)"
    assert page.get_attribute("html", "lang") == "ko"
    assert page.locator(".banner").inner_text().startswith("⚠ 합성 데이터입니다.")
    assert page.locator("h1").inner_text() == "부산 안전 데이터"


def test_button_changes_the_language_and_back_and_is_remembered(page: Page) -> None:
    page.click("#language")

    assert page.title() == "Busan safety data (synthetic)"
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").inner_text() == "Busan safety data"
    assert "합성" not in page.locator("main").inner_text()

    page.reload()
    assert page.locator("h1").inner_text() == "Busan safety data"
    page.click("#language")
    assert page.locator("h1").inner_text() == "부산 안전 데이터"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_page_does_not_scroll_sideways(page: Page, language: str) -> None:
    if language == "en":
        page.click("#language")
    for summary in page.locator("summary").all():
        summary.click()

    widths = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )

    assert widths[0] <= widths[1]


def test_every_link_answers(page: Page, address: str) -> None:
    links = page.eval_on_selector_all("a[href], link[href]", "all => all.map(one => one.href)")
    own = sorted({link.split("#")[0] for link in links if link.startswith(address)})

    answers = {link: httpx.get(link).status_code for link in own}

    # Both forms of the newest version and the table of the one before.
    files = [link for link in own if link.endswith((".csv", ".parquet"))]
    assert len(files) == 3 * len(all_datasets())
    assert set(answers.values()) == {200}


def test_maps_show_all_districts_and_their_table_the_same(page: Page) -> None:
    map_cards = page.locator("article:has(.tile-name)").all()
    assert len(map_cards) == 2
    for map_card in map_cards:
        tiles = map_card.locator("svg .tile-name.ko").all_text_contents()
        map_card.locator("summary").click()
        rows = map_card.locator("tbody th .ko").all_text_contents()
        assert len(tiles) == 16
        assert sorted(tiles) == sorted(rows)


def test_each_released_picture_is_shown_beside_its_sentence_and_fits(page: Page) -> None:
    shown = page.locator("article:has(blockquote) img")

    assert shown.count() == 1
    width, drawn = shown.evaluate("one => [one.naturalWidth, one.getBoundingClientRect().width]")
    assert width > 0
    # Letters of the picture are 11 px at its own size.
    assert drawn >= width * 0.75
    alt = shown.get_attribute("alt") or ""
    assert "약 19% 줄었습니다" in alt
    assert "fell by about 19 %" in alt


def test_refused_candidate_is_told_on_its_card_only(page: Page) -> None:
    cards = page.locator("article:has(.gate.refused)")

    assert cards.count() == 1
    assert "0~100을 벗어난 시민 평가 점수가 있습니다. (1건)" in cards.inner_text()
    assert page.locator(".gate.open").count() == len(all_datasets()) - 1


def test_headings_captions_and_pictures_have_names(page: Page) -> None:
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => +one.tagName[1])")

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("svg[role=img]:not(:has(title))").count() == 0
