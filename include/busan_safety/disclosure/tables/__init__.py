"""The disclosed tables: columns, keys and the comments that the database shows.

One module per dataset, named as it; each holds its `TABLE`.
"""

from __future__ import annotations

from importlib import import_module

from busan_safety.disclosure.policy import DATASETS, Dataset
from busan_safety.disclosure.tables.columns import DisclosedTable

TABLES: dict[Dataset, DisclosedTable] = {
    dataset: import_module(f"{__name__}.{dataset}").TABLE for dataset in DATASETS
}

__all__ = ["TABLES", "DisclosedTable"]
