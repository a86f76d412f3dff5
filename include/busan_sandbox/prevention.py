"""Prevention sessions at schools, as the education office's gateway service lists them.

Four sessions a school and year, in term; schools are those of the NEIS feed. Everything about a
session is invented. Not scaled: there are as many as schools.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import pick
from busan_sandbox.facilities import school_answers
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Options

_PER_SCHOOL_YEAR = 4
# January to December.
_TERM = (0.1, 0.1, 1.5, 1.8, 1.6, 1.5, 0.8, 0.1, 1.4, 1.6, 1.5, 0.8)
_TOPICS = (
    ("학교폭력", 40), ("사이버폭력", 18), ("성폭력", 16), ("아동학대", 12), ("마약류", 8),
    ("가정폭력", 6),
)  # fmt: skip
_METHODS = (("강의", 6), ("역할극", 2), ("온라인", 2))
_INSTRUCTORS = (("학교전담경찰관", 5), ("외부강사", 3), ("교원", 2))
_DURATIONS = ("40", "45분", "50", "1시간", "1시간 30분")
# Fewest sessions of a year: some of them are faulty.
_FEWEST = 12
_FEED = "education_prevention_sessions"

Session = dict[str, Cell]


def prevention_answers(options: Options, planted: Counter[str]) -> Delivery:
    """Return the sessions of the span; SESN_YEAR serves the interface's filter only."""
    schools = json.loads(school_answers(options).content)
    sessions: list[Session] = []
    for year in sorted({month.year for month in options.months}):
        of_year = _sessions(options, schools, year)
        _spoil(of_year, planted)
        sessions += of_year
    planted[f"{_FEED}.rows"] += len(sessions)
    return Delivery("api/prevention_sessions.json", json_bytes(sessions))


def _sessions(options: Options, schools: list[dict[str, str]], year: int) -> list[Session]:
    stream = options.stream("prevention sessions", year)
    months = [month for month in options.months if month.year == year]
    term = np.array([_TERM[month.number - 1] for month in months])
    count = int(stream.poisson(len(schools) * _PER_SCHOOL_YEAR * term.sum() / sum(_TERM)))
    count = max(count, _FEWEST)
    drawn = {
        "month": pick(term, count, stream),
        "topic": pick([weight for _, weight in _TOPICS], count, stream),
        "method": pick([weight for _, weight in _METHODS], count, stream),
        "instructor": pick([weight for _, weight in _INSTRUCTORS], count, stream),
    }
    days = sorted(
        months[int(month)].first_day + timedelta(days=int(share * months[int(month)].last_day.day))
        for month, share in zip(drawn["month"], stream.random(count), strict=True)
    )
    which = stream.integers(0, len(schools), count).tolist()
    people = stream.poisson((110, 5, 2), (count, 3)).tolist()
    return [
        _session(
            number,
            day,
            schools[which[number]],
            people[number],
            _TOPICS[int(drawn["topic"][number])][0],
            _METHODS[int(drawn["method"][number])][0],
            _INSTRUCTORS[int(drawn["instructor"][number])][0],
        )
        for number, day in enumerate(days)
    ]


def _session(
    number: int,
    day: date,
    school: dict[str, str],
    people: list[int],
    topic: str,
    method: str,
    instructor: str,
) -> Session:
    return {
        "SESN_YEAR": str(day.year),
        "SESN_NO": f"PV{day.year}-{number + 1:05d}",
        # Padded, as codes of the gateways are.
        "SCHUL_CODE": f"{school['SD_SCHUL_CODE']} ",
        "SCHUL_NM": school["SCHUL_NM"],
        "SCHUL_KND_SC_NM": school["SCHUL_KND_SC_NM"],
        "GUGUN_NM": _district_of(school, number),
        "SESN_SE_NM": topic,
        "SESN_MTHD_NM": method,
        "SESN_YMD": f"{day:%Y.%m.%d}" if number % 7 == 0 else f"{day:%Y%m%d}",
        "SESN_TM": _DURATIONS[number % len(_DURATIONS)],
        "STDNT_CNT": str(people[0]),
        "TCHR_CNT": str(people[1]),
        "PRNT_CNT": str(people[2]) if number % 9 else "-",
        "INSTR_SE_NM": instructor,
        "INSTR_NM": f"모의강사{number % 40:02d}",
        "PLC_JNT_YN": "Y" if instructor == "학교전담경찰관" else "N",
        "RM": "1부 강의\n2부 상담" if number % 50 == 3 else "",
        "UPDT_YMD": f"{day + timedelta(days=number % 20):%Y%m%d}",
    }


def _district_of(school: dict[str, str], number: int) -> str:
    """Return the school's district in one of the three spellings that the sender uses."""
    district = school["ORG_RDNMA"].split()[1]
    return (f"{city.CITY_NAME} {district}", district, f"부산 {district}")[number % 3]


def _spoil(sessions: list[Session], planted: Counter[str]) -> None:
    """Plant a session without a date, one of an unknown topic, and one that is listed twice."""
    sessions[1]["SESN_YMD"] = ""
    sessions[2]["SESN_SE_NM"] = "기타안전"
    sessions.append(dict(sessions[4]))
    planted[f"{_FEED}.without_date"] += 1
    planted[f"{_FEED}.unknown_topic"] += 1
    planted[f"{_FEED}.duplicates"] += 1
