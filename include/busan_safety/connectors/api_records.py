"""Items as rows: each item becomes a row under the union of the items' field names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.rows import Row

_HEADER_ITEMS = 1000
_HEADER_LETTERS = 16 * 1024**2
Item = tuple[dict[str, Any], str]


def rows_of_items(items: Iterator[dict[str, Any]], name: str) -> Iterator[Row]:
    """Yield a header row (line 0) and one row an item (line = its number over all pages).

    As `rows_of_pairs`, with the item as JSON for its text as sent.
    """
    return rows_of_pairs(((item, as_json(item)) for item in items), name)


def rows_of_pairs(pairs: Iterator[Item], name: str) -> Iterator[Row]:
    """Yield a header row (line 0) and one row for each item with its text as sent.

    The header is the union over the first 1,000 items (fewer where they are long); a field that
    appears only later refuses the delivery. Raises DeliveryRefused for nested values and lost
    letters.
    """
    first: list[Item] = []
    letters = 0
    for pair in pairs:
        first.append(pair)
        letters += len(pair[1])
        if len(first) >= _HEADER_ITEMS or letters > _HEADER_LETTERS:
            break
    header = list(dict.fromkeys(key for item, _ in first for key in item))
    yield Row(0, header, "")
    known = set(header)
    for number, (item, raw) in enumerate(chain(first, pairs), start=1):
        if not known.issuperset(item):
            extra = sorted(set(item) - known)
            raise DeliveryRefused(
                "unknown_columns",
                f"{name}: item {number} has fields that no earlier item had: "
                f"{', '.join(repr(field[:60]) for field in extra[:6])}.",
            )
        cells = [_text(item.get(key), key, name, number) for key in header]
        yield Row(number, cells, raw)


def as_json(item: dict[str, Any]) -> str:
    """The item as JSON in its own letters; escaped where it holds halves of letters."""
    try:
        text = json.dumps(item, ensure_ascii=False)
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return json.dumps(item)
    except RecursionError:
        pass
    raise DeliveryRefused("nested_value", "An item holds lists in lists without end.")


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _text(value: Any, key: str, name: str, number: int) -> str:
    if value is None:
        return ""
    if not _is_plain(value):
        # Senders write an empty field as an empty list or object, too.
        if not value:
            return ""
        raise DeliveryRefused(
            "nested_value",
            f"{name}: item {number} holds a list or an object in the field {key[:60]!r}.",
        )
    if isinstance(value, bool):
        return "Y" if value else "N"
    text = str(value)
    if "\ufffd" in text:
        raise DeliveryRefused(
            "replacement_characters",
            f"{name}: item {number} holds U+FFFD; the sender lost letters that cannot be restored.",
        )
    return text
