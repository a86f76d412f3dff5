"""The dbt project's manifest, parsed once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from busan_safety.transform import parse
from busan_safety.transform.workspace import workspace


@pytest.fixture(scope="session")
def manifest(deployment: Path) -> dict[str, Any]:
    """Parse the project with every warning as an error; return manifest.json."""
    parse(warnings_are_errors=True)
    path = workspace("parse", "parse").target_dir / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found
