"""Citizens' survey: numbers 59 to 62."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, district, first_only, number, text
from recomputation.frames import CITY, indicator, measured

SCORES = {
    "crime": "safety_crime_score", "traffic": "safety_traffic_score", "order": "safety_order_score",
}  # fmt: skip


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    rows = landing.table("city_citizen_survey", lambda found: text(found["survey_year"]))
    rows["respondent"] = text(rows["respondent_id"])
    rows["place"] = district(rows["district_name"])
    rows["weight"] = number(rows["design_weight"])
    rows["start"] = pd.to_datetime(text(rows["survey_year"]) + "-01-01")
    for name in (*SCORES.values(), "living_lab_score"):
        rows[name] = number(rows[name])
        rows[name] = rows[name].where(rows[name] != 999)
    rows = first_only(rows, "respondent")
    rows = rows[rows["place"].notna() & (rows["weight"] > 0)]
    both = pd.concat([rows, rows.assign(place=CITY)])
    # A respondent without one of the three scores has no mean of them.
    both["all"] = both[list(SCORES.values())].mean(axis=1, skipna=False)
    made = [_mean("perceived_safety_score", both, "all", "all")]
    made += [_mean("perceived_safety_score", both, *one) for one in SCORES.items()]
    city = both[both["place"] == CITY]
    made.append(_mean("living_lab_citizen_score", city, "all", "living_lab_score"))
    made.append(
        _share(
            "autonomous_police_awareness_rate",
            both,
            "awareness",
            ("잘 안다", "들어본 적 있다"),
            ("모른다",),
        )
    )
    made.append(
        _share(
            "night_walk_fear_share",
            both,
            "night_walk_feeling",
            ("불안", "매우 불안"),
            ("보통", "안전", "매우 안전"),
        )
    )
    return pd.concat(made)


def _mean(name: str, rows: pd.DataFrame, subgroup: str, column: str) -> pd.DataFrame:
    answers = rows[rows[column].notna()]
    weighted = (answers[column] * answers["weight"]).groupby([answers["place"], answers["start"]])
    groups = answers.groupby(["place", "start"])
    return measured(name, weighted.sum() / groups["weight"].sum(), groups.size(), subgroup=subgroup)


def _share(
    name: str, rows: pd.DataFrame, column: str, counted: tuple[str, ...], rest: tuple[str, ...]
) -> pd.DataFrame:
    answers = text(rows[column])
    weights = [
        rows[answers.isin(wanted)].groupby(["place", "start"])["weight"].sum()
        for wanted in (counted, counted + rest)
    ]
    share = weights[0].reindex(weights[1].index, fill_value=0)
    return indicator(name, share, weights[1], city=False)
