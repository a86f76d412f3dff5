"""Typed model of one source's YAML file: who sends what, in which forms, under which contract."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Agency = Literal["city", "police", "education", "districts"]
Format = Literal["csv", "xlsx", "geojson", "records"]
FolderKind = Literal["file_drop", "http_folder", "sftp"]
ApiKind = Literal["datagokr", "standard_data", "taas", "odcloud", "neis", "kosis"]
TransportKind = FolderKind | ApiKind
FOLDER_KINDS = frozenset(get_args(FolderKind))
Privacy = Literal["public", "restricted", "pseudonymise", "generalise", "drop"]
Generalisation = Literal[
    "age_band_10", "year", "month", "hour", "coordinate_3", "first_letter", "district_in_address"
]
Identifier = Literal["resident_number", "phone", "vehicle_plate", "driver_licence"]
Normaliser = Literal[
    "trim",
    "collapse",
    "number",
    "date",
    "datetime",
    "month",
    "coordinate",
    "drop_code",
    "minutes",
]
Derivation = Literal[
    "age_from",
    "age_to",
    "as_is",
    "code_in_parentheses",
    "crime_class",
    "district",
    "district_in_address",
    "district_with_city",
    "hours_as_minutes",
    "range_high",
    "range_low",
    "station",
    "year",
]


def _regular_expression(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_regular_expression)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(_Strict):
    """A text in Korean and English."""

    ko: str
    en: str


class Derive(_Strict):
    """How a column that the sender does not give is found from others.

    `from` names columns, or `$period` (of the file), `$scope` (the sender's district) and `$form`.
    """

    from_: str | list[str] = Field(alias="from")
    with_: Derivation = Field(alias="with")

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs, first that gives a result wins."""
        return [self.from_] if isinstance(self.from_, str) else self.from_


class Column(_Strict):
    """A column of the source and every header spelling seen for it.

    privacy: `drop` never reaches the raw table; `pseudonymise` becomes a keyed hash and
    `generalise` loses detail (`generalise` names how) before it does; `restricted` stays in raw
    and the marts' inner columns, and is never published.
    holds: personal identifiers by shape that belong here, such as an office's telephone number.
    bounds: smallest and largest plausible value; a row outside is quarantined.
    """

    name: str
    headers: list[str] = []
    type: str
    unit: str | None = None
    nullable: bool = True
    privacy: Privacy = "public"
    generalise: Generalisation | None = None
    holds: list[Identifier] = []
    domain: list[str] | None = None
    bounds: tuple[float | None, float | None] | None = None
    normalise: list[Normaliser] = []
    derive: Derive | None = None
    zero_is_missing: bool = False
    description: Text

    @model_validator(mode="after")
    def _says_how_to_generalise(self) -> Column:
        if (self.privacy == "generalise") != (self.generalise is not None):
            raise ValueError(
                f"{self.name}: `generalise` goes with privacy generalise, and only with it"
            )
        return self


class Melt(_Strict):
    """Turns a wide table into rows: each header that fits `pattern` becomes one record.

    Named groups of the pattern fill columns of the same name; the group `measure` names the
    column that takes the cell, otherwise `value` does.
    """

    pattern: Pattern
    value: str | None = None
    keep: MeltKeep | None = None


class MeltKeep(_Strict):
    """Which of the melted columns are ours, and which must be there."""

    column: str
    expect: Literal["all_districts"] | None = None


class Form(_Strict):
    """One shape in which the source is sent.

    sheets: pattern of the sheets that hold rows, all of them read one after the other; without
    it the first visible sheet whose header fits is read.
    assume_city: the form is Busan's alone, so that a bare `중구` is Busan's; without it such names,
    which other cities have too, are not understood.
    sender_scope: the file does not say whose it is; `--scope` must.
    """

    id: str
    title: str
    formats: list[Format]
    requires: list[str] | Literal["all"]
    upper_header: Pattern | None = None
    melt: Melt | None = None
    sheets: Pattern | None = None
    assume_city: bool = False
    sender_scope: Literal["required"] | None = None


class Periods(_Strict):
    """An API that answers for one period at a time: one delivery a period.

    first: the oldest period there is. revisions: how many of the newest periods are asked again
    at every pull, because senders correct them; older ones only when they are missing.
    """

    unit: Literal["month", "year"]
    first: str
    revisions: int = 2


class Quota(_Strict):
    """What the sender allows one key: requests a day (KST) and a second."""

    per_day: int = Field(gt=0)
    per_second: float | None = Field(default=None, gt=0)


class Transport(_Strict):
    """How a source is fetched; the connection's address and key live outside the registry.

    params: fixed query parameters; `{instt_code}`, `{taas_code}`, `{kostat_code}`,
    `{legal_dong_gugun}`, `{district_code}` stand for the district's codes and `{period}` for
    the period as the sender writes it (2024 or 202403).
    each: `district` asks once for every district and puts the answers into one delivery.
    senders: `districts` where each district is a sender of its own.
    """

    kind: TransportKind
    connection: str
    path: str
    pattern: Pattern | None = None
    params: dict[str, str] = {}
    page_size: int = 1000
    success: list[str] = ["00", "0", "0000", "INFO-000"]
    each: Literal["district"] | None = None
    periods: Periods | None = None
    quota: Quota | None = None
    senders: Literal["districts"] | None = None
    exceptions: dict[str, Transport] = {}

    @property
    def is_folder(self) -> bool:
        """Whether the sender puts files into a folder, rather than answering requests."""
        return self.kind in FOLDER_KINDS


class Slice(_Strict):
    """What a later delivery replaces: the same period, the same columns' values, or all."""

    period: Literal["day", "month", "year"] | None = None
    columns: list[str] = []
    snapshot: bool = False


class Scope(_Strict):
    """Which rows of a file are Busan's."""

    column: str
    place: str
    prefix: str | None = None
    values: list[str] | None = None
    not_null: bool = False


class Totals(_Strict):
    """Rows that are totals of others: kept, with the flag `total`."""

    columns: list[str]
    values: list[str]


class Contract(_Strict):
    """What happens when the form changes.

    tables: a header row that no declared form fits. `freeze` refuses the delivery.
    columns: a column nobody declared. `evolve` loads the others, leaves the new one in landing
    and lists it; `freeze` refuses the delivery; `discard` leaves it out silently.
    types: a value that is not of its column's type. `discard_row` quarantines the row.
    codes: a place, station or class whose spelling is not known. `discard_row` quarantines the
    row, `evolve` keeps it with an empty code and the flag `unmapped_code`; both are listed by
    `busan-safety sources --unmapped`; `freeze` refuses the delivery.
    """

    tables: Literal["freeze"] = "freeze"
    columns: Literal["evolve", "freeze", "discard"] = "freeze"
    types: Literal["discard_row", "freeze"] = "discard_row"
    codes: Literal["discard_row", "evolve", "freeze"] = "discard_row"


class Plausibility(_Strict):
    """Bounds of a whole delivery.

    rows: fewest and most rows received that make sense; outside, the delivery is refused.
    against_previous: smallest and largest ratio of its rows to those of the batch it replaces;
    outside, it is refused until a person accepts it.
    places: what must be complete; a delivery that lacks one is loaded and marked partial.
    """

    rows: tuple[int | None, int | None] = (None, None)
    against_previous: tuple[float | None, float | None] = (0.5, None)
    places: Literal["districts", "stations"] | None = None


class Rule(_Strict):
    """A check in SQL over the loaded batch: quarantine, mend or flag the rows where it holds."""

    id: str
    action: Literal["quarantine", "mend", "flag"]
    when: str
    set: dict[str, str | None] | None = None
    reason: Text

    @model_validator(mode="after")
    def _mend_sets_something(self) -> Rule:
        if (self.action == "mend") != bool(self.set):
            raise ValueError(f"rule {self.id}: `set` goes with action mend, and only with it")
        return self


class Duplicates(_Strict):
    """What happens to rows that repeat an earlier one in `columns` (default: all but `ignore`)."""

    action: Literal["quarantine", "flag"]
    columns: list[str] = []
    ignore: list[str] = []


class Points(_Strict):
    """Columns with a point in degrees WGS84; loading finds its grid cell and district (ADR 14).

    district: column that begins with the five digits of the district that the sender reports (a
    district's code or a dong's); the point is held against it.
    """

    longitude: str
    latitude: str
    district: str | None = None


class Freshness(_Strict):
    """How old the newest event may be before people are told."""

    event_column: str
    warn_days: int
    fail_days: int


class Source(_Strict):
    """One feed of one agency."""

    id: str
    title: Text
    agency: Agency
    owner: str
    publisher: Text
    legal_basis: str
    licence: str
    grain: str
    cadence: Literal["daily", "monthly", "quarterly", "yearly"]
    freshness: Freshness
    transport: Transport
    natural_key: list[str]
    slice: Slice
    scope: Scope | None = None
    contract: Contract
    plausibility: Plausibility = Plausibility()
    interface: Literal["published", "ours"] = "published"
    totals: Totals | None = None
    forms: list[Form]
    columns: list[Column]
    ignored_headers: list[str] = []
    rules: list[Rule] = []
    duplicates: Duplicates | None = None
    points: Points | None = None

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError when there is none."""
        return self._by_name[name]

    @property
    def stored_columns(self) -> list[Column]:
        """Columns of the raw table: all but those whose privacy class is `drop`."""
        return [column for column in self.columns if column.privacy != "drop"]

    @property
    def point_privacy(self) -> Privacy | None:
        """Privacy class of the cell and the district found for a point: that of its coordinates."""
        if self.points is None:
            return None
        coordinates = (self.points.longitude, self.points.latitude)
        is_public = all(self.column(name).privacy == "public" for name in coordinates)
        return "public" if is_public else "restricted"

    @property
    def hides_values(self) -> bool:
        """Whether values as sent must not leave landing: some are dropped, hashed or coarsened."""
        return any(column.privacy not in ("public", "restricted") for column in self.columns)

    @property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def header_map(self) -> dict[str, str]:
        """Squashed header spelling → column name."""
        return {squash(header): column.name for column in self.columns for header in column.headers}

    @property
    def loads_directly(self) -> bool:
        """Whether the file's own bytes can be copied: no value needs another shape first."""
        plain = all(
            not (column.normalise or column.derive or column.zero_is_missing)
            and column.privacy in ("public", "restricted")
            for column in self.columns
        )
        one_csv = len(self.forms) == 1 and self.forms[0].formats == ["csv"]
        return plain and one_csv and not (self.scope or self.totals or self.forms[0].melt)

    @model_validator(mode="after")
    def _points_are_coordinates(self) -> Source:
        if self.points is None:
            return self
        stored = {column.name: column for column in self.stored_columns}
        for name in (self.points.longitude, self.points.latitude):
            column = stored.get(name)
            if column is None or column.type != "double precision":
                raise ValueError(f"{self.id}: points: {name} is no stored double precision column")
            if column.privacy not in ("public", "restricted"):
                raise ValueError(f"{self.id}: points: {name} has lost its detail before loading")
        district = self.points.district
        if district and (district not in stored or stored[district].type != "text"):
            raise ValueError(f"{self.id}: points: {district} is no stored text column")
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Source:
        stored = {column.name for column in self.stored_columns}
        named = {
            *self.slice.columns,
            *(self.duplicates.columns if self.duplicates else []),
            *([self.scope.column] if self.scope else []),
            *(self.totals.columns if self.totals else []),
            *(name for rule in self.rules for name in rule.set or {}),
        }
        required = {name for form in self.forms if form.requires != "all" for name in form.requires}
        unknown = (named - stored) | (required - set(self._by_name))
        if unknown:
            raise ValueError(f"{self.id}: no such columns in raw: {', '.join(sorted(unknown))}")
        spellings = [
            spelling
            for column in self.columns
            for spelling in {squash(header) for header in column.headers}
        ]
        if twice := {spelling for spelling in spellings if spellings.count(spelling) > 1}:
            raise ValueError(f"{self.id}: header given to two columns: {', '.join(sorted(twice))}")
        return self


def squash(header: str) -> str:
    """Spell a header without what senders change freely: width, spaces, case, quotes."""
    text = unicodedata.normalize("NFKC", header)
    return re.sub(r"[\s\"'\ufeff]+", "", text).casefold()


Melt.model_rebuild()
Transport.model_rebuild()
