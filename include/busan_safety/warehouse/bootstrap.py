"""Databases, roles and the platform's own tables; safe to run at every start."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import sql

from busan_safety.settings import Settings
from busan_safety.warehouse.connection import connect
from busan_safety.warehouse.reference_tables import create_reference_tables

_WAREHOUSE_ROLES = ("loader", "transformer", "publisher", "evaluator")
EVALUATOR_STATEMENT_TIMEOUT = "60s"
# An open transaction holds back the tables that a build wants to replace.
EVALUATOR_IDLE_TIMEOUT = "10min"
EVALUATOR_CONNECTIONS = 40


def bootstrap(settings: Settings) -> None:
    """Create what is missing: roles, databases, schemas and the platform's own tables.

    The reference tables too, where dbt has not made them yet.

    Passwords are set anew each time, so that `var/secrets.json` or the environment rules.
    Takes about 0.1 s when everything exists.
    """
    with _as_superuser(settings, "postgres") as server:
        for role in (*_WAREHOUSE_ROLES, "airflow"):
            _ensure_role(server, role, settings.password(role))
        _ensure_database(server, settings.airflow_db, owner="airflow")
        _ensure_database(server, settings.warehouse_db, owner="postgres")
        for database in (settings.airflow_db, "postgres"):
            server.execute(
                sql.SQL("revoke connect on database {} from public").format(
                    sql.Identifier(database)
                )
            )
        _restrict_evaluator(server, settings.warehouse_db)
    with _as_superuser(settings, settings.warehouse_db) as warehouse:
        warehouse.execute(
            sql.SQL("revoke all on database {} from public").format(
                sql.Identifier(settings.warehouse_db)
            )
        )
        for role in _WAREHOUSE_ROLES:
            warehouse.execute(
                sql.SQL("grant connect, temporary on database {} to {}").format(
                    sql.Identifier(settings.warehouse_db), sql.Identifier(role)
                )
            )
        # Programs that run beside each other may bootstrap at the same moment.
        warehouse.execute("select pg_advisory_lock(20240401)")
        warehouse.execute(files(__package__).joinpath("schema.sql").read_bytes())
        create_reference_tables(warehouse, settings.seeds_dir)


def superuser(settings: Settings) -> psycopg.Connection:
    """Connect to the warehouse as `postgres`, for set-up and tests only."""
    return connect("postgres", settings=settings)


def _as_superuser(settings: Settings, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=settings.pg_host,
        port=settings.pg_port,
        dbname=database,
        user="postgres",
        password=settings.password("postgres"),
        autocommit=True,
        client_encoding="utf8",
        options="-c client_min_messages=warning",
    )


def _ensure_role(server: psycopg.Connection, role: str, password: str) -> None:
    known = server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = "alter" if known else "create"
    server.execute(
        sql.SQL(verb + " role {} login password {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def _ensure_database(server: psycopg.Connection, name: str, *, owner: str) -> None:
    if server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return
    server.execute(
        sql.SQL("create database {} owner {} template template0").format(
            sql.Identifier(name), sql.Identifier(owner)
        )
    )


def _restrict_evaluator(server: psycopg.Connection, database: str) -> None:
    # A role may change its own settings, and those for one database go before these.
    own = server.execute(
        "select from pg_db_role_setting where setrole = 'evaluator'::regrole and setdatabase <> 0"
    ).fetchone()
    if own is not None:
        server.execute(
            sql.SQL("alter role evaluator in database {} reset all").format(
                sql.Identifier(database)
            )
        )
    server.execute("alter role evaluator set default_transaction_read_only = on")
    server.execute(
        sql.SQL("alter role evaluator set statement_timeout = {}").format(
            sql.Literal(EVALUATOR_STATEMENT_TIMEOUT)
        )
    )
    server.execute(
        sql.SQL("alter role evaluator set idle_in_transaction_session_timeout = {}").format(
            sql.Literal(EVALUATOR_IDLE_TIMEOUT)
        )
    )
    server.execute(
        sql.SQL("alter role evaluator connection limit {}").format(
            sql.Literal(EVALUATOR_CONNECTIONS)
        )
    )
    server.execute("alter role evaluator set search_path = marts, evaluation, published")
