"""Verbs about the running platform: up, down, status, demo, run, sql, airflow."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from busan_safety.cli.output import Json, errors, print_json, screen
from busan_safety.cli.status_screen import show_overview, show_services
from busan_safety.launcher import run_demo
from busan_safety.launcher.airflow_api import AirflowApi
from busan_safety.launcher.chain import Chain
from busan_safety.launcher.demo import ready_airflow, show_failures
from busan_safety.launcher.environment import airflow_env
from busan_safety.launcher.interrupts import Interrupted, ignore_signals
from busan_safety.launcher.overview import overview
from busan_safety.launcher.screen import Stopwatch, show_how_to_open, watching
from busan_safety.launcher.services import airflow_command
from busan_safety.launcher.stack import Stack
from busan_safety.settings import get_settings
from busan_safety.warehouse import Role, WarehouseUnavailable, connect
from busan_safety.warehouse.embedded import packaged_binaries


def up(as_json: Json = False) -> None:
    """Start PostgreSQL, the sandbox agencies, Airflow and the portal; leave them running."""
    settings = get_settings()
    stack = Stack(settings, say=Stopwatch(_progress(as_json)).say)
    try:
        stack.up()
        ready_airflow(stack)
    except BaseException as error:
        if isinstance(error, Interrupted):
            ignore_signals()
        stack.stop_started()
        raise
    if as_json:
        print_json(stack.status())
    else:
        show_how_to_open(screen, settings)


def down(as_json: Json = False) -> None:
    """Stop every service of this deployment."""
    stopped = Stack(get_settings()).down()
    if as_json:
        print_json({"stopped": stopped})
    else:
        screen.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


def status(
    everything: Annotated[
        bool, typer.Option("--all", help="Every feed and limit, also where all is well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the whole platform: services, feeds that need somebody, the gate, the releases."""
    settings = get_settings()
    states = Stack(settings).status()
    try:
        known = overview(settings)
    except WarehouseUnavailable:
        known = None
    if as_json:
        records = asdict(known) if known else {}
        print_json({"services": [asdict(one) for one in states], **records})
        return
    show_services(screen, states)
    if known:
        show_overview(screen, known, everything=everything)
    else:
        screen.print("The warehouse does not answer: start it with `make up`.", style="yellow")


def demo(as_json: Json = False) -> None:
    """Start everything, run every DAG once, publish, and say what was done and where to look."""
    sys.exit(run_demo(get_settings(), _progress(as_json), as_json=as_json))


def run(
    dag_id: Annotated[str, typer.Argument(help="Which DAG, for example ingest_police.")],
    as_json: Json = False,
) -> None:
    """Run a DAG in Airflow and follow it and what its assets start."""
    api = AirflowApi(get_settings())
    api.require_dag(dag_id)
    api.unpause_all()
    console = _progress(as_json)
    with watching(console, Stopwatch(console)) as watch:
        states = Chain(api, watch).follow([api.trigger(dag_id)])
    if as_json:
        print_json([asdict(one) for one in states])
    show_failures(api, errors, states)
    if any(one.state == "failed" for one in states):
        sys.exit(1)


def sql(
    command: Annotated[
        str | None, typer.Option("--command", "-c", help="Run one statement and end.")
    ] = None,
    role: Annotated[
        Role, typer.Option("--role", help="For repairs: loader sees ops, raw and quarantine.")
    ] = "evaluator",
    as_json: Json = False,
) -> None:
    """Open psql on the warehouse, by default as the read-only role `evaluator`."""
    settings = get_settings()
    connect(role, settings=settings).close()
    psql = str(packaged_binaries() / "psql")
    arguments = [psql, "-h", settings.pg_host, "-p", str(settings.pg_port)]
    arguments += ["-U", role, "-d", settings.warehouse_db]
    if command is not None:
        statement = command.strip().rstrip(";")
        wrapped = f"select coalesce(json_agg(r), '[]') from ({statement}) r"  # noqa: S608 - read-only role
        arguments += ["-At", "-c", wrapped] if as_json else ["-c", command]
    os.environ["PGPASSWORD"] = settings.password(role)
    os.environ.setdefault("PAGER", "less -SFX")
    os.execv(psql, arguments)  # noqa: S606 - replaces this process by psql


def airflow(context: typer.Context) -> None:
    """Airflow's own command line on this deployment, such as `airflow backfill create …`."""
    command = airflow_command(*context.args)
    os.execve(command[0], list(command), airflow_env(get_settings()))  # noqa: S606 - replaces this process


def _progress(as_json: bool) -> Console:
    """Where progress goes: away from the JSON when a machine reads."""
    return errors if as_json else screen


VERBS = (demo, up, down, status, run, sql)
