"""API answers as rows: each item becomes a row under the union of the items' field names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.tabular import Row

_HEADER_ITEMS = 1000


def rows_of_items(items: Iterator[dict[str, Any]], name: str) -> Iterator[Row]:
    """Yield a header row (line 0) and one row an item (line = its number over all pages).

    The header is the union over the first 1,000 items; a field that appears only later refuses
    the delivery. Raises DeliveryRefused for nested values and lost letters.
    """
    first = list(islice(items, _HEADER_ITEMS))
    header = list(dict.fromkeys(key for item in first for key in item))
    yield Row(0, header, "")
    known = set(header)
    for number, item in enumerate(chain(first, items), start=1):
        if extra := set(item) - known:
            raise DeliveryRefused(
                "unknown_columns",
                f"{name}: item {number} has fields that no earlier item had: "
                f"{', '.join(sorted(extra))}.",
            )
        cells = [_text(item.get(key), name, number) for key in header]
        yield Row(number, cells, json.dumps(item, ensure_ascii=False))


def _text(value: Any, name: str, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | Sequence) and not isinstance(value, str):
        raise DeliveryRefused(
            "nested_value", f"{name}: item {number} holds a list or an object in a field."
        )
    text = str(value)
    if "\ufffd" in text:
        raise DeliveryRefused(
            "replacement_characters",
            f"{name}: item {number} holds U+FFFD; the sender lost letters that cannot be restored.",
        )
    return text
