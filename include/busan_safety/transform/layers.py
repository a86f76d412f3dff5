"""Build one layer of the warehouse with dbt's own runner, and parse the project."""

from __future__ import annotations

import logging
import time
from typing import Any, Literal, get_args

from busan_safety.settings import get_settings
from busan_safety.transform.fingerprint import (
    changed_sources,
    needs_whole_build,
    remember_inputs,
)
from busan_safety.transform.results import BuildFailed, ModelResult, as_table, model_results, record
from busan_safety.transform.statistics import refresh_statistics
from busan_safety.transform.workspace import (
    Workspace,
    dbt_environment,
    keep_parse_state,
    prune_workspaces,
    workspace,
)
from busan_safety.warehouse import connect

Layer = Literal["reference", "staging", "intermediate", "marts", "published"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

_SELECTIONS: dict[Layer, str] = {
    "reference": "resource_type:seed",
    "staging": "path:models/staging",
    "intermediate": "path:models/intermediate",
    "marts": "path:models/marts path:snapshots",
    "published": "path:models/published",
}

# A person may raise the limit of 60 seconds in a session; not beyond this while a build begins.
_OVERDUE = "30 minutes"

log = logging.getLogger(__name__)


def build_layer(layer: Layer, *, run_id: str) -> list[ModelResult]:
    """Build and test one layer; record every node in `ops.dbt_result` and return it.

    run_id: the Airflow run, or any text that names this build. Only what is downstream of the
    sources with new batches is built, and no seed. Everything is, and incremental marts whole, when
    dbt code or seeds differ from the last good build or deliveries were read anew since.
    Raises BuildFailed when a node failed; what was built before it stays.
    """
    if layer == "reference":
        refresh_statistics()
        remember_inputs(run_id, anew=True)
        prune_workspaces()
    else:
        remember_inputs(run_id, anew=False)
    _end_overdue_queries()
    selection = _selection(layer, run_id)
    if not selection:
        log.info("%s: no delivery and no code changed since the last build.", layer)
        return []
    place = workspace(run_id, layer)
    # Results are read in this process; writing the manifest would cost seconds a layer.
    arguments = ["build", "--no-write-json", "--indirect-selection", "buildable"]
    arguments += ["--select", *selection]
    for kind in ("unit_test", "exposure"):
        arguments += ["--exclude-resource-type", kind]
    if layer == "reference" or (layer == "marts" and needs_whole_build(run_id)):
        arguments.append("--full-refresh")
    started = time.monotonic()
    outcome = invoke_dbt(arguments, place)
    results = model_results(outcome.result) if outcome.result is not None else []
    record(results, run_id=run_id, layer=layer)
    log.info("%s", as_table(layer, results, seconds=time.monotonic() - started))
    if not outcome.success:
        raise BuildFailed(layer, results, cause=outcome.exception, log_file=place.log_file)
    keep_parse_state(place)
    return results


def _selection(layer: Layer, run_id: str) -> list[str]:
    """Dbt's selectors for what a layer must build; empty for nothing."""
    whole = _SELECTIONS[layer].split()
    # What is published rests on the gate's decisions, too, which are no deliveries.
    sources = None if layer == "published" else changed_sources(run_id)
    if sources is None:
        return whole
    if layer == "reference":
        return []
    return [f"{part},source:raw.current_{source}+" for part in whole for source in sources]


def parse(*, warnings_are_errors: bool = False) -> Any:
    """Parse the whole dbt project without a database and return its manifest.

    Raises BuildFailed with dbt's own words when the project does not parse or, if
    `warnings_are_errors`, when dbt warns of anything, deprecations included.
    """
    place = workspace("parse", "parse")
    arguments = ["parse", "--no-partial-parse", "--show-all-deprecations"]
    outcome = invoke_dbt(["--warn-error", *arguments] if warnings_are_errors else arguments, place)
    if not outcome.success:
        raise BuildFailed("parse", [], cause=outcome.exception, log_file=place.log_file)
    return outcome.result


def _end_overdue_queries() -> None:
    with connect("transformer") as connection:
        row = connection.execute(
            "select ops.end_overdue_queries(%s::interval)", [_OVERDUE]
        ).fetchone()
    if row and row[0]:
        log.warning("Ended %s evaluators' transactions older than %s.", row[0], _OVERDUE)


def invoke_dbt(arguments: list[str], place: Workspace) -> Any:
    """Run one dbt command in this process, artifacts and log in `place`; return its result."""
    # Imported here: it takes three seconds that only a build has to pay.
    from dbt.cli.main import dbtRunner

    project = str(get_settings().dbt_dir)
    quiet = ["--log-level", "none", "--log-level-file", "info", "--no-use-colors-file"]
    with dbt_environment():
        return dbtRunner().invoke(
            [
                *arguments,
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(place.target_dir), "--log-path", str(place.log_dir)),
                *("--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats"),
                *quiet,
            ]
        )
