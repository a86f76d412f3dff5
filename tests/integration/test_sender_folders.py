"""Folders over HTTP and SFTP, by a real web server and a real SSH server on loopback."""

import base64
import io
import json
import logging
import os
import socket
import threading
from pathlib import Path
from urllib.parse import quote

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from http_sender import Asked, HttpSender, Reply

from busan_safety.connectors import SourceFailure
from busan_safety.connectors.offers import offers_of
from busan_safety.sources import Source, get_source

PASSWORD = "sftp-password-1"
BUDGET = "시책예산_집행현황_20240331.xlsx"


def source_with(transport: dict[str, object]) -> Source:
    source = get_source("city_living_lab")
    changed = type(source.transport).model_validate(transport)
    return source.model_copy(update={"transport": changed})


def web(sender: HttpSender, monkeypatch, **connection) -> Source:
    given = {"host": f"{sender.url}/files/city", **connection}
    monkeypatch.setenv("AIRFLOW_CONN_CITY_FILES", json.dumps(given))
    pattern = r".*_(?P<period>\d{8})\.(xlsx|csv)"
    return source_with(
        {"kind": "http_folder", "connection": "city_files", "path": "budget", "pattern": pattern}
    )


def index(*hrefs: str) -> bytes:
    links = "\n".join(f'<a href="{href}">name</a> 01-Jan-2024 00:00 12' for href in hrefs)
    return f'<html><body><pre><a href="../">../</a>\n{links}</pre></body></html>'.encode()


def test_files_of_an_index_are_offered_and_streamed(tmp_path, monkeypatch):
    content = os.urandom(3 * 1024 * 1024)

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/"):
            return Reply(
                index("?C=M;O=A", "old/", quote(BUDGET), quote("메모.txt"), "/icons/a.png")
            )
        return Reply(content, headers={"ETag": '"same"', "Last-Modified": "yesterday"})

    with HttpSender(answer) as sender:
        offers = offers_of(web(sender, monkeypatch), "26")
        assert [(offer.name, offer.period) for offer in offers] == [(BUDGET, "20240331")]
        [file] = offers[0].fetch(tmp_path)
        assert file.name == BUDGET
        assert file.read_bytes() == content
        # No validator decides what is new: the bytes do.
        assert not any("if-none-match" in one.headers for one in sender.asked)


def test_a_name_in_cp949_is_decoded_and_asked_for_as_it_was_listed(tmp_path, monkeypatch):
    href = quote("예산_20240331.csv".encode("cp949"))

    def answer(asked: Asked) -> Reply:
        return Reply(index(href) if asked.path.endswith("/") else b"a,b\n")

    with HttpSender(answer) as sender:
        [offer] = offers_of(web(sender, monkeypatch), "26")
        assert offer.name == "예산_20240331.csv"
        offer.fetch(tmp_path)
        assert sender.asked[-1].path.endswith(href)


@pytest.mark.parametrize(
    "href", ["..%2F..%2Fetc_20240331.csv", "..\\x_20240331.csv", "a%00_20240331.csv", "%2e%2e%2fx"]
)
def test_a_name_that_is_a_path_is_refused(monkeypatch, href):
    with HttpSender(lambda _: Reply(index(href))) as sender:
        with pytest.raises(SourceFailure) as failed:
            offers_of(web(sender, monkeypatch), "26")
        assert failed.value.code == "hostile_name"
        assert len(sender.asked) == 1


@pytest.mark.parametrize(
    "href",
    [
        "http://127.0.0.2/files/city/budget/a_20240331.csv",
        "//elsewhere/files/city/budget/a_20240331.csv",
        "../../other/a_20240331.csv",
        "/etc/a_20240331.csv",
        "file:///etc/a_20240331.csv",
        "javascript:alert(1)",
        "http://[::1/broken",
    ],
)
def test_links_to_elsewhere_are_no_files(monkeypatch, href):
    with HttpSender(lambda _: Reply(index(href))) as sender:
        assert offers_of(web(sender, monkeypatch), "26") == []


def test_only_the_wanted_period_is_offered(monkeypatch):
    names = [f"a_{day}.csv" for day in ("20231231", "20240331", "20240630")]
    with HttpSender(lambda _: Reply(index(*names))) as sender:
        source = web(sender, monkeypatch)
        assert [one.name for one in offers_of(source, "26", period="2024")] == names[1:]
        assert [one.name for one in offers_of(source, "26", period="2024-03")] == [names[1]]


@pytest.mark.parametrize(
    ("reply", "code", "action"),
    [
        (Reply(b"down", 503), "http_503", "retry"),
        (Reply(b"no", 401), "http_401", "fail"),
        (Reply(b"plain text"), "no_index", "fail"),
    ],
)
def test_a_folder_that_cannot_be_listed_says_why(monkeypatch, reply, code, action):
    monkeypatch.setattr("busan_safety.connectors.http._SHORT_WAITS_SECONDS", 0.0)
    with HttpSender(lambda _: reply) as sender, pytest.raises(SourceFailure) as failed:
        offers_of(web(sender, monkeypatch), "26")
    assert (failed.value.code, failed.value.action) == (code, action)


def test_a_folders_password_goes_with_its_login_only(monkeypatch):
    with HttpSender(lambda _: Reply(index())) as sender:
        offers_of(web(sender, monkeypatch, password="pw-1234"), "26")
        offers_of(web(sender, monkeypatch, login="busan", password="pw-1234"), "26")
        first, second = (one.headers.get("authorization") for one in sender.asked)
    assert first is None
    assert second == "Basic " + base64.b64encode(b"busan:pw-1234").decode()


def test_a_file_beyond_the_limit_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.http.MAX_FILE_BYTES", 1000)

    def answer(asked: Asked) -> Reply:
        return Reply(index("a_20240331.csv") if asked.path.endswith("/") else b"x" * 5000)

    with HttpSender(answer) as sender:
        [offer] = offers_of(web(sender, monkeypatch), "26")
        with pytest.raises(SourceFailure) as failed:
            offer.fetch(tmp_path)
    assert failed.value.code == "too_large"


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        taken = (username, password) == ("busan", PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if taken else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class _Files(paramiko.SFTPServerInterface):
    """Serves one folder; names in `extra` are listed as they are."""

    root: Path
    extra: tuple[str, ...] = ()

    def list_folder(self, path: str):
        if path != "/city/relief":
            return paramiko.SFTP_NO_SUCH_FILE
        found = [
            paramiko.SFTPAttributes.from_stat(one.lstat(), one.name) for one in self.root.iterdir()
        ]
        for name in self.extra:
            attributes = paramiko.SFTPAttributes()
            attributes.filename, attributes.st_mode, attributes.st_size = name, 0o100644, 9
            found.append(attributes)
        return found

    def stat(self, path: str):
        file = self.root / Path(path).name
        return (
            paramiko.SFTPAttributes.from_stat(file.stat())
            if file.exists()
            else paramiko.SFTP_NO_SUCH_FILE
        )

    lstat = stat

    def open(self, path: str, flags: int, attr):
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = (self.root / Path(path).name).open("rb")
        return handle


def host_key() -> paramiko.PKey:
    private = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(private.decode()))


class SftpSender:
    def __init__(self, root: Path, extra: tuple[str, ...] = ()) -> None:
        self.key = host_key()
        self.files = type("Files", (_Files,), {"root": root, "extra": extra})
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._transports: list[paramiko.Transport] = []
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def public(self) -> str:
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, self.files)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Login())
            except (paramiko.SSHException, EOFError):
                continue

    def __enter__(self) -> "SftpSender":
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the accepting thread, and with it the port.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()


def sftp(sender: SftpSender, monkeypatch, **changed) -> Source:
    given = {
        "host": f"sftp://busan@127.0.0.1:{sender.port}/city",
        "password": PASSWORD,
        "extra": {"host_key": sender.public},
        **changed,
    }
    monkeypatch.setenv("AIRFLOW_CONN_CITY_SFTP", json.dumps(given))
    return source_with(
        {"kind": "sftp", "connection": "city_sftp", "path": "relief", "pattern": r".*\.csv"}
    )


@pytest.fixture
def folder(tmp_path) -> Path:
    served = tmp_path / "served"
    served.mkdir()
    (served / "입소_202403.csv").write_bytes("가,나\n1,2\n".encode("cp949") * 50_000)
    (served / ".being-written.csv").write_bytes(b"x")
    (served / "link.csv").symlink_to("/etc/hostname")
    (served / "sub.csv").mkdir()
    return served


def test_files_of_an_sftp_folder_are_offered_and_streamed(folder, tmp_path, monkeypatch):
    with SftpSender(folder) as sender:
        [offer] = offers_of(sftp(sender, monkeypatch), "26")
        target = tmp_path / "target"
        target.mkdir()
        [file] = offer.fetch(target)
    assert file.name == "입소_202403.csv"
    assert file.read_bytes() == (folder / file.name).read_bytes()


@pytest.mark.parametrize("extra", [{}, {"host_key": ""}, {"host_key": "ssh-ed25519 AAAAnonsense"}])
def test_an_unknown_host_is_not_asked(folder, monkeypatch, extra):
    with SftpSender(folder) as sender, pytest.raises(SourceFailure, match="host_key") as failed:
        offers_of(sftp(sender, monkeypatch, extra=extra), "26")
    assert (failed.value.code, failed.value.action) == ("host_key", "fail")


def test_another_host_key_than_the_known_one_gets_no_password(folder, monkeypatch):
    known = host_key()
    extra = {"host_key": f"{known.get_name()} {known.get_base64()}"}
    with SftpSender(folder) as sender, pytest.raises(SourceFailure, match="another") as failed:
        offers_of(sftp(sender, monkeypatch, extra=extra), "26")
    assert failed.value.code == "host_key"


def test_a_login_that_is_not_taken_says_what_to_correct(folder, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    with SftpSender(folder) as sender, pytest.raises(SourceFailure) as failed:
        offers_of(sftp(sender, monkeypatch, password="wrong-password"), "26")
    assert (failed.value.code, failed.value.action) == ("refused", "fail")
    assert "AIRFLOW_CONN_CITY_SFTP" in str(failed.value)
    assert "wrong-password" not in caplog.text + str(failed.value)


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "/etc/x.csv", "..\\x.csv", "CON.csv"])
def test_an_sftp_name_that_is_a_path_is_refused(folder, monkeypatch, name):
    with SftpSender(folder, (name,)) as sender, pytest.raises(SourceFailure) as failed:
        offers_of(sftp(sender, monkeypatch), "26")
    assert failed.value.code == "hostile_name"


def test_an_sftp_server_that_is_gone_is_tried_again(folder, monkeypatch):
    with SftpSender(folder) as sender:
        source = sftp(sender, monkeypatch)
    with pytest.raises(SourceFailure) as failed:
        offers_of(source, "26")
    assert (failed.value.code, failed.value.action) == ("unreachable", "retry")


def test_a_folder_that_is_not_there_is_named(folder, monkeypatch):
    with SftpSender(folder) as sender:
        source = sftp(sender, monkeypatch)
        wrong = source.transport.model_copy(update={"path": "nowhere"})
        with pytest.raises(SourceFailure, match="/city/nowhere") as failed:
            offers_of(source.model_copy(update={"transport": wrong}), "26")
    assert failed.value.code == "no_folder"


def test_dropped_files_leave_links_and_unfinished_ones_alone(tmp_path, monkeypatch):
    drop = tmp_path / "drop" / "in"
    drop.mkdir(parents=True)
    (drop / "a_2024.csv").write_bytes(b"x")
    (drop / ".b_2024.csv").write_bytes(b"x")
    (drop / "c_2024.csv").symlink_to("/etc/hostname")
    os.mkfifo(drop / "d_2024.csv")
    Path(os.fsdecode(os.fsencode(drop) + b"/" + "파일_2024.csv".encode("cp949"))).write_bytes(b"y")
    monkeypatch.setenv("AIRFLOW_CONN_CITY_DROP", json.dumps({"host": (tmp_path / "drop").as_uri()}))
    source = source_with(
        {"kind": "file_drop", "connection": "city_drop", "path": "in", "pattern": r".*\.csv"}
    )
    offers = offers_of(source, "26")
    assert sorted(offer.name for offer in offers) == ["a_2024.csv", "파일_2024.csv"]
    target = tmp_path / "target"
    target.mkdir()
    names = {offer.fetch(target)[0].name for offer in offers}
    assert names == {"a_2024.csv", "파일_2024.csv"}
