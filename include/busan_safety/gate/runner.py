"""Run one suite with Great Expectations: first yes or no, then counts for what said no."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from busan_safety.gate.answers import Answers, raised, without_values
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


@dataclass(frozen=True)
class SuiteRun:
    """A reason for every check that does not hold, in the suite's order, and all yes and no."""

    reasons: tuple[Reason, ...]
    answers: Answers


def run_suite(
    suite: Suite, *, address: str, schema: str, table: str, session: dict[str, str]
) -> SuiteRun:
    """Ask every check of the suite about a table.

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

        asked = _run(context, batch, suite.name, suite.expectations, _YES_OR_NO)
        answers = without_values(asked.to_json_dict())
        by_check = _by_check(asked)
        failed = [check for check in suite.expectations if not by_check[check.meta.check].success]
        if not failed:
            return SuiteRun((), answers)
        counted = _by_check(_run(context, batch, f"{suite.name} (counts)", failed, _COUNTS))
        reasons = tuple(_reason(check, counted[check.meta.check]) for check in failed)
        return SuiteRun(reasons, answers)
    finally:
        source.get_execution_engine().close()


def _run(context: Any, batch: Any, name: str, checks: list[Check], result_format: Any) -> Any:
    suite = context.suites.add(
        ExpectationSuite(name=name, expectations=[check.model_dump() for check in checks])
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batch, suite=suite)
    )
    return definition.run(result_format=result_format)


def _by_check(result: Any) -> dict[str, Any]:
    return {entry.expectation_config.meta["check"]: entry for entry in result.results}


def _reason(check: Check, answer: Any) -> Reason:
    could_not_run = raised(answer.exception_info)
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
