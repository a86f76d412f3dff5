"""The whole warehouse built from nothing, and an evaluator's questions on it.

    python -m benchmarks.warehouse.rebuild [--from 2022-01] [--to 2024-12] [--scale 1]

Prints the seconds of each layer, the ten slowest models and every question of the cookbook.
Exit 1 when the build takes 10 minutes or more, or a question more than 2 seconds.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.warehouse.city import City, loaded_city

BUILD_LIMIT = 600.0
QUESTION_LIMIT = 2.0


def main() -> int:
    """Run the benchmark; exit 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="first", default="2022-01")
    parser.add_argument("--to", dest="last", default="2024-12")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true", help="wait for Enter before cleaning up")
    arguments = parser.parse_args()
    with loaded_city(arguments.first, arguments.last, scale=arguments.scale) as city:
        print(f"{city.call_count:,} calls and all other feeds loaded in {city.load_seconds:.0f} s")
        seconds = city.build()
        total = sum(seconds.values())
        print("; ".join(f"{layer} {value:.1f} s" for layer, value in seconds.items()))
        print(f"whole build {total:.1f} s (limit {BUILD_LIMIT:.0f} s)")
        slowest = sorted(city.results, key=lambda result: -result.seconds)[:10]
        for result in slowest:
            print(f"  {result.seconds:7.2f} s  {result.name}")
        slow = _ask_everything(city)
        if arguments.keep:
            input(f"PostgreSQL stays on port {city.bench.settings.pg_port} until Enter. ")
    return int(total >= BUILD_LIMIT or slow)


def _ask_everything(city: City) -> bool:
    from busan_safety.warehouse import connect

    slow = False
    for recipe in sorted((city.bench.settings.dbt_dir / "analyses").glob("*.sql")):
        with connect("evaluator") as connection:
            began = time.perf_counter()
            rows = len(connection.execute(recipe.read_bytes()).fetchall())
            seconds = time.perf_counter() - began
        slow = slow or seconds > QUESTION_LIMIT
        print(f"  {seconds:7.2f} s  {rows:6d} rows  {recipe.stem}")
    return slow


if __name__ == "__main__":
    sys.exit(main())
