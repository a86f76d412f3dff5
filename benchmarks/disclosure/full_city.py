"""What protecting and attacking the counts of a whole city takes, as `protect` does it.

    python -m benchmarks.disclosure.full_city [--from 2022-01] [--to 2024-12] [--scale 1]

A synthetic city is loaded and built; then all datasets are protected twice: for a first release,
and again when that release is in the ledger. Prints cells, hidden cells, method and findings of
each fact. Exit 1 when one of both takes two minutes or more, or the attack finds anything.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.warehouse.city import loaded_city

LIMIT_SECONDS = 120.0

# As the release does it, without its files.
_PRINTED = """
    insert into ops.published_count (dataset, version, row_key, event_count, value_status)
    select '{dataset}', 'first', to_jsonb(printed) - 'event_count' - 'value_status', event_count,
           value_status
    from (select {columns} from disclosed.{dataset}) as printed
"""


def main() -> int:
    """Run the benchmark; exit 1 when the limit is passed or a count is found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="first", default="2022-01")
    parser.add_argument("--to", dest="last", default="2024-12")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true", help="wait for Enter before cleaning up")
    arguments = parser.parse_args()
    with loaded_city(arguments.first, arguments.last, scale=arguments.scale) as city:
        print(f"{city.call_count:,} calls and all other feeds loaded", flush=True)
        city.build()
        first = _protect("first release")
        _remember()
        second = _protect("the next, same data")
        if arguments.keep:
            input(f"PostgreSQL stays on port {city.bench.settings.pg_port} until Enter. ")
    return int(not (first and second))


def _protect(name: str) -> bool:
    from busan_safety.disclosure import protect
    from busan_safety.warehouse import connect

    began = time.perf_counter()
    protect(name)
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:.1f} s (limit {LIMIT_SECONDS:.0f} s)", flush=True)
    with connect("transformer") as connection:
        rows = connection.execute(
            "select dataset, subject, method, cell_count, hidden_count, found_count"
            " from ops.disclosure_attack where run_id = %s order by disclosure_attack_id",
            [name],
        ).fetchall()
    for dataset, subject, method, cells, hidden, found in rows:
        print(f"  {dataset}.{subject}: {cells:,} cells, {hidden:,} hidden, {method}, found {found}")
    return seconds < LIMIT_SECONDS and all(row[-1] == 0 for row in rows)


def _remember() -> None:
    from busan_safety.disclosure.attacked import fingerprinted
    from busan_safety.disclosure.declared import read_links
    from busan_safety.settings import get_settings
    from busan_safety.warehouse import connect

    with connect("postgres") as connection:
        for dataset in read_links(get_settings().expectations_dir / "linked"):
            columns = ", ".join(fingerprinted(dataset))
            connection.execute(_PRINTED.format(dataset=dataset, columns=columns).encode())


if __name__ == "__main__":
    sys.exit(main())
