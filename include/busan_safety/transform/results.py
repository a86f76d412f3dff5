"""Results of dbt nodes: typed, shown as a table, written to `ops.dbt_result`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from busan_safety.warehouse import connect

_FAILED = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True)
class ModelResult:
    """What dbt did with one node.

    relation: `schema.name` of what was built, None for tests. rows: rows written, where the
    database says so. failures: rows a test complained about. seconds: dbt's execution time.
    """

    unique_id: str
    name: str
    resource_type: str
    relation: str | None
    status: str
    message: str | None
    rows: int | None
    failures: int | None
    seconds: float

    @property
    def has_failed(self) -> bool:
        """Whether the node is a reason for the build to fail (a skipped node is not)."""
        return self.status in _FAILED


class BuildFailed(RuntimeError):
    """A layer was not built; names the failed nodes, why, and what to do."""

    def __init__(
        self,
        layer: str,
        results: Sequence[ModelResult],
        *,
        cause: BaseException | None,
        log_file: Path,
    ) -> None:
        self.layer = layer
        self.failed = [result for result in results if result.has_failed]
        lines = [f"The layer {layer!r} was not built: {len(self.failed)} dbt nodes failed."]
        if cause is not None:
            lines.append(without_row_values(str(cause)))
        for result in self.failed:
            reason = " ".join((result.message or "no message").split())
            lines.append(f"- {result.name} ({result.resource_type}): {reason}")
        lines.append(_what_to_do(self.failed))
        lines.append(f"dbt's log: {log_file}")
        super().__init__("\n".join(lines))


def model_results(outcome: Iterable[Any]) -> list[ModelResult]:
    """Turn dbt's run results into ours."""
    return [_model_result(result) for result in outcome]


def without_row_values(message: str) -> str:
    """Drop the lines in which PostgreSQL quotes the offending row."""
    kept = [
        line
        for line in message.strip().splitlines()
        if not line.strip().startswith(("DETAIL:", "CONTEXT:"))
    ]
    return "\n".join(kept)


def as_table(layer: str, results: Sequence[ModelResult], *, seconds: float) -> str:
    """Plain table of a layer's results, slowest models first, for the task's log."""
    passed = sum(result.status == "pass" for result in results)
    shown = [result for result in results if result.status != "pass"]
    shown.sort(key=lambda result: (not result.has_failed, result.status != "warn", -result.seconds))
    width = max((len(result.name) for result in shown), default=4)
    lines = [f"dbt layer {layer}: {len(results)} nodes in {seconds:.1f} s, {passed} tests passed"]
    lines.append(f"{'status':8} {'seconds':>8} {'rows':>9}  {'name':{width}}  message")
    for result in shown:
        rows = result.rows if result.rows is not None else result.failures
        count = "" if rows is None else f"{rows:,}"
        message = " ".join((result.message or "").split()) if result.has_failed else ""
        lines.append(
            f"{result.status:8} {result.seconds:8.2f} {count:>9}  {result.name:{width}}  {message}"
        )
    return "\n".join(line.rstrip() for line in lines)


def record(results: Sequence[ModelResult], *, run_id: str, layer: str) -> None:
    """Write one row per node to `ops.dbt_result`."""
    with connect("transformer") as connection:
        connection.cursor().executemany(
            "insert into ops.dbt_result (run_id, layer, unique_id, resource_type, status,"
            " message, rows_affected, failures, seconds)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(run_id, layer, result.unique_id, result.resource_type, result.status),
                    *(result.message, result.rows, result.failures, result.seconds),
                )
                for result in results
            ],
        )


def _model_result(result: Any) -> ModelResult:
    node = result.node
    kind = str(node.resource_type)
    is_built = kind in {"model", "seed", "snapshot"}
    rows = (result.adapter_response or {}).get("rows_affected")
    return ModelResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=kind,
        relation=f"{node.schema}.{node.alias}" if is_built else None,
        status=str(result.status),
        message=without_row_values(result.message) if result.message else None,
        rows=rows if is_built and isinstance(rows, int) and rows >= 0 else None,
        failures=result.failures,
        seconds=float(result.execution_time),
    )


def _what_to_do(failed: Sequence[ModelResult]) -> str:
    kinds = {result.resource_type for result in failed}
    if not failed:
        return "dbt did not get as far as a model: is the warehouse up, does `dbt parse` pass?"
    if kinds == {"test"}:
        return (
            "The data break a rule. The test's compiled SQL under target/ shows the rows; correct "
            "the delivery (it supersedes the old one) or, if the rule is wrong, the test."
        )
    return (
        "Correct the model, contract or seed that is named first, then run the layer again: "
        "finished nodes are simply built once more."
    )
