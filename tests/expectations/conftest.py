"""A warehouse with good candidates, given anew to every test by a transaction-free copy."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from expectations import candidates

# Checks whose damage is done to deliveries or to an agency's own totals.
_BROKEN_OUTSIDE = {"row_accounting", "agency_total"}


@pytest.fixture(scope="module")
def good_warehouse(warehouse: psycopg.Connection) -> psycopg.Connection:
    """Seed reference data, deliveries and good candidates once for the module."""
    candidates.create_all(warehouse)
    return warehouse


@pytest.fixture
def good(
    good_warehouse: psycopg.Connection, request: pytest.FixtureRequest
) -> Iterator[psycopg.Connection]:
    """Give a test the good state, and repair what it broke: a damage is done to one candidate."""
    yield good_warehouse
    good_warehouse.execute("truncate ops.release, ops.gate_decision restart identity")
    case = getattr(request.node, "callspec", None)
    damaged = case.params["dataset"] if case else None
    if damaged is None or case.params.get("check") in _BROKEN_OUTSIDE:
        candidates.create_all(good_warehouse)
    else:
        candidates.create_candidates(good_warehouse, only=damaged)
