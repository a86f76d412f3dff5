"""Loading on the embedded server: accounting, quarantine, idempotence, supersession."""

import zipfile
from pathlib import Path

import psycopg
import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import batch as batch_module
from busan_safety.loading import ingest_file
from busan_safety.warehouse import connect

HEADER = (
    "RECV_NO,RECV_DM,ARRV_DM,RECV_DEPT_NM,EMRG_CL,EVT_CL_CD,END_CD,RPTER_SEX,"
    "HPPN_DONG_CD,HPPN_X,HPPN_Y,SME_EVT_YN"
)


def call(number, **change):
    values = {
        "no": f"R{number:05d}",
        "at": "2024-03-05 01:02:03",
        "arrived": "2024-03-05 01:10:00",
        "station": "부산진경찰서",
        "priority": "C1",
        "klass": "305",
        "end": "301",
        "sex": "1",
        "dong": "2623051000",
        "x": "129.05",
        "y": "35.15",
        "same": "N",
    } | change
    return ",".join(values.values())


def calls_file(folder, rows, name="112_calls_20240305.csv", end="\n"):
    path = folder / name
    path.write_bytes((end.join([HEADER, *rows]) + end).encode("cp949"))
    return path


def quarantined(warehouse, batch_id):
    return warehouse.execute(
        "select line, reason_code, column_name, raw_row from quarantine.rejected_row"
        " where batch_id = %s order by line",
        [batch_id],
    ).fetchall()


@pytest.fixture
def clean(warehouse):
    """An empty raw layer."""
    warehouse.execute(
        "truncate ops.batch, ops.batch_slice, quarantine.rejected_row, quarantine.row_finding,"
        " raw.police_112_calls, raw.district_cctv, raw.police_crime_by_station cascade"
    )
    return warehouse


def test_each_kind_of_bad_row_is_kept_whole_with_line_and_reason(clean, tmp_path):
    rows = [call(number) for number in range(2, 300)]
    bad = {
        10: (call(10, klass="백사"), "wrong_type"),
        20: (call(20) + ",남는칸", "wrong_field_count"),
        30: (call(30, priority="C9"), "outside_domain"),
        40: (call(40, at=""), "missing_value"),
        50: (call(50, dong="1111051000"), "dong_outside_busan"),
        60: (call(60, arrived="2024-03-04 00:00:00"), "arrived_before_received"),
        70: (call(69), "duplicate"),
        80: (call(80, station='"부산진'), "unbalanced_quote"),
    }
    for line, (text, _) in bad.items():
        rows[line - 2] = text

    report = ingest_file("police_112_calls", calls_file(tmp_path, rows))

    kept = quarantined(clean, report.batch_id)
    assert [(line, code) for line, code, _, _ in kept] == [
        (line, code) for line, (_, code) in bad.items()
    ]
    assert [bytes(raw).decode() for *_, raw in kept] == [text for text, _ in bad.values()]
    assert (report.rows_received, report.rows_loaded, report.rows_quarantined) == (298, 290, 8)
    loaded = clean.execute("select count(*), count(distinct _line) from raw.police_112_calls")
    assert loaded.fetchone() == (290, 290)


def test_each_loaded_row_knows_its_line(clean, tmp_path):
    rows = [call(number) for number in range(2, 50)]
    rows[5] = call(7, klass="x")
    rows.insert(8, "")
    ingest_file("police_112_calls", calls_file(tmp_path, rows, end="\r\n"))
    wrong = clean.execute(
        "select count(*) from raw.police_112_calls"
        " where substr(receipt_number, 2)::int <> _line - (_line > 10)::int"
    ).fetchone()
    assert wrong == (0,)


def test_an_undecodable_row_is_quarantined_with_its_bytes(clean, tmp_path):
    path = calls_file(tmp_path, [call(2), call(3), call(4)])
    path.write_bytes(path.read_bytes().replace(b"R00003", b"R\xff\xff003"))
    report = ingest_file("police_112_calls", path)
    ((line, code, _, raw),) = quarantined(clean, report.batch_id)
    assert (line, code) == (3, "undecodable")
    assert b"R\xff\xff003" in bytes(raw)
    assert report.rows_loaded == 2


def test_quoted_fields_with_line_breaks_keep_later_lines_right(clean, tmp_path):
    rows = [call(2), call(3, end='"30\n1"'), call(5, klass="x"), call(6)]
    report = ingest_file("police_112_calls", calls_file(tmp_path, rows))
    ((line, code, column, _),) = quarantined(clean, report.batch_id)
    assert (line, code, column) == (5, "wrong_type", "event_class_code")


def test_swapped_coordinates_are_mended_and_the_old_values_kept(clean, tmp_path):
    rows = [call(2), call(3, x="35.15", y="129.05"), call(4, x="127.0", y="37.5")]
    report = ingest_file("police_112_calls", calls_file(tmp_path, rows))
    points = clean.execute(
        "select longitude, latitude, _flags from raw.police_112_calls order by _line"
    ).fetchall()
    assert points == [
        (129.05, 35.15, None),
        (129.05, 35.15, ["coordinates_swapped"]),
        (None, None, ["coordinates_outside_busan"]),
    ]
    before = clean.execute(
        "select before from quarantine.row_finding where rule_id = 'coordinates_swapped'"
    ).fetchone()
    assert before == ({"latitude": 129.05, "longitude": 35.15},)
    assert report.rows_mended == 2


def test_the_same_delivery_again_is_a_no_op(clean, tmp_path):
    path = calls_file(tmp_path, [call(2)])
    first = ingest_file("police_112_calls", path)
    second = ingest_file("police_112_calls", path)
    assert (second.status, second.batch_id) == ("duplicate", first.batch_id)
    assert clean.execute("select count(*) from ops.batch").fetchone() == (1,)


def test_the_same_content_saved_in_other_bytes_is_a_no_op(clean, tmp_path):
    path = calls_file(tmp_path, [call(2), call(3)])
    first = ingest_file("police_112_calls", path)
    again = tmp_path / "again" / path.name
    again.parent.mkdir()
    again.write_bytes(path.read_bytes().decode("cp949").replace("\n", "\r\n").encode("utf-8-sig"))
    second = ingest_file("police_112_calls", again)
    assert (second.status, second.batch_id) == ("duplicate", first.batch_id)


def test_a_corrected_day_supersedes_the_old_one_and_no_other(clean, tmp_path):
    ingest_file("police_112_calls", calls_file(tmp_path, [call(2), call(3)]))
    next_day = call(9, at="2024-03-06 01:02:03", arrived="2024-03-06 01:10:00")
    other = calls_file(tmp_path, [next_day], name="112_calls_20240306.csv")
    ingest_file("police_112_calls", other)
    corrected = ingest_file("police_112_calls", calls_file(tmp_path, [call(2), call(4), call(5)]))
    current = clean.execute(
        "select receipt_number from raw.current_police_112_calls order by 1"
    ).fetchall()
    assert [number for (number,) in current] == ["R00002", "R00004", "R00005", "R00009"]
    old = clean.execute(
        "select superseded_by from ops.batch_slice where superseded_at is not null"
    ).fetchall()
    assert old == [(corrected.batch_id,)]
    assert clean.execute("select count(*) from raw.police_112_calls").fetchone() == (6,)


def test_an_older_snapshot_does_not_replace_a_newer_one(clean, tmp_path):
    header = "관리기관명,설치목적구분,카메라대수,위도,경도,데이터기준일자\n"

    def register(day, count):
        path = tmp_path / f"{day}.csv"
        path.write_text(header + f"부산광역시 중구청,생활방범,{count},35.1,129.03,{day}\n", "utf-8")
        return path

    ingest_file("district_cctv", register("2024-06-30", 3))
    ingest_file("district_cctv", register("2023-06-30", 1))
    current = clean.execute("select camera_count from raw.current_district_cctv").fetchall()
    assert current == [(3,)]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty"),
        ([call(2, klass="x"), call(3, klass="y")], "no_loadable_row"),
    ],
)
def test_a_delivery_without_a_usable_row_is_refused_and_recorded(clean, tmp_path, rows, code):
    with pytest.raises(DeliveryRefused) as refused:
        ingest_file("police_112_calls", calls_file(tmp_path, rows))
    assert refused.value.code == code
    assert clean.execute("select count(*) from raw.police_112_calls").fetchone() == (0,)
    recorded = clean.execute("select status, refusal_code from ops.batch").fetchall()
    assert recorded == [("refused", code)]


def test_too_many_unreadable_rows_refuse_the_whole_delivery(clean, tmp_path):
    rows = [call(number, klass="x") for number in range(200)] + [call(999)]
    with pytest.raises(DeliveryRefused, match="100"):
        ingest_file("police_112_calls", calls_file(tmp_path, rows))
    assert clean.execute("select count(*) from raw.police_112_calls").fetchone() == (0,)


def test_a_period_that_nobody_says_is_asked_for(clean, tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text("경찰서,살인,강도,성범죄,절도,폭력\n중부,1,1,1,1,1\n", "utf-8")
    with pytest.raises(DeliveryRefused, match="--period"):
        ingest_file("police_crime_by_station", path)
    assert ingest_file("police_crime_by_station", path, "2023").period == "2023"


def test_a_crash_after_the_copy_leaves_nothing(clean, tmp_path, monkeypatch):
    path = calls_file(tmp_path, [call(2), call(3)])

    def crash(*_args, **_kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr(batch_module, "take_slices", crash)
    with pytest.raises(RuntimeError, match="killed"):
        ingest_file("police_112_calls", path)
    assert clean.execute("select count(*) from raw.police_112_calls").fetchone() == (0,)
    assert clean.execute("select count(*) from ops.batch").fetchone() == (0,)

    monkeypatch.undo()
    assert ingest_file("police_112_calls", path).rows_loaded == 2


def test_the_accounting_holds_in_the_database_itself(clean):
    with pytest.raises(psycopg.errors.CheckViolation):
        clean.execute(
            "insert into ops.batch (source_id, scope_key, file_name, landed_path, byte_count,"
            " bytes_sha256, status, rows_read, rows_received, rows_loaded, is_synthetic,"
            " code_version) values ('x', '26', 'f', 'p', 1, 'h', 'loaded', 5, 5, 4, true, '0')"
        )


def test_landed_bytes_are_exact_and_private(clean, tmp_path):
    from busan_safety.settings import get_settings

    path = calls_file(tmp_path, [call(2)])
    report = ingest_file("police_112_calls", path)
    landed = clean.execute(
        "select landed_path from ops.batch where batch_id = %s", [report.batch_id]
    ).fetchone()
    folder = get_settings().landing_dir / landed[0]
    assert (folder / path.name).read_bytes() == path.read_bytes()
    assert get_settings().landing_dir.stat().st_mode & 0o077 == 0


def test_an_undecodable_row_of_a_normalised_file_is_quarantined_too(clean, tmp_path):
    path = tmp_path / "stations_2023.csv"
    text = "경찰서,살인,강도,성범죄,절도,폭력\n중부,1,1,1,1,1\n서부,1,1,1,1,1\n".encode("cp949")
    path.write_bytes(text.replace("서부".encode("cp949"), b"\xff\xfe"))
    report = ingest_file("police_crime_by_station", path)
    ((line, code, _, raw),) = quarantined(clean, report.batch_id)
    assert (line, code) == (3, "undecodable")
    assert bytes(raw) == b"\xff\xfe,1,1,1,1,1"
    assert report.rows_loaded == 1


STATIONS = "경찰서,살인,강도,성범죄,절도,폭력\n중부,1,1,1,1,1\n서부,1,1,1,1,1\n"


def test_a_wrong_period_can_be_corrected(clean, tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text(STATIONS, "utf-8")
    assert ingest_file("police_crime_by_station", path, "2022").period == "2022"
    again = ingest_file("police_crime_by_station", path, "2023")
    assert (again.status, again.period) == ("loaded", "2023")
    assert ingest_file("police_crime_by_station", path, "2023").status == "duplicate"


@pytest.mark.parametrize("period", ["2099", "2022-13", "abc"])
def test_a_period_that_cannot_be_is_refused(clean, tmp_path, period):
    path = tmp_path / "stations.csv"
    path.write_text(STATIONS, "utf-8")
    with pytest.raises(DeliveryRefused, match="--period"):
        ingest_file("police_crime_by_station", path, period)
    assert clean.execute("select count(*) from raw.police_crime_by_station").fetchone() == (0,)


def test_a_report_says_which_batch_it_replaces(clean, tmp_path):
    first = tmp_path / "a_2023.csv"
    first.write_text(STATIONS, "utf-8")
    short = tmp_path / "b_2023.csv"
    short.write_text(STATIONS.replace("서부,1,1,1,1,1\n", ""), "utf-8")
    old = ingest_file("police_crime_by_station", first)
    assert old.replaces == {}
    assert ingest_file("police_crime_by_station", short).replaces == {old.batch_id: 2}


def test_a_folder_is_not_a_file(clean, tmp_path):
    with pytest.raises(DeliveryRefused, match="folder"):
        ingest_file("police_crime_by_station", tmp_path, "2023")


def test_the_total_at_the_end_of_a_districts_list_is_flagged(clean, tmp_path):
    path = tmp_path / "부산광역시_사하구_환경CCTV.csv"
    text = "관리번호,행정동,장소명,도로명 주소,지번 주소,카메라 수,설치일\n"
    path.write_text(text + "환경-01,신평동,A,B,C,1,2017-08\n,,,,합계,1,\n", "utf-8")
    report = ingest_file("district_cctv", path)
    assert (report.rows_loaded, report.reasons) == (2, {"total": 1})


def test_the_runbooks_statements_take_a_batch_out_and_put_the_old_one_back(clean, tmp_path):
    first = tmp_path / "a_2023.csv"
    first.write_text(STATIONS, "utf-8")
    wrong = tmp_path / "b_2023.csv"
    wrong.write_text(STATIONS.replace("서부", "동부"), "utf-8")
    old = ingest_file("police_crime_by_station", first)
    new = ingest_file("police_crime_by_station", wrong)
    runbook = Path(__file__).resolve().parents[2] / "docs" / "runbooks" / "wrong-file.md"
    statements = [
        line.strip().replace("816", str(new.batch_id))
        for line in runbook.read_text("utf-8").splitlines()
        if line.strip().startswith("update ops.batch_slice")
    ]
    assert len(statements) == 2
    with connect("loader") as connection:
        for statement in statements:
            connection.execute(statement)
    current = clean.execute("select distinct _batch_id from raw.current_police_crime_by_station")
    assert current.fetchall() == [(old.batch_id,)]


def test_most_rows_may_be_bad_and_each_is_kept_and_counted(clean, tmp_path):
    rows = [call(number, priority="C9" if number % 10 < 6 else "C1") for number in range(10_000)]
    rows += [call(number) for number in range(9, 10_000, 10)]
    report = ingest_file("police_112_calls", calls_file(tmp_path, rows))
    assert report.reasons == {"outside_domain": 6_000, "duplicate": 1_000}
    assert (report.rows_received, report.rows_loaded) == (11_000, 4_000)
    kept = quarantined(clean, report.batch_id)
    assert len({line for line, *_ in kept}) == 7_000
    assert all(bytes(raw).decode() == rows[line - 2] for line, _, _, raw in kept)


def test_too_many_rows_that_are_no_rows_refuse_a_normalised_file_too(clean, tmp_path):
    path = tmp_path / "stations_2023.csv"
    path.write_text(STATIONS + "중부,1,1,1,1,1,남는칸\n" * 101, "utf-8")
    with pytest.raises(DeliveryRefused, match="101 of the 103") as refused:
        ingest_file("police_crime_by_station", path)
    assert refused.value.code == "too_many_bad_rows"


@pytest.mark.parametrize("shape", ["zip", "tabs", "title"])
def test_calls_that_are_packed_or_shaped_otherwise_are_loaded_all_the_same(clean, tmp_path, shape):
    rows = [call(2), call(3, klass="x"), call(4)]
    path = calls_file(tmp_path, rows)
    if shape == "zip":
        packed = tmp_path / "112_calls_20240305.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(path, path.name)
        path = packed
    elif shape == "tabs":
        path.write_bytes(path.read_bytes().replace(b",", b"\t"))
    else:
        path.write_bytes("112 신고 자료\n".encode("cp949") + path.read_bytes())
    report = ingest_file("police_112_calls", path)
    assert (report.rows_loaded, report.reasons) == (2, {"wrong_type": 1})
