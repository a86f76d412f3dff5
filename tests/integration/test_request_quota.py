"""Requests counted in PostgreSQL: shared by processes, asked before the sender is."""

import datetime as dt
import json
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from http_sender import Asked, HttpSender, Reply

from busan_safety.connectors import SourceFailure
from busan_safety.connectors.connection import Connection, get_connection
from busan_safety.connectors.errors import NothingYet
from busan_safety.connectors.quota import Limit, RequestCounter, limit_of
from busan_safety.connectors.senders import Question, fetch_pages, items_of_pages, page_reader
from busan_safety.settings import get_settings
from busan_safety.sources.model import Quota, Transport
from busan_safety.sources.reference import districts
from busan_safety.warehouse import WarehouseUnavailable

pytestmark = pytest.mark.usefixtures("warehouse")
KEY = "counted-key-1"


@pytest.fixture(autouse=True)
def _nothing_counted(warehouse):
    warehouse.execute("truncate ops.request_quota")


def counter(limit: Limit, key: str = KEY, **given) -> RequestCounter:
    return RequestCounter(Connection("datagokr", "http://x", key), "svc", limit, **given)


def rows(items, total=None) -> bytes:
    body = {"items": items, "totalCount": len(items) if total is None else total}
    return json.dumps({"response": {"header": {"resultCode": "00"}, "body": body}}).encode()


def test_parallel_tasks_take_exactly_the_days_limit(warehouse):
    def take_ten(_: int) -> int:
        mine, taken = counter(Limit(per_day=25)), 0
        for _ in range(10):
            try:
                mine.take()
                taken += 1
            except SourceFailure as failure:
                assert failure.code == "22"
        mine.close()
        return taken

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take_ten, range(6))) == 25
    assert warehouse.execute("select sum(used_count) from ops.request_quota").fetchone() == (25,)
    stored = warehouse.execute("select key_hash from ops.request_quota").fetchone()[0]
    assert len(stored) == 64
    assert KEY not in stored


def test_another_key_another_service_and_another_day_have_their_own_limit():
    korea = dt.timezone(dt.timedelta(hours=9))
    evening = dt.datetime(2024, 3, 5, 23, 59, 59, tzinfo=korea)
    one = Limit(per_day=1)
    counter(one, clock=lambda: evening).take()
    with pytest.raises(SourceFailure) as failed:
        counter(one, clock=lambda: evening).take()
    assert failed.value.retry_at == dt.datetime(2024, 3, 6, tzinfo=korea)
    counter(one, "another-key", clock=lambda: evening).take()
    counter(one, clock=lambda: evening + dt.timedelta(seconds=1)).take()


def test_requests_of_all_tasks_keep_the_pace():
    def take_three(_: int) -> None:
        mine = counter(Limit(per_second=20))
        for _ in range(3):
            mine.take()
        mine.close()

    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take_three, range(4)))
    # Twelve requests at 20 a second: the last may go 0.55 s after the first.
    assert time.monotonic() - began >= 0.5


def test_a_turn_too_far_away_is_handed_over():
    slow = counter(Limit(per_second=0.1))
    slow.take()
    with pytest.raises(SourceFailure) as failed:
        slow.take()
    assert failed.value.action == "back_off"
    assert failed.value.retry_at > dt.datetime.now(dt.UTC) + dt.timedelta(seconds=4)


def transport(**given) -> Transport:
    return Transport(kind="datagokr", connection="datagokr", path="svc/op", **given)


def fetch(sender: HttpSender, of: Transport, folder, question: Question | None = None, **extra):
    connection = Connection("datagokr", sender.url, KEY, extra=extra)
    return fetch_pages(of, connection, question or Question(), folder)


def test_a_sender_that_says_22_is_not_asked_again_that_day(tmp_path):
    with HttpSender(lambda _: Reply(b'{"returnReasonCode": "22"}', 429)) as sender:
        for _ in range(2):
            with pytest.raises(SourceFailure) as failed:
                fetch(sender, transport(), tmp_path)
            assert failed.value.action == "stop_until_midnight"
        assert len(sender.asked) == 1


def test_our_own_count_stops_before_the_sender_is_asked(tmp_path):
    declared = transport(quota=Quota(per_day=2))
    with HttpSender(lambda _: Reply(rows([{"a": 1}]))) as sender:
        for _ in range(2):
            fetch(sender, declared, tmp_path)
        with pytest.raises(SourceFailure, match="not asked") as failed:
            fetch(sender, declared, tmp_path)
        assert (failed.value.code, len(sender.asked)) == ("22", 2)
        fetch(sender, declared, tmp_path, per_day=3)
        assert len(sender.asked) == 3


def test_every_attempt_is_counted(warehouse, tmp_path):
    with HttpSender(lambda _: Reply(b"x", 503)) as sender:
        with pytest.raises(SourceFailure):
            fetch(sender, transport(), tmp_path)
        used = warehouse.execute("select used_count from ops.request_quota").fetchone()
        assert used == (len(sender.asked),) == (3,)


@pytest.mark.parametrize("wrong", [0, -1, "many", True])
def test_a_limit_that_is_none_is_named(wrong):
    connection = Connection("datagokr", "http://x", KEY, extra={"per_day": wrong})
    with pytest.raises(SourceFailure, match="per_day"):
        limit_of(connection, None)


def test_without_the_warehouse_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("BUSAN_PG_PORT", "9")
    get_settings.cache_clear()
    try:
        with HttpSender(lambda _: Reply(rows([]))) as sender:
            with pytest.raises(WarehouseUnavailable, match=r"cannot be counted.*make up"):
                fetch(sender, transport(), tmp_path)
            assert not sender.asked
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_each_district_is_asked_with_its_code_and_lands_in_one_delivery(tmp_path):
    def answer(asked: Asked) -> Reply:
        return Reply(rows([{"guGun": asked.query["guGun"], "year": asked.query["searchYearCd"]}]))

    taas = Transport(
        kind="taas",
        connection="taas",
        path="B552061/lgStat/getRestLgStat",
        params={"type": "json", "siDo": "1200", "guGun": "{taas_code}", "searchYearCd": "{period}"},
        each="district",
    )
    with HttpSender(answer) as sender:
        files = fetch(sender, taas, tmp_path, Question(period="2023"))
    items = list(items_of_pages(files, page_reader(taas)))
    assert [item["guGun"] for item in items] == [one.taas_code for one in districts().values()]
    assert {item["year"] for item in items} == {"2023"}
    assert len(files) == 16


def test_a_sender_that_ignores_the_district_is_found_out(tmp_path):
    same = transport(each="district", params={"guGun": "{taas_code}"})
    with (
        HttpSender(lambda _: Reply(rows([{"guGun": "1201"}]))) as sender,
        pytest.raises(SourceFailure, match="ignores") as failed,
    ):
        fetch(sender, same, tmp_path)
    assert failed.value.code == "repeated_page"


def test_a_period_without_rows_is_no_delivery(tmp_path):
    with HttpSender(lambda _: Reply(b'{"err": "30", "errMsg": "none"}')) as sender:
        kosis = Transport(kind="kosis", connection="kosis", path="p", params={"s": "{period}"})
        with pytest.raises(NothingYet):
            fetch(sender, kosis, tmp_path, Question(period="2024-03"))
        assert sender.asked[0].query["s"] == "202403"
        assert sender.asked[0].query["apiKey"] == KEY


def test_a_placeholder_nobody_fills_is_named(tmp_path):
    with HttpSender(lambda _: Reply(rows([]))) as sender:
        with pytest.raises(SourceFailure, match="instt_code"):
            fetch(sender, transport(params={"x": "{instt_code}"}), tmp_path)
        assert not sender.asked


def test_the_encoded_key_of_the_portal_is_sent_as_the_decoded_one(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_DATAGOKR",
        json.dumps({"host": "http://unused", "password": "a%2Bb%2Fc%3D%3D"}),
    )
    key = get_connection("datagokr").key
    with HttpSender(lambda _: Reply(rows([{"a": 1}]))) as sender:
        fetch_pages(transport(), Connection("datagokr", sender.url, key), Question(), tmp_path)
        assert sender.asked[0].query["serviceKey"] == "a+b/c=="
        assert "%252B" not in sender.asked[0].target


def test_a_long_feed_is_read_a_page_at_a_time(tmp_path):
    def answer(asked: Asked) -> Reply:
        first = (int(asked.query["pageNo"]) - 1) * 1000
        return Reply(rows([{"n": at, "v": "값" * 20} for at in range(first, first + 1000)], 30_000))

    with HttpSender(answer) as sender:
        files = fetch(sender, transport(), tmp_path)
    size = sum(path.stat().st_size for path in files)
    tracemalloc.start()
    count = sum(1 for _ in items_of_pages(files, page_reader(transport())))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(files), count) == (30, 30_000)
    assert peak < size / 3
