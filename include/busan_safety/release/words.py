"""Words that stand in every release: publisher, licence, synthetic warning."""

from __future__ import annotations

import re

from busan_safety.gate import Text

PUBLISHER = Text(ko="부산광역시자치경찰위원회", en="Busan Metropolitan Autonomous Police Committee")
LICENCE_NAME = "KOGL-1"
LICENCE_TITLE = Text(
    ko="공공누리 제1유형: 출처표시",
    en="Korea Open Government License type 1: attribution",
)
LICENCE_ADDRESS = "https://www.kogl.or.kr/info/licenseType1.do"

SYNTHETIC_WARNING = Text(
    ko="합성 데이터입니다. 부산의 실제 통계가 아니며, "
    "시험용으로 만든 가상의 기록에서 계산했습니다.",
    en="Synthetic data. These are not statistics of the real Busan; they were computed from "
    "invented records made for testing.",
)

ROUNDED_NOTE = Text(
    ko="반올림한 값은 정확한 건수가 아닙니다. 개인을 알아볼 수 없도록 가장 작은 단위의 작은 건수를 "
    "0 또는 기준값으로 바꾸고 다시 더한 표의 값이며, 합계는 바꾼 값의 합과 같습니다.",
    en="Rounded values are not exact counts. To protect people, small counts of the smallest "
    "units became 0 or the threshold before they were added up; totals are sums of these.",
)

_HANGUL = re.compile(r"[가-힣]")


def attribution(title: Text, year: int) -> Text:
    """Return the sentence by which a reuser names the source (KOGL type 1, DOMAIN.md D1)."""
    return Text(
        ko=f"본 저작물은 {PUBLISHER.ko}에서 {year}년 작성하여 공공누리 제1유형으로 개방한 "
        f"'{title.ko}(작성자: {PUBLISHER.ko})'을 이용하였으며, 해당 저작물은 부산광역시"
        "자치경찰위원회 공개 데이터 누리집에서 무료로 다운받으실 수 있습니다.",
        en=f"Contains '{title.en}' ({year}) by the {PUBLISHER.en}, opened under KOGL type 1.",
    )


def both_languages(comment: str) -> Text:
    """Part a database comment into Korean and English.

    Comments are written `한국어 / English` or as sentences of both, one after the other. A
    comment in one language stands for both.
    """
    halves = comment.split(" / ", 1)
    parts = halves if len(halves) == 2 else re.split(r"(?<=[.!?])\s+", comment)
    korean = " ".join(part.strip() for part in parts if _HANGUL.search(part))
    english = " ".join(part.strip() for part in parts if part and not _HANGUL.search(part))
    return Text(ko=korean or english, en=english or korean)
