"""Command line of the recovery study."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from busan_safety.settings import get_settings
from studies.recovery.page import page, picture
from studies.recovery.programmes import PLACEBO, PLANTED, STUDIED, Studied
from studies.recovery.run import Outcome, run_cities
from studies.recovery.summary import Estimator, Summary, summarise

_PAGE = Path("docs/reference/recovery.md")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the cities that are missing, then write the page and its picture."""
    parser = argparse.ArgumentParser(prog="python -m studies.recovery", description=__doc__)
    parser.add_argument("--cities", type=int, default=200, help="seeds 1 to this")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--plan", action="append", help="only these (default: all)")
    parser.add_argument("--scale", type=float, help="of every city, instead of each plan's own")
    parser.add_argument("--page", type=Path, help=f"default: {_PAGE}")
    asked = parser.parse_args(arguments)
    known = {one.plan_id: one for one in STUDIED}
    if unknown := sorted(set(asked.plan or ()) - set(known)):
        parser.error(f"no such plan: {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [one for one in STUDIED if not asked.plan or one.plan_id in asked.plan]
    settings = get_settings()
    found = run_cities(
        chosen,
        cities=asked.cities,
        folder=settings.var_dir / "studies" / "recovery",
        processes=asked.processes,
        scale=asked.scale,
    )
    summaries = list(summaries_of(chosen, found))
    target = asked.page or settings.root / _PAGE
    command = f"make recovery CITIES={asked.cities}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(summaries, cities=asked.cities, command=command), encoding="utf-8")
    target.with_suffix(".svg").write_text(picture(summaries), encoding="utf-8")
    print(f"{len(summaries)} rows in {target}")


def summaries_of(
    studied: Sequence[Studied], found: Mapping[str, Sequence[Mapping[str, Outcome]]]
) -> Iterator[Summary]:
    """Yield the summaries of every plan, arm and estimator that gave numbers."""
    estimators: tuple[Estimator, ...] = ("plan", "naive")
    for one in studied:
        for arm, truth in ((PLANTED, one.ratio), (PLACEBO, 1.0)):
            outcomes = [arms[arm] for arms in found[one.plan_id] if arm in arms]
            for estimator in estimators:
                if not outcomes or truth is None:
                    continue
                summary = summarise(
                    outcomes, plan_id=one.plan_id, arm=arm, truth=truth, estimator=estimator
                )
                if summary is not None:
                    yield summary


if __name__ == "__main__":
    main()
