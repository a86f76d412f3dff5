"""The districts' ordinances that support autonomous policing, as a gateway service lists them.

That all sixteen were enacted by January 2024 is published; the dates, clauses and amounts are
invented. One promulgation a district is the rule, so that the interface sends an object, and
before the enactment there is none.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Options

_FIRST_ENACTED, _LAST_ENACTED = date(2021, 11, 1), date(2024, 1, 31)
# Every fourth district amends its ordinance later.
_AMENDING = 4


def ordinance_answers(options: Options, planted: Counter[str]) -> Delivery:
    """Return the promulgations up to the end of the span."""
    stream = options.stream("ordinances")
    days = (_LAST_ENACTED - _FIRST_ENACTED).days
    offsets = [*sorted(stream.integers(0, days, len(city.districts()) - 1).tolist()), days]
    stream.shuffle(offsets)
    rows: list[dict[str, Cell]] = []
    for position, (district, offset) in enumerate(zip(city.districts(), offsets, strict=True)):
        enacted = _FIRST_ENACTED + timedelta(days=int(offset))
        articles = int(stream.integers(9, 16))
        grant = int(stream.integers(2, 60)) * 1_000_000
        later = enacted + timedelta(days=int(stream.integers(200, 500)))
        rows.append(_row(options, district, "제정", enacted, articles, grant))
        if position % _AMENDING == 1:
            rows.append(_row(options, district, "일부개정", later, articles + 1, None))
    known = [row for row in rows if str(row["PRMLG_YMD"]) <= f"{options.last.last_day:%Y%m%d}"]
    planted["district_ordinances.rows"] += len(known)
    planted["district_ordinances.districts"] += len({row["INSTT_CODE"] for row in known})
    return Delivery("api/ordinances.json", json_bytes(known))


def _row(
    options: Options,
    district: city.District,
    revision: str,
    promulgated: date,
    articles: int,
    grant: int | None,
) -> dict[str, Cell]:
    return {
        "ORDN_ID": f"{district.instt_code}-{promulgated:%Y%m%d}",
        "INSTT_CODE": district.instt_code,
        "GUGUN_NM": f"{city.CITY_NAME} {district.name}",
        "ORDN_NM": f"{city.CITY_NAME} {district.name} 자치경찰사무 지원 조례",
        "RVSN_SE_NM": revision,
        "PRMLG_YMD": f"{promulgated:%Y%m%d}",
        "ENFC_YMD": f"{promulgated:%Y%m%d}",
        "ARTCL_CNT": str(articles),
        "BGT_SPRT_YN": "Y",
        "CNCL_YN": "Y" if articles > 11 else "N",
        "GRANT_AMT": "" if grant is None else f"{grant:,}",
        "DEPT_NM": "안전총괄과",
        "DATA_STD_DE": options.last.last_day.isoformat(),
    }
