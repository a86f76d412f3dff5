"""Run one suite with Great Expectations: first yes or no, then counts for what said no."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from busan_safety.gate.decision import Reason
from busan_safety.gate.suites import Check, Suite

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.data_context.types.base import ProgressBarsConfig

from busan_safety.gate import expectations  # noqa: F401 - registers our own type

# Any format above BOOLEAN_ONLY costs one more scan for each expectation, so it is asked for only
# where the answer was no; and without a partial list no row value can come back (MEASURED.md P3).
_YES_OR_NO = "BOOLEAN_ONLY"
_COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}


def run_suite(
    suite: Suite, *, address: str, schema: str, table: str, session: dict[str, str]
) -> tuple[Reason, ...]:
    """Return a reason for every check that does not hold, in the suite's order.

    address: SQLAlchemy address. session: settings visible to the suite's SQL by
    `current_setting`. A check that raises becomes a critical reason, whatever its severity.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # A candidate that was just built has no statistics yet, and a nested loop over tens of
    # thousands of rows that the planner takes for a few never ends.
    planner = {"enable_nestloop": "off"}
    visible = {**session, **planner, "search_path": schema, "timezone": "Asia/Seoul"}
    options = " ".join(f"-c {name}={value}" for name, value in visible.items())
    source = context.data_sources.add_postgres(
        "warehouse", connection_string=f"{address}?options={quote(options)}"
    )
    try:
        asset = source.add_table_asset(table, table_name=table)
        batch = asset.add_batch_definition_whole_table("all rows")

        answers = _run(context, batch, suite.name, suite.expectations, _YES_OR_NO)
        failed = [check for check in suite.expectations if not answers[check.meta.check].success]
        if not failed:
            return ()
        counted = _run(context, batch, f"{suite.name} (counts)", failed, _COUNTS)
        return tuple(_reason(check, counted[check.meta.check]) for check in failed)
    finally:
        source.get_execution_engine().close()


def _run(
    context: Any, batch: Any, name: str, checks: list[Check], result_format: Any
) -> dict[str, Any]:
    suite = context.suites.add(
        ExpectationSuite(name=name, expectations=[check.model_dump() for check in checks])
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batch, suite=suite)
    )
    result = definition.run(result_format=result_format)
    return {entry.expectation_config.meta["check"]: entry for entry in result.results}


def _reason(check: Check, answer: Any) -> Reason:
    could_not_run = _raised(answer.exception_info)
    return Reason(
        check=check.meta.check,
        severity="critical" if could_not_run else check.severity,
        sentence=check.description,
        sentence_ko=check.meta.sentence_ko,
        why=check.meta.why,
        unexpected_count=None if could_not_run else _count(answer.result),
        could_not_run=could_not_run,
    )


def _count(result: dict[str, Any]) -> int | None:
    for name in ("unexpected_count", "observed_value"):
        if isinstance(result.get(name), int):
            return int(result[name])
    return None


def _raised(exception_info: dict[str, Any] | None) -> bool:
    # One flat record, or one record per metric that raised.
    if not exception_info:
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(bool(entry.get("raised_exception")) for entry in exception_info.values())
