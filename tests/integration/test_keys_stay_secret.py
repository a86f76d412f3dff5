"""A whole pull against a sender that throws the key back: it stays out of all that is kept."""

import json
import logging

import pytest
from http_sender import Asked, HttpSender, Reply

from busan_safety.connectors import SourceFailure
from busan_safety.loading import pull
from busan_safety.settings import get_settings
from busan_safety.sources import get_source

KEY = "Zq+9/echoed-key=="
PIECES = ("Zq+9", "Zq%2B9", "Zq%252B9", "echoed-key")
FIELDS = [column.headers[0] for column in get_source("city_living_lab").columns if column.headers]


def answers(asked: Asked) -> dict[str, Reply]:
    item = dict.fromkeys(FIELDS, "1")
    page = {"header": {"code": "00"}, "item": [item], "totalCount": 1}
    return {
        "error": Reply(json.dumps({"returnReasonCode": "30", "errMsg": asked.target}).encode()),
        "code": Reply(json.dumps({"returnReasonCode": KEY}).encode()),
        "status": Reply(asked.target.encode(), 403),
        "row": Reply(json.dumps({"get": {**page, "item": [{**item, FIELDS[0]: KEY}]}}).encode()),
        "field": Reply(json.dumps({"get": {**page, "item": [{**item, KEY: "1"}]}}).encode()),
        "envelope": Reply(json.dumps({"get": {**page, "request": asked.target}}).encode()),
        "exhausted": Reply(json.dumps({"returnReasonCode": "22", "errMsg": KEY}).encode()),
    }


@pytest.mark.parametrize(
    "which", ["error", "code", "status", "row", "field", "envelope", "exhausted"]
)
def test_a_key_that_is_thrown_back_is_kept_nowhere(which, warehouse, monkeypatch, caplog, capfd):
    warehouse.execute("truncate ops.request_quota")
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    told = ""
    with HttpSender(lambda asked: answers(asked)[which]) as sender:
        connection = {"host": sender.url, "password": KEY}
        monkeypatch.setenv("AIRFLOW_CONN_DATAGOKR", json.dumps(connection))
        try:
            told = pull("city_living_lab").message
        except SourceFailure as failure:
            told = f"{failure} {failure.code} {failure!r}"
        assert sender.asked[0].query["serviceKey"] == KEY
    logged = [
        *(record.getMessage() + str(record.args) for record in caplog.records),
        *capfd.readouterr(),
    ]
    manifests = [path.read_text() for path in get_settings().landing_dir.rglob("manifest.json")]
    tables = ("ops.pull", "ops.batch", "ops.request_quota", "quarantine.rejected_row")
    rows = [str(warehouse.execute(f"select * from {table}").fetchall()) for table in tables]
    assert told
    for text in [told, *logged, *manifests, *rows]:
        assert not any(piece in text for piece in PIECES)
