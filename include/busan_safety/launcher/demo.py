"""The demonstration: everything started, every DAG run once, and a summary of what it did."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console

from busan_safety.launcher import interrupts, screen
from busan_safety.launcher.airflow_api import AirflowApi, AirflowUnavailable, RunState
from busan_safety.launcher.chain import ALL_DAGS, Chain, ChainTimeout, goes_its_own_way
from busan_safety.launcher.preflight import PreflightError
from busan_safety.launcher.stack import Stack, StartError
from busan_safety.launcher.summary import database_time, summarise
from busan_safety.settings import Settings
from busan_safety.warehouse.embedded import ServerError

EXIT_FAILED, EXIT_NOT_READY = 1, 2


def run_demo(settings: Settings, console: Console, *, as_json: bool = False) -> int:
    """Start what is not running, run the chain once, print the summary; return the exit status.

    Services stay up, also when a task failed, so that one can look at it. A stop signal or a
    service that does not come up ends everything that this call started.
    """
    stopwatch = screen.Stopwatch(console)
    stack = Stack(settings, say=stopwatch.say)
    interrupts.raise_on_signals()
    try:
        states = _run(settings, console, stopwatch, stack, as_json=as_json)
    except PreflightError as error:
        for problem in error.problems:
            console.print(problem, style="red", highlight=False)
        return EXIT_NOT_READY
    except interrupts.Interrupted as stop:
        console.print(f"Interrupted ({stop}).")
        _clean_up(stack, console)
        return 128 + stop.number
    except (StartError, ServerError, AirflowUnavailable, ChainTimeout) as error:
        console.print(str(error), style="red", highlight=False)
        _clean_up(stack, console)
        return EXIT_FAILED
    return EXIT_FAILED if any(one.state == "failed" for one in states) else 0


def _run(
    settings: Settings,
    console: Console,
    stopwatch: screen.Stopwatch,
    stack: Stack,
    *,
    as_json: bool,
) -> list[RunState]:
    stack.up()
    since = database_time(settings)
    api = ready_airflow(stack)
    stopwatch.say("All services answer.")
    with screen.watching(console, stopwatch) as watch:
        states = Chain(api, watch).run()
    summary = summarise(settings, since)
    if as_json:
        print(json.dumps(asdict(summary) | {"seconds": round(stopwatch.seconds, 1)}))
    else:
        screen.show_summary(console, summary)
        screen.show_how_to_open(console, settings)
    show_failures(api, console, states)
    if any(one.state == "failed" for one in states):
        stopwatch.say("Not all is well: see the failed tasks above.")
    elif summary.is_unchanged:
        stopwatch.say("Done. No delivery had changed, so nothing was built or published again.")
    else:
        stopwatch.say("Done.")
    return states


def ready_airflow(stack: Stack) -> AirflowApi:
    """Wait for the DAGs, end runs that an earlier stop cut off, switch every DAG on."""
    api = AirflowApi(stack.settings)
    api.wait_for_dags(set(ALL_DAGS))
    if stack.scheduler_started_at:
        for key in api.unfinished_runs(queued_before=stack.scheduler_started_at):
            if not goes_its_own_way(key):
                api.end_run(key, "interrupted by an earlier stop")
                stack.say(f"Ended a run of {key.dag_id} that an earlier stop had interrupted.")
    api.unpause_all()
    return api


def show_failures(api: AirflowApi, console: Console, states: list[RunState]) -> None:
    """Print the end of the log of every failed task."""
    for one in states:
        for task in one.tasks:
            if task.state == "failed":
                console.rule(f"{one.key.dag_id} · {task.task_id} · {task.label} failed")
                console.print(
                    api.log_tail(one.key, task), highlight=False, markup=False, soft_wrap=True
                )


def _clean_up(stack: Stack, console: Console) -> None:
    interrupts.ignore_signals()
    if stack.started:
        console.print("Stopping what this run started …", highlight=False)
        console.print(f"Stopped: {', '.join(stack.stop_started())}.", highlight=False)
    else:
        console.print("This run had started nothing; what ran before it goes on.")
