"""Decisions in `ops.gate_decision`: write, find, approve."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from busan_safety.gate.decision import DECIDED_BY_SUITE, Decision, Reason, Verdict
from busan_safety.warehouse import connect

_COLUMNS = """
    decision_id, dataset, candidate_fingerprint, suite_hash, code_version, decision, reasons,
    row_count, decided_by
"""


def write_decision(
    connection: psycopg.Connection,
    *,
    dataset: str,
    candidate_fingerprint: str,
    suite_hash: str,
    code_version: str,
    decision: Verdict,
    reasons: tuple[Reason, ...],
    row_count: int,
    run_id: str | None,
) -> Decision:
    """Record a decision; the dataset's newest one again leaves its row untouched.

    Another outcome for the same candidate (its deliveries aged, or its accounting broke) replaces
    the row and takes back a person's approval, which was given for other reasons. An earlier
    candidate that comes back becomes the newest again.
    """
    connection.execute(
        """
        insert into ops.gate_decision as known (
            dataset, candidate_fingerprint, suite_hash, code_version, decision, reasons,
            row_count, decided_by, run_id
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (dataset, candidate_fingerprint, suite_hash) do update set
            code_version = excluded.code_version,
            decision = excluded.decision,
            reasons = excluded.reasons,
            decided_by = case
                when (known.decision, known.reasons)
                    is distinct from (excluded.decision, excluded.reasons)
                then excluded.decided_by
                else known.decided_by
            end,
            run_id = excluded.run_id,
            decided_at = now()
        where
            (known.decision, known.reasons)
                is distinct from (excluded.decision, excluded.reasons)
            or exists (
                select 1 from ops.gate_decision as later
                where later.dataset = known.dataset and later.decided_at > known.decided_at
            )
        """,
        [
            dataset,
            candidate_fingerprint,
            suite_hash,
            code_version,
            decision,
            Jsonb([reason.as_json() for reason in reasons]),
            row_count,
            DECIDED_BY_SUITE,
            run_id,
        ],
    )
    written = find_decision(connection, dataset, candidate_fingerprint, suite_hash)
    if written is None:
        raise RuntimeError(f"The decision on {dataset} was not recorded in ops.gate_decision.")
    return written


def find_decision(
    connection: psycopg.Connection, dataset: str, candidate_fingerprint: str, suite_hash: str
) -> Decision | None:
    """Return the decision on exactly this fingerprint under exactly this suite, if any."""
    return _one(
        connection,
        f"select {_COLUMNS} from ops.gate_decision"  # noqa: S608 - our own column names
        " where dataset = %s and candidate_fingerprint = %s and suite_hash = %s",
        [dataset, candidate_fingerprint, suite_hash],
    )


def latest_decision(connection: psycopg.Connection, dataset: str) -> Decision | None:
    """Return the dataset's newest decision, if any."""
    return _one(
        connection,
        f"select {_COLUMNS} from ops.gate_decision where dataset = %s"  # noqa: S608 - as above
        " order by decided_at desc, decision_id desc limit 1",
        [dataset],
    )


def approve(decision_id: int, person: str) -> None:
    """Record that a person lets a warned or first candidate pass; `fail` cannot be approved.

    person: the name of the account, as the decision's `decided_by`.
    Raises ValueError when there is no such open decision, or no name.
    """
    if not person.strip() or person == DECIDED_BY_SUITE:
        raise ValueError("An approval needs the name of a person.")
    with connect("transformer") as connection:
        done = connection.execute(
            "update ops.gate_decision set decided_by = %s"
            " where decision_id = %s and decision <> 'fail'",
            [person, decision_id],
        )
        if done.rowcount != 1:
            raise ValueError(f"Decision {decision_id} does not exist or is 'fail'.")


def _one(connection: psycopg.Connection, statement: str, values: list[Any]) -> Decision | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement, values).fetchone()
    if row is None:
        return None
    reasons = row["reasons"] if isinstance(row["reasons"], list) else json.loads(row["reasons"])
    return Decision(**{**row, "reasons": tuple(map(Reason.from_json, reasons))})
