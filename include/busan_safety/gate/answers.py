"""The gate's last answers as JSON, one file per dataset: yes or no, and nothing of the data.

What Great Expectations returns may hold cells, counts of few people and, in the text of an error,
the value that PostgreSQL could not read. Only what is named here is kept.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from busan_safety.gate.datasets import all_datasets
from busan_safety.settings import Settings

Answers = dict[str, Any]

COULD_NOT_RUN = "The check could not run; the log of the gate's task says why."

# The check as it stands in git.
_OF_CHECK = ("type", "description", "severity", "meta", "kwargs")
# How many checks, never how many rows.
_OF_STATISTICS = (
    *("evaluated_expectations", "successful_expectations", "unsuccessful_expectations"),
    "success_percent",
)
_OF_META = ("great_expectations_version", "validation_time")


def without_values(found: dict[str, Any]) -> Answers:
    """Keep of a suite's validation result only which check said yes or no, and on what table.

    found: `ExpectationSuiteValidationResult.to_json_dict()`, in any result format.
    """
    return {
        "success": found["success"],
        "suite_name": found["suite_name"],
        "statistics": _kept(found["statistics"], _OF_STATISTICS),
        "meta": {
            **_kept(found["meta"], _OF_META),
            "batch_spec": {"data_asset_name": found["meta"]["batch_spec"]["table_name"]},
        },
        "results": [_answer(one) for one in found["results"]],
    }


def write_answers(
    settings: Settings, dataset: str, candidate_fingerprint: str, answers: Answers
) -> None:
    """Replace the dataset's last answers in `gate_dir`."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{dataset}.{os.getpid()}.tmp"
    beside.write_text(
        json.dumps({"candidate_fingerprint": candidate_fingerprint, **answers}, ensure_ascii=False),
        encoding="utf-8",
    )
    beside.replace(folder / f"{dataset}.json")


def read_answers(settings: Settings) -> dict[str, Answers]:
    """Return the last answers by dataset, and the fingerprint of the candidate with each."""
    paths = {dataset: _folder(settings) / f"{dataset}.json" for dataset in all_datasets()}
    return {dataset: _read(path) for dataset, path in paths.items() if path.is_file()}


def raised(exception_info: dict[str, Any] | None) -> bool:
    """Whether a check could not run, in either of the shapes in which the library says it."""
    # One flat record, or one record per metric that raised.
    if not exception_info:
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(bool(entry.get("raised_exception")) for entry in exception_info.values())


def _answer(one: dict[str, Any]) -> dict[str, Any]:
    could_not_run = raised(one.get("exception_info"))
    return {
        "success": one["success"],
        "expectation_config": _kept(one["expectation_config"], _OF_CHECK),
        "result": {},
        "meta": {},
        "exception_info": {
            "raised_exception": could_not_run,
            "exception_message": COULD_NOT_RUN if could_not_run else None,
            "exception_traceback": "",
        },
    }


def _kept(content: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: content[name] for name in names if name in content}


def _read(path: Path) -> Answers:
    answers: Answers = json.loads(path.read_text(encoding="utf-8"))
    return answers


def _folder(settings: Settings) -> Path:
    return settings.gate_dir / "answers"
