"""Run the registered plans against the marts and record their results."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import date

import psycopg

from busan_safety import __version__
from busan_safety.evaluation import designs
from busan_safety.evaluation.designs import Described, Estimate, Verdict
from busan_safety.evaluation.designs.query import rows
from busan_safety.evaluation.effects import (
    PolicyEffect,
    adjust_families,
    create_tables,
    register_plan,
    replace_effects,
    stored_effects,
)
from busan_safety.evaluation.methods.detectable import (
    minimum_detectable_difference,
    minimum_detectable_ratio,
)
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Bilingual, Plan, load_plans
from busan_safety.evaluation.sentences import (
    sentence_for,
    sentence_for_description,
    sentence_for_refusal,
)
from busan_safety.evaluation.standing import Standing, read_standing, refuse_known_breaks
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

    A plan's own id chooses it alone, where a programme has more than one.

    Each plan's hash is registered and committed before its data are read. A plan that the data
    cannot answer gives a row with verdict `refused` and the reason in its sentence; it raises
    nothing. Raises PlanRefused for a bad plan file and UnknownProgramme for a programme without
    a plan.
    """
    plans = _chosen(load_plans(), programmes)
    with connect("transformer") as connection:
        create_tables(connection)
        changed = {
            plan.plan_id: register_plan(connection, plan.plan_id, plan.plan_hash) for plan in plans
        }
        connection.commit()
        for plan in plans:
            effect = run_plan(connection, plan, plan_changed=changed[plan.plan_id])
            replace_effects(connection, plan.plan_id, [effect])
            connection.commit()
            log.info("plan %s: %s (run %s)", plan.plan_id, effect.verdict, run_id or "by hand")
        adjust_families(connection)
        connection.commit()
        return stored_effects(connection, [plan.plan_id for plan in plans])


def run_plan(connection: psycopg.Connection, plan: Plan, *, plan_changed: bool) -> PolicyEffect:
    """Estimate one plan's effect from the marts; a refusal is a result too."""
    basis = read_basis(connection, plan)
    standing = read_standing(connection, plan, newest=basis.data_as_of)
    try:
        refuse_known_breaks(plan, standing)
        found = designs.estimate(connection, plan)
    except Refused as refusal:
        log.warning("plan %s refused: %s", plan.plan_id, refusal)
        sentence = sentence_for_refusal(plan, refusal.code, is_synthetic=basis.is_synthetic)
        effect = _effect(plan, basis, sentence, "refused", plan_changed=plan_changed)
        return effect.model_copy(update={"diagnostics": _standing(standing)})
    if isinstance(found, Described):
        sentence = sentence_for_description(plan, found, standing, is_synthetic=basis.is_synthetic)
        update = _described(found)
    else:
        detectable = _detectable(plan, found)
        sentence = sentence_for(
            plan,
            found,
            detectable=detectable,
            is_synthetic=basis.is_synthetic,
            provisional=standing.provisional,
        )
        update = _numbers(found, detectable=detectable)
    effect = _effect(plan, basis, sentence, found.verdict, plan_changed=plan_changed)
    return effect.model_copy(
        update={**update, "diagnostics": {**found.diagnostics, **_standing(standing)}}
    )


def _detectable(plan: Plan, found: Estimate) -> float:
    detectable = (
        minimum_detectable_difference if found.unit == "points" else minimum_detectable_ratio
    )
    return detectable(
        found.standard_error,
        level=plan.method.level,
        power=plan.method.power,
        increase=plan.outcome.desired_direction == "increase",
    )


def _standing(standing: Standing) -> dict[str, object]:
    """How much of what the indicators say is provisional or missing, where any were named."""
    if not standing.periods:
        return {}
    return {
        "indicator_periods": standing.periods,
        "provisional_periods": standing.provisional,
        "not_reported_periods": standing.not_reported,
    }


def read_basis(connection: psycopg.Connection, plan: Plan) -> Basis:
    """Read how new the plan's data are and whether they are synthetic."""
    found = rows(connection, f"{plan.outcome.measure}_basis", plan)
    return Basis(**found[0]) if found else Basis(data_as_of=None, is_synthetic=False)


def _effect(
    plan: Plan, basis: Basis, sentence: Bilingual, verdict: Verdict, *, plan_changed: bool
) -> PolicyEffect:
    return PolicyEffect(
        effect_id=f"{plan.plan_id}.{plan.outcome.outcome_id}",
        programme_id=plan.programme_id,
        plan_id=plan.plan_id,
        title_ko=plan.title.ko,
        title_en=plan.title.en,
        plan_hash=plan.plan_hash,
        plan_changed=plan_changed,
        outcome_id=plan.outcome.outcome_id,
        outcome_name_ko=plan.outcome.name.ko,
        outcome_name_en=plan.outcome.name.en,
        design=plan.method.name,
        desired_direction=plan.outcome.desired_direction,
        family=plan.family.id,
        adjustment="holm" if plan.family.purpose == "confirmatory" else "benjamini_hochberg",
        verdict=verdict,
        maryland_scale=plan.maryland_scale,
        emmie={"effect": sentence.model_dump(), **plan.emmie.model_dump()},
        threats=[threat.model_dump() for threat in plan.threats],
        change_our_mind=plan.change_our_mind.model_dump(),
        diagnostics={},
        points=[],
        is_public=plan.is_public,
        sentence_ko=sentence.ko,
        sentence_en=sentence.en,
        value_status="not_applicable" if verdict == "refused" else "observed",
        data_as_of=basis.data_as_of,
        is_synthetic=basis.is_synthetic,
        code_version=__version__,
    )


def _numbers(found: Estimate, *, detectable: float) -> dict[str, object]:
    return {
        "estimate": round(found.estimate, _DIGITS),
        "estimate_unit": found.unit,
        "lower_95": round(found.lower, _DIGITS),
        "upper_95": round(found.upper, _DIGITS),
        # Significant digits, not decimals: a small p value is not zero.
        "p_value": float(f"{found.p_value:.3g}"),
        "mde": round(detectable, _DIGITS),
        "treated_before": found.treated_before,
        "treated_after": found.treated_after,
        "control_before": found.control_before,
        "control_after": found.control_after,
        "treated_units": found.groups.treated,
        "control_units": found.groups.control,
        "overdispersion": found.overdispersion and round(found.overdispersion, _DIGITS),
        "before_start": found.before[0],
        "before_end": found.before[1],
        "after_start": found.after[0],
        "after_end": found.after[1],
        "points": _points(found),
    }


def _described(found: Described) -> dict[str, object]:
    """Two groups side by side: persons and period, no estimate between them."""
    return {
        "estimate_unit": "none",
        "treated_units": found.treated.persons,
        "control_units": found.control.persons,
        "after_start": found.period[0],
        "after_end": found.period[1],
        "points": _points(found),
    }


def _points(found: Estimate | Described) -> list[dict[str, object]]:
    return [
        {name: _rounded(value) for name, value in asdict(point).items()} for point in found.points
    ]


def _rounded(value: object) -> object:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _chosen(plans: list[Plan], programmes: list[str] | None) -> list[Plan]:
    if programmes is None:
        return plans
    known = {plan.programme_id for plan in plans}
    unknown = sorted(set(programmes) - known - {plan.plan_id for plan in plans})
    if unknown:
        raise UnknownProgramme(
            f"No evaluation plan for {', '.join(unknown)}; there are plans for "
            f"{', '.join(sorted(known))}."
        )
    return [plan for plan in plans if {plan.programme_id, plan.plan_id} & set(programmes)]
