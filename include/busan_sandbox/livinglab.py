"""Projects of the public safety living lab, as the city's interface would list them."""

from __future__ import annotations

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Options

# (year, district or '' for the whole city, title). 2022: three projects; 2023: five; 2024: six;
# 2025: three piloted (DOMAIN.md B1). Titles are invented.
_PROJECTS = (
    (2022, "부산진구", "골목길 보행 안전 체감 개선"),
    (2022, "사상구", "1인 가구 귀갓길 안심 서비스"),
    (2022, "영도구", "빈집 주변 범죄 예방 디자인"),
    (2023, "금정구", "대학가 원룸촌 택배 보관 안전"),
    (2023, "해운대구", "해변 야간 안전 알리미"),
    (2023, "동구", "고지대 계단길 조명 개선"),
    (2023, "", "보이스피싱 예방 시민 체험"),
    (2023, "사하구", "통학로 무단횡단 줄이기"),
    # Typed on two lines: the interface sends a real line break inside the text.
    (2024, "수영구", "다중운집 행사\n보행 흐름 안내"),
    (2024, "북구", "어린이 보호구역 시야 확보"),
    (2024, "남구", "심야 버스 정류장 안심 공간"),
    (2024, "연제구", "스토킹 피해자 안전 귀가 지원"),
    (2024, "기장군", "농어촌 마을 빈 점포 순찰"),
    (2024, "", "고령 보행자 횡단 시간 체감"),
    (2025, "중구", "원도심 야간 관광 안전"),
    (2025, "강서구", "신도시 공원 야간 이용 안전"),
    (2025, "동래구", "전통시장 소매치기 예방"),
)
_FIRST_STAGES = ("공모", "선정", "실증")


def living_lab_answers(options: Options) -> Delivery:
    """Return the projects up to the end of the span, as the city's JSON rows."""
    stream = options.stream("living lab")
    rows: list[dict[str, Cell]] = []
    reference = options.last.last_day
    for number, (year, district, title) in enumerate(_PROJECTS, 1):
        teams, votes = int(stream.integers(3, 12)), int(stream.integers(120, 2400))
        score = round(float(stream.uniform(68, 94)), 1)
        budget = int(stream.integers(6, 11)) * 1_000_000
        begins, ends = f"{year}-04-01", f"{year}-11-30"
        if begins > reference.isoformat():
            continue
        closed = ends <= reference.isoformat()
        stage = "종료" if closed else _FIRST_STAGES[min(2, (reference.month - 4) // 2)]
        rows.append(
            {
                "PRJ_ID": f"LL{year}-{number:03d}",
                "PRJ_NM": title,
                "PRJ_YEAR": str(year),
                "GUGUN_NM": _spelling(district, number),
                "STAGE_NM": stage,
                "TEAM_CNT": teams,
                # Written with separators in the oldest year, as a number since.
                "BUDGET_AMT": f"{budget:,}" if year == 2022 else budget,
                "VOTE_CNT": votes if closed else None,
                "CTZN_SCORE": score if closed else None,
                "BGNG_YMD": begins,
                "END_YMD": ends.replace("-", "") if year == 2022 else ends,
                "DATA_STD_DE": reference.isoformat(),
            }
        )
    return Delivery("api/living_lab.json", json_bytes(rows))


def _spelling(district: str, number: int) -> str:
    """Return the district as the sender spells it, which changes from row to row."""
    if not district:
        return ""
    return (district, f"{city.CITY_NAME} {district}", f"부산 {district}")[number % 3]
