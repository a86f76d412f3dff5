"""The published datasets: one declaration each, read by gate, release and portal alike."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

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
    """One table that the public gets: its key, its words and where it comes from.

    replaces: id of the table before an incompatible change, which is fed beside this one until
    `fed_until` of its own declaration has come and it is taken out (ADR 23).
    """

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
    replaces: str | None = None
    fed_until: date | None = None

    @model_validator(mode="after")
    def _named_by_its_version(self) -> Self:
        if self.table_version > 1 and not self.id.endswith(self._suffix):
            raise ValueError(f"the id of this table version ends with {self._suffix}")
        return self

    @property
    def family(self) -> str:
        """The name without the table's version: what the first table was called."""
        return self.id.removesuffix(self._suffix) if self.table_version > 1 else self.id

    @property
    def candidate_table(self) -> str:
        """Name of the table in schema `published_candidate`."""
        return f"pub_{self.family}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return f"_v{self.table_version}"


@lru_cache(maxsize=1)
def all_datasets() -> dict[str, Dataset]:
    """Every published dataset by id, in the order in which the public sees them."""
    return read_datasets(DECLARATIONS)


def read_datasets(path: Path) -> dict[str, Dataset]:
    """Read a file of declarations. Raises ValueError where tables of one family do not fit."""
    declared = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    datasets = {entry["id"]: Dataset.model_validate(entry) for entry in declared}
    for dataset in datasets.values():
        if dataset.replaces is None:
            continue
        before = datasets.get(dataset.replaces)
        if before is None or (before.family, before.table_version) != (
            dataset.family,
            dataset.table_version - 1,
        ):
            raise ValueError(
                f"{dataset.id} replaces {dataset.replaces}, which must be table version "
                f"{dataset.table_version - 1} of {dataset.family} and still be fed."
            )
        if before.fed_until is None:
            raise ValueError(f"{before.id} is replaced, so it needs the day fed_until.")
    return datasets


def successor_of(dataset: Dataset) -> Dataset | None:
    """The table that replaces this one, if any."""
    return next((one for one in all_datasets().values() if one.replaces == dataset.id), None)


def get_dataset(dataset_id: str) -> Dataset:
    """Return the dataset called `dataset_id`; raises UnknownDataset with the known ids."""
    datasets = all_datasets()
    if dataset_id not in datasets:
        raise UnknownDataset(f"No dataset {dataset_id!r}. Known: {', '.join(datasets)}.")
    return datasets[dataset_id]
