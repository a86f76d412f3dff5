"""The newest delivery of every period, read from the landing folder with pandas alone.

What a column is called comes from the registry's declaration (its header spellings); nothing of
the loader is used. Cells stay text until `number`, `day` or `moment` reads them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "include" / "busan_safety" / "sources" / "registry"
SEEDS = ROOT / "dbt_project" / "seeds"


@cache
def seed(name: str) -> pd.DataFrame:
    """Return a seed as text."""
    return pd.read_csv(SEEDS / f"{name}.csv", dtype=str, keep_default_na=False)


@dataclass(frozen=True)
class Delivery:
    """What came at once: a file, or the pages of an interface."""

    name: str
    scope: str
    period: str
    received_at: str
    files: tuple[Path, ...]


class Landing:
    """The landing folder of a deployment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, pd.DataFrame] = {}

    def deliveries(self, source: str) -> list[Delivery]:
        """Return a source's deliveries, the oldest first.

        Times of receipt are whole seconds; a corrected file (`..._정정`, `..._수정`) and the
        file of a later quarter follow by name what they replace.
        """
        found = []
        for manifest in (self.folder / source).glob("*/*/manifest.json"):
            said = json.loads(manifest.read_text(encoding="utf-8"))
            files = tuple(manifest.parent / one["name"] for one in said["files"])
            found.append(
                Delivery(
                    said["name"],
                    said["scope_key"],
                    said["period"] or "",
                    said["received_at"],
                    files,
                )
            )
        return sorted(found, key=lambda one: (one.received_at, Path(one.name).stem))

    def table(self, source: str, slices: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
        """Return the rows of a source that count now.

        slices: the period of each row; of a period the rows of the newest delivery stay.
        Columns beside the declared ones: `_delivery` (its order), `_scope`, `_period`, `_name`.
        """
        if source not in self._tables:
            parts = []
            for order, delivery in enumerate(self.deliveries(source)):
                part = read(source, delivery)
                part["_delivery"] = order
                part["_scope"] = delivery.scope
                part["_period"] = delivery.period
                part["_name"] = delivery.name
                parts.append(part)
            self._tables[source] = pd.concat(parts, ignore_index=True)
        rows = self._tables[source].copy()
        rows["_slice"] = slices(rows)
        newest = rows.groupby("_slice")["_delivery"].transform("max")
        return rows[rows["_delivery"] == newest].reset_index(drop=True)

    @cached_property
    def residents(self) -> pd.DataFrame:
        """Residents at the end of each month: index month, one column per district."""
        months: dict[pd.Timestamp, dict[str, int]] = {}
        for delivery in self.deliveries("city_population"):
            grid = list(csv.reader(io.StringIO(text_of(delivery.files[0].read_bytes()))))
            header = next(at for at, row in enumerate(grid) if row and row[0] == "행정기관코드")
            blocks = grid[header - 1]
            for row in grid[header + 1 :]:
                code = row[0].strip() if row else ""
                if not re.fullmatch(r"26\d{3}0{5}", code) or code == "2600000000":
                    continue
                block = ""
                for at, cell in enumerate(row):
                    block = blocks[at].strip() or block
                    if grid[header][at].replace(" ", "") == "총거주자수":
                        months.setdefault(month_of(block), {})[code[:5]] = int(
                            cell.replace(",", "").strip()
                        )
        return pd.DataFrame.from_dict(months, orient="index").sort_index()

    @cached_property
    def registered_ages(self) -> dict[pd.Timestamp, pd.DataFrame]:
        """Registered residents by single year of age (both sexes): month -> district x age."""
        tables = {}
        for delivery in self.deliveries("city_population_age"):
            grid = list(csv.reader(io.StringIO(text_of(delivery.files[0].read_bytes()))))
            if not grid[0][0].startswith("행정구역"):
                continue
            ages = [re.fullmatch(r"(.+월)_계_(\d+)세(?: 이상)?", cell.strip()) for cell in grid[0]]
            found: dict[str, dict[int, int]] = {}
            for row in grid[1:]:
                code = re.search(r"\((26\d{3})0{5}\)", row[0])
                if code is None or code[1] == "26000":
                    continue
                found[code[1]] = {
                    int(age[2]): int(cell.replace(",", ""))
                    for age, cell in zip(ages, row, strict=True)
                    if age
                }
            month = month_of(next(age[1] for age in ages if age))
            tables[month] = pd.DataFrame.from_dict(found, orient="index")
        return tables


def read(source: str, delivery: Delivery) -> pd.DataFrame:
    """Return a delivery's rows under the declared names, cells as they came."""
    columns, names = _declared(source)
    parts = [part for path in delivery.files for part in _tables_of(path, names)]
    if not parts:
        return pd.DataFrame(columns=list(columns))
    joined = pd.concat(parts, ignore_index=True)
    for column in columns:
        if column not in joined:
            joined[column] = None
    return joined


@cache
def _declared(source: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the declared columns of a source and the column of each header spelling."""
    declared = yaml.safe_load((REGISTRY / f"{source}.yml").read_text(encoding="utf-8"))["columns"]
    names = {
        plain(header): column["name"] for column in declared for header in column.get("headers", [])
    }
    return tuple(column["name"] for column in declared), names


def _tables_of(path: Path, names: dict[str, str]) -> Iterator[pd.DataFrame]:
    content = path.read_bytes()
    if path.suffix == ".csv":
        yield from _from_grid(list(csv.reader(io.StringIO(text_of(content)))), names)
    elif path.suffix == ".xlsx":
        sheets = pd.read_excel(
            io.BytesIO(content), sheet_name=None, header=None, dtype=object, engine="calamine"
        )
        for sheet in sheets.values():
            yield from _from_grid(sheet.where(sheet.notna(), None).values.tolist(), names)
    else:
        records = list(_records(content))
        if records:
            frame = pd.DataFrame(records, dtype=object)
            yield frame.rename(columns=lambda header: names.get(plain(header), header))


def _from_grid(grid: list[list[Any]], names: dict[str, str]) -> Iterator[pd.DataFrame]:
    """Yield the table of a sheet: its header is the row with the most known headers."""
    best, at = 0, -1
    for number, row in enumerate(grid[:6]):
        known = len({names[plain(cell)] for cell in row if plain(cell) in names})
        if known > best:
            best, at = known, number
    if best < 3:
        return
    header = [names.get(plain(cell), plain(cell)) for cell in grid[at]]
    # Two header rows: the upper one names a group of columns.
    if at > 0:
        group = ""
        for number, cell in enumerate(grid[at - 1]):
            group = plain(cell) or group
            joined = f"{group}_{plain(grid[at][number])}"
            if joined in names:
                header[number] = names[joined]
    rows = []
    for row in grid[at + 1 :]:
        # A line with another number of fields is no row of this table.
        if not any(str(cell).strip() for cell in row if cell is not None) or len(row) != len(
            header
        ):
            continue
        rows.append({name: cell for name, cell in zip(header, row, strict=True) if name})
    yield pd.DataFrame(rows, dtype=object)


def _records(content: bytes) -> Iterator[dict[str, Any]]:
    text = text_of(content).strip()
    if text.startswith("<"):
        # The sandbox wrote it.
        for item in ET.fromstring(text).iter("item"):  # noqa: S314
            yield {child.tag: child.text for child in item}
        return
    document = json.loads(text, strict=False)
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        for feature in document["features"]:
            yield {**feature["properties"], "geometry": feature["geometry"]}
        return
    yield from _leaves(document)


def _leaves(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the records of an answer, whatever envelope it has: dicts of plain values."""
    if isinstance(node, list):
        for one in node:
            yield from _leaves(one)
    elif isinstance(node, dict):
        if len(node) > 4 and not any(isinstance(value, dict | list) for value in node.values()):
            yield node
            return
        for name, value in node.items():
            if name not in ("header", "head", "RESULT"):
                yield from _leaves(value)


def text_of(content: bytes) -> str:
    """Decode as UTF-8 (with or without mark), else CP949."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")


def plain(header: object) -> str:
    """Return a header without outer and doubled blanks."""
    return re.sub(r"\s+", " ", str(header if header is not None else "")).strip()


def text(cells: pd.Series) -> pd.Series:
    """Return cells as trimmed text, empty ones as missing."""

    def one(cell: object) -> str | None:
        if cell is None or (isinstance(cell, float) and np.isnan(cell)):
            return None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return re.sub(r"\s+", " ", str(cell)).strip() or None

    return cells.map(one).astype(object)


def number(cells: pd.Series) -> pd.Series:
    """Read numbers with thousands commas and units behind (`1,200`, `3명`); else missing."""

    def one(cell: object) -> float:
        found = re.fullmatch(
            r"(-?[\d,]*\.?\d+)\s*[^\d\s.,-]*", "" if cell is None else str(cell).strip()
        )
        return float(found[1].replace(",", "")) if found else np.nan

    return cells.map(one).astype(float)


def day(cells: pd.Series) -> pd.Series:
    """Read days however written; a day that does not exist is missing."""

    def one(cell: object) -> Any:
        if isinstance(cell, dt.datetime | dt.date):
            return pd.Timestamp(cell).normalize()
        if isinstance(cell, int | float) and 30000 < cell < 60000:
            return pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(cell))
        written = str(int(cell) if isinstance(cell, float) and cell == cell else cell).strip()
        found = re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", written) or re.match(
            r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})", written
        )
        if found is None:
            found = re.match(r"(\d{2})\.(\d{1,2})\.(\d{1,2})", written)
        if found is None:
            return pd.NaT
        year = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
        try:
            return pd.Timestamp(year, int(found[2]), int(found[3]))
        except ValueError:
            return pd.NaT

    return pd.to_datetime(cells.map(one))


def moment(cells: pd.Series) -> pd.Series:
    """Read local times (KST)."""
    written = text(cells).astype("string").str.replace(r"[./]", "-", regex=True)
    return pd.to_datetime(written, format="mixed", errors="coerce").astype("datetime64[us]")


def month_of(written: object) -> pd.Timestamp:
    """Read a month (`2023년 1월`, `202301`, `2023-01`)."""
    if isinstance(written, dt.datetime | dt.date):
        return pd.Timestamp(written.year, written.month, 1)
    found = re.match(r"(\d{4})\D*(\d{1,2})", str(written).strip())
    return pd.Timestamp(int(found[1]), int(found[2]), 1) if found else pd.NaT


def month(cells: pd.Series) -> pd.Series:
    """Read months as their first days."""
    return pd.to_datetime(cells.map(month_of))


@cache
def _aliases(name: str) -> dict[str, str]:
    found = seed(name)
    return dict(zip(found["alias"].str.replace(" ", ""), found.iloc[:, 1], strict=True))


def district(cells: pd.Series) -> pd.Series:
    """Return district codes of names as written."""
    known = seed("districts")
    names = dict(zip(known["name_ko"], known["district_code"], strict=True))
    names |= dict(zip(known["instt_code"], known["district_code"], strict=True))
    aliases = _aliases("district_aliases")

    def one(cell: object) -> str | None:
        if not isinstance(cell, str):
            return None
        written = cell.replace("\u3000", " ").strip()
        bare = re.sub(r"\s", "", re.sub(r"^부산(광역시|시)?", "", written))
        word = re.match(r"부산(?:광역시|시)?\s*(\S+[구군])(?:청)?(?:\s|$)", written)
        return (
            names.get(bare)
            or aliases.get(re.sub(r"\s", "", written))
            or aliases.get(bare)
            or (names.get(word[1]) if word else None)
        )

    return cells.map(one).astype(object)


def station(cells: pd.Series) -> pd.Series:
    """Return station codes of names as written."""
    known = seed("stations")
    names = dict(zip(known["name_ko"], known["station_code"], strict=True))
    aliases = _aliases("station_aliases")

    def one(cell: object) -> str | None:
        if not isinstance(cell, str):
            return None
        written = re.sub(r"\s", "", cell)
        bare = re.sub(r"^부산광역시", "", written)
        for form in (written, bare, "부산" + bare, f"부산{bare}경찰서"):
            if form in names or form in aliases:
                return names.get(form) or aliases.get(form)
        return None

    return cells.map(one).astype(object)


def yes(cells: pd.Series) -> pd.Series:
    """Return 1, 0 or missing for Y/N and O/X."""
    return text(cells).map({"Y": 1.0, "O": 1.0, "예": 1.0, "N": 0.0, "X": 0.0, "아니오": 0.0})


def degrees(cells: pd.Series) -> pd.Series:
    """Read a coordinate; a comma behind it goes, a lost decimal point comes back, 0 is missing."""

    def one(cell: object) -> float:
        written = "" if cell is None else str(cell).strip().rstrip(",")
        if lost := re.fullmatch(r"(12[89]|3[45])(\d{4,})", written):
            written = f"{lost[1]}.{lost[2]}"
        found = float(written) if re.fullmatch(r"\d+(\.\d+)?", written) else np.nan
        return found if found else np.nan

    return cells.map(one).astype(float)


def cell(rows: pd.DataFrame) -> pd.Series:
    """Return the H3 cell (resolution 9) of each row; coordinates that are swapped are turned."""
    east, north = degrees(rows["longitude"]), degrees(rows["latitude"])
    is_swapped = north.between(128, 130) & east.between(34, 36)
    east, north = east.where(~is_swapped, north), north.where(~is_swapped, east)
    is_busan = north.between(34.8, 35.45) & east.between(128.7, 129.35)
    found = [
        h3.latlng_to_cell(y, x, 9) if here else None
        for x, y, here in zip(east, north, is_busan, strict=True)
    ]
    return pd.Series(found, rows.index, dtype=object)


def first_only(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Keep the first row of each delivery and key; rows without a key are no rows."""
    keyed = rows.dropna(subset=list(keys))
    return keyed[~keyed.duplicated(["_delivery", *keys])]
