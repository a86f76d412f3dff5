"""A publisher or a withdrawal killed at any step, and two publishers at once: nothing mixes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from release_support import FIRST, decide_open, publish_all

from busan_safety.gate import Text, get_dataset
from busan_safety.gate.candidate import read_candidate
from busan_safety.release import (
    catalogue,
    folders,
    live,
    publish,
    publish_passed,
    tombstones,
    verify,
    withdraw,
)
from busan_safety.release.checksums import broken_files
from expectations.mutations import LAB

pytest_plugins = ["release_support"]

WHY = Text(ko="시험 회수", en="Withdrawn for a test")
SECOND = "2024.12.2"


def die(*_args: object, **_kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(module, name, die)


def after(module: Any, name: str, *, times: int = 1) -> Callable[[], None]:
    def arm() -> None:
        work = getattr(module, name)
        left = [times]

        def work_and_die(*args: Any, **kwargs: Any) -> Any:
            result = work(*args, **kwargs)
            left[0] -= 1
            if not left[0]:
                die()
            return result

        setattr(module, name, work_and_die)

    return arm


# The third dataset is the one that changes; `latest` of the two before is looked at first.
PUBLISHING = {
    "files half written": after(folders.os, "fsync", times=3),
    "before the live table": before(live, "switch_live_table"),
    "after the live table": after(live, "switch_live_table"),
    "after the record": after(publish, "insert_release"),
    "before the folder has its name": before(folders, "switch_in"),
    "after it, before the commit": after(folders, "switch_in"),
    "after the commit": before(folders, "point_latest_at"),
    "after latest": after(folders, "point_latest_at", times=3),
    "before the catalogue": before(publish, "write_catalogue"),
    "in the catalogue": after(catalogue, "replace_file", times=2),
}
WITHDRAWING = {
    "before the record": before(sys.modules[withdraw.__module__], "mark_withdrawn"),
    "before the commit": after(sys.modules[withdraw.__module__], "_record"),
    "after the commit": before(sys.modules[withdraw.__module__], "finish_withdrawals"),
    "before the tombstone": before(tombstones, "_content"),
    "after the tombstone": before(folders, "point_latest_at"),
    "after latest": before(folders, "remove_all_but"),
    "in the removal": after(Path, "unlink"),
    "before the catalogue": before(sys.modules[withdraw.__module__], "write_catalogue"),
}

NOTHING_YET = ("before the record", "before the commit")


def killed(arm: Callable[[], None], work: Callable[[], object]) -> int | None:
    """Run work in a process of its own that is killed at a step; give its exit code."""

    def run() -> None:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        arm()
        work()

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(60)
    return child.exitcode


def votes_read(releases: Path, warehouse: psycopg.Connection) -> set[str]:
    """What readers of the folder, of the table and of the index see; each must be whole."""
    own = releases / "living_lab"
    newest = own / os.readlink(own / "latest")
    assert broken_files(newest) == []
    table = read_candidate(
        warehouse, get_dataset("living_lab"), schema="published", table="living_lab"
    )
    index = json.loads((releases / "index.json").read_text())
    (lab,) = [one for one in index["datasets"] if one["id"] == "living_lab"]
    for version in lab["versions"]:
        assert broken_files(releases / version["path"]) == []
    csv = (newest / "living_lab.csv").read_text("utf-8-sig")
    return {csv.splitlines()[1].split(",")[8], table.rows()[0][8]}


def test_a_publisher_killed_at_any_step_leaves_the_old_or_the_new_whole(
    published: Path, warehouse: psycopg.Connection
) -> None:
    for votes, (step, arm) in enumerate(PUBLISHING.items(), start=131):
        warehouse.execute(
            f"update {LAB} set citizen_vote_count = {votes} where project_id = 'LL-2024-001'"
        )
        decide_open()

        assert killed(arm, publish_passed) == -signal.SIGKILL, step

        assert votes_read(published, warehouse) <= {str(votes - 1), str(votes)}, step
        publish_passed()
        assert votes_read(published, warehouse) == {str(votes)}, step
        assert verify() == [], step
    assert os.readlink(published / "living_lab" / "latest") == f"2024.12.{len(PUBLISHING) + 1}"


def test_a_withdrawal_killed_at_any_step_is_finished_by_the_next_publisher(
    published: Path, warehouse: psycopg.Connection
) -> None:
    for number, (step, arm) in enumerate(WITHDRAWING.items(), start=2):
        warehouse.execute(
            f"update {LAB} set citizen_vote_count = {number} * 100 where project_id = 'LL-2024-001'"
        )
        publish_all()
        version = f"2024.12.{number}"

        take_back = partial(withdraw, "living_lab", version, reason=WHY, by="office")
        done = killed(arm, take_back)

        assert done == -signal.SIGKILL, step
        readers = published / "living_lab" / "latest"
        assert readers.is_dir(), step
        if step in NOTHING_YET:
            assert verify() == [], step
            take_back()
        publish_passed()
        assert [one.what for one in verify()] == [], step
        assert {one.name for one in (published / "living_lab" / version).iterdir()} == {
            "TOMBSTONE.json"
        }, step
        assert os.readlink(readers) == FIRST, step
        assert votes_read(published, warehouse) == {"130"}, step


def test_of_two_publishers_at_once_one_releases_and_nothing_mixes(
    published: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(f"update {LAB} set citizen_vote_count = 131 where project_id = 'LL-2024-001'")
    decide_open()
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(2), context.Queue()

    def run() -> None:
        start.wait(30)
        answers.put({one.dataset: one.outcome for one in publish_passed()})

    publishers = [context.Process(target=run) for _ in range(2)]
    for one in publishers:
        one.start()
    outcomes = sorted(answers.get(timeout=60)["living_lab"] for _ in publishers)
    for one in publishers:
        one.join(60)

    assert outcomes == ["released", "unchanged"]
    assert os.readlink(published / "living_lab" / "latest") == SECOND
    assert votes_read(published, warehouse) == {"131"}
    assert verify() == []
