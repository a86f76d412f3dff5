"""The two round-the-clock centres: intoxication relief and mental emergencies, case by case.

Relief centre: opened 2023-04-11, 389 admissions in 2023 and 608 in 2024, mean stay 4.6 h, men to
women 2.3, weekends 1.35 times, 31 of 537 to an emergency room. Mental centre: joint response
since 2023-12-04; its number of cases and their handling times are assumptions. Persons, numbers
and hours are made up.

Planted: referral to addiction care lowers a person's further admissions (`REFERRAL_EFFECT`);
joint response shortens the handling of a mental emergency (`JOINT_EFFECT`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from statistics import NormalDist

import numpy as np

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, csv_bytes, json_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.truth import Truth

RELIEF_OPENED = date(2023, 4, 11)
JOINT_SINCE = date(2023, 12, 4)
REFERRAL_EFFECT = 0.6
JOINT_EFFECT = 0.8
# Below this share of the real numbers a month has too few cases to be read.
FLOOR = 0.5

_KST = timezone(timedelta(hours=9))
_ADMISSIONS = {2023: 389, 2024: 608, 2025: 575}
_MEAN_STAY_HOURS = 4.6
_WEEKEND = 1.35
_MALE = 2.3 / 3.3
_TO_EMERGENCY_ROOM = 31 / 537
_REFERRED = 0.2
_RETURNS = 0.22
# Ages in this year.
_AGES_ARE_OF = 2024
_AGES = ((20, 0.288), (30, 0.17), (40, 0.15), (50, 0.19), (60, 0.202))
# Night hours, from 18:00; the peak is after midnight.
_HOURS = (18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5)
_HOUR_WEIGHTS = (2, 3, 5, 8, 11, 14, 15, 14, 11, 8, 5, 4)
_RELIEF_HEADER = (
    "입소번호", "대상자번호", "성명", "생년월일", "성별", "발견일시", "입소일시", "퇴소일시",
    "발견구군", "인계관서", "이송수단", "퇴소구분", "중독관리 연계", "비고",
)  # fmt: skip
_SURNAMES = "김이박최정강조윤장임"

_CASES_PER_MONTH = 110
_MEDIAN_HANDLING_MINUTES = 165.0
_SPREAD = 0.45
_UNTIL_REPORT_MINUTES = 8
_JOINT_SHARE = 0.72
_HOSPITAL = (("응급입원", 0.34), ("행정입원", 0.06), ("자의·동의입원", 0.08), ("미입원", 0.52))


def relief_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield a file for each month since the opening, and corrections of two of them.

    Faults of each January, April, July and October: out before in, no number, a state nobody
    knows, an office that is no station of Busan. The corrected file has none of them.
    """
    truth.effects.append(
        {
            "programme": "relief_center",
            "outcome": "further_admissions",
            "rate_ratio": REFERRAL_EFFECT,
            "unit": "person",
            "treated": "persons referred to addiction care (중독관리 연계 = Y)",
            "window": {"from": RELIEF_OPENED.isoformat(), "to": options.last.last_day.isoformat()},
        }
    )
    history: list[tuple[str, date, bool]] = []  # person, last admission, whether referred
    for month in options.months:
        if month.last_day < RELIEF_OPENED:
            continue
        clean = _admissions(options, month, history)
        rows = [list(row) for row in clean]
        is_faulty = month.number % 3 == 1 and len(rows) >= 8
        if is_faulty:
            rows[1][6], rows[1][7] = rows[1][7], rows[1][6]
            rows[3][0] = ""
            rows[5][11] = "이관(코드9)"
            rows[7][9] = "창원중부경찰서"
            for fault in ("out_before_in", "missing_value", "outside_domain", "unmapped_station"):
                truth.planted[f"city_relief_center.{fault}"] += 1
        truth.planted["city_relief_center.rows"] += len(rows)
        period = f"{month.year}{month.number:02d}"
        stem = f"sftp/city/relief_center/주취해소센터_입소현황_{period}"
        yield Delivery(f"{stem}.csv", csv_bytes([_RELIEF_HEADER, *rows], "utf-8-sig"))
        if is_faulty and month.number == 10:
            truth.planted["city_relief_center.rows"] += len(clean)
            truth.planted["city_relief_center.corrected_months"] += 1
            content = csv_bytes([_RELIEF_HEADER, *clean], "utf-8-sig")
            yield Delivery(f"{stem}_수정.csv", content)


def _admissions(
    options: Options, month: Month, history: list[tuple[str, date, bool]]
) -> list[list[Cell]]:
    stream = options.stream("relief center", month)
    first = max(month.first_day, RELIEF_OPENED)
    days = [first + timedelta(days=i) for i in range((month.last_day - first).days + 1)]
    weights = np.array([_WEEKEND if day.weekday() >= 5 else 1.0 for day in days])
    open_days = 264 if month.year == RELIEF_OPENED.year else 365
    yearly = _ADMISSIONS.get(month.year, _ADMISSIONS[max(_ADMISSIONS)])
    per_day = yearly / open_days * max(options.scale, FLOOR)
    counts = stream.poisson(per_day * weights / (5 + 2 * _WEEKEND) * 7)
    hours = np.array(_HOUR_WEIGHTS, dtype=float)
    rows: list[list[Cell]] = []
    for day, count in zip(days, counts.tolist(), strict=True):
        chosen = stream.choice(len(_HOURS), count, p=hours / hours.sum())
        for hour in sorted(_HOURS[i] for i in chosen.tolist()):
            found_at = datetime.combine(day, time(hour, int(stream.integers(0, 60))), _KST)
            rows.append(_admission(len(rows) + 1, found_at, history, stream))
    return rows


def _admission(
    number: int,
    found_at: datetime,
    history: list[tuple[str, date, bool]],
    stream: np.random.Generator,
) -> list[Cell]:
    day = found_at.date()
    person, is_referred_before = _person(day, history, stream)
    is_referred = stream.random() < _REFERRED or is_referred_before
    history.append((person, day, is_referred))
    # What belongs to the person follows from the number: the same at every admission.
    own = np.random.default_rng(int(person[1:]))
    ages, shares = zip(*_AGES, strict=True)
    age = int(own.choice(ages, p=np.array(shares) / sum(shares))) + int(own.integers(0, 10))
    birth = date(_AGES_ARE_OF - age, 1, 1) + timedelta(days=int(own.integers(0, 365)))
    is_male = own.random() < _MALE
    name = _SURNAMES[int(own.integers(0, len(_SURNAMES)))] + "OO"
    arrived = found_at + timedelta(minutes=int(stream.integers(12, 70)))
    left = arrived + timedelta(minutes=int(60 * stream.gamma(4.0, _MEAN_STAY_HOURS / 4.0)) + 1)
    dong = city.dongs()[int(stream.integers(0, len(city.dongs())))]
    district = next(d for d in city.districts() if d.code == dong.district_code)
    if stream.random() < _TO_EMERGENCY_ROOM:
        outcome = "응급실 이송"
    else:
        outcome = ("귀가", "보호자 인계", "귀가", "타기관 연계")[int(stream.integers(0, 4))]
    style = "%Y-%m-%d %H:%M" if day.year <= 2023 else "%Y.%m.%d %H:%M"
    return [
        f"RC{day:%Y%m%d}-{number:03d}",
        person,
        name,
        f"{birth:%Y-%m-%d}" if number % 2 else f"{birth:%Y%m%d}",
        "남" if is_male else "여",
        f"{found_at:{style}}",
        f"{arrived:{style}}",
        f"{left:{style}}",
        (district.name, f"{city.CITY_NAME} {district.name}")[number % 2],
        city.station_office(city.station_on(dong, day)),
        "경찰" if stream.random() < 0.83 else "119구급",
        outcome,
        "Y" if is_referred else "N",
        "",
    ]


def _person(
    day: date, history: list[tuple[str, date, bool]], stream: np.random.Generator
) -> tuple[str, bool]:
    """Return the person admitted and whether a referral came before: a new one or a known one."""
    recent = [entry for entry in history[-400:] if (day - entry[1]).days <= 180]
    if recent and stream.random() < _RETURNS:
        person, _, is_referred = recent[int(stream.integers(0, len(recent)))]
        if not is_referred or stream.random() < REFERRAL_EFFECT:
            return person, is_referred
    return f"P{len({entry[0] for entry in history}) + 1:05d}", False


def mental_answers(options: Options, truth: Truth) -> Delivery:
    """Return every mental emergency of the span, joint response since 2023-12-04.

    Faults: closed before it came in, no number, a kind of admission nobody knows, twice the same.
    """
    truth.effects.append(
        {
            "programme": "mental_center",
            "outcome": "handling_minutes",
            "rate_ratio": options.effect("mental_emergency_centre", JOINT_EFFECT),
            "unit": "city",
            "treated": "cases with joint response (합동)",
            "window": {"from": JOINT_SINCE.isoformat(), "to": options.last.last_day.isoformat()},
        }
    )
    rows: list[dict[str, Cell]] = []
    for month in options.months:
        rows += mental_cases(options, month)
    if len(rows) >= 20:
        rows[5]["CLOS_DT"], rows[5]["RCPT_DT"] = rows[5]["RCPT_DT"], rows[5]["CLOS_DT"]
        rows[9]["CASE_NO"] = None
        rows[12]["HSPTLZ_SE"] = "기타(미정)"
        rows.append(dict(rows[15]))
        for fault in ("closed_before_received", "missing_value", "outside_domain", "duplicate"):
            truth.planted[f"city_mental_center.{fault}"] += 1
    truth.planted["city_mental_center.rows"] += len(rows)
    return Delivery("api/mental_center.json", json_bytes(rows))


def mental_cases(options: Options, month: Month) -> list[dict[str, Cell]]:
    """Return the mental emergencies of a month in the order of receipt, without faults."""
    stream = options.stream("mental center", month)
    count = int(stream.poisson(_CASES_PER_MONTH * max(options.scale, FLOOR)))
    minutes = np.sort(stream.integers(0, month.last_day.day * 1440, count))
    effect = options.effect("mental_emergency_centre", JOINT_EFFECT)
    return [_case(i + 1, month, int(at), effect, stream) for i, at in enumerate(minutes)]


def typical_minutes_ratio() -> float:
    """Return the planted ratio of geometric mean minutes, all cases since to all cases before.

    Less than the effect of joint response: some cases stay without it, and the minutes until the
    report are those of any case.
    """

    def mean_log(median: float) -> float:
        normal = NormalDist(math.log(median), _SPREAD)
        minutes = np.exp([normal.inv_cdf((step + 0.5) / 20_000) for step in range(20_000)])
        return float(np.log(np.round(minutes) + _UNTIL_REPORT_MINUTES).mean())

    alone = mean_log(_MEDIAN_HANDLING_MINUTES)
    joint = mean_log(_MEDIAN_HANDLING_MINUTES * JOINT_EFFECT)
    return math.exp(_JOINT_SHARE * (joint - alone))


def _case(
    number: int, month: Month, minute: int, effect: float, stream: np.random.Generator
) -> dict[str, Cell]:
    received = datetime.combine(month.first_day, time(), _KST) + timedelta(minutes=minute)
    is_joint = received.date() >= JOINT_SINCE and stream.random() < _JOINT_SHARE
    median = _MEDIAN_HANDLING_MINUTES * (effect if is_joint else 1.0)
    handling = float(np.exp(stream.normal(np.log(median), _SPREAD)))
    kind = str(stream.choice([kind for kind, _ in _HOSPITAL], p=[part for _, part in _HOSPITAL]))
    dong = city.dongs()[int(stream.integers(0, len(city.dongs())))]
    district = next(d for d in city.districts() if d.code == dong.district_code)
    dispatched = received + timedelta(minutes=int(stream.integers(1, 6)))
    arrived = dispatched + timedelta(minutes=int(stream.gamma(4.0, 2.0)) + 1)
    closed = received + timedelta(minutes=round(handling) + _UNTIL_REPORT_MINUTES)
    style = "%Y-%m-%d %H:%M:%S"
    is_night = received.hour >= 20 or received.hour < 8
    return {
        "CASE_NO": f"MC{month.year}{month.number:02d}-{number:04d}",
        "PERSON_ID": f"Q{int(stream.integers(1, 4000)):05d}",
        "AGE": int(np.clip(stream.normal(46, 15), 12, 95)),
        "SEXDSTN": "M" if stream.random() < 0.55 else "F",
        "RCPT_DT": f"{received:{style}}",
        "DSPTCH_DT": f"{dispatched:{style}}",
        "ARVL_DT": f"{arrived:{style}}" if stream.random() > 0.03 else "",
        "CLOS_DT": f"{closed:{style}}",
        "GUGUN_NM": f"{city.CITY_NAME} {district.name}" if number % 3 else f"{district.name} ",
        "POLSTTN_NM": city.station_office(city.station_on(dong, received.date())),
        "RSPNS_SE": "합동" if is_joint else "경찰단독",
        "HSPTLZ_SE": kind,
        "SHIFT_SE": "야간" if is_night else ("휴일" if received.weekday() >= 5 else "주간"),
    }
