"""What a published row was made of in the warehouse: relations, models, feeds.

Read from the code that makes it (the disclosure queries, the evaluation queries and dbt's
manifest), so that a new dataset or indicator can be traced without a declaration of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from busan_safety.evaluation.plans import load_plans
from busan_safety.gate import Dataset
from busan_safety.settings import get_settings
from busan_safety.transform.lineage import Manifest, ancestors, feeds_of, parents, short
from busan_safety.transform.reference_pages import parsed_manifest

_RELATION = re.compile(r"\b(?:from|join)\s+((?:marts|evaluation)\.\w+)")
_READ_BY_PLAN = re.compile(r"\b(?:from|join)\s+((?:intermediate|marts)\.\w+)")
_LITERAL = re.compile(r"'([^']*)' as (\w+)")
_INDICATOR = re.compile(r"indicator_rows\(\s*'(?P<id>\w+)',\s*(?P<alias>\w+)(?P<rest>[^}]*)\)")
_VERSION = re.compile(r"definition_version\s*=\s*(\d+)")
_VALUES = "fct_indicator_value"
_BUILT = ("model", "snapshot")
# The exact counts of a rounded table would undo its rounding; which of them were moved, too.
_PROTECTED = ("suppressed", "rounded")


@dataclass(frozen=True)
class Relation:
    """A table behind the row, and its rows that share the row's key.

    matched_by: the key columns that the table has too; without any all its rows may count.
    rows: at most three, and none where disclosure control hid or rounded the published row.
    """

    name: str
    row_count: int
    matched_by: dict[str, str]
    rows: tuple[dict[str, str | None], ...]
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Behind:
    """Feeds by id, and one line per model: `model <- what it reads`."""

    feeds: tuple[str, ...]
    lineage: tuple[str, ...] = ()


def relations_behind(
    connection: psycopg.Connection, dataset_id: str, row: dict[str, str]
) -> tuple[Relation, ...]:
    """Tables of marts and evaluation that the disclosure query reads for this row, dims apart."""
    names = sorted(_relations_of_query(dataset_id, row))
    return tuple(
        _relation(connection, name, row) for name in names if not name.startswith("marts.dim_")
    )


def feeds_behind(dataset: Dataset, row: dict[str, str], relations: tuple[Relation, ...]) -> Behind:
    """Feeds upstream of the row; those that the dataset declares where nothing says more."""
    manifest = _manifest()
    models = [
        _unique_id(manifest, name)
        for relation in relations
        for name in (relation.measures or _tables_of_plan(relation, row) or (relation.name,))
    ]
    known = [one for one in models if one]
    if not known:
        return Behind(tuple(dataset.source_ids))
    feeds = sorted({feed for one in known for feed in feeds_of(manifest, one) if "." not in feed})
    path = sorted({one for model in known for one in ancestors(manifest, model)})
    lines = [
        f"{short(manifest, one)} <- "
        + ", ".join(short(manifest, up) for up in parents(manifest, one))
        for one in path
        if one.startswith("model.") and "stg_platform__" not in one
    ]
    return Behind(tuple(feeds), tuple(lines))


def rows_as_text(
    connection: psycopg.Connection, table: str, key: dict[str, str]
) -> list[dict[str, str | None]]:
    """Rows of `schema.table` with these values, every column as PostgreSQL's text."""
    columns = _columns(connection, table)
    if not columns:
        return []
    where = [
        sql.SQL("coalesce({}::text, '') = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in key.items()
    ]
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            sql.SQL("select {} from {} where {}").format(
                sql.SQL(", ").join(
                    sql.SQL("{0}::text as {0}").format(sql.Identifier(name)) for name in columns
                ),
                sql.Identifier(*table.split(".")),
                sql.SQL(" and ").join(where) if where else sql.SQL("true"),
            )
        ).fetchall()


def _relation(connection: psycopg.Connection, name: str, row: dict[str, str]) -> Relation:
    columns = _columns(connection, name)
    ids = {
        column: value
        for column, value in row.items()
        if column in columns and _identifies(column) and value != ""
    }
    found = rows_as_text(connection, name, ids) if ids else []
    is_protected = row.get("value_status") in _PROTECTED
    return Relation(
        name=name,
        row_count=len(found),
        matched_by=ids,
        rows=() if is_protected else tuple(found[:3]),
        measures=_measures_of(row) if name.endswith(f".{_VALUES}") else (),
    )


def _identifies(column: str) -> bool:
    return column.endswith(("_id", "_code", "_type", "_version", "subgroup")) or column in (
        "period_start",
        "year",
    )


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    found = connection.execute(
        "select attname from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [table],
    ).fetchall()
    return [name for (name,) in found]


def _relations_of_query(dataset_id: str, row: dict[str, str]) -> set[str]:
    """Relations named in `disclosure/sql/<dataset>.sql`, without branches about other rows.

    A branch of a union that says `'school' as facility_type` has no part in a row of cameras.
    """
    path = resources.files("busan_safety.disclosure").joinpath("sql", f"{dataset_id}.sql")
    if not path.is_file():
        return set()
    text = path.read_text(encoding="utf-8")
    found: set[str] = set()
    for branch in re.split(r"\bunion all\b|\n\),\n", text):
        others = [name for value, name in _LITERAL.findall(branch) if row.get(name, value) != value]
        if not others:
            found.update(_RELATION.findall(branch))
    return found


def _measures_of(row: dict[str, str]) -> tuple[str, ...]:
    """Measure models of the row's indicator and definition, as the macros name them."""
    version = row.get("definition_version", "1")
    found = set()
    for macro in _manifest()["macros"].values():
        text = macro["macro_sql"]
        for call in _INDICATOR.finditer(text):
            stated = _VERSION.search(call["rest"])
            if call["id"] != row.get("indicator_id") or (stated[1] if stated else "1") != version:
                continue
            named = re.search(rf"set {call['alias']} = ref\('(\w+)'\)", text)
            if named:
                found.add(f"marts.{named[1]}")
    return tuple(sorted(found))


def _tables_of_plan(relation: Relation, row: dict[str, str]) -> tuple[str, ...]:
    """Tables that an evaluation plan's outcome is counted from."""
    if not relation.name.startswith("evaluation."):
        return ()
    queries = resources.files("busan_safety.evaluation").joinpath("sql")
    measures = {plan.outcome.measure for plan in load_plans() if plan.plan_id == row.get("plan_id")}
    return tuple(
        sorted(
            {
                name
                for query in queries.iterdir()
                if any(query.name.startswith(measure) for measure in measures)
                for name in _READ_BY_PLAN.findall(query.read_text(encoding="utf-8"))
                if not name.startswith("marts.dim_")
            }
        )
    )


@lru_cache(maxsize=1)
def _manifest() -> Manifest:
    """The manifest of the newest build; parsed from the project where no build has left one."""
    runs = get_settings().var_dir / "dbt" / "runs"
    newest = max(
        runs.glob("*/*/target/manifest.json"), key=lambda path: path.stat().st_mtime, default=None
    )
    if newest is None:
        return parsed_manifest()
    found: Manifest = json.loads(newest.read_text(encoding="utf-8"))
    return found


def _unique_id(manifest: Manifest, relation: str) -> str | None:
    schema, name = relation.split(".")
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] in _BUILT and (node["schema"], node["name"]) == (schema, name):
            return str(unique_id)
    return None
