"""What role evaluator can and cannot do, tried."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from busan_safety.settings import get_settings
from busan_safety.warehouse import connect
from busan_safety.warehouse.bootstrap import bootstrap

READABLE = {"marts", "evaluation", "published"}
SYSTEM = {"pg_catalog", "information_schema", "pg_toast"}
HIDDEN = [
    *("raw", "quarantine", "ops", "reference", "staging", "intermediate"),
    *("marts_restricted", "evaluation_restricted", "disclosed", "published_candidate"),
]


def test_every_schema_is_known_to_be_readable_or_hidden(warehouse: psycopg.Connection) -> None:
    there = {
        name
        for (name,) in warehouse.execute("select nspname from pg_namespace").fetchall()
        if not name.startswith("pg_")
    }

    assert there - SYSTEM - {"public"} == READABLE | set(HIDDEN)


@pytest.mark.parametrize("schema", HIDDEN)
def test_a_hidden_schemas_tables_cannot_be_read(warehouse: psycopg.Connection, schema: str) -> None:
    table = sql.Identifier(schema, "secret")
    owner = warehouse.execute(
        "select nspowner::regrole::text from pg_namespace where nspname = %s", [schema]
    ).fetchone()
    assert owner
    warehouse.execute(sql.SQL("set role {}").format(sql.Identifier(owner[0])))
    warehouse.execute(sql.SQL("create table {} (person text)").format(table))
    warehouse.execute("reset role")

    try:
        with (
            connect("evaluator") as evaluator,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            evaluator.execute(sql.SQL("select * from {}").format(table))
    finally:
        warehouse.execute(sql.SQL("drop table {}").format(table))


@pytest.mark.parametrize(
    "attempt",
    [
        "insert into marts.shown values (1)",
        "update marts.shown set number = 2",
        "delete from marts.shown",
        "truncate marts.shown",
        "drop table marts.shown",
        "create table marts.own (number integer)",
        "create view marts.own as select 1 as one",
        "create table public.own (number integer)",
        "create schema own",
        "alter role evaluator superuser",
        "alter role transformer set statement_timeout = 0",
        "set role transformer",
        "copy marts.shown to program 'cat'",
        "select ops.end_overdue_queries('1 second')",
        "select pg_read_file('/etc/hostname')",
    ],
)
def test_an_evaluator_changes_nothing_though_the_session_is_set_to_write(
    shown: None, attempt: str
) -> None:
    with connect("evaluator") as evaluator:
        assert evaluator.execute("select number from marts.shown").fetchone() == (1,)
        evaluator.rollback()
        evaluator.execute("set default_transaction_read_only = off")
        evaluator.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            evaluator.execute(attempt.encode())


@pytest.fixture
def shown(warehouse: psycopg.Connection):
    warehouse.execute("set role transformer")
    warehouse.execute("create table marts.shown as select 1 as number")
    warehouse.execute("reset role")
    yield
    warehouse.execute("drop table marts.shown")


def test_a_session_begins_read_only_and_with_limits(warehouse: psycopg.Connection) -> None:
    with connect("evaluator") as evaluator:
        limits = [
            evaluator.execute(f"show {name}".encode()).fetchone()
            for name in (
                "default_transaction_read_only",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
            )
        ]

    assert limits == [("on",), ("1min",), ("10min",)]


def test_limits_that_a_role_lifted_for_itself_are_back_after_the_next_start(
    warehouse: psycopg.Connection,
) -> None:
    with connect("evaluator") as evaluator:
        evaluator.execute("set transaction read write")
        evaluator.execute("alter role evaluator set statement_timeout = 0")
        evaluator.execute("alter role evaluator in database warehouse set statement_timeout = 0")

    bootstrap(get_settings())

    with connect("evaluator") as evaluator:
        assert evaluator.execute("show statement_timeout").fetchone() == ("1min",)


def test_what_runs_past_the_limit_is_cancelled(warehouse: psycopg.Connection) -> None:
    with connect("evaluator") as evaluator:
        evaluator.execute("set statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            evaluator.execute("select pg_sleep(5)")


def test_a_raised_limit_is_ended_when_a_build_begins(warehouse: psycopg.Connection) -> None:
    with connect("evaluator") as raised, connect("transformer") as builder:
        raised.execute("set statement_timeout = 0")
        raised.commit()
        raised.execute("select 1")

        [young] = builder.execute("select ops.end_overdue_queries('1 hour')").fetchone() or (None,)
        [old] = builder.execute("select ops.end_overdue_queries('0 seconds')").fetchone() or (None,)

        assert (young, old) == (0, 1)
        with pytest.raises(psycopg.OperationalError):
            raised.execute("select 1")
