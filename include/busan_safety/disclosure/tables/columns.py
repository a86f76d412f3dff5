"""What every disclosed table is made of."""

from __future__ import annotations

from typing import NamedTuple

from busan_safety.evaluation.tables import Column


class DisclosedTable(NamedTuple):
    """One table of schema `disclosed`."""

    key: tuple[str, ...]
    comment: str
    columns: tuple[Column, ...]


STATUS = Column(
    "value_status",
    "text not null",
    "값의 상태. suppressed·not_reported·not_applicable이면 값이 비어 있음",
    "Status of the value; empty where suppressed, not reported or not applicable",
)
AS_OF = Column("data_as_of", "date", "자료 기준일", "Newest date in the contributing data")
SYNTHETIC = Column(
    "is_synthetic", "boolean not null", "합성 데이터 여부", "Whether the data are synthetic"
)
