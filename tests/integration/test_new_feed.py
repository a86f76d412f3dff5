"""A feed whose YAML file came while the platform was running, and names it cannot know."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.loading import ingest_file, unmapped
from busan_safety.loading.freshness import check_freshness
from busan_safety.sources import all_sources

CALLS = (
    "RECV_NO,RECV_DM,ARRV_DM,RECV_DEPT_NM,EMRG_CL,EVT_CL_CD,END_CD,RPTER_SEX,"
    "HPPN_DONG_CD,HPPN_X,HPPN_Y,SME_EVT_YN\n"
    "20240305-1,2024-03-05 01:00:00,,부산진경찰서,C4,501,,1,2623051000,129.05,35.16,N\n"
)


def test_a_feed_without_a_table_is_empty_and_the_others_are_judged(
    warehouse: psycopg.Connection,
) -> None:
    warehouse.execute("drop view raw.current_city_events cascade")

    ages = check_freshness()

    assert {one.source_id for one in ages} == set(all_sources())
    assert [one.state for one in ages if one.source_id == "city_events"] == ["not_asked"]


def test_the_first_delivery_makes_the_table(warehouse: psycopg.Connection, tmp_path: Path) -> None:
    warehouse.execute("drop table raw.police_112_calls cascade")
    path = tmp_path / "112_calls_20240305.csv"
    path.write_text(CALLS, encoding="cp949")

    report = ingest_file("police_112_calls", path)

    assert report.rows_loaded == 1


def test_rows_of_before_the_period_that_the_name_says_are_refused(
    warehouse: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "112_calls_20240401.csv"
    path.write_text(CALLS, encoding="cp949")

    with pytest.raises(DeliveryRefused, match="newest row is of 2024-03-05") as refused:
        ingest_file("police_112_calls", path)

    assert refused.value.code == "other_period"
    assert ingest_file("police_112_calls", path, "2024-03-05").rows_loaded == 1


def test_a_namesake_is_advised_to_be_declared_busans(
    warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = all_sources()["police_crime_zones"]
    forms = [form.model_copy(update={"assume_city": False}) for form in source.forms]
    monkeypatch.setitem(
        all_sources(), "police_crime_zones", source.model_copy(update={"forms": forms})
    )
    warehouse.execute(
        "insert into ops.batch (source_id, scope_key, file_name, landed_path, byte_count,"
        " bytes_sha256, status, is_synthetic, code_version)"
        " values ('police_crime_zones', '26', 'a', 'a', 1, 'a', 'refused', true, 'x')"
    )
    warehouse.execute(
        "insert into ops.drift (source_id, scope_key, kind, column_name, name, outcome, row_count,"
        " batch_id) select 'police_crime_zones', '26', 'code', 'district_code', '남구',"
        " 'quarantined', 1, max(batch_id) from ops.batch"
    )

    (found,) = [one for one in unmapped() if one.source_id == "police_crime_zones"]

    assert not found.is_known_now
    assert "assume_city: true" in found.sentence
