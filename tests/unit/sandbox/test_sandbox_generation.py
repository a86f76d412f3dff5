"""Generating: the same options give the same bytes, and a second run touches nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from busan_sandbox.calls import month_of_calls
from busan_sandbox.files import JOURNAL
from busan_sandbox.generate import generate
from busan_sandbox.options import Month, OptionError, Options

from .conftest import SMALL, City


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the digests of a small city of all feeds."""
    folder = tmp_path_factory.mktemp("small")
    generate(SMALL, folder / "drop")
    return digests(folder)


@pytest.fixture
def few_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep to the feeds of the first path: what is tested is the journal, not the feeds."""
    monkeypatch.setattr("busan_sandbox.generate.FEEDS", {})


def test_same_options_give_the_same_bytes(small: dict[str, str], tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "drop")

    first = small

    assert first == digests(tmp_path)
    assert len(first) > 59 + 16 + 12


def test_another_seed_gives_other_events_and_the_same_published_figures(
    small: dict[str, str], tmp_path: Path
) -> None:
    generate(dataclasses.replace(SMALL, seed=8), tmp_path / "drop")

    other = digests(tmp_path)
    same = {path for path in small.keys() & other.keys() if small[path] == other[path]}

    population = "2023_first_half_registered_population_and_household_monthly.csv"
    assert {f"drop/city/population/{population}", "sandbox/endpoints.json"} <= same
    assert not [path for path in same if path.startswith("drop/police/112/")]
    assert not [path for path in same if path.startswith("sandbox/api/cctv_")]


@pytest.mark.usefixtures("few_feeds")
def test_the_journal_says_where_the_drop_is(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "elsewhere")

    first_line = (tmp_path / "sandbox" / JOURNAL).read_text(encoding="utf-8").splitlines()[0]

    assert (tmp_path / "sandbox" / json.loads(first_line)["drop"]).resolve() == (
        tmp_path / "elsewhere"
    )


def test_a_months_calls_do_not_depend_on_the_span() -> None:
    short = Options(last=Month(2023, 2))
    long = Options(last=Month(2025, 12))

    one, other = (month_of_calls(options, Month(2023, 2), {}) for options in (short, long))

    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left.tobytes() == right.tobytes(), field.name


@pytest.mark.usefixtures("few_feeds")
def test_second_run_writes_nothing(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    first = generate(SMALL, drop)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}

    second = generate(SMALL, drop)

    assert first.written and not second.written
    assert (second.files, second.bytes) == (first.files, first.bytes)
    assert times == {path: path.stat().st_mtime_ns for path in times}


@pytest.mark.usefixtures("few_feeds")
def test_a_lost_file_is_written_again(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    generate(SMALL, drop)
    before = digests(tmp_path)
    lost = drop / "police/112/112_calls_20230115.csv"
    lost.unlink()

    assert generate(SMALL, drop).written
    assert digests(tmp_path) == before


@pytest.mark.usefixtures("few_feeds")
def test_other_options_replace_our_files_and_no_others(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    generate(SMALL, drop)
    foreign = drop / "police/112/112_calls_20221231.csv"
    foreign.write_text("put here by a person")

    generate(dataclasses.replace(SMALL, last=Month(2023, 1)), drop)

    days = sorted(path.name for path in (drop / "police/112").iterdir())
    assert days[0] == foreign.name
    assert days[-1] == "112_calls_20230131.csv"
    assert foreign.read_text() == "put here by a person"


@pytest.mark.usefixtures("few_feeds")
def test_an_interrupted_run_is_done_again(tmp_path: Path) -> None:
    drop, journal = tmp_path / "drop", tmp_path / "sandbox" / JOURNAL
    generate(SMALL, drop)
    before = digests(tmp_path)
    lines = journal.read_text(encoding="utf-8").splitlines()
    journal.write_text("\n".join([*lines[:40], '{"root": "dr']), encoding="utf-8")

    assert generate(SMALL, drop).written
    assert digests(tmp_path) == before


def test_drop_says_that_it_is_synthetic(city: City) -> None:
    notice = (city.drop / "README_SYNTHETIC.txt").read_text(encoding="utf-8")

    assert "모의(합성) 자료" in notice
    assert "Every file below this folder is synthetic" in notice
    assert city.truth["synthetic"] is True


def test_truth_names_the_options(city: City) -> None:
    truth = city.truth

    assert (truth["seed"], truth["scale"]) == (city.options.seed, city.options.scale)
    assert [
        effect["rate_ratio"] for effect in truth["effects"] if effect["programme"] == "safe_routes"
    ] == [0.8]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 0.0},
        {"scale": 1.5},
        {"seed": -1},
        {"last": Month(2022, 12)},
        {"route_effect": 1.2},
    ],
)
def test_impossible_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        dataclasses.replace(Options(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2023", "2023-00", "2023-13", "23-01", "2023-1"])
def test_months_are_written_in_one_way(text: str) -> None:
    with pytest.raises(OptionError):
        Month.parse(text)


@pytest.mark.parametrize(
    ("last", "years"),
    [
        (Month(2024, 12), [2023, 2024]),
        (Month(2024, 11), [2023]),
        (Month(2023, 3), [2022]),
    ],
)
def test_yearly_figures_appear_after_the_years_end(last: Month, years: list[int]) -> None:
    assert Options(last=last).full_years == years
