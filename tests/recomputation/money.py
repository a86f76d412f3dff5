"""Budget and urgent money: numbers 34 and 58."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, day, district, first_only, number, text
from recomputation.frames import CITY, indicator, measured, rounded, start_of


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([_execution(landing), _urgent(landing)])


def _execution(landing: Landing) -> pd.DataFrame:
    rows = landing.table(
        "city_safety_budget",
        lambda found: text(found["fiscal_year"]) + "|" + day(found["as_of_date"]).astype(str),
    )
    rows["day"] = day(rows["as_of_date"])
    rows["start"] = start_of(rows["day"], "Q")
    rows["budget"] = number(rows["current_thousand_won"]) * 1000
    rows["executed"] = number(rows["executed_thousand_won"]) * 1000
    # The year whose budget is being executed; closed years stand beside it in the workbooks.
    rows = rows[
        text(rows["programme_code"]).notna() & text(rows["fund"]).notna()
        & ~(rows["executed"] > rows["budget"])
        & (number(rows["fiscal_year"]) == rows["day"].dt.year)
    ]  # fmt: skip
    rows = rows[rows["day"] == rows.groupby("start")["day"].transform("max")]
    groups = rows.assign(place=CITY).groupby(["place", "start"])
    return indicator(
        "budget_execution_rate", groups["executed"].sum(), groups["budget"].sum(), city=False
    )


def _urgent(landing: Landing) -> pd.DataFrame:
    rows = landing.table("city_urgent_budget", lambda found: found["_scope"])
    rows["request"] = text(rows["request_number"])
    for name in ("requested_on", "approved_on", "paid_on"):
        rows[name] = day(rows[name])
    rows = first_only(rows, "request")
    rows = rows[
        district(rows["district_name"]).notna() & rows["paid_on"].notna()
        & ~(rows["paid_on"] < rows["requested_on"]) & ~(rows["approved_on"] < rows["requested_on"])
    ]  # fmt: skip
    rows["start"] = start_of(rows["paid_on"], "Q")
    rows["days"] = (rows["paid_on"] - rows["requested_on"]).dt.days
    groups = rows.assign(place=CITY).groupby(["place", "start"])["days"]
    return measured("urgent_budget_lead_days", rounded(groups.median(), 2), groups.size())
