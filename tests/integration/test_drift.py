"""What nobody knew has a declared outcome, stands in one list, and says what to do."""

import pytest
from own_feeds import DISTRICT, DISTRICT_CODE, NUMBER, TIME, column, feed

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import ingest_file, reload, unmapped
from busan_safety.sources import reference

__all__ = ["feed"]

HEADER = "번호,일시,구군"


def write(folder, rows, header=HEADER, name="a_202403.csv"):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def rows(*places, day="2024-03-01"):
    return [f"A{at},{day} 10:00,{place}" for at, place in enumerate(places)]


def listed(source_id):
    return [one for one in unmapped() if one.source_id == source_id]


@pytest.mark.parametrize(
    ("outcome", "loaded", "quarantined"), [("discard_row", 2, 2), ("evolve", 4, 0)]
)
def test_an_unknown_spelling_stops_only_its_rows_and_is_listed(
    warehouse, feed, tmp_path, outcome, loaded, quarantined
):
    feed("test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE], contract={"codes": outcome})
    report = ingest_file(
        "test_cases", write(tmp_path, rows("부산진구", "부산진군", "부산진군", "중구"))
    )
    assert (report.rows_loaded, report.rows_quarantined) == (loaded, quarantined)
    assert report.reasons == {"unmapped_code": 2}
    flags = warehouse.execute(
        "select count(*) from raw.test_cases where district_code is null"
        " and _flags = '{unmapped_code}'"
    ).fetchone()
    assert flags == (loaded - 2,)
    (one,) = listed("test_cases")
    assert (one.kind, one.column, one.name, one.rows) == ("code", "district_code", "부산진군", 2)
    assert one.suggestion == "like '부산진구'"
    assert "부산진구" in one.sentence and "seeds/district_aliases.csv" in one.sentence


def test_under_a_freeze_an_unknown_spelling_refuses_the_delivery(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE], contract={"codes": "freeze"})
    with pytest.raises(DeliveryRefused, match="부산진군") as refused:
        ingest_file("test_cases", write(tmp_path, rows("중구", "부산진군")))
    assert refused.value.code == "unmapped_code"
    (one,) = listed("test_cases")
    assert (one.name, one.outcome) == ("부산진군", "refused")


def test_an_empty_place_is_no_unknown_spelling(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE])
    report = ingest_file("test_cases", write(tmp_path, rows("중구", "")))
    assert (report.rows_loaded, report.reasons) == (2, {})
    assert listed("test_cases") == []


def test_an_alias_that_was_added_leaves_the_rows_to_a_reload(
    warehouse, feed, tmp_path, monkeypatch
):
    feed("test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE])
    report = ingest_file("test_cases", write(tmp_path, rows("중구", "부산진군")))
    known = reference._district_aliases() | {"부산진군": "26230"}
    monkeypatch.setattr(reference, "_district_aliases", lambda: known)
    (one,) = listed("test_cases")
    assert one.is_known_now and "busan-safety reload test_cases" in one.sentence

    (again,) = reload("test_cases").reloaded

    assert again.batch_id == report.batch_id
    assert (again.rows_loaded, again.rows_quarantined) == (2, 0)
    assert listed("test_cases") == []
    kept = warehouse.execute(
        "select count(*) from quarantine.rejected_row where batch_id = %s", [report.batch_id]
    ).fetchone()
    assert kept == (0,)


def test_the_spelling_of_a_value_that_is_not_kept_is_not_listed(warehouse, feed, tmp_path):
    address = column("home", "주소", privacy="drop")
    code = DISTRICT_CODE | {"derive": {"from": "home", "with": "district_in_address"}}
    feed("test_cases", [NUMBER, TIME, address, code])
    path = write(tmp_path, ["A1,2024-03-01 10:00,온천천 옆 12호"], "번호,일시,주소")
    path.write_text(path.read_text("utf-8") + "A2,2024-03-01 10:00,부산광역시 중구 1\n", "utf-8")
    ingest_file("test_cases", path)
    (one,) = listed("test_cases")
    assert (one.name, one.rows) == ("", 1)
    reasons = warehouse.execute("select reason, raw_row::text from quarantine.rejected_row")
    assert "온천천" not in repr(reasons.fetchall())


@pytest.mark.parametrize(
    ("outcome", "listed_headers"), [("evolve", ["발생 구군명"]), ("discard", [])]
)
def test_a_new_column_is_left_out_and_listed_or_discarded(
    warehouse, feed, tmp_path, outcome, listed_headers
):
    feed(
        "test_cases",
        [NUMBER, TIME, column("district_name", "발생 구군")],
        contract={"columns": outcome},
    )
    path = write(tmp_path, ["A1,2024-03-01 10:00,중구,x"], "번호,일시,발생 구군,발생 구군명")
    report = ingest_file("test_cases", path)
    assert report.rows_loaded == 1
    assert [one.name for one in listed("test_cases")] == listed_headers
    assert len(report.notes) == len(listed_headers)
    for one in listed("test_cases"):
        assert one.suggestion == "like '발생 구군'"
        assert "registry/test_cases.yml" in one.sentence


def test_under_a_freeze_a_new_column_refuses_the_delivery(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME], contract={"columns": "freeze"})
    path = write(tmp_path, ["A1,2024-03-01 10:00,x"], "번호,일시,새 열")
    with pytest.raises(DeliveryRefused, match="새 열") as refused:
        ingest_file("test_cases", path)
    assert refused.value.code == "unknown_columns"
    (one,) = listed("test_cases")
    assert (one.kind, one.name, one.outcome) == ("column", "새 열", "refused")


def test_a_missing_header_names_the_nearest_unknown_one(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME])
    path = write(tmp_path, ["A1,2024-03-01 10:00"], "번호,일시분")
    with pytest.raises(DeliveryRefused, match="has '일시분', did you mean '일시'"):
        ingest_file("test_cases", path)
    (one,) = listed("test_cases")
    assert (one.name, one.suggestion) == ("일시분", "like '일시'")


@pytest.mark.parametrize("outcome", ["discard_row", "freeze"])
def test_a_value_of_another_type_stops_its_row_or_the_delivery(warehouse, feed, tmp_path, outcome):
    feed("test_cases", [NUMBER, TIME], contract={"types": outcome})
    path = write(tmp_path, ["A1,2024-03-01 10:00", "A2,어제"], "번호,일시")
    if outcome == "freeze":
        with pytest.raises(DeliveryRefused, match="line 3") as refused:
            ingest_file("test_cases", path)
        assert refused.value.code == "wrong_type"
        return
    assert ingest_file("test_cases", path).reasons == {"wrong_type": 1}


def test_a_value_outside_its_domain_is_listed_with_the_nearest_one(warehouse, feed, tmp_path):
    outcome = column("outcome", "결과", domain=["보호자 인계", "응급실 이송"])
    feed("test_cases", [NUMBER, TIME, outcome])
    path = write(
        tmp_path,
        ["A1,2024-03-01 10:00,응급실 이송", "A2,2024-03-01 10:00,응급실이송중"],
        "번호,일시,결과",
    )
    assert ingest_file("test_cases", path).reasons == {"outside_domain": 1}
    (one,) = listed("test_cases")
    assert (one.column, one.suggestion) == ("outcome", "like '응급실 이송'")


def test_the_list_keeps_one_line_a_spelling_with_when_it_was_seen(warehouse, feed, tmp_path):
    feed("test_cases", [NUMBER, TIME, DISTRICT, DISTRICT_CODE])
    ingest_file("test_cases", write(tmp_path, rows("중구", "부산진군")))
    again = rows("중구", "부산진군", "부산진군", day="2024-04-01")
    later = write(tmp_path, again, name="a_202404.csv")
    report = ingest_file("test_cases", later)
    (one,) = listed("test_cases")
    assert (one.rows, one.batch_id) == (2, report.batch_id)
    assert one.first_seen < one.last_seen


def test_of_a_restricted_column_only_what_is_nearly_a_known_place_is_listed(
    warehouse, feed, tmp_path
):
    restricted = DISTRICT | {"privacy": "restricted"}
    feed("test_cases", [NUMBER, TIME, restricted, DISTRICT_CODE])
    ingest_file("test_cases", write(tmp_path, rows("중구", "부산진군", "홍길동")))
    shown = {one.name: one for one in listed("test_cases")}
    assert set(shown) == {"부산진군", ""}
    assert "quarantine.rejected_row" in shown[""].sentence
