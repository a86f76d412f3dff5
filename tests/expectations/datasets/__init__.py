"""Published datasets that bring their own candidate and mutations, one module each.

A module holds TABLE (the columns of its candidate), SEEDS (reference tables that its suite
reads), `rows()` (a good candidate) and MUTATIONS (one for each check); `create_more(connection)`
makes what else its suite reads. It is found by its name, which is the dataset's.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def dataset_modules() -> dict[str, ModuleType]:
    """Return every module by its dataset."""
    return {
        known.name: import_module(f"{__name__}.{known.name}") for known in iter_modules(__path__)
    }


def mutations_of_any(dataset: str, *, one: str, source: str, text_column: str) -> dict[str, str]:
    """Mutations of the checks that every suite has; `one` is a condition that names one row."""
    table = f"published_candidate.pub_{dataset}_v1"
    return {
        "key_unique": f"insert into {table} select * from {table} where {one}",
        "value_status_known": f"update {table} set value_status = 'estimated' where {one}",
        "row_accounting": f"delete from raw.{source} where _line = 2",
        "dated": f"update {table} set data_as_of = null",
        "freshness": f"update {table} set data_as_of = data_as_of - 3650",
        "synthetic_flag": f"update {table} set is_synthetic = false",
        "personal_data": f"update {table} set {text_column} = '문의 ０１０-1234-5678'",
        "rows_against_last_release": f"""
            insert into ops.release (
                dataset, version, candidate_fingerprint, decision_id, row_count, path, csv_sha256
            ) values ('{dataset}', '2024.11.1', 'x', 1, 100000, 'x', 'x')
        """,
    }
