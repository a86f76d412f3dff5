"""Requests over real HTTP on loopback: what is tried again, when, and what never leaks."""

import datetime as dt
import json
import logging
import time
from email.utils import format_datetime

import pytest
from http_sender import Asked, HttpSender, Reply

from busan_safety.connectors import SourceFailure
from busan_safety.connectors.connection import Connection
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.http import HttpClient
from busan_safety.connectors.paging import PageWriter

KEY = "Abc+/9secret=="
SUCCESS = ["00"]


def read(body: bytes):
    return read_page(body, SUCCESS)


def rows(items, total=None, code="00") -> bytes:
    body = {"items": {"item": items}, "totalCount": len(items) if total is None else total}
    return json.dumps({"response": {"header": {"resultCode": code}, "body": body}}).encode()


def code(number: str) -> bytes:
    return json.dumps({"response": {"header": {"resultCode": number}}}).encode()


def ask(sender: HttpSender, wait_seconds: float = 0.01):
    connection = Connection("datagokr", sender.url, KEY)
    with HttpClient(connection, wait_seconds=wait_seconds) as client:
        return client.page(f"{sender.url}/x", {"serviceKey": KEY}, read)


def failure_of(answer, wait_seconds: float = 0.01) -> tuple[SourceFailure, int]:
    with HttpSender(answer) as sender:
        with pytest.raises(SourceFailure) as failed:
            ask(sender, wait_seconds)
        return failed.value, len(sender.asked)


@pytest.mark.parametrize(
    ("number", "attempts"), [("01", 3), ("02", 3), ("04", 3), ("05", 3), ("99", 2)]
)
def test_codes_that_may_pass_are_tried_again_and_99_once(number, attempts):
    failure, asked = failure_of(lambda _: Reply(code(number)))
    assert (failure.action, failure.code, asked) == ("retry", number, attempts)
    assert failure.retry_at > dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("number", ["10", "11", "12", "20", "21", "29", "30", "31", "32", "33"])
def test_codes_that_need_a_person_fail_at_once(number):
    failure, asked = failure_of(lambda _: Reply(code(number)))
    assert (failure.action, failure.transient, asked) == ("fail", False, 1)
    assert failure.retry_at is None


def test_a_used_up_day_stops_until_midnight_in_korea():
    failure, asked = failure_of(lambda _: Reply(code("22")))
    assert (failure.action, asked) == ("stop_until_midnight", 1)
    midnight = failure.retry_at
    assert (midnight.utcoffset(), midnight.hour, midnight.minute) == (dt.timedelta(hours=9), 0, 0)
    assert dt.timedelta(0) < midnight - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)


def test_a_short_retry_after_is_waited_for_and_obeyed():
    times = []

    def answer(_: Asked) -> Reply:
        times.append(time.monotonic())
        if len(times) == 1:
            return Reply(code("23"), 429, {"Retry-After": "1"})
        return Reply(rows([{"a": "1"}]))

    with HttpSender(answer) as sender:
        _, page = ask(sender)
    assert page.items == [{"a": "1"}]
    assert times[1] - times[0] >= 0.9


@pytest.mark.parametrize("how", ["seconds", "date"])
def test_a_long_retry_after_is_handed_over_without_waiting(how):
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20)
    header = "1200" if how == "seconds" else format_datetime(later, usegmt=True)
    began = time.monotonic()
    failure, asked = failure_of(lambda _: Reply(b"slow down", 429, {"Retry-After": header}))
    assert (failure.action, failure.code, asked) == ("back_off", "23", 1)
    assert abs(failure.retry_at - later) < dt.timedelta(seconds=5)
    assert time.monotonic() - began < 2


def test_all_waiting_of_a_request_stays_within_seconds(monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.http._SHORT_WAITS_SECONDS", 0.5)
    began = time.monotonic()
    failure, asked = failure_of(lambda _: Reply(code("01")), wait_seconds=0.4)
    assert failure.transient
    assert asked <= 2
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("reply", "action", "failed_code"),
    [
        (Reply(b"<html>maintenance</html>", 503), "retry", "http_503"),
        (Reply(b"Unexpected errors"), "retry", "unreadable"),
        (Reply(b"Unexpected errors", 403), "fail", "http_403"),
        (Reply(b"gone", 404), "fail", "http_404"),
        (Reply(b"", 302, {"Location": "http://127.0.0.1:9/other"}), "fail", "http_302"),
        (Reply(b'{"response": {"bo', missing=40), "retry", "unreachable"),
        (Reply(rows([{"a": 1}]), 500), "retry", "http_500"),
    ],
)
def test_answers_without_a_code_of_their_own(reply, action, failed_code):
    failure, _ = failure_of(lambda _: reply)
    assert (failure.action, failure.code) == (action, failed_code)


def test_nobody_listening_is_tried_again():
    connection = Connection("datagokr", "http://127.0.0.1:9", KEY)
    with (
        HttpClient(connection, wait_seconds=0.01) as client,
        pytest.raises(SourceFailure, match="cannot be reached") as failed,
    ):
        client.page("http://127.0.0.1:9/x", {"serviceKey": KEY}, read)
    assert failed.value.transient


def test_a_page_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.http.MAX_PAGE_BYTES", 1000)
    failure, asked = failure_of(lambda _: Reply(b"x" * 5000))
    assert (failure.code, asked) == ("too_large", 1)


def echoes(asked: Asked) -> list[Reply]:
    """The key as senders throw it back: raw, encoded, twice encoded, as a code, as a status."""
    target = asked.target
    return [
        Reply(json.dumps({"returnReasonCode": KEY, "errMsg": target}).encode()),
        Reply(json.dumps({"code": -401, "msg": KEY}).encode(), 401),
        Reply(f"<error><errMsg>{asked.query['serviceKey']}</errMsg></error>".encode()),
        Reply(json.dumps({"returnAuthMsg": f"no such key: {target}"}).encode()),
        Reply(target.encode(), 500),
        Reply(b"", 302, {"Location": target}),
        Reply(json.dumps([KEY]).encode()),
        Reply(rows([{"echo": KEY}])),
        Reply(rows([{target: "1"}])),
    ]


@pytest.mark.parametrize("which", range(9))
def test_a_key_that_is_thrown_back_stays_out_of_errors_and_logs(which, caplog):
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    with HttpSender(lambda asked: echoes(asked)[which]) as sender:
        with pytest.raises(SourceFailure) as failed:
            ask(sender)
        assert sender.asked[0].query["serviceKey"] == KEY
    chain, error = [], failed.value
    while error is not None:
        chain.append(f"{error!r} {error} {getattr(error, 'code', '')}")
        error = error.__cause__ or error.__context__
    logged = caplog.text + " ".join(str(record.args) for record in caplog.records)
    for text in [*chain, logged]:
        assert "Abc" not in text
        assert "secret" not in text
        assert "serviceKey=" not in text


def paged(step: int, total: int, *, repeat: bool = False):
    def answer(asked: Asked) -> Reply:
        number = 1 if repeat else int(asked.query["pageNo"])
        first = (number - 1) * step
        items = [{"n": str(at)} for at in range(first, min(first + step, total))]
        return Reply(rows(items, total))

    return answer


def write_all(answer, folder) -> PageWriter:
    writer = PageWriter(folder, ".json")
    with HttpSender(answer) as sender:
        connection = Connection("datagokr", sender.url, KEY)
        with HttpClient(connection, wait_seconds=0.01) as client:
            writer.write(
                client.page(f"{sender.url}/x", {"pageNo": number, "numOfRows": 1000}, read)
                for number in range(1, 100)
            )
    return writer


def test_a_silent_cap_is_paged_to_the_total(tmp_path):
    writer = write_all(paged(100, 250), tmp_path)
    assert (len(writer.files), writer.items) == (3, 250)


def test_a_sender_that_gives_the_same_page_again_fails(tmp_path):
    with pytest.raises(SourceFailure, match="same rows") as failed:
        write_all(paged(100, 300, repeat=True), tmp_path)
    assert (failed.value.code, failed.value.action) == ("repeated_page", "fail")


def test_fewer_rows_than_announced_fail(tmp_path):
    def answer(asked: Asked) -> Reply:
        return Reply(rows([{"n": "1"}] if asked.query["pageNo"] == "1" else [], 7))

    with pytest.raises(SourceFailure, match="announced 7 rows and sent 1") as failed:
        write_all(answer, tmp_path)
    assert (failed.value.code, failed.value.transient) == ("incomplete", True)


def test_a_passing_fault_in_the_middle_costs_nothing(tmp_path):
    faults = {2: Reply(b"x", 503), 3: Reply(code("01"))}
    count = 0

    def answer(asked: Asked) -> Reply:
        nonlocal count
        count += 1
        return faults.get(count) or paged(100, 250)(asked)

    writer = write_all(answer, tmp_path)
    assert writer.items == 250
