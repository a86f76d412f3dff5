"""The published datasets: one declaration each, read by gate, release and portal alike."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

DECLARATIONS = Path(__file__).parent / "datasets.yml"


class UnknownDataset(ValueError):
    """There is no dataset of that id; the message lists the ids."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Strict):
    """A text in Korean and English."""

    ko: str
    en: str


class Dataset(_Strict):
    """One table that the public gets: its key, its words and where it comes from."""

    id: str
    table_version: int
    title: Text
    description: Text
    caution: Text
    grain: str
    key: list[str]
    keywords: dict[Literal["ko", "en"], list[str]]
    frequency: Literal["MONTHLY", "QUARTERLY", "ANNUAL"]
    source_ids: list[str]

    @property
    def candidate_table(self) -> str:
        """Name of the table in schema `published_candidate`."""
        return f"pub_{self.id}_v{self.table_version}"


@lru_cache(maxsize=1)
def all_datasets() -> dict[str, Dataset]:
    """Every published dataset by id, in the order in which the public sees them."""
    declared = yaml.safe_load(DECLARATIONS.read_text(encoding="utf-8"))
    datasets = [Dataset.model_validate(entry) for entry in declared]
    return {dataset.id: dataset for dataset in datasets}


def get_dataset(dataset_id: str) -> Dataset:
    """Return the dataset called `dataset_id`; raises UnknownDataset with the known ids."""
    datasets = all_datasets()
    if dataset_id not in datasets:
        raise UnknownDataset(f"No dataset {dataset_id!r}. Known: {', '.join(datasets)}.")
    return datasets[dataset_id]
