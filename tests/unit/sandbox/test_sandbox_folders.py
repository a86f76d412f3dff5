"""Folders over HTTP and SFTP: indexes, files, and the ways in which folders fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import paramiko
import pytest

from busan_sandbox.faults import Faults
from busan_sandbox.server import SandboxServer
from busan_sandbox.sftp import HOST_KEY_FILE, USER, SftpServer

from .conftest import KEY

NAMES = ["예산 2023.xlsx", "plan.csv"]


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    for kind, agency in (("http", "city"), ("sftp", "police")):
        folder = tmp_path / "drop" / kind / agency / "budget"
        (folder / "old").mkdir(parents=True)
        for name in NAMES:
            (folder / name).write_bytes(name.encode() * 100)
        (folder / ".half.csv.part").write_bytes(b"being written")
    (tmp_path / "drop" / "secret.csv").write_text("outside")
    (tmp_path / "sandbox").mkdir()
    return tmp_path / "drop"


@pytest.fixture
def folders(drop: Path) -> Iterator[httpx.Client]:
    server = SandboxServer(("127.0.0.1", 0), drop.parent / "sandbox", KEY)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with httpx.Client(base_url=server.url, timeout=5) as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def sftp_session(
    drop: Path, faults: dict[str, str], *, user: str = USER, password: str = KEY
) -> Iterator[paramiko.SFTPClient]:
    """Open a session as a careful client does: it knows the host's key beforehand."""
    state = drop.parent / "sandbox"
    with SftpServer(("127.0.0.1", 0), drop, state, KEY, Faults(faults), 0.05) as server:
        known = drop.parent / "known_hosts"
        known.write_text(server.known_host + "\n")
        client = paramiko.SSHClient()
        client.load_host_keys(str(known))
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            client.connect(
                "127.0.0.1",
                server.port,
                user,
                password,
                allow_agent=False,
                look_for_keys=False,
                timeout=5,
            )
            yield client.open_sftp()
        finally:
            client.close()


def test_an_index_lists_names_sizes_and_times(folders: httpx.Client) -> None:
    page = folders.get("/files/city/budget/")

    assert page.headers["Content-Type"].startswith("text/html")
    assert '<a href="plan.csv">plan.csv</a>' in page.text
    assert '<a href="%EC%98%88%EC%82%B0%202023.xlsx">예산 2023.xlsx</a>' in page.text
    assert '<a href="old/">old/</a>' in page.text
    assert "800\n" in page.text
    assert ".part" not in page.text


def test_files_come_with_what_a_client_compares(folders: httpx.Client) -> None:
    answer = folders.get("/files/city/budget/%EC%98%88%EC%82%B0%202023.xlsx")
    again = folders.get(
        "/files/city/budget/%EC%98%88%EC%82%B0%202023.xlsx",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    head = folders.head("/files/city/budget/plan.csv")

    assert answer.content == NAMES[0].encode() * 100
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert (again.status_code, again.content) == (304, b"")
    assert (head.headers["Content-Length"], head.content) == ("800", b"")


def test_a_folder_without_its_slash_is_redirected(folders: httpx.Client) -> None:
    answer = folders.get("/files/city/budget")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/files/city/budget/")


@pytest.mark.parametrize(
    "path",
    ["/files/", "/files/city/../../secret.csv", "/files/city/..%2f..%2f..%2fsecret.csv",
     "/files/city/budget/.half.csv.part", "/files/nobody/", "/files/%2e%2e/secret.csv"],
)  # fmt: skip
def test_nothing_outside_a_folder_is_served(folders: httpx.Client, path: str) -> None:
    url = folders.base_url.copy_with(raw_path=path.encode())

    assert folders.get(url).status_code == 404


def test_http_folders_fail_on_request(folders: httpx.Client) -> None:
    seen = {}
    for fault in ("down", "refused", "html", "empty", "malformed", "traversal"):
        folders.post("/_control/faults", json={"city_files": fault}).raise_for_status()
        seen[fault] = folders.get("/files/city/budget/")
    whole = len(folders.get("/files/city/budget/plan.csv").content)
    folders.post("/_control/faults", json={"city_files": "malformed"})
    part = len(folders.get("/files/city/budget/plan.csv").content)
    folders.post("/_control/faults", json={"education_files": "down"})

    assert seen["down"].status_code == 503
    assert seen["refused"].status_code == 401 and "WWW-Authenticate" in seen["refused"].headers
    assert "점검" in seen["html"].text
    assert "plan.csv" not in seen["empty"].text
    assert "</html>" not in seen["malformed"].text
    assert "../../../../etc/passwd" in seen["traversal"].text
    assert (whole, part) == (800, 480)
    assert folders.get("/files/city/budget/").status_code == 200


def test_a_file_changes_while_it_is_listed(folders: httpx.Client) -> None:
    before = folders.get("/files/city/budget/plan.csv")
    folders.post("/_control/faults", json={"/files/city/budget/plan.csv": "changing"})

    after = folders.get("/files/city/budget/plan.csv")

    assert "800\n" in folders.get("/files/city/budget/").text
    assert len(after.content) > len(before.content)
    assert after.headers["ETag"] != before.headers["ETag"]


def test_sftp_lists_and_sends_what_lies_in_the_folder(drop: Path, tmp_path: Path) -> None:
    with sftp_session(drop, {}) as session:
        names = sorted(session.listdir("/police/budget"))
        about = session.stat("police/budget/plan.csv")
        session.get("/police/budget/plan.csv", str(tmp_path / "got.csv"))

    assert names == ["old", "plan.csv", "예산 2023.xlsx"]
    assert about.st_size == 800
    assert (tmp_path / "got.csv").read_bytes() == b"plan.csv" * 100


def test_sftp_takes_nothing_and_shows_nothing_else(drop: Path) -> None:
    with sftp_session(drop, {}) as session:
        for path in ("/../secret.csv", "/police/../../secret.csv", "/police/budget/.half.csv.part"):
            with pytest.raises(FileNotFoundError):
                session.stat(path)
        with pytest.raises(OSError, match="denied"):
            session.open("/police/budget/plan.csv", "w")
        with pytest.raises(OSError, match=r"(?i)unsupported"):
            session.remove("/police/budget/plan.csv")

    assert (drop / "sftp/police/budget/plan.csv").stat().st_size == 800


@pytest.mark.parametrize(("user", "password"), [("root", KEY), (USER, "other"), (USER, "")])
def test_sftp_wants_its_user_and_password(drop: Path, user: str, password: str) -> None:
    with (
        pytest.raises(paramiko.AuthenticationException),
        sftp_session(drop, {}, user=user, password=password),
    ):
        pass


def test_the_host_key_stays_and_is_private(drop: Path) -> None:
    state = drop.parent / "sandbox"
    lines = set()
    for _ in range(2):
        with SftpServer(("127.0.0.1", 0), drop, state, KEY) as server:
            lines.add(server.known_host.split()[2])

    assert len(lines) == 1
    assert (state / HOST_KEY_FILE).stat().st_mode & 0o077 == 0
    assert (state / f"{HOST_KEY_FILE}.pub").read_text().split()[1] in lines


def test_sftp_refuses_its_password_on_request(drop: Path) -> None:
    with pytest.raises(paramiko.AuthenticationException), sftp_session(drop, {"sftp": "refused"}):
        pass


@pytest.mark.parametrize("fault", ["closed", "down"])
def test_an_sftp_server_can_be_away(drop: Path, fault: str) -> None:
    with (
        pytest.raises((paramiko.SSHException, EOFError, OSError)),
        sftp_session(drop, {"sftp": fault}),
    ):
        pass


def test_sftp_folders_fail_on_request(drop: Path) -> None:
    path = "/police/budget"
    with sftp_session(drop, {"police_sftp": "refused"}) as session, pytest.raises(PermissionError):
        session.listdir(path)
    with sftp_session(drop, {"police_sftp": "empty"}) as session:
        assert session.listdir(path) == []
    with sftp_session(drop, {"police_sftp": "traversal"}) as session:
        assert "../../../../etc/passwd" in session.listdir(path)
    with sftp_session(drop, {"police_sftp": "malformed"}) as session:
        assert len(session.open(f"{path}/plan.csv").read()) == 480
    with sftp_session(drop, {"police_sftp": "changing"}) as session:
        listed = {entry.filename: entry.st_size for entry in session.listdir_attr(path)}
        assert len(session.open(f"{path}/plan.csv").read()) > (listed["plan.csv"] or 0)
    with (
        sftp_session(drop, {"police_sftp": "closed"}) as session,
        pytest.raises((EOFError, OSError, paramiko.SSHException)),
    ):
        session.listdir(path)


def test_another_agencys_sftp_folder_is_untouched(drop: Path) -> None:
    with sftp_session(drop, {"city_sftp": "refused"}) as session:
        assert "plan.csv" in session.listdir("/police/budget")
