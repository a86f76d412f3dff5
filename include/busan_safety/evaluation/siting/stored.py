"""The tables of camera siting: cells for the agency alone, totals for every evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from busan_safety.evaluation.tables import Column, create_table

CELL_TABLE = "evaluation_restricted.fct_cctv_priority"
SITING_TABLE = "evaluation.fct_cctv_siting"
DISTRICT_TABLE = "evaluation.fct_cctv_siting_by_district"

_SYNTHETIC = Column(
    "is_synthetic", "boolean not null", "합성 데이터 여부", "Whether the data are synthetic"
)
_AS_OF = Column("data_as_of", "date", "자료 기준일", "Newest date in the contributing data")
_SITE_COUNT = Column(
    "site_count",
    "integer not null",
    "놓는다고 가정한 새 카메라 수",
    "New cameras that are placed, as stated for this result",
)
_BASIS = Column(
    "study_area",
    "text",
    "대상 구역의 기준: district_boundaries 구·군 경계, cells_with_data 자료가 있는 격자와 이웃",
    "What the study area is: cells in the district polygons, or cells with data and neighbours",
)

CELL_COLUMNS: tuple[Column, ...] = (
    Column("h3_cell", "text", "H3 격자(해상도 9)", "H3 cell, resolution 9"),
    Column(
        "district_code",
        "text",
        "격자 중심이 속한 구·군",
        "District of the cell's centre, or of most things in it without boundaries",
    ),
    Column(
        "event_count",
        "bigint not null",
        "신고된 5대범죄 건수(기준 연도 합계)",
        "Five major crimes reported, over the years of the policy",
    ),
    Column(
        "risk_per_year",
        "double precision not null",
        "연간 5대범죄 건수(이웃 평균으로 보정)",
        "Five major crimes a year, shrunk to the mean of the neighbourhood",
    ),
    Column(
        "exposure",
        "double precision",
        "사람이 있는 정도, 격자 단위 근거가 없으면 빈 값",
        "Amount that stands for people present; empty where no feed has it by cell",
    ),
    Column(
        "camera_count", "bigint not null", "격자 안 방범 카메라 수", "Security cameras in the cell"
    ),
    Column(
        "covering_camera_count",
        "bigint not null",
        "닿는 거리 안 방범 카메라 수",
        "Security cameras within reach, the cell included",
    ),
    Column("school_count", "bigint not null", "학교 수", "Schools in the cell"),
    Column(
        "child_zone_count",
        "bigint not null",
        "어린이보호구역 수",
        "Child protection zones in the cell",
    ),
    Column(
        "vulnerable_count",
        "bigint not null",
        "학교와 어린이보호구역의 합",
        "Schools and child protection zones added up",
    ),
    Column(
        "safety_bell_count",
        "bigint not null",
        "안전비상벨 수(점수에 넣지 않음)",
        "Safety bells in the cell; not part of the score",
    ),
    Column(
        "security_light_count",
        "bigint not null",
        "보안등 수(점수에 넣지 않음)",
        "Rows of the security-light register in the cell; not part of the score",
    ),
    Column(
        "risk_rank",
        "double precision",
        "위험 순위(0~1, 클수록 높음)",
        "Share of ranked cells with a lower risk, 0 to 1",
    ),
    Column(
        "exposure_rank",
        "double precision",
        "노출 순위(0~1), 근거가 없으면 빈 값",
        "Share of ranked cells with less exposure, 0 to 1; empty without a basis",
    ),
    Column(
        "vulnerable_rank",
        "double precision",
        "취약 이용자 순위(0~1)",
        "Share of ranked cells with fewer places of vulnerable users, 0 to 1",
    ),
    Column(
        "coverage_rank",
        "double precision",
        "현재 카메라 순위(0~1)",
        "Share of ranked cells with fewer cameras within reach, 0 to 1",
    ),
    Column(
        "need",
        "double precision",
        "필요도: 위험·노출·취약 이용자 순위의 가중합",
        "Need: weighted sum of the ranks of risk, exposure and vulnerable users",
    ),
    Column(
        "score",
        "double precision",
        "우선순위 점수: 필요도 - 카메라 순위 × 가중치",
        "Priority score: need less the weight of coverage times its rank",
    ),
    Column(
        "priority_rank",
        "integer",
        "점수 순위(1이 가장 높음)",
        "Rank by score, 1 the highest; empty where no camera may go",
    ),
    Column(
        "naive_rank",
        "integer",
        "신고 범죄만의 순위",
        "Rank by reported crimes alone, as a list of hot spots has it",
    ),
    Column(
        "selected_order",
        "integer",
        "선정 순서(1이 가장 많이 더함), 선정되지 않으면 빈 값",
        "Order in which each next cell adds most; empty when not chosen",
    ),
    _SITE_COUNT,
    Column(
        "is_ranked",
        "boolean not null",
        "순위 대상 여부(자료가 하나라도 있는 격자)",
        "Whether the cell has any input and so is ranked",
    ),
    Column(
        "is_register_known",
        "boolean not null",
        "그 구·군의 카메라 대장이 있는지 여부(없으면 선정 대상이 아님)",
        "Whether the district's camera register was delivered; without it nothing is chosen there",
    ),
    Column(
        "is_covered",
        "boolean not null",
        "이미 카메라가 충분히 닿는지 여부",
        "Whether enough cameras stand within reach already",
    ),
    Column("is_selected", "boolean not null", "선정 여부", "Whether chosen for a new camera"),
    Column(
        "is_naive",
        "boolean not null",
        "신고 범죄 상위로만 골랐을 때의 선정 여부",
        "Whether among the first cells by reported crimes alone",
    ),
    _BASIS,
    _AS_OF,
    _SYNTHETIC,
)

SITING_COLUMNS: tuple[Column, ...] = (
    _SITE_COUNT,
    Column(
        "value_status",
        "text not null",
        "값의 상태: observed, 계산하지 않았으면 not_applicable",
        "observed, or not_applicable when nothing was chosen; the sentence says why",
    ),
    Column(
        "total_need",
        "double precision",
        "전체 필요도의 합",
        "Need of all cells where a camera may go",
    ),
    Column(
        "covered_before",
        "double precision",
        "이미 닿는 필요도",
        "Need with enough cameras within reach already",
    ),
    Column(
        "covered_by_selection",
        "double precision",
        "선정안이 새로 닿는 필요도",
        "Need that the selection newly covers",
    ),
    Column(
        "covered_by_greedy",
        "double precision",
        "차례로 고른 안이 새로 닿는 필요도",
        "Need that the greedy choice newly covers",
    ),
    Column(
        "covered_by_score",
        "double precision",
        "점수 상위가 새로 닿는 필요도",
        "Need that the first cells by score newly cover",
    ),
    Column(
        "covered_by_crimes",
        "double precision",
        "신고 범죄 상위가 새로 닿는 필요도",
        "Need that the first cells by reported crimes newly cover",
    ),
    Column(
        "upper_bound",
        "double precision",
        "어떤 선정안도 넘을 수 없는 필요도",
        "Need that no choice can exceed",
    ),
    Column(
        "relative_gap",
        "double precision",
        "최적과의 거리 상한(0이면 최적)",
        "How far the selection may be from the best, as a share of the bound; 0 when proven",
    ),
    Column("is_optimal", "boolean", "최적임이 증명되었는지 여부", "Whether proven best"),
    Column("cell_count", "integer", "격자 수", "Cells of the study area"),
    Column("ranked_cell_count", "integer", "순위 대상 격자 수", "Cells with any input"),
    Column(
        "outside_cell_count",
        "integer",
        "대상 구역 밖이라 뺀 격자 수",
        "Cells with data beyond the study area, left out",
    ),
    Column("crime_month_count", "integer", "신고 범죄의 달 수", "Months of reported crimes"),
    Column("weights", "jsonb", "실제로 쓴 가중치", "Weights as used"),
    Column(
        "policy",
        "jsonb not null",
        "정책 값과 정한 사람",
        "Policy: weights as set, reach, time limit, who decided",
    ),
    Column(
        "inputs",
        "jsonb not null",
        "입력 자료별 행 수, 격자를 아는 행 수, 기준일",
        "Rows of each input, rows that lie in a cell, newest date",
    ),
    Column("sentence_ko", "text not null", "국문 설명", "What was found, in Korean"),
    Column("sentence_en", "text not null", "영문 설명", "What was found, in English"),
    Column("limits_ko", "text not null", "한계(국문)", "Limits, in Korean"),
    Column("limits_en", "text not null", "한계(영문)", "Limits, in English"),
    _BASIS,
    _AS_OF,
    _SYNTHETIC,
    Column(
        "code_version", "text not null", "계산한 코드의 판", "Version of the code that computed"
    ),
)

DISTRICT_COLUMNS: tuple[Column, ...] = (
    Column("district_code", "text", "구·군", "District"),
    _SITE_COUNT,
    Column(
        "is_register_known",
        "boolean not null",
        "카메라 대장이 있는지 여부",
        "Whether the district's camera register was delivered",
    ),
    Column("cell_count", "integer not null", "격자 수", "Cells"),
    Column("ranked_cell_count", "integer not null", "순위 대상 격자 수", "Cells with any input"),
    Column(
        "camera_count",
        "bigint not null",
        "격자를 아는 방범 카메라 수",
        "Security cameras that lie in a cell",
    ),
    Column("selected_count", "integer not null", "선정된 격자 수", "Cells chosen"),
    Column(
        "naive_count",
        "integer not null",
        "신고 범죄만으로 골랐을 때의 격자 수",
        "Cells that reported crimes alone would choose",
    ),
    Column(
        "need_total", "double precision not null", "필요도의 합", "Need of the district's cells"
    ),
    Column(
        "need_covered_before",
        "double precision not null",
        "이미 닿는 필요도",
        "Need with enough cameras within reach already",
    ),
    Column(
        "need_selected",
        "double precision not null",
        "선정안이 새로 닿는 필요도",
        "Need that the selection newly covers, from sites of any district",
    ),
    _AS_OF,
    _SYNTHETIC,
)

_TABLES = (
    (
        CELL_TABLE,
        CELL_COLUMNS,
        ("h3_cell",),
        "One row per map cell: priority of a new camera with all its components. A cell holds a "
        "few houses, so nobody but the agency reads it. CCTV 설치 우선순위(격자).",
    ),
    (
        SITING_TABLE,
        SITING_COLUMNS,
        ("site_count",),
        "One row per stated number of new cameras: what the selection covers against simpler "
        "choices, with its inputs and limits. CCTV 설치 지점 선정.",
    ),
    (
        DISTRICT_TABLE,
        DISTRICT_COLUMNS,
        ("district_code",),
        "One row per district: cells, cameras and need covered by the selection. "
        "CCTV 설치 지점 선정(구·군).",
    ),
)


def create_siting_tables(connection: psycopg.Connection) -> None:
    """Create the tables where they are missing, with their comments; no commit."""
    for table, columns, key, comment in _TABLES:
        create_table(connection, table, columns, key=key, comment=comment)


def replace_rows(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Put `rows` in the place of all rows of the table; the caller commits."""
    name = sql.Identifier(*table.split("."))
    names = [column.name for column in columns]
    # Not TRUNCATE: readers with an older snapshot go on seeing the former rows.
    connection.execute(sql.SQL("delete from {}").format(name))
    statement = sql.SQL("copy {} ({}) from stdin").format(
        name, sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[column] for column in names])
