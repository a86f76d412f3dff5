"""Personal data lose their shape before raw, and in the quarantine, the findings and the logs."""

import json
import logging
import os
import stat
from threading import Event, Thread

import pytest
from own_feeds import NUMBER, TIME, column, feed

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import (
    destroy_pseudonym_key,
    ingest_file,
    reload,
    rotate_pseudonym_key,
)
from busan_safety.loading.keys import KeyMismatch, key_for
from busan_safety.loading.rotation import KeyInUse
from busan_safety.privacy.keys import current_key, key_versions
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect

__all__ = ["feed"]

COLUMNS = [
    NUMBER,
    TIME,
    column("person_id", "대상자번호", privacy="pseudonymise", normalise=["trim"]),
    column("person_name", "성명", privacy="drop"),
    column("age_band", "생년월일", privacy="generalise", generalise="age_band_10"),
    column(
        "longitude",
        "경도",
        "double precision",
        privacy="generalise",
        generalise="coordinate_3",
        normalise=["coordinate"],
    ),
    column("outcome", "결과", domain=["귀가", "이송"]),
]
HEADER = "번호,일시,대상자번호,성명,생년월일,경도,결과"
SECRETS = [
    "P-0017",
    "P-0018",
    "P-0019",
    "홍길동",
    "김철수",
    "이영희",
    "1990-05-06",
    "129.05994",
    "봄날",
]
ROWS = [
    "A1,2024-03-01 10:00,P-0017,홍길동,1990-05-06,129.05994,귀가",
    "A2,2024-03-02 11:00,p-0017 ,홍길동,1990-05-06,129.05994,이송",
    "A3,2024-03-03 12:00,P-0018,김철수,1990-05-06,129.05994,모름",
    "A4,2024-03-04 13:00,P-0019,이영희,봄날,129.05994,귀가",
    "A5,2024-03-05 13:00,P-0019,이영희,1990-05-06,129.05994,귀가,남는칸",
    "A6,날짜아님,P-0019,이영희,1990-05-06,129.05994,귀가",
    'A7,2024-03-05 13:00,P-0019,이영희,1990-05-06,"129.05994,",귀가',
]


def write(path, header, rows):
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def admissions(feed):
    return feed("test_admissions", COLUMNS)


def everything(warehouse, source_id):
    """All that the platform keeps of a source, as one text."""
    kept = warehouse.execute(f"select t::text from raw.{source_id} t").fetchall()
    kept += warehouse.execute(
        "select line, reason_code, reason, column_name, convert_from(raw_row, 'UTF8')"
        " from quarantine.rejected_row"
    ).fetchall()
    kept += warehouse.execute("select t::text from quarantine.row_finding t").fetchall()
    kept += warehouse.execute("select t::text from ops.batch t").fetchall()
    kept += warehouse.execute("select t::text from ops.drift t").fetchall()
    kept += warehouse.execute("select t::text from ops.pull t").fetchall()
    return repr(kept)


def test_names_numbers_and_birth_dates_reach_neither_raw_nor_quarantine(
    warehouse, admissions, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    report = ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))

    assert (report.rows_received, report.rows_loaded, report.rows_quarantined) == (7, 3, 4)
    assert report.reasons == {
        "outside_domain": 1,
        "wrong_type": 2,
        "wrong_field_count": 1,
        "coordinate_punctuation_dropped": 1,
    }
    loaded = warehouse.execute(
        "select case_number, person_id, age_band, longitude from raw.test_admissions"
        " order by case_number"
    ).fetchall()
    assert [(number, band, east) for number, _, band, east in loaded] == [
        ("A1", "30-39", 129.06),
        ("A2", "30-39", 129.06),
        ("A7", "30-39", 129.06),
    ]
    assert loaded[0][1] == loaded[1][1] != loaded[2][1]
    assert loaded[0][1].startswith("p1_")
    kept = everything(warehouse, "test_admissions") + caplog.text
    assert [secret for secret in SECRETS if secret in kept] == []
    columns = warehouse.execute(
        "select column_name from information_schema.columns where table_schema = 'raw'"
        " and table_name = 'test_admissions'"
    ).fetchall()
    assert ("person_name",) not in columns


def test_a_refused_row_still_shows_what_may_be_shown(warehouse, admissions, tmp_path):
    report = ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))
    rows = dict(
        warehouse.execute(
            "select line, convert_from(raw_row, 'UTF8') from quarantine.rejected_row"
            " where batch_id = %s",
            [report.batch_id],
        ).fetchall()
    )
    assert json.loads(rows[4]) == {
        "번호": "A3",
        "일시": "2024-03-03 12:00",
        "대상자번호": "[masked]",
        "성명": "[masked]",
        "생년월일": "[masked]",
        "경도": "[masked]",
        "결과": "모름",
    }
    assert "8 cells" in rows[6]


def test_the_same_person_joins_across_feeds_of_an_agency(warehouse, feed, tmp_path):
    feed("test_admissions", COLUMNS)
    feed("test_followups", [NUMBER, TIME, column("person_id", "이용자", privacy="pseudonymise")])
    ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS[:3]))
    other = write(tmp_path / "b_202403.csv", "번호,일시,이용자", ["B1,2024-03-09 10:00,ｐ-0017"])
    ingest_file("test_followups", other)
    joined = warehouse.execute(
        "select count(*) from raw.test_admissions join raw.test_followups using (person_id)"
    ).fetchone()
    assert joined == (2,)


def test_a_rotation_changes_every_pseudonym_and_nothing_else(warehouse, admissions, tmp_path):
    ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))
    corrected = write(tmp_path / "b_202403.csv", HEADER, [*ROWS[:2], ROWS[6]])
    ingest_file("test_admissions", corrected)

    def state(what):
        return warehouse.execute(what).fetchall()

    unchanged = [
        "select _batch_id, _line, case_number, age_band, outcome from raw.test_admissions"
        " order by 1, 2",
        "select case_number from raw.current_test_admissions order by 1",
        "select batch_id, slice_key, current_from, superseded_at from ops.batch_slice"
        " order by 1, 2",
        "select batch_id, content_sha256, rows_loaded, rows_quarantined, loaded_at from ops.batch"
        " order by 1",
        "select batch_id, line, reason_code, raw_row from quarantine.rejected_row order by 1, 2",
    ]
    before = [state(one) for one in unchanged]
    tokens = "select array_agg(person_id order by _batch_id, _line) from raw.test_admissions"
    ((old,),) = state(tokens)
    first = current_key().version

    report = rotate_pseudonym_key()

    assert [state(one) for one in unchanged] == before
    ((new,),) = state(tokens)
    assert report.reloaded["test_admissions"] == 2
    assert set(report.versions_in_use) == {report.version} == {first + 1}
    assert all(token.startswith(f"p{report.version}_") for token in new)
    assert not set(old) & set(new)
    assert [old.index(token) for token in old] == [new.index(token) for token in new]

    destroy_pseudonym_key(first)
    assert first not in key_versions()


def test_a_key_whose_pseudonyms_are_in_use_is_not_destroyed(warehouse, admissions, tmp_path):
    ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))
    with pytest.raises(KeyInUse, match="1 batches"):
        destroy_pseudonym_key(current_key().version)


def test_an_interrupted_rotation_is_finished_without_another_key(
    warehouse, admissions, tmp_path, monkeypatch
):
    from busan_safety.loading import rotation

    ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))

    def killed(*_args, **_kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="killed"):
        patch.setattr(rotation, "reload", killed)
        rotate_pseudonym_key()
    made = current_key().version

    report = rotate_pseudonym_key()

    assert report.version == made == current_key().version
    assert set(report.versions_in_use) == {made}


def test_a_key_file_that_was_lost_is_noticed(warehouse, admissions, tmp_path):
    path = get_settings().pseudonym_key_path
    ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))
    kept = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(KeyMismatch, match="backup"):
            ingest_file("test_admissions", write(tmp_path / "b_202404.csv", HEADER, ROWS[:1]))
    finally:
        path.write_bytes(kept)


def test_a_new_class_takes_effect_by_a_reload(warehouse, feed, tmp_path):
    feed("test_admissions", [NUMBER, TIME, column("remark", "비고")])
    path = write(tmp_path / "a_202403.csv", "번호,일시,비고", ["A1,2024-03-01 10:00,홍길동 씨"])
    ingest_file("test_admissions", path)
    feed("test_admissions", [NUMBER, TIME, column("remark", "비고", privacy="drop")])

    report = reload("test_admissions")

    assert len(report.reloaded) == 1
    assert "홍길동" not in everything(warehouse, "test_admissions")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("900506-1234567", "resident number"),
        ("연락처 010-1234-5678", "telephone"),
        ("차량 12가3456", "plate"),
        ("21-09-123456-70", "licence"),
    ],
)
@pytest.mark.parametrize("is_loadable", [True, False])
def test_an_undeclared_identifier_refuses_the_delivery(
    warehouse, feed, tmp_path, caplog, text, kind, is_loadable
):
    caplog.set_level(logging.DEBUG)
    feed("test_notes", [NUMBER, TIME, column("remark", "비고")])
    at = "2024-03-02 10:00" if is_loadable else "날짜아님"
    rows = ["A1,2024-03-01 10:00,무사", f"A2,{at},{text}", f"A3,{at},{text}"]
    path = write(tmp_path / "a_202403.csv", "번호,일시,비고", rows)

    with pytest.raises(DeliveryRefused, match=kind) as refused:
        ingest_file("test_notes", path)

    assert refused.value.code == "undeclared_personal_data"
    assert "비고" in str(refused.value) and "2 times" in str(refused.value)
    assert text not in str(refused.value) + caplog.text + everything(warehouse, "test_notes")
    assert warehouse.execute("select count(*) from raw.test_notes").fetchone() == (0,)
    (landed,) = warehouse.execute(
        "select landed_path from ops.batch where source_id = 'test_notes'"
    ).fetchone()
    assert (get_settings().landing_dir / landed / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("quoted", ["{}", '"{}"', '"두 줄\n{}"'])
def test_an_identifier_in_a_file_that_is_copied_directly_refuses_it_too(
    warehouse, tmp_path, quoted
):
    from test_loading import call, calls_file

    rows = [call(number) for number in range(2, 400)]
    rows[300] = call(302, end=quoted.format("010-1234-5678"))
    with pytest.raises(DeliveryRefused, match="END_CD") as refused:
        ingest_file("police_112_calls", calls_file(tmp_path, rows))
    assert refused.value.code == "undeclared_personal_data"
    assert warehouse.execute("select count(*) from raw.police_112_calls").fetchone() == (0,)


def test_an_offices_telephone_may_stand_where_the_registry_says_so(warehouse, feed, tmp_path):
    columns = [NUMBER, TIME, column("office_phone", "전화번호", holds=["phone"])]
    feed("test_notes", columns)
    rows = ["A1,2024-03-01 10:00,051-123-4567"]
    path = write(tmp_path / "a_202403.csv", "번호,일시,전화번호", rows)
    assert ingest_file("test_notes", path).rows_loaded == 1
    wrong = write(
        tmp_path / "b_202404.csv", "번호,일시,전화번호", ["A1,2024-04-01 10:00,900506-1234567"]
    )
    with pytest.raises(DeliveryRefused, match="resident number"):
        ingest_file("test_notes", wrong)


def test_an_undeclared_column_of_persons_is_left_in_landing_with_a_warning(
    warehouse, feed, tmp_path
):
    feed("test_notes", [NUMBER, TIME])
    rows = ["A1,2024-03-01 10:00,010-1234-5678", "A2,날짜아님,010-1234-5678"]
    path = write(tmp_path / "a_202403.csv", "번호,일시,담당자연락", rows)
    report = ingest_file("test_notes", path)
    assert (report.rows_loaded, report.rows_quarantined) == (1, 1)
    assert any("담당자연락" in note and "telephone" in note for note in report.notes)
    assert "010-1234" not in everything(warehouse, "test_notes")


def test_a_file_without_a_header_does_not_show_its_first_row(warehouse, admissions, tmp_path):
    path = write(tmp_path / "a_202403.csv", ROWS[0], ROWS[1:3])
    with pytest.raises(DeliveryRefused) as refused:
        ingest_file("test_admissions", path)
    assert [secret for secret in SECRETS if secret in str(refused.value)] == []
    assert [
        secret for secret in SECRETS if secret in everything(warehouse, "test_admissions")
    ] == []


def test_landed_bytes_are_for_the_loaders_user_alone(warehouse, admissions, tmp_path):
    report = ingest_file("test_admissions", write(tmp_path / "a_202403.csv", HEADER, ROWS))
    (landed,) = warehouse.execute(
        "select landed_path from ops.batch where batch_id = %s", [report.batch_id]
    ).fetchone()
    folder = get_settings().landing_dir / landed
    assert stat.S_IMODE(get_settings().landing_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    if os.getuid() == 0:
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            try:
                (folder / "a_202403.csv").read_bytes()
            except PermissionError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_new_key_waits_for_loads_that_use_the_old_one(warehouse, admissions):
    made = Event()

    def rotate():
        rotate_pseudonym_key()
        made.set()

    with connect("loader") as loading:
        key = key_for(loading, admissions)
        rotation = Thread(target=rotate)
        rotation.start()
        assert not made.wait(0.3)
        assert current_key() == key
        loading.commit()
        rotation.join(20)
    assert made.is_set()
    assert current_key().version == key.version + 1
