"""A day's delivery at ten times the history against the same at one time.

    python -m benchmarks.warehouse.incremental [--scale 1]

Loads three months and then thirty months of the whole city, builds both, and in each delivers one
more day of 112 calls and builds again. The ratio of the two second builds may be 1.3 at most: of
the whole build (dbt's fixed cost included) and of the seconds in the models and tests alone.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.warehouse.city import loaded_city

ONCE = ("2024-04", "2024-06")
TEN_TIMES = ("2022-01", "2024-06")
LIMIT = 1.3
SHOWN = 25


def main() -> int:
    """Run the benchmark; exit 1 when a ratio is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--span", nargs=2, help="measure this span only and print its seconds")
    arguments = parser.parse_args()
    if arguments.span:
        print(*_measure(*arguments.span, scale=arguments.scale))
        return 0
    # Settings are read once in a process: each city has a process of its own.
    whole_once, nodes_once = _apart(ONCE, arguments.scale)
    whole_ten, nodes_ten = _apart(TEN_TIMES, arguments.scale)
    ratios = {"whole build": whole_ten / whole_once, "models and tests": nodes_ten / nodes_once}
    print(f"one time: {whole_once:.1f} s, of it {nodes_once:.1f} s in models and tests")
    print(f"ten times: {whole_ten:.1f} s, of it {nodes_ten:.1f} s in models and tests")
    print("; ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()), f"(limit {LIMIT})")
    return int(max(ratios.values()) > LIMIT)


def _apart(span: tuple[str, str], scale: float) -> tuple[float, float]:
    import subprocess

    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.warehouse.incremental"),
            *("--scale", str(scale), "--span", *span),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    whole, nodes = map(float, done.stdout.split())
    return whole, nodes


def _measure(first: str, last: str, *, scale: float) -> tuple[float, float]:
    with loaded_city(first, last, scale=scale) as city:
        first_build = sum(city.build().values())
        city.deliver_last_day()
        seconds = sum(city.build().values())
        slowest = sorted(city.results, key=lambda result: -result.seconds)[:SHOWN]
        print(
            f"{city.call_count:,} calls before (built in {first_build:.1f} s):",
            ", ".join(f"{result.name} {result.seconds:.1f}" for result in slowest),
            file=sys.stderr,
        )
        return seconds, sum(result.seconds for result in city.results)


if __name__ == "__main__":
    sys.exit(main())
