"""Councils, advisers, the communication team and evaluation rounds: what they met and decided.

Numbers of meetings and proposals are made up (none is published); a file holds the year so far
and is sent again every quarter, so that later files complete and correct earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox.files import Cell, Delivery, csv_bytes
from busan_sandbox.options import Options
from busan_sandbox.truth import Truth

# Kind of body -> activities a year, kind of record.
_BODIES = (
    ("실무협의회", 12, "회의"),
    ("자문단", 10, "회의"),
    ("시민소통단", 60, "제안"),
    ("성과평가", 2, "평가"),
)
_TOPICS = (
    "통학로 보행안전", "야간 골목 조명", "주취자 보호 체계", "고령자 교통안전",
    "다중운집 행사 대비", "이륜차 후면 단속", "안심귀갓길 정비", "치안리빙랩 확산",
    "정신응급 대응", "반려견 순찰 확대",
)  # fmt: skip
_HEADERS = {
    "old": (
        "연번", "관리번호", "구분", "유형", "개최(접수)일", "안건명", "위원번호", "성명",
        "참석인원", "안건수", "채택건수", "조치완료건수", "처리상태", "처리기한", "처리완료일",
        "평가점수", "데이터기준일",
    ),
    "new": (
        "연번", "관리번호", "단체구분", "유형", "개최일자", "안건명", "위원 번호", "성명",
        "참석 인원", "안건 수", "채택 건수", "조치완료 건수", "처리상태", "처리기한", "처리완료일",
        "평가점수", "데이터기준일자",
    ),
}  # fmt: skip
_CHARACTERS_OF_NAMES = "가나다라마바사아자차카타파하"


def participation_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield the year so far at the end of each quarter, CP949.

    Faults: a date written '24.3월, a state nobody knows, more adopted than proposed, a note row.
    """
    for month in options.months:
        if month.number % 3:
            continue
        reference = month.last_day
        rows = _activities(options, reference)
        if month.number == 12:
            rows[1][4] = f"'{reference:%y}.3월"
            rows[3][12] = "확인필요"
            rows[5][10] = int(str(rows[5][9])) + 5
            for fault in ("unreadable_date", "outside_domain", "adopted_above_proposed"):
                truth.planted[f"city_participation.{fault}"] += 1
            rows.append(["※ 모의 자료입니다."])
            truth.planted["city_participation.wrong_field_count"] += 1
        truth.planted["city_participation.rows"] += len(rows)
        header = _HEADERS["old" if reference.year <= 2023 else "new"]
        quarter = month.number // 3
        yield Delivery(
            f"city/participation/자치경찰_시민참여현황_{reference.year}년_{quarter}분기.csv",
            csv_bytes([header, *rows], "cp949", "\r\n"),
        )


def _activities(options: Options, reference: date) -> list[list[Cell]]:
    year = reference.year
    stream = options.stream("participation", year)
    found: list[tuple[date, list[Cell]]] = []
    for body, count, kind in _BODIES:
        days = np.sort(stream.integers(0, 365, count)).tolist()
        for number, offset in enumerate(days, 1):
            day = date(year, 1, 1) + timedelta(days=offset)
            # Drawn for the whole year: a later file repeats the earlier one's rows.
            row = _activity(body, kind, number, day, reference, stream)
            if day <= reference:
                found.append((day, row))
    found.sort(key=lambda pair: pair[0])
    return [[number, *row] for number, (_, row) in enumerate(found, 1)]


def _activity(
    body: str, kind: str, number: int, day: date, reference: date, stream: np.random.Generator
) -> list[Cell]:
    draws = stream.random(6)
    proposals = 1 if kind == "제안" else 2 + int(draws[0] * 5)
    adopted = int(draws[1] < 0.45) if kind == "제안" else 1 + int(draws[1] * (proposals - 1))
    deadline = day + timedelta(days=60)
    closed = day + timedelta(days=15 + int(draws[2] * 75))
    is_closed = closed <= reference
    state = "완료" if is_closed else ("검토중" if (reference - day).days < 14 else "조치중")
    person = int(draws[3] * 120) + 1
    letters = _CHARACTERS_OF_NAMES
    name = "".join(letters[(person * step) % len(letters)] for step in (1, 3, 5))
    is_single = kind == "제안"
    style = "%Y-%m-%d" if number % 3 else "%Y.%m.%d"
    return [
        f"{_CODES[body]}-{day:%Y}-{number:03d}",
        body,
        kind,
        f"{day:{style}}",
        f"{_TOPICS[int(draws[4] * len(_TOPICS))]} 개선",
        f"M{person:04d}" if is_single else "",
        name if is_single else "",
        "-" if is_single else 8 + int(draws[5] * 20),
        proposals,
        adopted,
        adopted if is_closed else 0,
        state,
        f"{deadline:%Y%m%d}",
        f"{closed:%Y-%m-%d}" if is_closed else "",
        f"{70 + draws[5] * 25:.1f}" if kind == "평가" else "",
        f"{reference:%Y-%m-%d}",
    ]


_CODES = {"실무협의회": "WC", "자문단": "AD", "시민소통단": "CT", "성과평가": "EV"}
