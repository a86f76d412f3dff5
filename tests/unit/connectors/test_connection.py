import json

import pytest

from busan_safety.connectors.connection import Connection, get_connection
from busan_safety.connectors.errors import SourceFailure

KEY = "Ab+c/d9 secret=="


def connect(monkeypatch, given: object) -> Connection:
    monkeypatch.setenv("AIRFLOW_CONN_X", given if isinstance(given, str) else json.dumps(given))
    return get_connection("x")


def test_repr_shows_neither_key_nor_extra():
    connection = Connection("x", "https://h", KEY, extra={"private_key": "PEM-TEXT"})
    assert "secret" not in repr(connection)
    assert "PEM-TEXT" not in repr(connection)


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        "Ab%2Bc%2Fd9%20secret%3D%3D",
        "ab%2bc%2fd9%20secret%3d%3d",
        "Ab%252Bc%252Fd9%2520secret%253D%253D",
        "Ab%2Bc/d9%20secret%3D%3D",
        "Ab%2Bc%2Fd9+secret%3D%3D",
        "Ab+c\\/d9 secret==",
    ],
)
def test_a_key_is_hidden_in_every_spelling(written):
    connection = Connection("x", "https://h", KEY)
    assert connection.hide_secrets(f"GET /?serviceKey={written}&n=1") == "GET /?serviceKey=***&n=1"


def test_without_a_key_nothing_is_hidden():
    assert Connection("x", "https://h").hide_secrets("text") == "text"


def test_an_sftp_address_gives_user_port_and_password_and_keeps_none_of_them(monkeypatch):
    connection = connect(monkeypatch, {"host": "sftp://busan:pw-12@h.example:2222/city/"})
    assert (connection.user, connection.key, connection.port) == ("busan", "pw-12", 2222)
    assert connection.host == "sftp://h.example:2222/city"


def test_named_fields_go_before_the_address(monkeypatch):
    given = {"host": "sftp://a:b@h:1", "login": "c", "password": "d1234", "port": 3, "extra": "{}"}
    connection = connect(monkeypatch, given)
    assert (connection.user, connection.key, connection.port) == ("c", "d1234", 3)


def test_extra_may_be_json_in_json(monkeypatch):
    assert connect(monkeypatch, {"host": "h", "extra": '{"per_day": 5}'}).extra == {"per_day": 5}


@pytest.mark.parametrize(
    "given",
    [
        *("", "{", "[]", "3", '{"password": "secret-1"}', '{"host": 5}'),
        *('{"host": "h", "port": "x"}', '{"host": "http://h:port"}', '{"host": "http://[::1"}'),
        '{"host": "h", "extra": [1]}',
    ],
)
def test_a_wrong_connection_names_its_variable_and_nothing_else(monkeypatch, given):
    with pytest.raises(SourceFailure, match="AIRFLOW_CONN_X") as failed:
        connect(monkeypatch, given)
    assert failed.value.code == "no_connection"
    assert failed.value.__context__ is None
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("host", ["", "apis.data.go.kr", "ftp://h", "/folder"])
def test_an_http_sender_needs_an_http_address(host):
    with pytest.raises(SourceFailure, match="https://"):
        _ = Connection("x", host).base_url
