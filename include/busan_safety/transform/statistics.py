"""The planner's statistics of what the loader wrote since the last build.

A build joins deliveries right after they came, before autovacuum has seen them: without fresh
numbers PostgreSQL took a table of a thousand batches for empty and joined it row by row, at full
scale 44 s for a fact of two seconds.
"""

from __future__ import annotations

import logging

from psycopg import sql

from busan_safety.warehouse import connect

# As autovacuum's own threshold: this many changed rows and this share of the table.
_ROWS, _SHARE = 50, 0.1

log = logging.getLogger(__name__)


def refresh_statistics() -> list[str]:
    """Analyse the tables of `raw` and `ops` that changed since; return their names."""
    with connect("transformer") as connection:
        changed = connection.execute(
            "select schemaname, relname from pg_stat_user_tables"
            " where schemaname in ('raw', 'ops')"
            " and n_mod_since_analyze > %s + %s * n_live_tup"
            " and has_table_privilege(relid, 'maintain') order by 1, 2",
            [_ROWS, _SHARE],
        ).fetchall()
        for schema, table in changed:
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, table)))
    names = [f"{schema}.{table}" for schema, table in changed]
    if names:
        log.info("statistics refreshed: %s", ", ".join(names))
    return names
