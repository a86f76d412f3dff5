"""The page says what is closed and why, marks synthetic data, and links only what there is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from busan_safety.gate import Decision, Reason, Text, all_datasets, get_dataset
from busan_safety.gate.decision import verdict_of
from busan_safety.portal.build import Card, render_page
from busan_safety.portal.charts import TILES, Cell, IntervalPlot, interval_plot, tile_map
from busan_safety.portal.highlights import Effect, Map
from busan_safety.release import Publication
from busan_safety.release.publication import PublishedFile, Version
from busan_safety.release.words import ROUNDED_NOTE
from busan_safety.settings import Settings

REASON = Reason(
    "grid_complete", "critical", "A district is <missing>.", "구·군이 빠졌습니다.", "why", 2
)


TITLES = ("timers", "cameras", "routes")


def _version(name: str, *, is_synthetic: bool = False) -> Version:
    files = tuple(
        PublishedFile(known, 2048, "0" * 64)
        for known in ("README.md", "changes.csv", "living_lab.csv", "living_lab.parquet")
    )
    path = f"living_lab/{name}"
    return Version(name, Path(path), path, date(2024, 12, 31), 1234, is_synthetic, files)


def _page(*versions: Version, reasons: tuple[Reason, ...] = (), deployment: str = "production"):
    decision = Decision(1, "living_lab", "f", "s", "0", verdict_of(reasons), reasons, 3, "suite")
    card = Card(Publication(get_dataset("living_lab"), versions), decision, 14)
    settings = Settings(deployment=deployment)
    return render_page(settings, cards=[card], maps=[], trend=None, effects=[])


def test_refused_candidate_is_named_with_its_reason_beside_the_last_version() -> None:
    page = _page(_version("2024.11.1"), reasons=(REASON,))

    assert "새 자료가 공개 심사를 통과하지 못했습니다. 위의 마지막 공개본을 유지합니다." in page
    assert "구·군이 빠졌습니다." in page
    assert "A district is &lt;missing&gt;." in page
    assert 'href="living_lab/2024.11.1/living_lab.csv"' in page


def test_dataset_never_released_offers_no_download() -> None:
    page = _page(reasons=(REASON,))

    assert "아직 공개된 판이 없습니다." in page
    assert "living_lab.csv" not in page
    assert "위의 마지막 공개본" not in page


def test_newest_version_is_offered_and_earlier_ones_are_kept() -> None:
    page = _page(_version("2024.11.1"), _version("2024.12.1"))

    downloads = re.findall(r'href="(living_lab/[^"]+\.csv)" download', page)
    assert downloads == ["living_lab/2024.12.1/living_lab.csv"]
    assert "이전 판" in page
    assert 'href="living_lab/2024.11.1/living_lab.csv"' in page


def test_synthetic_warning_is_the_first_thing_read() -> None:
    page = _page(_version("2024.12.1", is_synthetic=True), deployment="sandbox")

    assert "<title>부산 안전 데이터 (합성 데이터)</title>" in page
    assert page.index('class="banner"') < page.index("<h1>")


def test_one_synthetic_version_marks_the_page_of_a_real_deployment() -> None:
    assert 'class="banner"' in _page(_version("2024.12.1", is_synthetic=True))


def test_real_data_are_not_called_synthetic() -> None:
    page = _page(_version("2024.12.1"))

    assert "합성" not in page
    assert "ynthetic" not in page


def test_page_loads_nothing_from_elsewhere() -> None:
    page = _page(_version("2024.12.1"))

    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert not [address for address in loaded if "//" in address]


def test_a_rounded_value_is_shown_and_never_as_if_it_were_exact() -> None:
    def page(status: str) -> str:
        cells = [Cell(code, code, code, 5.0, status) for code in TILES]
        tiles, ranges = tile_map(cells)
        text = Text(ko="가", en="a")
        drawn = Map("theft_rate", text, text, text, tiles, ranges)
        return render_page(
            Settings(deployment="production"), cards=[], maps=[drawn], trend=None, effects=[]
        )

    rounded, exact = page("rounded"), page("observed")

    assert len(re.findall(r"5\.00 \(<span class=\"ko\">반올림</span>", rounded)) == len(TILES)
    assert ROUNDED_NOTE.ko in rounded
    assert ROUNDED_NOTE.en in rounded
    assert "반올림" not in exact
    assert "ounded" not in exact


def test_every_dataset_is_declared_with_a_suite() -> None:
    suites = Settings().expectations_dir / "published"

    assert {path.stem for path in suites.glob("*.yml")} == set(all_datasets())


def _effect(title: str, plot: IntervalPlot | None, *, is_hidden: bool = False) -> Effect:
    ratios = (0.8, 0.7, 0.9) if plot else (None, None, None)
    said = Text(ko="문장", en="sentence")
    return Effect(
        effect_id=f"plan.{title}",
        title=Text(ko=title, en=title),
        outcome=Text(ko="사고 건수", en="accidents"),
        verdict=said,
        verdict_id="decrease" if plot else "refused",
        sentence=said,
        grade=3,
        window=None,
        estimate=ratios[0],
        lower=ratios[1],
        upper=ratios[2],
        plot=plot,
        beside=plot,
        is_hidden=is_hidden,
        picture=None,
        family_note=None,
    )


def test_effects_stand_beside_each_other_the_refused_and_hidden_without_a_number() -> None:
    plot = interval_plot(0.8, 0.7, 0.9, None, width=300)
    timers, cameras, routes = TITLES
    effects = [_effect(timers, plot), _effect(cameras, None), _effect(routes, None, is_hidden=True)]

    page = render_page(Settings(), cards=[], maps=[], trend=None, effects=effects)

    rows = page[page.index('<table class="forest">') : page.index("</table>")].split("<tr>")[2:]
    assert [f'href="#plan.{one}"' in row for one, row in zip(TITLES, rows, strict=True)] == [
        True
    ] * 3
    assert ["0.80 (0.70–0.90)" in row for row in rows] == [True, False, False]
    assert ["비공개" in row for row in rows] == [False, False, True]
    assert all(f'id="plan.{one}"' in page for one in TITLES)
