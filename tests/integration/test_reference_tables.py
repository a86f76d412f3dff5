"""Reference tables stand before the first build, with the seeds' types, for the loader to read."""

import csv

import psycopg

from busan_safety.settings import get_settings
from busan_safety.warehouse import connect
from busan_safety.warehouse.bootstrap import bootstrap


def test_every_seed_is_a_table_that_the_loader_reads(warehouse: psycopg.Connection) -> None:
    seeds = sorted(get_settings().seeds_dir.glob("*.csv"))

    with connect("loader") as loader:
        counts = {
            path.stem: loader.execute(f"select count(*) from reference.{path.stem}").fetchone()[0]
            for path in seeds
        }

    assert seeds
    for path in seeds:
        with path.open(encoding="utf-8", newline="") as file:
            assert counts[path.stem] == sum(1 for _ in csv.DictReader(file)), path.stem


def test_dates_are_dates_and_codes_are_text(warehouse: psycopg.Connection) -> None:
    row = warehouse.execute(
        "select valid_from, pg_typeof(station_code)::text from reference.stations"
        " where valid_from is not null"
    ).fetchone()

    assert row is not None
    assert (row[0].isoformat(), row[1]) == ("2025-08-05", "text")


def test_a_table_that_dbt_made_is_left_alone(warehouse: psycopg.Connection) -> None:
    warehouse.execute("delete from reference.districts where district_code = '26710'")

    bootstrap(get_settings())

    count = warehouse.execute("select count(*) from reference.districts").fetchone()
    assert count == (15,)
