"""Folders that agencies offer over SFTP: a read-only server over `sftp/` of the drop folder.

User `busan`, password the sandbox's key. The host key is made once and stays in the state
folder (`sftp_host_key`), its public line beside it (`sftp_host_key.pub`), so that a client can
know the host before it connects.

Faults (see `faults`): a folder's agency (`police_sftp`) meets them when it is listed and when a
file is opened; `refused` is then a permission denied. The sender `sftp` is the server as a
whole: `refused` there refuses the password, `closed` and `down` end the connection at once.
"""

from __future__ import annotations

import hmac
import io
import logging
import os
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import (
    SFTP_CONNECTION_LOST,
    SFTP_FAILURE,
    SFTP_NO_SUCH_FILE,
    SFTP_PERMISSION_DENIED,
)

from busan_sandbox.faults import FOLDER_KINDS, NO_FAULT, SERVER_KINDS, Fault, Faults
from busan_sandbox.folders import HOSTILE_NAMES, changed, visible_files
from busan_sandbox.spoiling import MAINTENANCE

USER = "busan"
HOST_KEY_FILE = "sftp_host_key"
_BACKLOG = 32

log = logging.getLogger(__name__)


def host_key(state: Path) -> paramiko.PKey:
    """Return the host key of a state folder, made and written there at the first call."""
    path = state / HOST_KEY_FILE
    if not path.exists():
        private = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        )
        beside = path.with_suffix(f".{os.getpid()}.part")
        beside.touch(mode=0o600)
        beside.write_bytes(private)
        beside.replace(path)
    key = paramiko.Ed25519Key(filename=str(path))
    line = f"{key.get_name()} {key.get_base64()} busan-sandbox\n"
    path.with_suffix(".pub").write_text(line, encoding="ascii")
    return key


class SftpServer:
    """The agencies' SFTP folders on one port; port 0 takes a free one. A context manager.

    drop: drop folder, whose `sftp` part is served; state: folder of the host key;
    slow_seconds: how long the fault `slow` holds an answer back.
    """

    def __init__(
        self,
        address: tuple[str, int],
        drop: Path,
        state: Path,
        password: str,
        faults: Faults | None = None,
        slow_seconds: float = 3.0,
    ) -> None:
        self.root = drop / "sftp"
        self.password = password
        self.faults = faults or Faults()
        self.slow_seconds = slow_seconds
        self._key = host_key(state)
        self._socket = socket.create_server(address, backlog=_BACKLOG)
        self._transports: list[paramiko.Transport] = []

    @property
    def port(self) -> int:
        """Port that the server listens on."""
        number: int = self._socket.getsockname()[1]
        return number

    @property
    def known_host(self) -> str:
        """The line that a client's `known_hosts` needs."""
        host = self._socket.getsockname()[0]
        return f"[{host}]:{self.port} {self._key.get_name()} {self._key.get_base64()}"

    def __enter__(self) -> SftpServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Shut down first: closing alone leaves the thread waiting in accept.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        fault = self.faults.take(("sftp", "*"), SERVER_KINDS)
        if fault.kind in ("closed", "down"):
            connection.close()
            return
        if fault.kind == "slow":
            time.sleep(float(fault.argument or self.slow_seconds))
        # Small answers must not wait for the client's acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.add_server_key(self._key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, sftp_si=_Folder)
        self._transports = [t for t in self._transports if t.is_active()] + [transport]
        try:
            login = _Login(self, transport, refused=fault.kind == "refused")
            transport.start_server(server=login)
        except (paramiko.SSHException, EOFError, OSError):
            log.debug("connection ended during the handshake")


class _Login(paramiko.ServerInterface):
    """One connection: who may enter, and the folder's way back to the server."""

    def __init__(self, played: SftpServer, transport: paramiko.Transport, *, refused: bool) -> None:
        self.played = played
        self.transport = transport
        self._refused = refused

    def check_auth_password(self, username: str, password: str) -> int:
        right = hmac.compare_digest(password.encode(), self.played.password.encode())
        if username == USER and right and not self._refused:
            return AUTH_SUCCESSFUL
        return AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == "session":
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Folder(paramiko.SFTPServerInterface):
    """Lists and reads below the root; everything that writes is not supported."""

    def __init__(self, server: _Login, *args: Any, **options: Any) -> None:
        super().__init__(server, *args, **options)
        self._played = server.played
        self._transport = server.transport

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        fault = self._take(path)
        found = self._inside(path)
        if (no := _denial(fault)) is not None:
            return no
        if found is None or not found.is_dir():
            return SFTP_NO_SUCH_FILE
        if fault.kind == "empty":
            return []
        listed = [_attributes(entry) for entry in visible_files(found)]
        if fault.kind == "traversal":
            for name in HOSTILE_NAMES:
                extra = paramiko.SFTPAttributes()
                extra.filename, extra.st_size, extra.st_mode = name, 9, 0o100444
                listed.append(extra)
        return listed

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        found = self._inside(path)
        return _attributes(found) if found is not None else SFTP_NO_SUCH_FILE

    lstat = stat

    def open(
        self, path: str, flags: int, attr: paramiko.SFTPAttributes
    ) -> paramiko.SFTPHandle | int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
            return SFTP_PERMISSION_DENIED
        fault = self._take(path)
        found = self._inside(path)
        if (no := _denial(fault)) is not None:
            return no
        if found is None or not found.is_file():
            return SFTP_NO_SUCH_FILE
        return _Reading(found, fault)

    def _take(self, path: str) -> Fault:
        agency = path.strip("/").partition("/")[0]
        fault = self._played.faults.take((f"{agency}_sftp", agency, "*"), FOLDER_KINDS)
        if fault.kind == "slow":
            time.sleep(float(fault.argument or self._played.slow_seconds))
        if fault.kind == "closed":
            self._transport.close()
        return fault

    def _inside(self, path: str) -> Path | None:
        """Return the file or folder of a client's path, None if there is none in the root."""
        root = self._played.root.resolve()
        found = (root / path.lstrip("/")).resolve()
        visible = found.is_relative_to(root) and not found.name.startswith(".")
        return found if visible and found.exists() else None


class _Reading(paramiko.SFTPHandle):
    """An opened file, with what its folder's fault makes of the contents."""

    def __init__(self, path: Path, fault: Fault = NO_FAULT) -> None:
        super().__init__(os.O_RDONLY)
        self._about = _attributes(path)
        content = _spoiled(path, fault)
        self.readfile: Any = path.open("rb") if content is None else io.BytesIO(content)
        if content is not None and fault.kind != "cut":
            self._about.st_size = len(content)
        if fault.kind == "changing":
            self._about.st_mtime = int(time.time())

    def stat(self) -> paramiko.SFTPAttributes:
        return self._about


def _spoiled(path: Path, fault: Fault) -> bytes | None:
    """Return the faulty content of a file, None where it is sent as it is."""
    if fault.kind in ("malformed", "cut"):
        content = path.read_bytes()
        return content[: len(content) * 3 // 5]
    if fault.kind == "empty":
        return b""
    if fault.kind == "changing":
        return changed(path.read_bytes())
    if fault.kind == "text":
        return b"Unexpected errors"
    return MAINTENANCE.encode() if fault.kind == "html" else None


def _denial(fault: Fault) -> int | None:
    """Return the status of a folder that cannot be used, None if it can."""
    if fault.kind == "refused":
        return SFTP_PERMISSION_DENIED
    if fault.kind == "closed":
        return SFTP_CONNECTION_LOST
    return SFTP_FAILURE if fault.kind in ("down", "status") else None


def _attributes(path: Path) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(path.stat(), path.name)
