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


def test_same_options_give_the_same_bytes(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "one" / "drop")
    generate(SMALL, tmp_path / "two" / "drop")

    first = digests(tmp_path / "one")

    assert first == digests(tmp_path / "two")
    assert len(first) > 59 + 16 + 12


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "one" / "drop")
    generate(dataclasses.replace(SMALL, seed=8), tmp_path / "two" / "drop")

    first, second = digests(tmp_path / "one"), digests(tmp_path / "two")
    same = {path for path in first.keys() & second.keys() if first[path] == second[path]}

    assert same == {
        "drop/city/population/2023_first_half_registered_population_and_household_monthly.csv"
    }


def test_a_months_calls_do_not_depend_on_the_span() -> None:
    short = Options(last=Month(2023, 2))
    long = Options(last=Month(2025, 12))

    one, other = (month_of_calls(options, Month(2023, 2), {}) for options in (short, long))

    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left.tobytes() == right.tobytes(), field.name


def test_second_run_writes_nothing(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    first = generate(SMALL, drop)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}

    second = generate(SMALL, drop)

    assert first.written and not second.written
    assert (second.files, second.bytes) == (first.files, first.bytes)
    assert times == {path: path.stat().st_mtime_ns for path in times}


def test_a_lost_file_is_written_again(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    generate(SMALL, drop)
    before = digests(tmp_path)
    lost = drop / "police/112/112_calls_20230115.csv"
    lost.unlink()

    assert generate(SMALL, drop).written
    assert digests(tmp_path) == before


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
    assert json.dumps(truth["effects"]).count('"rate_ratio": 0.8') == 1


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
