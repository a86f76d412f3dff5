"""An expectation that Great Expectations lacks: no cell looks like a personal identifier.

Importing this module registers the type `expect_text_to_hold_no_personal_data`, so import it only
where suites run: it loads Great Expectations.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations.expectation import BatchExpectation

from busan_safety.privacy import count_leaks

_ROWS_AT_A_TIME = 5_000


class ExpectTextToHoldNoPersonalData(BatchExpectation):
    """Scan every text and JSON cell of the batch with the privacy detectors.

    All columns are read, so one that is added later is scanned too.
    The result holds the number of cells, never their text.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.columns",)
    success_keys: ClassVar[tuple[str, ...]] = ()
    args_keys: ClassVar[tuple[str, ...]] = ()

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        if not isinstance(execution_engine, SqlAlchemyExecutionEngine):
            raise TypeError("the scan reads the batch by SQL")
        batch, _, _ = execution_engine.get_compute_domain({}, domain_type="table")
        rows = execution_engine.execute_query(sa.select(sa.text("*")).select_from(batch))
        found = 0
        # Names and codes repeat on every row of a table of counts: each text is searched once.
        known: dict[str, int] = {}
        for block in rows.partitions(_ROWS_AT_A_TIME):
            texts = Counter(text for row in block for cell in row if (text := _text(cell)))
            for text in texts.keys() - known.keys():
                known[text] = sum(count_leaks([text]).values())
            found += sum(count * known[text] for text, count in texts.items())
        return {"success": found == 0, "result": {"observed_value": found}}


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, ensure_ascii=False)
    return None
