"""Run the registered plans against the marts and record their results."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from importlib import resources

import numpy as np
import psycopg
from psycopg.rows import dict_row

from busan_safety import __version__
from busan_safety.evaluation.effects import (
    PolicyEffect,
    Verdict,
    create_tables,
    register_plan,
    replace_effects,
)
from busan_safety.evaluation.methods.detectable import minimum_detectable_ratio
from busan_safety.evaluation.methods.rate_ratio import RateRatio, pearson_overdispersion, rate_ratio
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.staggered import Comparison, Panel, compare
from busan_safety.evaluation.plans import Bilingual, Plan, load_plans
from busan_safety.evaluation.sentences import (
    Groups,
    sentence_for_difference,
    sentence_for_not_detectable,
    sentence_for_refusal,
)
from busan_safety.warehouse import connect

log = logging.getLogger(__name__)

# Beyond these digits the estimate says nothing, and the same data must give the same bytes.
_DIGITS = 6


class UnknownProgramme(ValueError):
    """A programme was asked for that has no registered plan."""


@dataclass(frozen=True)
class Basis:
    """The newest date in the data behind a result, and whether they are synthetic."""

    data_as_of: date | None
    is_synthetic: bool


def evaluate(run_id: str | None = None, programmes: list[str] | None = None) -> list[PolicyEffect]:
    """Run the plans of `programmes` (all by default) and replace their rows in the warehouse.

    Each plan's hash is registered and committed before its data are read. A plan that the data
    cannot answer gives a row with verdict `refused` and the reason in its sentence; it raises
    nothing. Raises PlanRefused for a bad plan file and UnknownProgramme for a programme without
    a plan.
    """
    plans = _chosen(load_plans(), programmes)
    effects: list[PolicyEffect] = []
    with connect("transformer") as connection:
        create_tables(connection)
        changed = {
            plan.plan_id: register_plan(connection, plan.plan_id, plan.plan_hash) for plan in plans
        }
        connection.commit()
        for plan in plans:
            effect = run_plan(
                plan,
                read_panel(connection, plan),
                read_basis(connection, plan),
                plan_changed=changed[plan.plan_id],
            )
            replace_effects(connection, plan.plan_id, [effect])
            connection.commit()
            log.info("plan %s: %s (run %s)", plan.plan_id, effect.verdict, run_id or "by hand")
            effects.append(effect)
    return effects


def run_plan(plan: Plan, panel: Panel, basis: Basis, *, plan_changed: bool) -> PolicyEffect:
    """Estimate one plan's effect from its panel; a refusal is a result too."""
    try:
        return _estimated(plan, panel, basis, plan_changed=plan_changed)
    except Refused as refusal:
        log.warning("plan %s refused: %s", plan.plan_id, refusal)
        sentence = sentence_for_refusal(plan, refusal.code, is_synthetic=basis.is_synthetic)
        return _effect(plan, basis, sentence, "refused", plan_changed=plan_changed)


def read_panel(connection: psycopg.Connection, plan: Plan) -> Panel:
    """Read the plan's outcome by unit and complete month, and the units' works dates."""
    window = {"study_from": plan.dates.study_from, "study_to": plan.dates.study_to}
    rows = connection.execute(_query(plan.outcome.measure), window).fetchall()
    units = tuple(sorted({unit for unit, _, _ in rows}))
    months = tuple(sorted({month for _, month, _ in rows}))
    counts = np.array([count for _, _, count in rows], dtype=np.int64)
    works = connection.execute(_query(plan.dates.roll_out)).fetchall()
    return Panel(units, months, counts.reshape(len(units), len(months)), dict(works))


def read_basis(connection: psycopg.Connection, plan: Plan) -> Basis:
    """Read how new the plan's data are and whether they are synthetic."""
    window = {"study_from": plan.dates.study_from, "study_to": plan.dates.study_to}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_query(f"{plan.outcome.measure}_basis"), window).fetchone()
    return Basis(**row) if row else Basis(data_as_of=None, is_synthetic=False)


def _estimated(plan: Plan, panel: Panel, basis: Basis, *, plan_changed: bool) -> PolicyEffect:
    comparison = compare(
        panel,
        window_months=plan.dates.window_months,
        minimum_window_months=plan.dates.minimum_window_months,
    )
    overdispersion = pearson_overdispersion(panel.never_treated())
    ratio = rate_ratio(
        comparison.cells,
        overdispersion=overdispersion,
        level=plan.method.level,
        minimum_events=plan.method.minimum_events_per_cell,
    )
    detectable = minimum_detectable_ratio(
        ratio.standard_error,
        level=plan.method.level,
        power=plan.method.power,
        increase=plan.outcome.desired_direction == "increase",
    )
    verdict = _verdict(ratio)
    groups = Groups(comparison.treated_units, comparison.control_units)
    sentence = (
        sentence_for_not_detectable(
            plan, ratio, groups, detectable=detectable, is_synthetic=basis.is_synthetic
        )
        if verdict == "not_detectable"
        else sentence_for_difference(plan, ratio, groups, is_synthetic=basis.is_synthetic)
    )
    effect = _effect(plan, basis, sentence, verdict, plan_changed=plan_changed)
    return effect.model_copy(
        update=_numbers(ratio, comparison, detectable=detectable, overdispersion=overdispersion)
    )


def _verdict(ratio: RateRatio) -> Verdict:
    if ratio.upper < 1:
        return "decrease"
    if ratio.lower > 1:
        return "increase"
    return "not_detectable"


def _effect(
    plan: Plan, basis: Basis, sentence: Bilingual, verdict: Verdict, *, plan_changed: bool
) -> PolicyEffect:
    return PolicyEffect(
        effect_id=f"{plan.plan_id}.{plan.outcome.outcome_id}",
        programme_id=plan.programme_id,
        plan_id=plan.plan_id,
        plan_hash=plan.plan_hash,
        plan_changed=plan_changed,
        outcome_id=plan.outcome.outcome_id,
        outcome_name_ko=plan.outcome.name.ko,
        outcome_name_en=plan.outcome.name.en,
        design=plan.method.name,
        desired_direction=plan.outcome.desired_direction,
        verdict=verdict,
        maryland_scale=plan.maryland_scale,
        emmie={"effect": sentence.model_dump(), **plan.emmie.model_dump()},
        threats=[threat.model_dump() for threat in plan.threats],
        sentence_ko=sentence.ko,
        sentence_en=sentence.en,
        value_status="not_applicable" if verdict == "refused" else "observed",
        data_as_of=basis.data_as_of,
        is_synthetic=basis.is_synthetic,
        code_version=__version__,
    )


def _numbers(
    ratio: RateRatio, comparison: Comparison, *, detectable: float, overdispersion: float
) -> dict[str, object]:
    cells = comparison.cells
    return {
        "estimate": round(ratio.estimate, _DIGITS),
        "lower_95": round(ratio.lower, _DIGITS),
        "upper_95": round(ratio.upper, _DIGITS),
        # Significant digits, not decimals: a small p value is not zero.
        "p_value": float(f"{ratio.p_value:.3g}"),
        "mde": round(detectable, _DIGITS),
        "treated_before": cells.treated_before,
        "treated_after": cells.treated_after,
        "control_before": cells.control_before,
        "control_after": cells.control_after,
        "treated_units": comparison.treated_units,
        "control_units": comparison.control_units,
        "overdispersion": round(overdispersion, _DIGITS),
        "before_start": comparison.before[0],
        "before_end": comparison.before[1],
        "after_start": comparison.after[0],
        "after_end": comparison.after[1],
    }


def _chosen(plans: list[Plan], programmes: list[str] | None) -> list[Plan]:
    if programmes is None:
        return plans
    known = {plan.programme_id for plan in plans}
    unknown = sorted(set(programmes) - known)
    if unknown:
        raise UnknownProgramme(
            f"No evaluation plan for {', '.join(unknown)}; there are plans for "
            f"{', '.join(sorted(known))}."
        )
    return [plan for plan in plans if plan.programme_id in programmes]


def _query(name: str) -> bytes:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_bytes()
