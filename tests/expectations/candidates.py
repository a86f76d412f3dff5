"""A small good candidate of each published dataset, and the records that stand behind it.

The rows come from the declarations in git (indicators, districts, stations), so that a new
indicator is in the candidate without a change here. Some cells are suppressed, some not reported.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from busan_safety.gate import all_datasets
from expectations import attacks
from expectations.datasets import dataset_modules

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
AS_OF = date(2024, 12, 31)
NOT_REPORTED_DISTRICT = "26440"
SMALL_DISTRICT = "26110"
MINIMUM_COUNT = 5

_PERIODS = {
    "month": [(date(2024, 11, 1), date(2024, 11, 30)), (date(2024, 12, 1), AS_OF)],
    "quarter": [(date(2024, 7, 1), date(2024, 9, 30)), (date(2024, 10, 1), AS_OF)],
    "year": [(date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), AS_OF)],
    "snapshot": [(AS_OF, AS_OF)],
}

TABLES = {
    "safety_indicators": """
        indicator_id text, indicator_name_ko text, indicator_name_en text,
        definition_version smallint, place_type text, place_code text, place_name_ko text,
        place_name_en text, period_type text, period_start date, period_end date,
        numerator numeric, denominator numeric, value numeric, lower_95 numeric, upper_95 numeric,
        interval_method text, value_status text, unit text, scale numeric, population_basis text,
        is_partial_period boolean, series_break text, data_as_of date, is_synthetic boolean
    """,
    "safety_facilities": """
        facility_type text, district_code text, district_name_ko text, district_name_en text,
        category text, reference_date date, site_count integer, unit_count integer,
        length_m numeric, completed_count integer, value_status text, data_as_of date,
        is_synthetic boolean
    """,
    "living_lab": """
        project_id text, project_name text, project_year smallint, district_code text,
        district_name_ko text, stage text, team_count integer, budget_won bigint,
        citizen_vote_count integer, citizen_score numeric(5, 2), started_on date, ended_on date,
        value_status text, data_as_of date, is_synthetic boolean
    """,
    "policy_effects": """
        effect_id text, programme_id text, plan_id text, title_ko text, title_en text,
        plan_hash text, plan_changed boolean,
        outcome_id text, outcome_name_ko text, outcome_name_en text, design text,
        estimate numeric, estimate_unit text, desired_direction text, lower_95 numeric,
        upper_95 numeric, p_value numeric, family text, family_size integer, p_adjusted numeric,
        adjustment text, family_note_ko text, family_note_en text, mde numeric, verdict text,
        treated_before bigint,
        treated_after bigint, control_before bigint, control_after bigint, treated_units integer,
        control_units integer, overdispersion numeric, maryland_scale smallint, emmie jsonb,
        threats jsonb, change_our_mind jsonb, points jsonb, sentence_ko text, sentence_en text,
        value_status text, before_start date,
        before_end date, after_start date, after_end date, data_as_of date, is_synthetic boolean
    """,
}


def create_all(connection: psycopg.Connection) -> None:
    """Reference data, deliveries and the good candidates; anything older is dropped."""
    create_reference(connection)
    create_deliveries(connection)
    with connection.transaction():
        connection.execute("set local role transformer")
        for module in dataset_modules().values():
            if hasattr(module, "create_more"):
                module.create_more(connection)
    create_candidates(connection)


def create_reference(connection: psycopg.Connection) -> None:
    own = (name for module in dataset_modules().values() for name in module.SEEDS)
    for name in ("districts", "stations", "indicators", *own):
        rows = seed(name)
        with connection.transaction():
            connection.execute("set local role transformer")
            connection.execute(f"drop table if exists reference.{name} cascade")
            columns = ", ".join(f"{column} {_reference_type(column)}" for column in rows[0])
            connection.execute(f"create table reference.{name} ({columns})")
            _insert(connection, "reference", name, rows)


def create_deliveries(connection: psycopg.Connection) -> None:
    """One loaded delivery of three rows for every source behind a published dataset."""
    sources = {name for dataset in all_datasets().values() for name in dataset.source_ids}
    with connection.transaction():
        connection.execute("set local role loader")
        connection.execute("truncate ops.batch cascade")
        for source_id in sorted(sources):
            connection.execute(sql.SQL("truncate {}").format(sql.Identifier("raw", source_id)))
            batch_id = connection.execute(
                """
                insert into ops.batch (
                    source_id, scope_key, file_name, landed_path, byte_count, bytes_sha256, status,
                    rows_read, rows_received, rows_loaded, rows_quarantined, reference_date,
                    is_synthetic, code_version
                ) values (%s, '', %s, %s, 90, %s, 'loaded', 4, 4, 3, 1, %s, true, 'test')
                returning batch_id
                """,
                [source_id, f"{source_id}.csv", f"{source_id}/1", source_id, AS_OF],
            ).fetchone()[0]
            for line in (2, 3, 4):
                _insert(connection, "raw", source_id, [{"_batch_id": batch_id, "_line": line}])


def create_candidates(connection: psycopg.Connection, only: str | None = None) -> None:
    """Drop and create the candidate of every dataset, or of one, and attack it in vain."""
    tables = TABLES | {name: module.TABLE for name, module in dataset_modules().items()}
    for dataset in all_datasets().values():
        if only not in (None, dataset.id):
            continue
        with connection.transaction():
            connection.execute("set local role transformer")
            table = sql.Identifier("published_candidate", dataset.candidate_table)
            connection.execute(sql.SQL("drop table if exists {} cascade").format(table))
            connection.execute(
                sql.SQL("create table {} (" + tables[dataset.id] + ")").format(table)
            )
            _comment(connection, dataset.candidate_table, tables[dataset.id])
            _insert(connection, "published_candidate", dataset.candidate_table, _rows(dataset.id))
    attacks.attack_nothing_found(connection, only)


@cache
def _rows(dataset: str) -> list[dict[str, Any]]:
    rows = {
        "safety_indicators": indicator_rows,
        "safety_facilities": facility_rows,
        "living_lab": living_lab_rows,
        "policy_effects": effect_rows,
    } | {name: module.rows for name, module in dataset_modules().items()}
    return list(rows[dataset]())


def indicator_rows() -> Iterator[dict[str, Any]]:
    for indicator in seed("indicators"):
        if indicator["is_public"] != "true":
            continue
        for start, end in _PERIODS[indicator["frequency"]]:
            counts: list[tuple[float, float]] = []
            for place_type in sorted(indicator["grain"].split("|"), reverse=True):
                # "station", "district", "city": the districts' sum is known before the city.
                for code, name_ko, name_en in _places(place_type):
                    row = {
                        "indicator_id": indicator["indicator_id"],
                        "indicator_name_ko": indicator["name_ko"],
                        "indicator_name_en": indicator["name_en"],
                        "definition_version": int(indicator["definition_version"]),
                        "place_type": place_type,
                        "place_code": code,
                        "place_name_ko": name_ko,
                        "place_name_en": name_en,
                        "period_type": indicator["frequency"],
                        "period_start": start,
                        "period_end": end,
                        "unit": indicator["unit"],
                        "scale": int(indicator["scale"]),
                        "population_basis": "residents"
                        if indicator["denominator_unit"] == "residents"
                        else None,
                        "is_partial_period": False,
                        "series_break": indicator["series_breaks"] or None,
                        "data_as_of": AS_OF,
                        "is_synthetic": True,
                    }
                    row.update(_measures(indicator, place_type, code, start, counts))
                    yield row


def facility_rows() -> Iterator[dict[str, Any]]:
    for kind, category in (("cctv", "생활방범"), ("safe_route", "route"), ("school", "초등학교")):
        for code, name_ko, name_en in _places("district"):
            row: dict[str, Any] = {
                "facility_type": kind,
                "district_code": code,
                "district_name_ko": name_ko,
                "district_name_en": name_en,
                "category": category,
                "data_as_of": AS_OF,
                "is_synthetic": True,
                "value_status": "not_reported",
            }
            if code != NOT_REPORTED_DISTRICT:
                sites = 20 + _number(kind, code) % 200
                row |= {
                    "reference_date": date(2024, 10, 31),
                    "site_count": sites,
                    "unit_count": sites * 2 if kind == "cctv" else None,
                    "length_m": sites * 120.5 if kind == "safe_route" else None,
                    "completed_count": sites // 2 if kind == "safe_route" else None,
                    "value_status": "observed",
                }
            yield row


def living_lab_rows() -> Iterator[dict[str, Any]]:
    names = ["골목길 안심 등불", '=우리동네 "안전" 지도', "학교 앞, 느린 거리"]
    for number, (code, name_ko, _) in enumerate(_places("district")[:3], start=1):
        reported = number != 3
        yield {
            "project_id": f"LL-2024-{number:03}",
            "project_name": names[number - 1],
            "project_year": 2024,
            "district_code": code,
            "district_name_ko": name_ko,
            "stage": "종료" if reported else "공모",
            "team_count": 4 + number if reported else None,
            "budget_won": 20_000_000 * number if reported else None,
            "citizen_vote_count": 130 * number if reported else None,
            "citizen_score": 80.5 + number if reported else None,
            "started_on": date(2024, 3, 1),
            "ended_on": date(2024, 11, 30) if reported else None,
            "value_status": "observed" if reported else "not_reported",
            "data_as_of": AS_OF,
            "is_synthetic": True,
        }


def effect_rows() -> Iterator[dict[str, Any]]:
    common = {
        "programme_id": "safe_routes",
        "plan_hash": "0" * 64,
        "plan_changed": False,
        "outcome_id": "night_calls",
        "title_ko": "여성안심귀갓길과 야간 112신고",
        "title_en": "Safe routes and night-time 112 calls",
        "outcome_name_ko": "야간 112신고",
        "outcome_name_en": "Night-time 112 calls",
        "design": "staggered_did_rate_ratio",
        "estimate_unit": "rate_ratio",
        "desired_direction": "decrease",
        "family": "safe_routes",
        "adjustment": "holm",
        "change_our_mind": Jsonb({"ko": "반대 방향의 결과", "en": "a result the other way"}),
        "before_start": date(2023, 1, 1),
        "before_end": date(2023, 12, 31),
        "after_start": date(2024, 1, 1),
        "after_end": AS_OF,
        "data_as_of": AS_OF,
        "is_synthetic": True,
    }
    yield common | {
        "effect_id": "safe_routes.night_calls",
        "plan_id": "safe_routes_night_calls",
        "estimate": 0.81,
        "lower_95": 0.74,
        "upper_95": 0.89,
        "p_value": 0.0004,
        "family_size": 1,
        "p_adjusted": 0.0004,
        "mde": 0.88,
        "verdict": "decrease",
        "treated_before": 4210,
        "treated_after": 3420,
        "control_before": 9120,
        "control_after": 9150,
        "treated_units": 41,
        "control_units": 60,
        "overdispersion": 1.4,
        "maryland_scale": 3,
        "emmie": Jsonb({"effect": 3, "mechanism": 1}),
        "threats": Jsonb(["rollout not random"]),
        "points": Jsonb(
            [
                {"series": series, "at": at, "value": value, "lower": None, "upper": None}
                for series, at, value in (
                    ("treated", "before", 4210),
                    ("treated", "after", 3420),
                    ("comparison", "before", 9120),
                    ("comparison", "after", 9150),
                )
            ]
        ),
        "sentence_ko": "정비된 동의 야간 112신고는 비교 동보다 약 19% 줄었습니다"
        "(95% 신뢰구간 11~26%). 무작위 배정이 아닙니다.",
        "sentence_en": "Night calls in the treated dongs fell by about 19 % against the others "
        "(95 % interval 11 to 26 %); the works were not assigned at random.",
        "value_status": "observed",
    }
    yield common | {
        "effect_id": "safe_routes.urgent_calls",
        "plan_id": "safe_routes_urgent_calls",
        "outcome_id": "urgent_calls",
        "title_ko": "여성안심귀갓길과 긴급신고",
        "title_en": "Safe routes and urgent calls",
        "outcome_name_ko": "긴급신고",
        "outcome_name_en": "Urgent calls",
        "verdict": "refused",
        "maryland_scale": 1,
        "treated_units": 41,
        "control_units": 60,
        "threats": Jsonb(["too few events"]),
        "sentence_ko": "사건 수가 너무 적어 효과를 추정하지 않았습니다.",
        "sentence_en": "Too few events: no effect was estimated.",
        "value_status": "not_applicable",
    }


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _places(place_type: str) -> list[tuple[str, str, str]]:
    if place_type == "city":
        return [("26", "부산광역시", "Busan")]
    if place_type == "district":
        return [(row["district_code"], row["name_ko"], row["name_en"]) for row in seed("districts")]
    return [
        (row["station_code"], row["name_ko"], row["name_en"])
        for row in seed("stations")
        if not row["valid_from"]
    ]


def _measures(
    indicator: dict[str, str],
    place_type: str,
    code: str,
    start: date,
    counts: list[tuple[float, float]],
) -> dict[str, Any]:
    """Numerator, denominator, value and status; `counts` gathers the districts for the city."""
    is_sensitive = indicator["suppression_class"] == "person_sensitive"
    last = _PERIODS[indicator["frequency"]][-1][0]
    if place_type == "district" and start == last:
        if is_sensitive and code == SMALL_DISTRICT:
            return {"denominator": 40000, "value_status": "suppressed"}
        if indicator["frequency"] == "snapshot" and code == NOT_REPORTED_DISTRICT:
            return {"value_status": "not_reported"}
    if not indicator["numerator_unit"]:
        value = 5 + _number(code, start) % 300 / 100
        return {"denominator": 400, "value": value, "value_status": "observed"}
    if place_type == "city" and counts:
        numerator = sum(count for count, _ in counts)
        denominator = sum(below for _, below in counts)
    else:
        scale = int(indicator["scale"])
        denominator = 5000 + _number("below", code) % 300_000
        target = float(indicator["max_value"]) * (5 + _number(code, start) % 30) / 100
        numerator = max(MINIMUM_COUNT, round(target * denominator / scale))
    if place_type == "district":
        counts.append((numerator, denominator))
    value = numerator / denominator * int(indicator["scale"])
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": round(value, 6),
        "lower_95": round(value * 0.9, 6),
        "upper_95": round(value * 1.1, 6),
        "interval_method": "byar",
        "value_status": "observed",
    }


def _number(*parts: object) -> int:
    return zlib.crc32("|".join(map(str, parts)).encode())


def _reference_type(column: str) -> str:
    if column.startswith("is_"):
        return "boolean"
    return {"definition_version": "smallint", "scale": "numeric"}.get(column, "text")


def _insert(
    connection: psycopg.Connection, schema: str, table: str, rows: list[dict[str, Any]]
) -> None:
    names = sorted({name for row in rows for name in row})
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row.get(name) for name in names])


def _comment(connection: psycopg.Connection, table: str, columns: str) -> None:
    connection.execute(
        sql.SQL("comment on table {} is 'One row per thing. 한 행은 하나의 대상입니다.'").format(
            sql.Identifier("published_candidate", table)
        )
    )
    for declaration in columns.split(",\n"):
        for part in declaration.replace("(5, 2)", "").split(","):
            if name := part.split()[:1]:
                connection.execute(
                    sql.SQL("comment on column {} is {}").format(
                        sql.Identifier("published_candidate", table, name[0]),
                        sql.Literal(f"The column {name[0]}. 항목 {name[0]}."),
                    )
                )
