"""A warehouse with good candidates, given anew to every test by a transaction-free copy."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from expectations import candidates


@pytest.fixture(scope="module")
def good_warehouse(warehouse: psycopg.Connection) -> psycopg.Connection:
    """Seed reference data, deliveries and good candidates once for the module."""
    candidates.create_all(warehouse)
    return warehouse


@pytest.fixture
def good(
    good_warehouse: psycopg.Connection, request: pytest.FixtureRequest
) -> Iterator[psycopg.Connection]:
    """Give a test the good state, and repair what it broke: all, or a parameter's dataset."""
    yield good_warehouse
    good_warehouse.execute("truncate ops.release, ops.gate_decision restart identity")
    damage = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    if damage.get("check", "row_accounting") == "row_accounting":
        candidates.create_deliveries(good_warehouse)
    candidates.create_candidates(good_warehouse, only=damage.get("dataset"))
