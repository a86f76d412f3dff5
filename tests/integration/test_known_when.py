"""What was known when: "as of" questions, snapshots that stay, and slices that changed."""

import datetime as dt

import pytest
from own_feeds import DISTRICT, DISTRICT_CODE, NUMBER, TIME, column, feed

from busan_safety.loading import changed_slices, ingest_file, pull, reload
from busan_safety.warehouse import connect

__all__ = ["feed"]


def write(folder, rows, name="a_202403.csv", header="번호,일시"):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def now(warehouse):
    return warehouse.execute("select clock_timestamp()").fetchone()[0]


def as_of(moment, columns="case_number"):
    with connect("transformer") as connection:
        rows = connection.execute(
            f"select {columns} from raw.test_cases_as_of(%s) order by 1", [moment]
        )
        return [row[0] for row in rows]


def test_what_was_known_before_a_correction_can_still_be_asked_for(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME])
    before = now(warehouse)
    ingest_file("test_cases", write(tmp_path, ["A1,2024-03-01 10:00", "A2,2024-03-01 10:00"]))
    first = now(warehouse)
    corrected = ["A1,2024-03-01 10:00", "A3,2024-03-01 10:00"]
    ingest_file("test_cases", write(tmp_path, corrected, name="b_202403.csv"))
    ingest_file("test_cases", write(tmp_path, ["B1,2024-04-01 10:00"], name="b_202404.csv"))
    last = now(warehouse)

    assert as_of(before) == []
    assert as_of(first) == ["A1", "A2"]
    assert as_of(last) == ["A1", "A3", "B1"]


def test_a_batch_that_was_taken_out_by_hand_is_known_for_as_long_as_it_stood(
    warehouse, feed, tmp_path
):
    feed("test_cases", [NUMBER, TIME])
    ingest_file("test_cases", write(tmp_path, ["A1,2024-03-01 10:00"]))
    wrong = ingest_file("test_cases", write(tmp_path, ["X1,2024-03-01 10:00"], "b_202403.csv"))
    meanwhile = now(warehouse)
    warehouse.execute(
        "update ops.batch_slice set superseded_at = clock_timestamp() where batch_id = %s",
        [wrong.batch_id],
    )
    warehouse.execute(
        "update ops.batch_slice set superseded_at = null, superseded_by = null"
        " where superseded_by = %s",
        [wrong.batch_id],
    )
    assert as_of(meanwhile) == ["X1"]
    assert as_of(now(warehouse)) == ["A1"]


def test_every_version_of_an_inventory_stays(warehouse, feed, tmp_path):
    day = column("reference_date", "기준일", "date", normalise=["date"])
    feed(
        "test_cases",
        [NUMBER, day],
        slice={"snapshot": True},
        freshness={"event_column": "reference_date", "warn_days": 1, "fail_days": 2},
        forms=[{"id": "f", "formats": ["csv"], "title": "t", "requires": ["case_number"]}],
    )
    header = "번호,기준일"
    ingest_file("test_cases", write(tmp_path, ["A1,2024-03-31", "A2,2024-03-31"], "a.csv", header))
    first = now(warehouse)
    ingest_file("test_cases", write(tmp_path, ["A2,2024-06-30", "A3,2024-06-30"], "b.csv", header))
    second = now(warehouse)
    ingest_file("test_cases", write(tmp_path, ["A0,2023-12-31"], "c.csv", header))

    assert as_of(first) == ["A1", "A2"]
    assert as_of(second) == as_of(now(warehouse)) == ["A2", "A3"]
    assert warehouse.execute("select count(*) from raw.test_cases").fetchone() == (5,)


def test_a_year_and_a_district_make_one_slice_together(warehouse, feed, tmp_path):
    feed(
        "test_cases",
        [NUMBER, TIME, DISTRICT, DISTRICT_CODE],
        slice={"period": "year", "columns": ["district_code"]},
    )
    header = "번호,일시,구군"
    ingest_file("test_cases", write(tmp_path, ["A1,2023-03-01 10:00,중구"], "a_2023.csv", header))
    ingest_file("test_cases", write(tmp_path, ["B1,2024-03-01 10:00,중구"], "a_2024.csv", header))
    again = write(tmp_path, ["B2,2024-03-01 10:00,중구"], "b_2024.csv", header)
    ingest_file("test_cases", again)
    assert as_of(now(warehouse)) == ["A1", "B2"]


def test_a_late_or_corrected_delivery_changes_only_its_slices(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME])
    for month in ("202401", "202402", "202403"):
        last = ingest_file(
            "test_cases",
            write(tmp_path, [f"{month},{month[:4]}-{month[4:]}-01 10:00"], f"a_{month}.csv"),
        )
    moment = now(warehouse)

    def changed(since):
        return [one.slice_key for one in changed_slices(since) if one.source_id == "test_cases"]

    assert changed(moment) == []
    corrected = ingest_file("test_cases", write(tmp_path, ["X,2024-02-01 10:00"], "b_202402.csv"))
    ingest_file("test_cases", write(tmp_path, ["Y,2023-12-01 10:00"], "late_202312.csv"))

    assert changed(moment) == changed(last.batch_id) == ["2023-12", "2024-02"]
    assert changed(corrected.batch_id) == ["2023-12"]
    reload("test_cases")
    assert changed(now(warehouse) - dt.timedelta(days=1)) == [
        "2023-12",
        "2024-01",
        "2024-02",
        "2024-03",
    ]


def test_changes_after_an_unknown_batch_cannot_be_asked_for(warehouse):
    with pytest.raises(LookupError, match="999999"):
        changed_slices(999999)


def test_a_pull_of_a_period_takes_only_what_overlaps_it(warehouse, feed, tmp_path, monkeypatch):
    feed(
        "test_cases",
        [NUMBER, TIME],
        transport={
            "kind": "file_drop",
            "connection": "city_drop",
            "path": "test",
            "pattern": r"a_(?P<period>\d{6})\.csv",
        },
    )
    monkeypatch.setenv("AIRFLOW_CONN_CITY_DROP", f'{{"host": "file://{tmp_path}"}}')
    (tmp_path / "test").mkdir()
    for month in ("202402", "202403"):
        write(tmp_path / "test", [f"{month},{month[:4]}-{month[4:]}-01 10:00"], f"a_{month}.csv")
    assert [one.period for one in pull("test_cases", period="2024-03").batches] == ["2024-03"]
    assert [one.period for one in pull("test_cases").batches] == ["2024-02"]
