"""The verbs' names, and what becomes of errors that reach the top."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from dotenv import load_dotenv

from busan_safety import __version__
from busan_safety.cli import (
    boundary_verb,
    data_verbs,
    docs_verb,
    evaluate_verb,
    query_verb,
    release_verbs,
    reload_verbs,
    service_verbs,
    siting_verb,
    trace_verb,
)
from busan_safety.cli.output import BadInput, VerbFailed, print_error
from busan_safety.connectors.errors import DeliveryRefused, SourceFailure
from busan_safety.launcher.airflow_api import AirflowUnavailable, UnknownDag
from busan_safety.launcher.chain import ChainTimeout
from busan_safety.launcher.interrupts import Interrupted, raise_on_signals
from busan_safety.launcher.preflight import PreflightError
from busan_safety.launcher.stack import StartError
from busan_safety.loading.keys import KeyMismatch
from busan_safety.settings import ROOT
from busan_safety.sources import UnknownSource
from busan_safety.sources.points import BoundaryError
from busan_safety.warehouse import WarehouseUnavailable
from busan_safety.warehouse.embedded import ServerError

app = typer.Typer(
    name="busan-safety",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"busan-safety {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Data platform of the Busan Metropolitan Autonomous Police Committee."""


for verb in (
    *(*service_verbs.VERBS, *data_verbs.VERBS),
    *(*evaluate_verb.VERBS, *query_verb.VERBS),
    *(*docs_verb.VERBS, *reload_verbs.VERBS),
    *(*boundary_verb.VERBS, *release_verbs.VERBS, *siting_verb.VERBS, *trace_verb.VERBS),
):
    app.command()(verb)
# Its arguments, `--help` too, are Airflow's.
app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(service_verbs.airflow)

_BAD_INPUT = (BadInput, BoundaryError, DeliveryRefused, UnknownDag, UnknownSource, PreflightError)
_FAILED = (
    *(AirflowUnavailable, ChainTimeout, KeyMismatch, ServerError, SourceFailure, StartError),
    *(VerbFailed, WarehouseUnavailable),
)


def run() -> None:
    """Run the verb that the command line names and end the process with its status."""
    # Connections and passwords too, not only what Settings declares.
    load_dotenv(ROOT / ".env")
    raise_on_signals()
    try:
        app()
    except _BAD_INPUT as error:
        print_error(str(error))
        sys.exit(2)
    except _FAILED as error:
        print_error(str(error))
        sys.exit(1)
    except Interrupted as stop:
        print_error(f"Stopped by {stop}.")
        sys.exit(128 + stop.number)
