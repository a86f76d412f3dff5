"""Ask dbt's metrics through MetricFlow, as role evaluator.

`busan-safety query` does not need this: it is the second road to the same numbers, for those who
work with metrics. MetricFlow is imported here only, never by a build (it costs a second).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from busan_safety.transform.layers import parse
from busan_safety.transform.metric_file import ENTITY
from busan_safety.transform.workspace import workspace
from busan_safety.warehouse import connect


def semantic_manifest() -> Path:
    """Parse the project; the file that MetricFlow reads."""
    parse()
    return workspace("parse", "parse").target_dir / "semantic_manifest.json"


class Metrics:
    """MetricFlow over one parsed project."""

    def __init__(self, manifest: Path) -> None:
        """Read the semantic manifest that `semantic_manifest` has written."""
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        known = parse_manifest_from_dbt_generated_manifest(
            manifest_json_string=manifest.read_text("utf-8")
        )
        self._engine = MetricFlowEngine(SemanticManifestLookup(known), _renderer_only())

    def sql(
        self,
        metric: str,
        *,
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        first: date | None = None,
        last: date | None = None,
    ) -> str:
        """SQL of one metric.

        by: `metric_time__month` or a dimension (`place_code`). where: `place_type = 'district'`
        with the dimension's bare name first. first, last: days on which periods begin.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(
            metric_names=[metric],
            group_by_names=[_named(name) for name in by],
            where_constraints=[_condition(text) for text in where] or None,
            time_constraint_start=datetime.combine(first, time()) if first else None,
            time_constraint_end=datetime.combine(last, time()) if last else None,
        )
        text: str = self._engine.explain(request).sql_statement.sql
        return text

    def rows(self, metric: str, **asked: Any) -> list[dict[str, Any]]:
        """The metric's rows; arguments as for `sql`. Dimensions have their bare names."""
        with connect("evaluator") as connection, connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(self.sql(metric, **asked).encode()).fetchall()
        return [
            {name.removeprefix(f"{ENTITY}__"): value for name, value in row.items()}
            for row in found
        ]


def _named(name: str) -> str:
    return name if "__" in name else f"{ENTITY}__{name}"


def _condition(text: str) -> str:
    name, _, rest = text.partition(" ")
    return f"{{{{ Dimension('{_named(name)}') }}}} {rest}"


def _renderer_only() -> Any:
    """What MetricFlow asks of a database while it writes SQL: its dialect."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.POSTGRES
        sql_plan_renderer = PostgresSQLSqlPlanRenderer()

    return Dialect()
