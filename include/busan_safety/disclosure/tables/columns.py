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
# Of the tables whose small counts the policy may have rounded instead of hidden.
ROUNDABLE_STATUS = Column(
    *STATUS[:2],
    "값의 상태. suppressed·not_reported·not_applicable이면 값이 비어 있음. rounded이면 가장 작은 "
    "단위의 작은 건수를 0 또는 기준값으로 바꾸고 더한 값",
    "Status of the value; empty where suppressed, not reported or not applicable. Where rounded, a "
    "sum of smallest counts of which the small ones became 0 or the threshold",
)
AS_OF = Column("data_as_of", "date", "자료 기준일", "Newest date in the contributing data")
SYNTHETIC = Column(
    "is_synthetic", "boolean not null", "합성 데이터 여부", "Whether the data are synthetic"
)
