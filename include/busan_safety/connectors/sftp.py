"""Files in a folder that an SFTP server offers; its host key must be the one that is known."""

from __future__ import annotations

import base64
import io
import socket
import stat
import weakref
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar, cast
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.pkey import UnknownKeyType

from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.folder_names import safe_name
from busan_safety.connectors.http import MAX_FILE_BYTES
from busan_safety.connectors.silence import silence_libraries

T = TypeVar("T")
_TIMEOUT_SECONDS = 30.0
_ATTEMPTS = 2
_PORT = 22
_AHEAD = 32
_KEY_KINDS: tuple[type[paramiko.PKey], ...] = (
    paramiko.Ed25519Key,
    paramiko.ECDSAKey,
    paramiko.RSAKey,
)


class SftpFolder:
    """One folder of an SFTP sender, over one connection that is opened when it is needed.

    Raises SourceFailure: `host_key` for a host whose key is not the known one, `refused` for a
    login that is not taken, `unreachable` when the server does not answer.
    """

    def __init__(self, connection: Connection, path: str) -> None:
        silence_libraries()
        parts = urlsplit(connection.host)
        if parts.scheme != "sftp" or not parts.hostname:
            raise connection.unfit("needs a host such as sftp://user@host:port/path")
        self._connection = connection
        self._host = parts.hostname
        self._port = connection.port or _PORT
        self._root = PurePosixPath("/", unquote(parts.path).lstrip("/"), path)
        self._client: paramiko.SSHClient | None = None

    def names(self) -> list[str]:
        """Names of the regular files in the folder, sorted; links and folders are left out."""
        listed = self._ask(lambda sftp: sftp.listdir_attr(str(self._root)))
        return sorted(
            safe_name(entry.filename, self._connection.id)
            for entry in listed
            if stat.S_ISREG(entry.st_mode or 0)
        )

    def fetch(self, name: str, folder: Path) -> list[Path]:
        """Stream one file into `folder`."""
        target = folder / safe_name(name, self._connection.id)
        self._ask(lambda sftp: self._copy(sftp, name, target))
        return [target]

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _copy(self, sftp: paramiko.SFTPClient, name: str, target: Path) -> None:
        remote = str(self._root / name)
        announced = sftp.stat(remote).st_size or 0
        if announced > MAX_FILE_BYTES:
            raise self._failed(
                f"offers {name!r} with more than {MAX_FILE_BYTES / 1024**2:,.0f} MB; ask the "
                "sender for it in parts",
                "too_large",
            )
        with target.open("wb") as file:
            sftp.getfo(
                remote, cast(IO[bytes], _Bounded(file)), max_concurrent_prefetch_requests=_AHEAD
            )
        if (size := target.stat().st_size) != announced:
            raise SourceFailure(
                f"{self._connection.id} announced {announced:,} bytes of {name!r} and sent "
                f"{size:,}: the file changed or was cut off; it is tried again.",
                code="incomplete",
                action="retry",
            )

    def _ask(self, question: Callable[[paramiko.SFTPClient], T]) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            failed = None
            try:
                with self._sftp() as sftp:
                    return question(sftp)
            except SourceFailure as error:
                failed = error
            except PermissionError:
                failed = self._failed("does not let this login read the folder", "refused")
            except FileNotFoundError:
                failed = self._failed(
                    f"has no folder or file at {self._root}; check `path` in the registry",
                    "no_folder",
                )
            except (paramiko.SSHException, EOFError, OSError, UnicodeError, ValueError) as error:
                failed = self._unreachable(error)
            failed.__context__ = None
            self.close()
            if not failed.transient or attempt == _ATTEMPTS:
                raise failed
        raise AssertionError("unreachable")  # the loop returns or raises

    def _sftp(self) -> paramiko.SFTPClient:
        if self._client is None:
            self._client = self._connected()
        sftp = self._client.open_sftp()
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(_TIMEOUT_SECONDS)
        return sftp

    def _connected(self) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        weakref.finalize(self, client.close)
        name = self._host if self._port == _PORT else f"[{self._host}]:{self._port}"
        known = self._known_host_key()
        client.get_host_keys().add(name, known.get_name(), known)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            client.connect(
                self._host,
                self._port,
                username=self._connection.user,
                password=self._connection.key or None,
                pkey=self._own_key(),
                allow_agent=False,
                look_for_keys=False,
                timeout=_TIMEOUT_SECONDS,
                banner_timeout=_TIMEOUT_SECONDS,
                auth_timeout=_TIMEOUT_SECONDS,
                channel_timeout=_TIMEOUT_SECONDS,
                disabled_algorithms={},
            )
            return client
        except (paramiko.BadHostKeyException, paramiko.AuthenticationException) as error:
            failed = self._turned_away(error)
        except paramiko.SSHException as error:
            # Also what RejectPolicy raises for a key of a kind that is not known.
            unknown = "known_hosts" in str(error)
            failed = self._other_host() if unknown else self._unreachable(error)
        except (OSError, EOFError, ValueError) as error:
            failed = self._unreachable(error)
        client.close()
        failed.__context__ = None
        raise failed

    def _turned_away(self, error: Exception) -> SourceFailure:
        if isinstance(error, paramiko.BadHostKeyException):
            return self._other_host()
        return self._failed(
            f"does not take the login {self._connection.user!r}; correct login and password (or "
            f"extra.private_key) in AIRFLOW_CONN_{self._connection.id.upper()}",
            "refused",
        )

    def _other_host(self) -> SourceFailure:
        return self._failed(
            "shows another host key than the known one, so it may be another machine; nothing was "
            "sent. Ask its operator for the fingerprint, then put the right public key into "
            f"extra.host_key of AIRFLOW_CONN_{self._connection.id.upper()}",
            "host_key",
        )

    def _unreachable(self, error: Exception) -> SourceFailure:
        kind = "timeout" if isinstance(error, socket.timeout) else type(error).__name__
        return SourceFailure(
            f"{self._connection.id} cannot be reached ({kind}); it is tried again.",
            code="unreachable",
            action="retry",
        )

    def _failed(self, what: str, code: str) -> SourceFailure:
        return SourceFailure(f"{self._connection.id} {what}.", code=code)

    def _known_host_key(self) -> paramiko.PKey:
        text = str(self._connection.extra.get("host_key") or "")
        if path := self._connection.extra.get("host_key_file"):
            try:
                text = Path(str(path)).read_text(encoding="ascii")
            except (OSError, ValueError):
                text = ""
        parts = text.split()
        encoded = next((part for part in parts if part.startswith("AAAA")), "")
        try:
            raw = base64.b64decode(encoded, validate=True)
            kind = paramiko.Message(raw).get_text()
            return paramiko.PKey.from_type_string(kind, raw)
        except (paramiko.SSHException, UnknownKeyType, ValueError, IndexError):
            pass
        raise self._failed(
            "has no known host key, so it was not asked. Ask its operator for the public key and "
            "put it (`ssh-ed25519 AAAA…`) into extra.host_key of "
            f"AIRFLOW_CONN_{self._connection.id.upper()}",
            "host_key",
        )

    def _own_key(self) -> paramiko.PKey | None:
        text = self._connection.extra.get("private_key")
        if not text:
            return None
        passphrase = self._connection.extra.get("private_key_passphrase")
        for kind in _KEY_KINDS:
            try:
                return kind.from_private_key(io.StringIO(str(text)), password=passphrase)
            except (paramiko.SSHException, ValueError, IndexError, UnicodeError):
                continue
        raise self._failed("has an extra.private_key that is no readable SSH key", "refused")


class _Bounded:
    """A file that takes no more than a delivery may have."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0

    def write(self, block: bytes) -> int:
        self._size += len(block)
        if self._size > MAX_FILE_BYTES:
            raise SourceFailure("The file is larger than was said.", code="too_large")
        return self._file.write(block)
