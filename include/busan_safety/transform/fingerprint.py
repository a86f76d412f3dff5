"""What a build was made from: the current batches and the dbt code, as one text.

A fingerprint is `<hash of current batches>.<hash of dbt files and of the last reload>`. It is taken
when the first layer starts and recorded when the build ends: a delivery that arrives in between
makes the next build necessary instead of being taken for built.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from busan_safety.settings import get_settings
from busan_safety.transform.workspace import run_folder
from busan_safety.warehouse import connect

_CODE_FOLDERS = ("models", "macros", "seeds", "tests", "snapshots")
_CODE_FILES = ("dbt_project.yml",)


def inputs_fingerprint() -> str:
    """Fingerprint of what a build would read at this moment."""
    with connect("transformer") as connection:
        row = connection.execute(
            "select coalesce(string_agg(s.source_id || ':' || s.slice_key || ':' || s.batch_id"
            " || coalesce('@' || b.reloaded_at::text, ''), ',' order by s.source_id, s.slice_key),"
            " ''), coalesce(max(b.reloaded_at)::text, '')"
            " from ops.batch_slice s join ops.batch b using (batch_id)"
            " where s.superseded_at is null"
        ).fetchone()
    slices, reloaded = row or ("", "")
    batches = hashlib.sha256(slices.encode()).hexdigest()
    whole = hashlib.sha256(f"{code_hash(get_settings().dbt_dir)} {reloaded}".encode()).hexdigest()
    return f"{batches[:32]}.{whole[:32]}"


def code_hash(project: Path) -> str:
    """SHA-256 over the names and bytes of everything that decides what dbt builds."""
    files = [project / name for name in _CODE_FILES]
    for folder in _CODE_FOLDERS:
        files += [path for path in (project / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(project).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def needs_build() -> bool:
    """Whether batches or code differ from those of the last good build, or there is none."""
    return _last_built() != inputs_fingerprint()


def record_build(run_id: str, status: Literal["built", "failed"]) -> None:
    """Write the end of a build to `ops.build`, with the fingerprint taken at its start."""
    fingerprint = _taken(run_id)
    with connect("transformer") as connection:
        connection.execute(
            "insert into ops.build (run_id, inputs_fingerprint, status) values (%s, %s, %s)",
            [run_id, fingerprint, status],
        )


def remember_inputs(run_id: str, *, anew: bool) -> None:
    """Take the fingerprint for a run; keep the one taken before unless `anew`."""
    path = _remembered(run_id)
    if anew or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(inputs_fingerprint())


def needs_whole_build(run_id: str) -> bool:
    """Whether dbt code differs from that of the last good build, or batches were read anew since.

    Incremental models know a batch by its number, which a reload keeps.
    """
    last = _last_built()
    return last is None or last.split(".")[-1] != _taken(run_id).split(".")[-1]


def _remembered(run_id: str) -> Path:
    return run_folder(run_id) / "inputs_fingerprint"


def _taken(run_id: str) -> str:
    path = _remembered(run_id)
    return path.read_text() if path.exists() else inputs_fingerprint()


def _last_built() -> str | None:
    with connect("transformer") as connection:
        row = connection.execute(
            "select inputs_fingerprint from ops.build where status = 'built'"
            " order by build_id desc limit 1"
        ).fetchone()
    return str(row[0]) if row else None
