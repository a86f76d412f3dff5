"""What people see while runs go on and after them; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from busan_safety.launcher.airflow_api import FINISHED, RunKey, RunState, TaskState
from busan_safety.launcher.chain import Watch
from busan_safety.launcher.environment import ADMIN, VIEWER
from busan_safety.launcher.summary import Summary
from busan_safety.settings import Settings

_COLOURS = {
    **{"success": "green", "pass": "green", "warn": "yellow", "running": "cyan"},
    **{"failed": "red", "upstream_failed": "red", "fail": "red"},
}


class Stopwatch:
    """Prints lines that begin with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since this object was made."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print one line."""
        self._console.print(Text(f"{self.seconds:5.0f} s  {text}"), highlight=False)


@contextmanager
def watching(console: Console, stopwatch: Stopwatch) -> Iterator[Watch]:
    """Show the states of runs while the block lasts: a live table, or a line per change."""
    if not console.is_terminal:
        yield _LineWatch(stopwatch)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield lambda states: live.update(_run_table(states))


class _LineWatch:
    """One line when a run changes its state and when one of its unmapped tasks is done."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self._told: set[tuple[RunKey, str, str]] = set()

    def __call__(self, states: list[RunState]) -> None:
        for one in states:
            for task in one.tasks:
                if task.is_done and (task.map_index < 0 or task.is_bad):
                    self._tell(one.key, _task_name(task), task.state)
            self._tell(one.key, "run", one.state)

    def _tell(self, key: RunKey, name: str, state: str) -> None:
        if (key, name, state) not in self._told:
            self._told.add((key, name, state))
            self._stopwatch.say(f"{key.dag_id} · {name} · {state}")


def _run_table(states: list[RunState]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("DAG", "state", "tasks", "now"):
        table.add_column(heading, style="bold" if heading == "DAG" else "")
    for one in states:
        done = sum(task.is_done for task in one.tasks)
        running = [_task_name(task) for task in one.tasks if task.state == "running"]
        bad = [_task_name(task) for task in one.tasks if task.is_bad]
        now = Text(", ".join(bad[:3]), "red") if bad else Text(", ".join(running[:3]))
        is_over = one.state in FINISHED
        seconds = f"{one.seconds:.0f} s" if is_over and not bad else ""
        state = Text(one.state, _COLOURS.get(one.state, ""))
        table.add_row(one.key.dag_id, state, f"{done}/{len(one.tasks)}", now or seconds)
    return table


def _task_name(task: TaskState) -> str:
    return task.task_id if task.label == task.task_id else f"{task.task_id} [{task.label}]"


def show_summary(console: Console, summary: Summary) -> None:
    """Print what came in, what the gate decided and what is released."""
    console.print(_source_table(summary))
    console.print(_decision_table(summary))
    console.print(_release_table(summary))


def show_how_to_open(console: Console, settings: Settings) -> None:
    """Print where everything is and who may open it."""
    passwords = {name: settings.password(f"airflow_{name}") for name in (ADMIN, VIEWER)}
    table = Table(title="How to open", title_justify="left", box=None, show_header=False)
    table.add_row("Portal", f"http://{settings.host}:{settings.portal_port}/")
    table.add_row("Airflow", f"http://{settings.host}:{settings.airflow_port}/")
    for name, password in passwords.items():
        table.add_row("", f"user {name}, password {password}")
    table.add_row("Warehouse", "make sql (role evaluator, read-only)")
    table.add_row("Releases", str(settings.releases_dir))
    table.add_row("Stop", "make down")
    console.print(table, highlight=False)


def _source_table(summary: Summary) -> Table:
    title = "Sources: rows of all deliveries so far"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("source")
    for heading in ("batches", "new", "received", "loaded", "quarantined", "mended", "flagged"):
        table.add_column(heading, justify="right")
    table.add_column("most frequent reasons")
    for one in summary.sources:
        counts = (
            *(one.batches, one.new_batches, one.rows_received, one.rows_loaded),
            *(one.rows_quarantined, one.rows_mended, one.rows_flagged),
        )
        reasons = ", ".join(f"{name} {count:,}" for name, count in one.top_reasons.items())
        table.add_row(one.source_id, *(f"{count:,}" for count in counts), reasons)
    return table


def _decision_table(summary: Summary) -> Table:
    table = Table(title="Gate", title_justify="left", box=None)
    for heading in ("dataset", "decision", "rows", "reasons"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for one in summary.decisions:
        decision = Text(one.decision, _COLOURS[one.decision])
        table.add_row(one.dataset, decision, f"{one.row_count:,}", "\n".join(one.reasons))
    return table


def _release_table(summary: Summary) -> Table:
    table = Table(title="Releases (synthetic data)", title_justify="left", box=None)
    for heading in ("dataset", "version", "rows", "", "folder"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for one in summary.releases:
        is_new = "new" if one.is_new else "as before"
        table.add_row(one.dataset, one.version, f"{one.row_count:,}", is_new, one.path)
    return table
