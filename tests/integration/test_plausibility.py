"""Implausible deliveries wait for a person; partial ones are loaded and say what is missing."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from own_feeds import DISTRICT, DISTRICT_CODE, NUMBER, TIME, column, feed

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import accept_refused, ingest_file
from busan_safety.sources.reference import districts, stations

__all__ = ["feed"]


def write(folder, count, name="a_202403.csv", day="2024-03-01"):
    path = folder / name
    rows = [f"A{at},{day} 10:00" for at in range(count)]
    path.write_text("\n".join(["번호,일시", *rows]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("count", [1, 6])
def test_too_few_or_too_many_rows_are_refused(warehouse, feed, tmp_path, count):
    feed("test_cases", [NUMBER, TIME], plausibility={"rows": [2, 5]})
    with pytest.raises(DeliveryRefused, match="2 to 5") as refused:
        ingest_file("test_cases", write(tmp_path, count), accept=True)
    assert refused.value.code == "implausible_rows"
    assert warehouse.execute("select count(*) from raw.test_cases").fetchone() == (0,)


@pytest.mark.parametrize("count", [4, 16])
def test_a_delivery_that_differs_too_much_waits_until_a_person_accepts_it(
    warehouse, feed, tmp_path, count
):
    feed("test_cases", [NUMBER, TIME], plausibility={"against_previous": [0.5, 1.5]})
    first = ingest_file("test_cases", write(tmp_path, 10))
    changed = write(tmp_path, count, name="b_202403.csv")
    with pytest.raises(DeliveryRefused, match=rf"batch {first.batch_id}.*--accept") as refused:
        ingest_file("test_cases", changed)
    assert refused.value.code == "implausible_change"
    current = "select count(*) from raw.current_test_cases"
    assert warehouse.execute(current).fetchone() == (10,)

    accepted = ingest_file("test_cases", changed, accept=True)

    assert accepted.replaces == {first.batch_id: 10}
    assert warehouse.execute(current).fetchone() == (count,)
    kept = warehouse.execute(
        "select is_accepted from ops.batch where batch_id = %s", [accepted.batch_id]
    ).fetchone()
    assert kept == (True,)


def test_a_refused_batch_can_be_accepted_from_landing(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME], plausibility={"against_previous": [0.5, None]})
    ingest_file("test_cases", write(tmp_path, 10))
    short = write(tmp_path, 2, name="b_202403.csv")
    with pytest.raises(DeliveryRefused):
        ingest_file("test_cases", short)
    short.unlink()
    (number,) = warehouse.execute(
        "select batch_id from ops.batch where refusal_code = 'implausible_change'"
    ).fetchone()
    assert accept_refused(number).rows_loaded == 2


def test_only_the_slices_that_are_replaced_are_compared(warehouse, feed, tmp_path):
    year = column("year", "연도", "smallint", nullable=False)
    feed(
        "test_cases",
        [NUMBER, TIME, year],
        slice={"columns": ["year"]},
        plausibility={"against_previous": [0.9, 1.1]},
    )
    path = tmp_path / "a.csv"
    rows = [f"A{at},2024-03-01 10:00,{2020 + at % 5}" for at in range(100)]
    path.write_text("\n".join(["번호,일시,연도", *rows]) + "\n", "utf-8")
    ingest_file("test_cases", path)
    newest = tmp_path / "b.csv"
    only = [row for row in rows if row.endswith("2024")]
    newest.write_text("\n".join(["번호,일시,연도", *only[:-1]]) + "\n", "utf-8")
    assert ingest_file("test_cases", newest).rows_loaded == 19


def test_a_value_outside_its_bounds_is_quarantined(warehouse, feed, tmp_path):
    cameras = column("cameras", "대수", "integer", bounds=[1, 50], unit="cameras")
    low = column("depth", "깊이", "integer", bounds=[None, 9])
    feed("test_cases", [NUMBER, TIME, cameras, low])
    path = tmp_path / "a_202403.csv"
    values = ["1,9", "50,-99", "51,0", "0,0", "5,10", ","]
    rows = [f"A{at},2024-03-01 10:00,{value}" for at, value in enumerate(values)]
    path.write_text("\n".join(["번호,일시,대수,깊이", *rows]) + "\n", "utf-8")
    report = ingest_file("test_cases", path)
    assert report.reasons == {"outside_bounds": 3}
    reasons = warehouse.execute(
        "select line, reason from quarantine.rejected_row where batch_id = %s order by line",
        [report.batch_id],
    ).fetchall()
    assert reasons == [
        (4, "cameras is outside 1 to 50 cameras"),
        (5, "cameras is outside 1 to 50 cameras"),
        (6, "depth is outside any to 9"),
    ]


def places_file(folder, header, names, period):
    path = folder / f"a_{period}.csv"
    day = f"{period[:4]}-{period[4:]}-01"
    rows = [f"A{at},{day} 10:00,{one}" for at, one in enumerate(names)]
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_a_delivery_that_lacks_a_district_is_loaded_and_marked_partial(warehouse, feed, tmp_path):
    feed(
        "test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE], plausibility={"places": "districts"}
    )
    names = [one.name_ko for one in districts().values() if one.name_ko not in ("중구", "기장군")]
    report = ingest_file("test_cases", places_file(tmp_path, "번호,일시,구군", names, "202403"))
    assert report.partial_reason == "lacks 중구, 기장군"
    marked = warehouse.execute(
        "select is_partial, partial_reason from ops.batch where batch_id = %s", [report.batch_id]
    ).fetchone()
    assert marked == (True, "lacks 중구, 기장군")


@pytest.mark.parametrize(
    ("period", "lacks"), [("202507", None), ("202508", "lacks 부산수영경찰서"), ("202312", None)]
)
def test_suyeong_station_is_missed_only_since_it_opened(warehouse, feed, tmp_path, period, lacks):
    office = column("station_name", "경찰서", normalise=["collapse"])
    code = DISTRICT_CODE | {
        "name": "station_code",
        "derive": {"from": "station_name", "with": "station"},
    }
    feed("test_cases", [NUMBER, TIME, office, code], plausibility={"places": "stations"})
    names = [one.name_ko for one in stations().values() if one.code != "suyeong"]
    report = ingest_file("test_cases", places_file(tmp_path, "번호,일시,경찰서", names, period))
    assert report.partial_reason == lacks


def test_a_period_that_is_not_over_is_partial(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME])
    this_month = f"{dt.datetime.now(ZoneInfo('Asia/Seoul')):%Y-%m}"
    report = ingest_file("test_cases", write(tmp_path, 3, day=f"{this_month}-01"), this_month)
    assert report.partial_reason.startswith(f"the month {this_month} was not over")


def test_a_year_that_goes_to_august_is_partial(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME], slice={"period": "year"})
    report = ingest_file("test_cases", write(tmp_path, 3, name="사이버범죄_20200831.csv"))
    assert (report.period, report.partial_reason) == (
        "2020",
        "it goes to 2020-08-31, before the end of the year",
    )
    whole = ingest_file("test_cases", write(tmp_path, 4, name="사이버범죄_20201231.csv"))
    assert whole.partial_reason is None
