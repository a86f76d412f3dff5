"""Where a dbt run writes, and the environment it runs in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from busan_safety.settings import get_settings

KEPT_RUNS = 10
_PARSE_STATE = "partial_parse.msgpack"


@dataclass(frozen=True)
class Workspace:
    """Folder of one layer of one run: artifacts in `target_dir`, dbt's own log in `log_dir`."""

    folder: Path

    @property
    def target_dir(self) -> Path:
        """Where dbt writes the manifest, compiled SQL and results."""
        return self.folder / "target"

    @property
    def log_dir(self) -> Path:
        """Where dbt writes its log."""
        return self.folder / "logs"

    @property
    def log_file(self) -> Path:
        """The log of this run."""
        return self.log_dir / "dbt.log"


def run_folder(run_id: str) -> Path:
    """Return the folder of one run, `var/dbt/runs/<readable id>-<hash>`, whatever the id holds."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", run_id)[:60]
    mark = hashlib.sha256(run_id.encode()).hexdigest()[:8]
    return _dbt_dir() / "runs" / f"{readable}-{mark}"


def workspace(run_id: str, layer: str) -> Workspace:
    """Create the workspace of one layer, with the last run's parse state to start from."""
    place = Workspace(run_folder(run_id) / layer)
    place.target_dir.mkdir(parents=True, exist_ok=True)
    state = _dbt_dir() / _PARSE_STATE
    if state.exists():
        shutil.copyfile(state, place.target_dir / _PARSE_STATE)
    return place


def keep_parse_state(place: Workspace) -> None:
    """Keep what dbt learnt by parsing, so that the next run parses only what has changed."""
    state = place.target_dir / _PARSE_STATE
    if state.exists():
        beside = _dbt_dir() / f"{_PARSE_STATE}.{os.getpid()}.tmp"
        shutil.copyfile(state, beside)
        beside.replace(_dbt_dir() / _PARSE_STATE)


def prune_workspaces() -> None:
    """Remove the folders of all but the newest runs."""
    runs = _dbt_dir() / "runs"
    if not runs.is_dir():
        return
    newest_first = sorted(runs.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest_first[KEPT_RUNS:]:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def dbt_environment() -> Iterator[None]:
    """Set what profiles.yml reads, and silence every call home, for the time of one run."""
    settings = get_settings()
    wanted = {
        "BUSAN_PG_HOST": settings.pg_host,
        "BUSAN_PG_PORT": str(settings.pg_port),
        "BUSAN_WAREHOUSE_DB": settings.warehouse_db,
        "DBT_PASSWORD": settings.password("transformer"),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _dbt_dir() -> Path:
    return get_settings().var_dir / "dbt"
