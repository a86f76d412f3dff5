"""Connections to the warehouse: one role each, Korean time, typed errors."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

import psycopg

from busan_safety.settings import Settings, get_settings

Role = Literal["postgres", "loader", "transformer", "publisher", "evaluator", "airflow"]


class WarehouseUnavailable(RuntimeError):
    """The database does not answer; the message says how to start it."""


def connect(role: Role, *, settings: Settings | None = None) -> psycopg.Connection:
    """Open a connection to the warehouse as `role` (autocommit off, time zone Asia/Seoul).

    Raises WarehouseUnavailable when the server does not answer or refuses the password.
    """
    chosen = settings or get_settings()
    try:
        return psycopg.connect(
            host=chosen.pg_host,
            port=chosen.pg_port,
            dbname=chosen.warehouse_db,
            user=role,
            password=chosen.password(role),
            options="-c timezone=Asia/Seoul",
            connect_timeout=10,
        )
    except psycopg.OperationalError as error:
        where = f"{chosen.pg_host}:{chosen.pg_port}"
        hint = str(error).strip().splitlines()[0]
        raise WarehouseUnavailable(
            f"The warehouse at {where} does not take role {role!r}: {hint} "
            "Start it with `make up`, or set BUSAN_PG_HOST and BUSAN_PG_PORT."
        ) from None


def url(
    role: Role,
    *,
    database: str | None = None,
    driver: str = "postgresql+psycopg2",
    settings: Settings | None = None,
) -> str:
    """SQLAlchemy address of a database for `role`; it holds a password, so never log it."""
    chosen = settings or get_settings()
    name = database or chosen.warehouse_db
    password = quote(chosen.password(role), safe="")
    return f"{driver}://{role}:{password}@{chosen.pg_host}:{chosen.pg_port}/{name}"
