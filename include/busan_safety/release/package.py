"""All files of one release as bytes: a pure function of candidate, decision and predecessor."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from busan_safety.gate import Decision, Text, successor_of
from busan_safety.gate.candidate import Candidate, Column
from busan_safety.release import words
from busan_safety.release.changes import changes_csv
from busan_safety.release.coverage import covered
from busan_safety.release.known_issues import KnownIssue
from busan_safety.release.pictures import pictures
from busan_safety.release.tables import csv_bytes, kind_of, parquet_bytes, released_rows
from busan_safety.sources import get_source

CHECKSUMS = "SHA256SUMS"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


@dataclass(frozen=True)
class Edition:
    """What is said about one version of a dataset."""

    candidate: Candidate
    decision: Decision
    version: str
    data_as_of: date
    is_synthetic: bool
    known_issues: tuple[KnownIssue, ...] = ()

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Name and description in both languages of every column."""
        return [
            {"name": column.name, "text": words.both_languages(column.comment or column.name)}
            for column in self.candidate.columns
        ]


def build_files(edition: Edition, previous_csv: bytes | None) -> dict[str, bytes]:
    """Content of every file of the release's folder by name, SHA256SUMS last.

    previous_csv: the CSV of the version before, None for the first. Nothing depends on the clock.
    """
    dataset = edition.candidate.dataset
    header = [column.name for column in edition.candidate.columns]
    table = csv_bytes(header, released_rows(edition.candidate))
    parquet = parquet_bytes(
        edition.candidate,
        {
            "dataset": dataset.id,
            "version": edition.version,
            "title": dataset.title.model_dump(),
            "data_as_of": edition.data_as_of.isoformat(),
            "licence": words.LICENCE_NAME,
            "synthetic": edition.is_synthetic,
        },
    )
    drawn = pictures(edition.candidate)
    files = {
        f"{dataset.id}.csv": table,
        f"{dataset.id}.parquet": parquet,
        "README.md": _readme(
            edition, has_previous=previous_csv is not None, has_pictures=bool(drawn)
        ),
        "changes.csv": changes_csv(dataset.key, previous_csv, table),
        "gate.json": _json(_gate(edition)),
        **drawn,
    }
    package = _datapackage(edition, table, parquet)
    package["resources"] += [_picture(name, content) for name, content in drawn.items()]
    files["datapackage.json"] = _json(package)
    files[CHECKSUMS] = "".join(
        f"{sha256(content)}  {name}\n" for name, content in sorted(files.items())
    ).encode()
    return files


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def _gate(edition: Edition) -> dict[str, Any]:
    decision = edition.decision
    # No identity number and no time: the same candidate gives the same bytes anywhere.
    return {
        "dataset": decision.dataset,
        "version": edition.version,
        "candidate_fingerprint": decision.candidate_fingerprint,
        "suite_hash": decision.suite_hash,
        "code_version": decision.code_version,
        "decision": decision.decision,
        "approved_by": "person" if decision.has_approval else "suite",
        "row_count": decision.row_count,
        "reasons": [reason.as_json() for reason in decision.reasons],
        "synthetic": edition.is_synthetic,
    }


def _datapackage(edition: Edition, table: bytes, parquet: bytes) -> dict[str, Any]:
    dataset = edition.candidate.dataset
    warning = f"{words.SYNTHETIC_WARNING.ko} {words.SYNTHETIC_WARNING.en} "
    return {
        "$schema": _PROFILE,
        "name": dataset.id,
        "title": dataset.title.ko,
        "titles": dataset.title.model_dump(),
        "description": (warning if edition.is_synthetic else "")
        + f"{dataset.description.ko} {dataset.caution.ko}\n\n"
        + f"{dataset.description.en} {dataset.caution.en}",
        "version": edition.version,
        "created": f"{edition.data_as_of.isoformat()}T00:00:00+09:00",
        "synthetic": edition.is_synthetic,
        "grain": dataset.grain,
        "temporal": _temporal(edition),
        "keywords": [word for known in dataset.keywords.values() for word in known],
        "licenses": [
            {
                "name": words.LICENCE_NAME,
                "title": words.LICENCE_TITLE.ko,
                "path": words.LICENCE_ADDRESS,
            }
        ],
        "contributors": [
            {"title": f"{words.PUBLISHER.ko} ({words.PUBLISHER.en})", "roles": ["publisher"]}
        ],
        "sources": [_source(source_id) for source_id in dataset.source_ids],
        "table_version": dataset.table_version,
        "known_issues": [issue.as_json() for issue in edition.known_issues],
        "resources": [
            {
                "name": dataset.id,
                "type": "table",
                "path": f"{dataset.id}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(table),
                "hash": f"sha256:{sha256(table)}",
                "schema": {
                    "fields": [_field(column) for column in edition.candidate.columns],
                    "primaryKey": dataset.key,
                    "missingValues": [""],
                },
            },
            {
                "name": f"{dataset.id}-parquet",
                "path": f"{dataset.id}.parquet",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": len(parquet),
                "hash": f"sha256:{sha256(parquet)}",
            },
        ],
    }


def _temporal(edition: Edition) -> dict[str, str]:
    first, last = covered(edition.candidate, edition.data_as_of)
    return {"start": first.isoformat(), "end": last.isoformat()}


def _picture(name: str, content: bytes) -> dict[str, Any]:
    return {
        "name": name.removesuffix(".svg").lower(),
        "path": name,
        "format": "svg",
        "mediatype": "image/svg+xml",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
    }


def _field(column: Column) -> dict[str, Any]:
    kind = kind_of(column)
    text = words.both_languages(column.comment or column.name)
    return {
        "name": column.name,
        "type": "any" if kind == "json" else kind,
        "description": f"{text.ko} / {text.en}" if text.ko != text.en else text.ko,
        "descriptions": text.model_dump(),
    }


def _source(source_id: str) -> dict[str, Any]:
    source = get_source(source_id)
    return {
        "title": f"{source.publisher.ko}, {source.title.ko} "
        f"({source.publisher.en}, {source.title.en})",
        "name": source_id,
        "licence": source.licence,
    }


def _readme(edition: Edition, *, has_previous: bool, has_pictures: bool) -> bytes:
    dataset = edition.candidate.dataset
    text: str = (
        _environment()
        .get_template("README.md.j2")
        .render(
            dataset=dataset,
            version=edition.version,
            data_as_of=edition.data_as_of.isoformat(),
            row_count=edition.decision.row_count,
            synthetic=edition.is_synthetic,
            warning=words.SYNTHETIC_WARNING,
            publisher=words.PUBLISHER,
            licence=words.LICENCE_TITLE,
            licence_address=words.LICENCE_ADDRESS,
            attribution=_attribution(dataset.title, edition.data_as_of),
            fields=edition.fields,
            has_previous=has_previous,
            known_issues=edition.known_issues,
            waived=[reason for reason in edition.decision.reasons if reason.waived],
            successor=successor_of(dataset),
            has_pictures=has_pictures,
            rounded_note=words.ROUNDED_NOTE,
        )
    )
    return text.encode("utf-8")


def _attribution(title: Text, data_as_of: date) -> Text:
    return words.attribution(title, data_as_of.year)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("busan_safety.release"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
        keep_trailing_newline=True,
    )


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
