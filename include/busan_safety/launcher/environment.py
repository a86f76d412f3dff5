"""All environment wiring of the processes that the launcher starts, in one place.

Sources: the options of Airflow 3.3 (`airflow config list`) and of dbt; values by measurement.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from busan_safety.settings import Settings
from busan_safety.warehouse import url

ADMIN, VIEWER = "admin", "viewer"
# Connection → where it is in the sandbox: folder of the drop, HTTP folder, SFTP folder.
DROP_FOLDERS = {
    **{"city_drop": "city", "police_drop": "police"},
    **{"education_drop": "education", "district_drop": "districts"},
}
HTTP_FOLDERS = {"city_files": "city", "education_files": "education"}
SFTP_FOLDERS = {"city_sftp": "city", "police_sftp": "police"}
API_CONNECTIONS = ("datagokr", "datagokr_standard", "odcloud", "neis", "taas", "kosis")
CONNECTIONS = (*DROP_FOLDERS, *HTTP_FOLDERS, *SFTP_FOLDERS, *API_CONNECTIONS)
_SFTP_USER = "busan"
_DEFAULT_SANDBOX_KEY = "sandbox-key"
_SECRETS = (
    *("postgres", "airflow", "loader", "transformer", "publisher", "evaluator"),
    *("airflow_admin", "airflow_viewer", "airflow_jwt", "airflow_fernet", "airflow_session"),
)


def airflow_home(settings: Settings) -> Path:
    """Airflow's own folder: logs and the password file, nothing in git."""
    return settings.var_dir / "airflow"


def child_env(settings: Settings) -> dict[str, str]:
    """Environment of every child: this process's own plus the settings, absolute and explicit.

    PYTHONDONTWRITEBYTECODE is removed: without compiled modules every Airflow process takes
    twice as long to start.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for name in type(settings).model_fields:
        if (value := getattr(settings, name)) is not None:
            env[f"BUSAN_{name.upper()}"] = str(value)
    env.update(
        TZ="Asia/Seoul",
        PYTHONUNBUFFERED="1",
        PYTHONUTF8="1",
        DO_NOT_TRACK="1",
        GX_ANALYTICS_ENABLED="false",
        # Several tasks share the machine; numerical libraries must not take all cores each.
        OMP_NUM_THREADS="1",
    )
    return env


def airflow_env(settings: Settings) -> dict[str, str]:
    """Environment of the Airflow components: child_env() plus Airflow's options and connections."""
    base_url = f"http://{settings.host}:{settings.airflow_port}"
    home = airflow_home(settings)
    database = url(
        "airflow", database=settings.airflow_db, driver="postgresql+psycopg", settings=settings
    )
    options = {
        "CORE__DAGS_FOLDER": settings.root / "dags",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 4,
        "CORE__DEFAULT_TIMEZONE": "Asia/Seoul",
        "CORE__EXECUTION_API_SERVER_URL": f"{base_url}/execution/",
        "CORE__FERNET_KEY": _fernet_key(settings),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin,{VIEWER}:viewer",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home / "passwords.json",
        "DATABASE__SQL_ALCHEMY_CONN": database,
        # Said explicitly, because Airflow would guess asyncpg; psycopg 3 does both.
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
        "API__HOST": settings.host,
        "API__PORT": settings.airflow_port,
        "API__BASE_URL": base_url,
        "API__WORKERS": 1,
        "API__SECRET_KEY": _derived(settings, "airflow_session"),
        "API_AUTH__JWT_SECRET": _derived(settings, "airflow_jwt"),
        # A stopped or killed stack is picked up within seconds, not after five minutes.
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 15,
        "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": 15,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 5,
        "SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": 30,
        "DAG_PROCESSOR__REFRESH_INTERVAL": 30,
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    env = child_env(settings)
    env["AIRFLOW_HOME"] = str(home)
    env.update({f"AIRFLOW__{name}": str(value) for name, value in options.items()})
    env.update(connection_env(settings))
    return env


def connection_env(settings: Settings) -> dict[str, str]:
    """Return connections to the sandbox agencies, except those that the environment names already.

    A real agency is one variable: AIRFLOW_CONN_NEIS='{"host": "https://…", "password": "<key>"}'.
    """
    if settings.deployment != "sandbox":
        return {}
    address = os.environ.get("BUSAN_SANDBOX_URL", sandbox_url(settings))
    key = {"password": sandbox_key()}
    sftp = f"sftp://{_SFTP_USER}@{urlsplit(address).hostname}:{settings.sandbox_sftp_port}"
    # The file, not its content: the sandbox writes it after Airflow has started.
    key_file = str(sandbox_folder(settings).resolve() / "sftp_host_key.pub")
    host_key = {"extra": {"host_key_file": key_file}}
    drop = settings.drop_dir.resolve()
    hosts = {
        **{name: {"host": address} | key for name in API_CONNECTIONS},
        **{name: {"host": (drop / one).as_uri()} for name, one in DROP_FOLDERS.items()},
        **{name: {"host": f"{address}/files/{one}"} | key for name, one in HTTP_FOLDERS.items()},
        **{name: {"host": f"{sftp}/{one}"} | key | host_key for name, one in SFTP_FOLDERS.items()},
    }
    named = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in hosts.items()}
    return {name: value for name, value in named.items() if name not in os.environ}


def sandbox_folder(settings: Settings) -> Path:
    """Folder of the generated API data, the SFTP server's host key and the truth file."""
    return settings.var_dir / "sandbox"


def sandbox_url(settings: Settings) -> str:
    """Address of the sandbox that this machine serves; BUSAN_SANDBOX_URL names another one."""
    return f"http://{settings.host}:{settings.sandbox_port}"


def sandbox_key() -> str:
    """Service key that the sandbox agencies expect; not a secret, they are a simulation."""
    return os.environ.get("BUSAN_SANDBOX_KEY", _DEFAULT_SANDBOX_KEY)


def seed_secrets(settings: Settings) -> None:
    """Create every secret and Airflow's password file before processes start beside each other."""
    for name in _SECRETS:
        settings.password(name)
    home = airflow_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    passwords = {name: settings.password(f"airflow_{name}") for name in (ADMIN, VIEWER)}
    # Containers that start together write it at the same moment; mkstemp makes it mode 600.
    descriptor, beside = tempfile.mkstemp(dir=home, prefix="passwords.")
    with os.fdopen(descriptor, "w") as file:
        json.dump(passwords, file)
    os.replace(beside, home / "passwords.json")


def _derived(settings: Settings, name: str) -> str:
    """128 hexadecimal digits from a stored secret; JWT signing asks for 64 bytes or more."""
    return hashlib.sha512(settings.password(name).encode()).hexdigest()


def _fernet_key(settings: Settings) -> str:
    digest = hashlib.sha256(settings.password("airflow_fernet").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()
