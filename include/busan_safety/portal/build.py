"""Build the page: releases and decisions in, one HTML file and its assets out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from busan_safety.gate import Decision, Text, latest_decision, load_suite
from busan_safety.portal.highlights import Effect, Map, Trend, effects, maps, trend
from busan_safety.release import Publication, list_publications, words
from busan_safety.release.folders import write_portal_file
from busan_safety.settings import Settings, get_settings
from busan_safety.warehouse import connect

_ASSETS = ("style.css", "language.js")


@dataclass(frozen=True)
class Card:
    """One dataset as the page shows it."""

    publication: Publication
    decision: Decision | None
    check_count: int

    @property
    def state(self) -> str:
        """How the gate stands: `open`, `warned`, `refused`, or `unknown` before any decision."""
        if self.decision is None:
            return "unknown"
        return {"pass": "open", "warn": "warned", "fail": "refused"}[self.decision.decision]


def build_portal() -> Path:
    """Write `index.html` and `assets/` into the releases' folder; return the page's path.

    Same releases and decisions, same bytes. Files are replaced in one step each.
    """
    settings = get_settings()
    publications = list_publications(settings)
    page = render_page(
        settings,
        cards=_cards(publications, settings),
        **_highlights(publications),
    )
    root = settings.releases_dir
    for name in _ASSETS:
        content = files("busan_safety.portal").joinpath("assets", name).read_bytes()
        write_portal_file(root, f"assets/{name}", content)
    return write_portal_file(root, "index.html", page.encode("utf-8"))


def render_page(
    settings: Settings,
    *,
    cards: list[Card],
    maps: list[Map],
    trend: Trend | None,
    effects: list[Effect],
) -> str:
    """Return the page's HTML."""
    environment = Environment(
        loader=PackageLoader("busan_safety.portal"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"size": _size, "number": _number}
    is_synthetic = settings.is_synthetic or any(
        version.is_synthetic for card in cards for version in card.publication.versions
    )
    text: str = environment.get_template("index.html.j2").render(
        cards=cards,
        maps=maps,
        trend=trend,
        effects=effects,
        is_synthetic=is_synthetic,
        warning=words.SYNTHETIC_WARNING,
        publisher=words.PUBLISHER,
        licence=words.LICENCE_TITLE,
        licence_address=words.LICENCE_ADDRESS,
        file_words=_FILE_WORDS,
        status_words=_STATUS_WORDS,
        rounded_note=words.ROUNDED_NOTE,
    )
    return text


def _cards(publications: list[Publication], settings: Settings) -> list[Card]:
    with connect("publisher", settings=settings) as connection:
        return [
            Card(
                publication,
                latest_decision(connection, publication.dataset.id),
                len(load_suite(publication.dataset.id, settings).expectations),
            )
            for publication in publications
        ]


def _highlights(publications: list[Publication]) -> dict[str, Any]:
    newest = {known.dataset.id: known.newest for known in publications}
    indicators = newest["safety_indicators"]
    evaluated = newest["policy_effects"]
    return {
        "maps": maps(indicators) if indicators else [],
        "trend": trend(indicators) if indicators else None,
        "effects": effects(evaluated) if evaluated else [],
    }


def _size(byte_count: int) -> str:
    if byte_count < 1024:
        return f"{byte_count} B"
    if byte_count < 1024**2:
        return f"{byte_count / 1024:.0f} KB"
    return f"{byte_count / 1024**2:.1f} MB"


def _number(value: float) -> str:
    """Three digits that count, so that small rates of neighbours can be told apart."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{decimals}f}"


_FILE_WORDS = {
    "README.md": Text(ko="설명서", en="Read me"),
    "datapackage.json": Text(ko="항목 설명(JSON)", en="Data package"),
    "changes.csv": Text(ko="달라진 점", en="Changes"),
    "gate.json": Text(ko="심사 결과", en="Gate"),
}
_STATUS_WORDS = {
    "suppressed": Text(ko="비공개", en="hidden"),
    "rounded": Text(ko="반올림", en="rounded"),
    "not_reported": Text(ko="미보고", en="no report"),
    "not_applicable": Text(ko="해당 없음", en="n/a"),
}
