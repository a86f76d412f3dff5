"""Great Expectations' own pages (Data Docs) of the gate's last answers, one per dataset.

Internal: they stay in `gate_dir`, outside of `releases_dir`, which is all that the portal serves.
Importing this module loads Great Expectations, which takes seconds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core import (
    ExpectationSuite,
    ExpectationSuiteValidationResultSchema,
)
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)

from busan_safety.gate import expectations  # noqa: F401 - registers our own type
from busan_safety.gate.answers import Answers, read_answers
from busan_safety.settings import Settings, get_settings

_SITE = "gate"
_DIGITS_OF_FINGERPRINT = 12


class NoDataDocs(RuntimeError):
    """There is nothing to show, or the library left a page out; the message says which."""


def build_data_docs(settings: Settings | None = None) -> Path:
    """Render the last answers on every dataset and replace the site; return its first page.

    Raises NoDataDocs before the gate has run, and when a page could not be rendered: then the
    last site stays.
    """
    settings = settings or get_settings()
    answers = read_answers(settings)
    if not answers:
        raise NoDataDocs("The gate has not answered yet; run the DAG validate_candidates.")
    site = settings.gate_dir / "docs"
    beside = Path(tempfile.mkdtemp(prefix="docs-", dir=settings.gate_dir))
    try:
        _render(answers, beside)
        _replace(site, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return site / "index.html"


def _render(answers: dict[str, Answers], folder: Path) -> None:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for found in answers.values():
        _store(context, found)
    site: Any = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder),
        },
        "site_section_builders": {"profiling": "None"},
    }
    context.add_data_docs_site(_SITE, site)
    context.build_data_docs(site_names=[_SITE])
    # The library logs a page that it cannot render, and goes on.
    shown = {page.relative_to(folder).parts[1] for page in folder.glob("validations/**/*.html")}
    if missing := sorted({found["suite_name"] for found in answers.values()} - shown):
        raise NoDataDocs(f"Great Expectations rendered no page of {', '.join(missing)}.")


def _store(context: Any, answers: Answers) -> None:
    fingerprint = answers["candidate_fingerprint"][:_DIGITS_OF_FINGERPRINT]
    shown = [
        {**one, "expectation_config": _shown(one["expectation_config"])}
        for one in answers["results"]
    ]
    known = {name: value for name, value in answers.items() if name != "candidate_fingerprint"}
    result = ExpectationSuiteValidationResultSchema().load({**known, "results": shown})
    run = RunIdentifier(
        run_name=fingerprint,
        run_time=datetime.fromisoformat(answers["meta"]["validation_time"]),
    )
    result.meta["run_id"] = run
    suite = ExpectationSuite(
        name=result.suite_name,
        expectations=[one["expectation_config"] for one in shown],
    )
    context.suites.add(suite)
    context.validation_results_store.set(
        ValidationResultIdentifier(
            ExpectationSuiteIdentifier(result.suite_name),
            run,
            answers["meta"]["batch_spec"]["data_asset_name"],
        ),
        result,
    )


def _shown(check: dict[str, Any]) -> dict[str, Any]:
    """Say it so that it reads as well beside a yes: the declared sentence is that of a no."""
    meta = check["meta"]
    return {
        **check,
        "description": f"{meta['check']} ({check['severity']}). It says no with: "
        f"\N{LEFT DOUBLE QUOTATION MARK}{check['description']}\N{RIGHT DOUBLE QUOTATION MARK} "
        f"Why: {meta['why']}",
    }


def _replace(site: Path, beside: Path) -> None:
    before = beside.with_name(f"{beside.name}.before")
    if site.exists():
        site.rename(before)
    beside.chmod(0o755)
    beside.rename(site)
    shutil.rmtree(before, ignore_errors=True)
