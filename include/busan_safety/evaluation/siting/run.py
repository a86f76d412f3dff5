"""Score the cells of the marts, choose the sites and keep the result."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import psycopg
from psycopg.types.json import Jsonb

from busan_safety import __version__
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Bilingual
from busan_safety.evaluation.siting import stored
from busan_safety.evaluation.siting.choice import Siting, by_district, choose_sites
from busan_safety.evaluation.siting.inputs import SitingInputs, read_inputs
from busan_safety.evaluation.siting.policy import SitingPolicy, read_siting_policy
from busan_safety.evaluation.siting.words import limits, sentence_for, sentence_for_refusal
from busan_safety.sources.boundaries import outlines
from busan_safety.warehouse import connect

log = logging.getLogger(__name__)

# Beyond these digits a rank says nothing, and the same data must give the same bytes.
_DIGITS = 6


@dataclass(frozen=True)
class SitingReport:
    """What was chosen, or why nothing was.

    siting and inputs are None, and `districts` empty, when the data do not allow a choice; then
    `sentence` gives the reason. limits: what must not be concluded, the gaps of these inputs
    included. totals: the row of `evaluation.fct_cctv_siting`.
    """

    siting: Siting | None
    inputs: SitingInputs | None
    districts: pd.DataFrame
    sentence: Bilingual
    limits: Bilingual
    totals: dict[str, Any]


def site(site_count: int | None = None, *, run_id: str | None = None) -> SitingReport:
    """Choose cells for `site_count` new cameras (the policy's number by default); store the result.

    The three tables change together: cells (`evaluation_restricted.fct_cctv_priority`), totals
    and districts (`evaluation`). Where the data do not allow a choice, they hold no cells and the
    reason; nothing is raised. Raises SitingPolicyRefused and BoundaryError for files that cannot
    be used.
    """
    policy = read_siting_policy()
    count = policy.site_count if site_count is None else site_count
    areas = outlines()
    with connect("transformer") as connection:
        stored.create_siting_tables(connection)
        connection.commit()
        report = _report(connection, policy, count, areas)
        _store(connection, report)
    log.info("camera siting (run %s): %s", run_id or "by hand", report.sentence.en)
    return report


def _report(
    connection: psycopg.Connection, policy: SitingPolicy, count: int, areas: dict[str, Any] | None
) -> SitingReport:
    inputs = None
    try:
        inputs = read_inputs(connection, policy, areas)
        siting = choose_sites(inputs, policy, count)
    except Refused as refusal:
        log.warning("camera siting refused: %s", refusal)
        sentence = sentence_for_refusal(
            refusal.code, is_synthetic=inputs.is_synthetic if inputs else False
        )
        told = limits(policy, inputs)
        totals = _totals(policy, count, inputs, None, sentence, told)
        return SitingReport(None, inputs, pd.DataFrame(), sentence, told, totals)
    districts = by_district(siting, inputs, policy.reach)
    sentence = sentence_for(siting, is_synthetic=inputs.is_synthetic)
    told = limits(policy, inputs)
    totals = _totals(policy, count, inputs, siting, sentence, told)
    return SitingReport(siting, inputs, districts, sentence, told, totals)


def _totals(
    policy: SitingPolicy,
    count: int,
    inputs: SitingInputs | None,
    siting: Siting | None,
    sentence: Bilingual,
    told: Bilingual,
) -> dict[str, Any]:
    return {
        "site_count": count,
        "value_status": "observed" if siting else "not_applicable",
        **(dict.fromkeys(_FIGURES) if siting is None else _figures(siting)),
        "cell_count": len(inputs.cells) if inputs else None,
        "outside_cell_count": inputs.outside_count if inputs else None,
        "crime_month_count": round(inputs.years * 12) if inputs else None,
        "policy": policy.model_dump(mode="json"),
        "inputs": inputs.described() if inputs else [],
        "sentence_ko": sentence.ko,
        "sentence_en": sentence.en,
        "limits_ko": told.ko,
        "limits_en": told.en,
        "study_area": inputs.study_area if inputs else None,
        "data_as_of": inputs.data_as_of if inputs else None,
        "is_synthetic": inputs.is_synthetic if inputs else False,
        "code_version": __version__,
    }


_FIGURES = (
    *("total_need", "covered_before", "covered_by_selection", "covered_by_greedy"),
    *("covered_by_score", "covered_by_crimes", "upper_bound", "relative_gap", "is_optimal"),
    *("ranked_cell_count", "weights"),
)


def _figures(siting: Siting) -> dict[str, Any]:
    plan = siting.plan
    amounts = {
        "total_need": siting.total_need,
        "covered_before": siting.covered_before,
        "covered_by_selection": plan.best.covered_demand,
        "covered_by_greedy": plan.greedy.covered_demand,
        "covered_by_score": plan.ranking.covered_demand,
        "covered_by_crimes": siting.covered_by_crimes,
        "upper_bound": plan.upper_bound,
        "relative_gap": plan.relative_gap,
    }
    return {
        **{name: round(amount, _DIGITS) for name, amount in amounts.items()},
        "is_optimal": plan.is_optimal,
        "ranked_cell_count": int(siting.cells["is_ranked"].sum()),
        "weights": {name: round(of, _DIGITS) for name, of in asdict(siting.weights).items()},
    }


def _store(connection: psycopg.Connection, report: SitingReport) -> None:
    totals = report.totals
    common = {
        name: totals[name] for name in ("site_count", "study_area", "data_as_of", "is_synthetic")
    }
    cells = report.siting.cells if report.siting else pd.DataFrame()
    if report.inputs and not report.inputs.has_exposure and len(cells):
        cells = cells.assign(exposure=None, exposure_rank=None)
    stored.replace_rows(connection, stored.CELL_TABLE, stored.CELL_COLUMNS, _rows(cells, common))
    stored.replace_rows(
        connection, stored.DISTRICT_TABLE, stored.DISTRICT_COLUMNS, _rows(report.districts, common)
    )
    as_json = {name: Jsonb(totals[name]) for name in ("weights", "policy", "inputs")}
    if totals["weights"] is None:
        as_json["weights"] = None  # type: ignore[assignment]
    stored.replace_rows(
        connection, stored.SITING_TABLE, stored.SITING_COLUMNS, [{**totals, **as_json}]
    )


def _rows(table: pd.DataFrame, common: dict[str, Any]) -> list[dict[str, Any]]:
    rounded = table.round(_DIGITS).astype(object)
    plain = rounded.where(table.notna(), None)
    return [
        {**{str(name): of for name, of in row.items()}, **common}
        for row in plain.to_dict("records")
    ]
