"""What a build was made from: the current batches of each source, and the dbt code.

Taken when the first layer starts and recorded when the build ends: a delivery that arrives in
between makes the next build necessary instead of being taken for built.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from psycopg.types.json import Jsonb

from busan_safety.settings import get_settings
from busan_safety.transform.workspace import run_folder
from busan_safety.warehouse import connect

_CODE_FOLDERS = ("models", "macros", "seeds", "tests", "snapshots")
_CODE_FILES = ("dbt_project.yml",)


@dataclass(frozen=True)
class Inputs:
    """What a build reads: `code` over dbt files and the last reload, `sources` by source id."""

    code: str
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """`<hash of current batches>.<hash of code and of the last reload>`."""
        batches = json.dumps(self.sources, sort_keys=True)
        return f"{_hash(batches)}.{self.code}"


def current_inputs() -> Inputs:
    """What a build would read at this moment."""
    with connect("transformer") as connection:
        rows = connection.execute(
            "select s.source_id, string_agg(s.slice_key || ':' || s.batch_id"
            " || coalesce('@' || b.reloaded_at::text, ''), ',' order by s.slice_key),"
            " coalesce(max(b.reloaded_at)::text, '')"
            " from ops.batch_slice s join ops.batch b using (batch_id)"
            " where s.superseded_at is null group by s.source_id"
        ).fetchall()
    reloaded = max((moment for _, _, moment in rows), default="")
    return Inputs(
        code=_hash(f"{code_hash(get_settings().dbt_dir)} {reloaded}"),
        sources={source: _hash(slices) for source, slices, _ in rows},
    )


def inputs_fingerprint() -> str:
    """Fingerprint of what a build would read at this moment."""
    return current_inputs().fingerprint


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
    """Write the end of a build to `ops.build`, with the inputs taken at its start."""
    inputs = _taken(run_id)
    with connect("transformer") as connection:
        connection.execute(
            "insert into ops.build (run_id, inputs_fingerprint, source_fingerprints, status)"
            " values (%s, %s, %s, %s)",
            [run_id, inputs.fingerprint, Jsonb(inputs.sources), status],
        )


def remember_inputs(run_id: str, *, anew: bool) -> None:
    """Take the inputs of a run; keep those taken before unless `anew`."""
    path = _remembered(run_id)
    if anew or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(current_inputs())))


def needs_whole_build(run_id: str) -> bool:
    """Whether dbt code differs from that of the last good build, or batches were read anew since.

    Incremental models know a batch by its number, which a reload keeps.
    """
    last = _last_built()
    return last is None or last.split(".")[-1] != _taken(run_id).code


def changed_sources(run_id: str) -> list[str] | None:
    """Sources whose current batches differ from those of the last good build.

    None where everything must be built: another code, a reload, or no build to compare with. So
    too when nothing differs: whoever asks for a build then wants one.
    """
    if needs_whole_build(run_id):
        return None
    with connect("transformer") as connection:
        row = connection.execute(
            "select source_fingerprints from ops.build where status = 'built'"
            " order by build_id desc limit 1"
        ).fetchone()
    before = row[0] if row else None
    if before is None:
        return None
    now = _taken(run_id).sources
    changed = [one for one in before.keys() | now.keys() if before.get(one) != now.get(one)]
    return sorted(changed) or None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _remembered(run_id: str) -> Path:
    return run_folder(run_id) / "inputs.json"


def _taken(run_id: str) -> Inputs:
    path = _remembered(run_id)
    return Inputs(**json.loads(path.read_text())) if path.exists() else current_inputs()


def _last_built() -> str | None:
    with connect("transformer") as connection:
        row = connection.execute(
            "select inputs_fingerprint from ops.build where status = 'built'"
            " order by build_id desc limit 1"
        ).fetchone()
    return str(row[0]) if row else None
