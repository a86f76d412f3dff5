"""Run the cities, each in a file of its own, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rich.progress import track

from busan_safety.evaluation import designs
from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from studies.recovery.programmes import Studied

# What decides a city's rows and its estimate.
_PACKAGES = ("busan_sandbox", "busan_safety.evaluation", "studies.recovery")
_KINDS = (".py", ".csv", ".yml")
_NOT_COUNTED = ("summary.py", "page.py", "__main__.py", "run.py")


@dataclass(frozen=True)
class Outcome:
    """What an estimator said of one city: numbers, or why there are none.

    estimate, lower, upper: rate ratios. naive_*: the plain before-after of the same sites.
    """

    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_value: float | None = None
    refused: str | None = None
    naive_estimate: float | None = None
    naive_lower: float | None = None
    naive_upper: float | None = None


@dataclass(frozen=True)
class Task:
    """One plan in one city; scale None is the study's own."""

    studied: Studied
    seed: int
    path: Path
    scale: float | None = None


def run_cities(
    studied: Iterable[Studied],
    *,
    cities: int,
    folder: Path,
    processes: int = 1,
    scale: float | None = None,
) -> dict[str, list[dict[str, Outcome]]]:
    """Return, by plan, what was estimated in the cities of seeds 1 to `cities`, by arm.

    folder: cities already in it are not run again, unless code, plans or tables have changed.
    """
    home = folder / fingerprint()[:16] / (f"scale_{scale}" if scale else "whole")
    chosen = list(studied)
    tasks = [
        Task(one, seed, home / one.plan_id / f"{seed}.json", scale)
        for seed in range(1, cities + 1)
        for one in chosen
    ]
    # A city's plans follow each other in one process: some share what is drawn.
    missing = [
        [task for task in tasks if task.seed == seed and not task.path.exists()]
        for seed in range(1, cities + 1)
    ]
    missing = [city for city in missing if city]
    for _ in track(_done(missing, processes), "Cities", total=len(missing), disable=not missing):
        pass
    found: dict[str, list[dict[str, Outcome]]] = {one.plan_id: [] for one in chosen}
    for task in tasks:
        arms = json.loads(task.path.read_text("utf-8"))
        found[task.studied.plan_id].append({arm: Outcome(**one) for arm, one in arms.items()})
    return found


def fingerprint() -> str:
    """SHA-256 of everything that decides the results: generators, designs, methods, plans."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(resources.files(package)))
        for path in sorted(root.rglob("*")):
            if path.suffix in _KINDS and path.name not in _NOT_COUNTED:
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def outcome_of(rows: Rows, plan: Plan) -> Outcome:
    """Estimate as production does; a refusal is an outcome."""
    try:
        found = designs.estimate_rows(rows, plan)
    except Refused as refusal:
        return Outcome(refused=refusal.code)
    if isinstance(found, designs.Described):
        raise TypeError(f"{plan.plan_id} estimates nothing")
    naive: dict[str, Any] = found.diagnostics
    return Outcome(
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        naive_estimate=naive.get("naive_ratio"),
        naive_lower=naive.get("naive_lower_95"),
        naive_upper=naive.get("naive_upper_95"),
    )


def _done(cities: list[list[Task]], processes: int) -> Iterator[None]:
    if processes == 1:
        yield from map(_run_city, cities)
        return
    # One thread each: the matrices are small, and cores are given to cities.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_run_city, cities, chunksize=1)


def _run_city(tasks: list[Task]) -> None:
    for task in tasks:
        _run(task)


def _run(task: Task) -> None:
    plan = task.studied.plan()
    arms = {
        arm: asdict(outcome_of(rows, plan))
        for arm, rows in task.studied.arms(task.seed, task.scale)
    }
    task.path.parent.mkdir(parents=True, exist_ok=True)
    beside = task.path.with_suffix(".part")
    beside.write_text(json.dumps(arms), encoding="utf-8")
    beside.replace(task.path)
