"""What every disclosed table is made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from busan_safety.evaluation.tables import Column


class DisclosedTable(NamedTuple):
    """One table of schema `disclosed`.

    What a hidden row may still say has to be declared: any other number or text in it refuses the
    release. known: columns that are known without the counts (a factor, a plan, a year).
    public_with: a denominator -> the column that says which population it is; it may stand where
    that is one of the policy's public denominators. statuses: a status beside `value_status` ->
    the columns that it hides; `value_status` hides all others.
    """

    key: tuple[str, ...]
    comment: str
    columns: tuple[Column, ...]
    known: tuple[str, ...] = ()
    public_with: Mapping[str, str] = MappingProxyType({})
    statuses: Mapping[str, tuple[str, ...]] = MappingProxyType({})


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
