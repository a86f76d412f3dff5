"""The result row of an evaluation: its typed form, its table and the table's comments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from busan_safety.evaluation.tables import Column, create_table
from busan_safety.evaluation.verdicts import Verdict


class PolicyEffect(BaseModel):
    """One row of evaluation.fct_policy_effect; field order is column order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect_id: str
    programme_id: str
    plan_id: str
    title_ko: str | None = None
    title_en: str | None = None
    plan_hash: str
    plan_changed: bool
    outcome_id: str
    outcome_name_ko: str
    outcome_name_en: str
    design: str
    estimate: float | None = None
    estimate_unit: str = "rate_ratio"
    desired_direction: str
    lower_95: float | None = None
    upper_95: float | None = None
    p_value: float | None = None
    family: str
    family_size: int | None = None
    p_adjusted: float | None = None
    adjustment: Literal["holm", "benjamini_hochberg"]
    family_note_ko: str | None = None
    family_note_en: str | None = None
    mde: float | None = None
    verdict: Verdict
    treated_before: int | None = None
    treated_after: int | None = None
    control_before: int | None = None
    control_after: int | None = None
    treated_units: int | None = None
    control_units: int | None = None
    overdispersion: float | None = None
    maryland_scale: int
    emmie: dict[str, dict[str, str]]
    threats: list[dict[str, str]]
    change_our_mind: dict[str, str]
    diagnostics: dict[str, Any]
    points: list[dict[str, Any]]
    is_public: bool
    sentence_ko: str
    sentence_en: str
    value_status: Literal["observed", "not_applicable"]
    before_start: date | None = None
    before_end: date | None = None
    after_start: date | None = None
    after_end: date | None = None
    data_as_of: date | None
    is_synthetic: bool
    code_version: str


EFFECT_COLUMNS: tuple[Column, ...] = (
    Column("effect_id", "text", "효과 식별자", "Effect id"),
    Column("programme_id", "text not null", "사업 코드", "Programme id"),
    Column("plan_id", "text not null", "평가계획 코드", "Evaluation plan id"),
    Column("title_ko", "text", "무엇을 평가했는지(국문)", "What was evaluated, in Korean"),
    Column("title_en", "text", "무엇을 평가했는지(영문)", "What was evaluated, in English"),
    Column(
        "plan_hash",
        "text not null",
        "평가계획 내용의 SHA-256",
        "SHA-256 of the plan's content when the result was computed",
    ),
    Column(
        "plan_changed",
        "boolean not null",
        "처음 등록된 뒤 계획이 바뀌었는지 여부",
        "Whether the plan differs from the one registered first",
    ),
    Column("outcome_id", "text not null", "결과지표 코드", "Outcome id"),
    Column("outcome_name_ko", "text not null", "결과지표 국문 이름", "Outcome in Korean"),
    Column("outcome_name_en", "text not null", "결과지표 영문 이름", "Outcome in English"),
    Column("design", "text not null", "평가 설계", "Evaluation design"),
    Column(
        "estimate",
        "numeric",
        "추정값(비율비): 대상지 변화 ÷ 비교지 변화",
        "Estimate: change in treated places over change in comparison places",
    ),
    Column("estimate_unit", "text not null", "추정값의 단위", "Unit of the estimate"),
    Column("desired_direction", "text not null", "바라는 방향", "Direction hoped for"),
    Column("lower_95", "numeric", "95% 신뢰구간 하한", "Lower limit of the 95 % interval"),
    Column("upper_95", "numeric", "95% 신뢰구간 상한", "Upper limit of the 95 % interval"),
    Column("p_value", "numeric", "양측 유의확률", "Two-sided p value"),
    Column("family", "text", "함께 보정하는 질문의 묶음", "Questions adjusted together"),
    Column(
        "family_size",
        "integer",
        "유의확률이 있는 같은 묶음의 질문 수",
        "Questions of the family that have a p value",
    ),
    Column("p_adjusted", "numeric", "보정 유의확률", "Adjusted p value"),
    Column(
        "adjustment",
        "text",
        "보정 방법: 확인 holm, 탐색 benjamini_hochberg",
        "Adjustment: Holm for a confirmatory family, Benjamini-Hochberg for screening",
    ),
    Column(
        "family_note_ko",
        "text",
        "묶음을 감안하면 우연의 범위일 때의 설명(국문)",
        "Korean sentence where the difference does not hold once its family is counted, else null",
    ),
    Column(
        "family_note_en",
        "text",
        "묶음을 감안하면 우연의 범위일 때의 설명(영문)",
        "English sentence where the difference does not hold once its family is counted, else null",
    ),
    Column(
        "mde",
        "numeric",
        "최소 탐지가능 비율비(검정력 80%)",
        "Minimum detectable rate ratio at the plan's power, in the desired direction",
    ),
    Column(
        "verdict",
        "text not null",
        "판정: decrease 감소, increase 증가, not_detectable 가려낼 수 없음, "
        "descriptive 기술만 함(자발적 참여), refused 추정 거부",
        "Verdict: decrease, increase, not detectable with these data, descriptive only "
        "(self-selected), or refused",
    ),
    Column("treated_before", "bigint", "대상지 정비 전 건수", "Events in treated places before"),
    Column("treated_after", "bigint", "대상지 정비 후 건수", "Events in treated places after"),
    Column(
        "control_before",
        "bigint",
        "비교지 정비 전 같은 기간 건수(대상지별 기간의 가중평균)",
        "Events in comparison places over the before windows, averaged over treated places",
    ),
    Column(
        "control_after",
        "bigint",
        "비교지 정비 후 같은 기간 건수(대상지별 기간의 가중평균)",
        "Events in comparison places over the after windows, averaged over treated places",
    ),
    Column("treated_units", "integer", "대상지 수", "Treated places in the estimate"),
    Column("control_units", "integer", "비교지 수", "Comparison places in the estimate"),
    Column(
        "overdispersion",
        "numeric",
        "과대산포 계수(1 이상)",
        "Over-dispersion factor of place by month counts, 1 or more",
    ),
    Column("maryland_scale", "smallint not null", "메릴랜드 척도(1~5)", "Maryland Scale, 1 to 5"),
    Column("emmie", "jsonb not null", "EMMIE 평가", "EMMIE appraisal, Korean and English"),
    Column("threats", "jsonb not null", "타당성 위협 요인", "Threats to validity, both languages"),
    Column(
        "change_our_mind",
        "jsonb",
        "무엇이 나오면 판단을 바꿀지(사전 등록)",
        "What would change our mind, as registered, both languages",
    ),
    Column(
        "diagnostics",
        "jsonb",
        "점검 수치(평균 회귀, 자기상관, 제외된 대상 등)",
        "Figures of the checks: regression to the mean, autocorrelation, excluded units",
    ),
    Column(
        "points",
        "jsonb",
        "그림에 쓰는 점(계열·시점·값·구간)",
        "Points of the picture with intervals",
    ),
    Column(
        "is_public",
        "boolean not null default false",
        "공개 데이터셋에 싣는지 여부",
        "Whether it may go to the public dataset",
    ),
    Column("sentence_ko", "text not null", "국문 설명", "Careful sentence in Korean"),
    Column("sentence_en", "text not null", "영문 설명", "Careful sentence in English"),
    Column("value_status", "text not null", "값의 상태", "Status of the estimate"),
    Column(
        "before_start", "date", "정비 전 기간 중 가장 이른 날", "First day of any before window"
    ),
    Column("before_end", "date", "정비 전 기간 중 가장 늦은 날", "Last day of any before window"),
    Column("after_start", "date", "정비 후 기간 중 가장 이른 날", "First day of any after window"),
    Column("after_end", "date", "정비 후 기간 중 가장 늦은 날", "Last day of any after window"),
    Column("data_as_of", "date", "자료 기준일", "Newest date in the contributing data"),
    Column(
        "is_synthetic", "boolean not null", "합성 데이터 여부", "Whether the data are synthetic"
    ),
    Column(
        "code_version", "text not null", "계산한 코드의 판", "Version of the code that computed"
    ),
)

_REGISTRATION_COLUMNS: tuple[Column, ...] = (
    Column("plan_id", "text", "평가계획 코드", "Evaluation plan id"),
    Column("plan_hash", "text", "평가계획 내용의 SHA-256", "SHA-256 of the plan's content"),
    Column(
        "registered_at",
        "timestamptz not null default now()",
        "이 내용의 계획을 처음 본 시각(결과 계산 전)",
        "When this content was first seen, before any result of it",
    ),
)


def create_tables(connection: psycopg.Connection) -> None:
    """Create the evaluation tables where they are missing, with their comments; no commit."""
    create_table(
        connection,
        "evaluation.fct_policy_effect",
        EFFECT_COLUMNS,
        key=("effect_id",),
        comment="One row per evaluated effect of a registered plan. 정책 효과 평가 결과.",
    )
    create_table(
        connection,
        "evaluation.plan_registration",
        _REGISTRATION_COLUMNS,
        key=("plan_id", "plan_hash"),
        comment="One row per plan and content ever evaluated; the first is the registered one. "
        "평가계획 등록 기록.",
    )


def register_plan(connection: psycopg.Connection, plan_id: str, plan_hash: str) -> bool:
    """Register the plan's content if it is new; say whether an earlier one was different."""
    connection.execute(
        "insert into evaluation.plan_registration (plan_id, plan_hash) values (%s, %s)"
        " on conflict do nothing",
        (plan_id, plan_hash),
    )
    first = connection.execute(
        "select plan_hash from evaluation.plan_registration where plan_id = %s"
        " order by registered_at, plan_hash limit 1",
        (plan_id,),
    ).fetchone()
    return first is not None and first[0] != plan_hash


def replace_effects(
    connection: psycopg.Connection, plan_id: str, effects: Sequence[PolicyEffect]
) -> None:
    """Put `effects` in the place of the plan's rows; the caller commits."""
    connection.execute("lock table evaluation.fct_policy_effect in share row exclusive mode")
    connection.execute("delete from evaluation.fct_policy_effect where plan_id = %s", (plan_id,))
    names = [column.name for column in EFFECT_COLUMNS]
    statement = sql.SQL("insert into evaluation.fct_policy_effect ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_as_row(effect) for effect in effects])


def adjust_families(connection: psycopg.Connection) -> None:
    """Adjust the p values of every family for its size, over all plans; the caller commits.

    A difference whose adjusted p value is 0.05 or more gets a note that says so.
    """
    # Imported here: the methods take seconds to load, and readers of effects need none.
    from busan_safety.evaluation.methods.multiplicity import adjust_p_values

    rows = connection.execute(
        "select family, adjustment, array_agg(effect_id order by effect_id),"
        " array_agg(p_value::float8 order by effect_id)"
        " from evaluation.fct_policy_effect where p_value is not null group by 1, 2"
    ).fetchall()
    connection.execute(
        "update evaluation.fct_policy_effect"
        " set p_adjusted = null, family_size = null, family_note_ko = null, family_note_en = null"
    )
    for _, adjustment, effect_ids, p_values in rows:
        found = adjust_p_values(p_values, adjustment).p_values
        adjusted = [None if p is None else float(f"{p:.3g}") for p in found]
        connection.execute(
            "update evaluation.fct_policy_effect set p_adjusted = new.p, family_size = %s"
            " from unnest(%s::text[], %s::numeric[]) as new (effect_id, p)"
            " where fct_policy_effect.effect_id = new.effect_id",
            [len(effect_ids), effect_ids, adjusted],
        )
    connection.execute(
        "update evaluation.fct_policy_effect set family_note_ko = format(%s, family_size,"
        " p_adjusted), family_note_en = format(%s, family_size, p_adjusted)"
        " where verdict in ('decrease', 'increase') and p_adjusted >= 0.05",
        [_NOTE_KO, _NOTE_EN],
    )


_NOTE_KO = (
    "다만 함께 물은 질문 %s개를 감안하면 우연으로도 나올 수 있는 차이입니다(보정 유의확률 %s)."
)
_NOTE_EN = (
    "Counted among the %s questions asked together, however, chance alone could give such a "
    "difference (adjusted p %s)."
)


def stored_effects(connection: psycopg.Connection, plan_ids: Sequence[str]) -> list[PolicyEffect]:
    """The rows of the plans as they are stored, in order of effect."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select * from evaluation.fct_policy_effect where plan_id = any (%s)"
            " order by effect_id",
            [list(plan_ids)],
        ).fetchall()
    return [PolicyEffect.model_validate(row) for row in rows]


_JSON = ("emmie", "threats", "change_our_mind", "diagnostics", "points")


def _as_row(effect: PolicyEffect) -> dict[str, Any]:
    row = effect.model_dump()
    return {**row, **{name: Jsonb(row[name]) for name in _JSON}}
