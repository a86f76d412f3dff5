"""Where things are and on which ports: one object read from the environment and `.env`.

Every setting has a default that works on a laptop. Secrets are never defaults: passwords are
generated on first use into `var/secrets.json` (mode 600) unless the environment gives them.
"""

from __future__ import annotations

import json
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# Korean time: days, months and limits begin by it.
SEOUL = ZoneInfo("Asia/Seoul")
ROOT = Path(os.environ.get("BUSAN_ROOT", Path(__file__).resolve().parents[2]))


class Settings(BaseSettings):
    """Settings of one deployment; environment variables carry the prefix `BUSAN_`."""

    model_config = SettingsConfigDict(env_prefix="BUSAN_", env_file=ROOT / ".env", extra="ignore")

    root: Path = ROOT
    var_dir: Path = ROOT / "var"
    releases_dir: Path = ROOT / "releases"
    pseudonym_key_file: Path | None = None
    boundary_file: Path | None = None

    host: str = "127.0.0.1"
    pg_host: str = "127.0.0.1"
    pg_port: int = 55432
    airflow_port: int = 58080
    sandbox_port: int = 58090
    sandbox_sftp_port: int = 58022
    portal_port: int = 58000
    docs_port: int = 58070

    warehouse_db: str = "warehouse"
    airflow_db: str = "airflow"

    deployment: Literal["sandbox", "production"] = "sandbox"
    gate_approval: Literal["automatic", "person"] = "automatic"
    sandbox_seed: int = 20240401
    sandbox_scale: float = Field(default=0.02, ge=0.001, le=1.0)
    sandbox_from: str = "2023-01"
    sandbox_to: str = "2024-12"

    @property
    def dbt_dir(self) -> Path:
        """The dbt project."""
        return self.root / "dbt_project"

    @property
    def seeds_dir(self) -> Path:
        """Reference data in git, read by dbt and by the connectors alike."""
        return self.dbt_dir / "seeds"

    @property
    def expectations_dir(self) -> Path:
        """Great Expectations suites and the disclosure policy."""
        return self.root / "expectations"

    @property
    def landing_dir(self) -> Path:
        """Exact bytes of every delivery, never changed or deleted."""
        return self.var_dir / "landing"

    @property
    def pseudonym_key_path(self) -> Path:
        """Versioned keys of the pseudonyms, apart from passwords and data."""
        return self.pseudonym_key_file or self.var_dir / "pseudonym_keys.json"

    @property
    def boundary_path(self) -> Path | None:
        """Polygons of the districts; without a setting those that the sandbox wrote, if any."""
        if self.boundary_file:
            return self.boundary_file
        made = self.var_dir / "sandbox" / "district_boundaries.geojson"
        return made if self.is_synthetic and made.is_file() else None

    @property
    def gate_dir(self) -> Path:
        """The gate's last answers and their pages: for the platform's own people, never served."""
        return self.var_dir / "gate"

    @property
    def drop_dir(self) -> Path:
        """Folder into which senders without an API put their files."""
        return self.var_dir / "drop"

    @property
    def is_synthetic(self) -> bool:
        """Whether the agencies are played by the sandbox."""
        return self.deployment == "sandbox"

    def password(self, role: str) -> str:
        """Password of a database role (or another named secret), generated on first use.

        The environment variable `BUSAN_PG_PASSWORD_<ROLE>` goes before `var/secrets.json`.
        """
        given = os.environ.get(f"BUSAN_PG_PASSWORD_{role.upper()}")
        if given:
            return given
        return _stored_secret(self.var_dir / "secrets.json", role)


def _stored_secret(path: Path, name: str) -> str:
    stored: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in stored:
        stored[name] = secrets.token_urlsafe(24)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(stored, indent=1))
        beside.replace(path)
    return stored[name]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
