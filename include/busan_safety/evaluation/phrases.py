"""Parts of a careful sentence that depend on what a design compares and in what unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Unit
from busan_safety.evaluation.plans import Bilingual, Plan
from busan_safety.evaluation.plans.methods import Dose


@dataclass(frozen=True)
class Frame:
    """What stands before and after the size of a difference, or of none that could be told.

    compared_ko, compared_en: before "about so much lower"; same_ko, same_en: in its place; ending:
    after it, in English.
    """

    compared_ko: str
    same_ko: str
    compared_en: str
    same_en: str
    ending: str


def frame_of(plan: Plan, found: Estimate) -> Frame:
    """Words round the number, by the plan's comparison."""
    if isinstance(plan.method, Dose):
        return _by_amount(plan, found, plan.method)
    opening_ko, opening_en = _opening_ko(plan, found.groups), _opening_en(plan, found.groups)
    verb = "were" if found.unit == "rate_ratio" else "was"
    days = plan.comparison.group == "comparable_days"
    return Frame(
        compared_ko=f"{opening_ko}에 견주어",
        same_ko=f"{opening_ko}{_and_particle(opening_ko)} 구별되지 않았습니다",
        compared_en=f"{opening_en}, {verb}",
        same_en=f"{opening_en}, did not {'differ' if days else 'change'} detectably",
        ending="" if days else f" after {plan.comparison.event.en} than before",
    )


def size_of(unit: Unit, value: float) -> Bilingual:
    """How large a difference is: per cent of a ratio's other side, or points."""
    if unit == "points":
        return Bilingual(ko=f"{abs(value):.1f}점", en=f"{abs(value):.1f} points")
    percent = round(abs(value - 1) * 100)
    return Bilingual(ko=f"{percent}%", en=f"{percent} %")


def direction_of(unit: Unit, *, falls: bool) -> Bilingual:
    """Which way it differs, in the words of what is measured."""
    words = {
        "rate_ratio": (("적었습니다", "lower"), ("많았습니다", "higher")),
        "time_ratio": (("짧았습니다", "shorter"), ("길었습니다", "longer")),
        "points": (("낮았습니다", "lower"), ("높았습니다", "higher")),
    }
    ko, en = words[unit][0 if falls else 1]
    return Bilingual(ko=ko, en=en)


def unit_name(unit: Unit) -> Bilingual:
    """What the number in brackets is."""
    return {
        "rate_ratio": Bilingual(ko="비율비", en="rate ratio"),
        "time_ratio": Bilingual(ko="시간비", en="ratio of typical minutes"),
        "points": Bilingual(ko="차이", en="difference"),
    }[unit]


def topic_particle(word: str) -> str:
    """은 after a final consonant, 는 after a vowel; words that do not end in Hangul take 은(는).

    What stands in brackets at the end is not spoken.
    """
    final = _final_consonant(word)
    return "은(는)" if final is None else "은" if final else "는"


def _and_particle(word: str) -> str:
    final = _final_consonant(word)
    return "와(과)" if final is None else "과" if final else "와"


def _final_consonant(word: str) -> bool | None:
    """Whether the word ends in a consonant; None where it does not end in Hangul."""
    offset = ord(re.sub(r"\([^()]*\)$", "", word)[-1]) - ord("가")
    if not 0 <= offset <= ord("힣") - ord("가"):
        return None
    return bool(offset % 28)


def _by_amount(plan: Plan, found: Estimate, method: Dose) -> Frame:
    name, step = plan.outcome.name, method.unit_of_dose
    ko = f"{plan.comparison.treated.ko} {found.groups.treated}곳을 같은 기간끼리 견주었을 때, "
    ko += f"{name.ko}{topic_particle(name.ko)} {step.ko} 더 많을 때마다"
    en = f"Across {found.groups.treated} {plan.comparison.treated.en} over the same periods, "
    en += name.en
    return Frame(
        compared_ko=ko,
        same_ko=f"{ko} 달라진다고 가려낼 수 없었습니다",
        compared_en=f"{en} were",
        same_en=f"{en} did not differ detectably with each further {step.en}",
        ending=f" with each further {step.en}",
    )


def _opening_ko(plan: Plan, groups: Groups) -> str:
    name, compared = plan.outcome.name.ko, plan.comparison
    topic = f"{name}{topic_particle(name)}"
    if compared.group == "comparable_days":
        return f"{compared.treated.ko} {groups.treated}일의 {topic} {compared.control.ko}"
    before_after = f"{topic} {compared.event.ko} 전후를 비교했을 때, "
    if groups.control is None:
        return f"{compared.treated.ko}의 {before_after}{compared.control.ko}"
    return (
        f"{compared.treated.ko} {groups.treated}곳의 {before_after}"
        f"같은 기간 {compared.control.ko} {groups.control}곳의 변화"
    )


def _opening_en(plan: Plan, groups: Groups) -> str:
    name, compared = plan.outcome.name.en, plan.comparison
    start = f"{name[0].upper()}{name[1:]}"
    if compared.group == "comparable_days":
        return (
            f"{start} on {groups.treated} {compared.treated.en}, relative to {compared.control.en}"
        )
    if groups.control is None:
        return f"{start} in {compared.treated.en}, relative to {compared.control.en}"
    return (
        f"{start} in {groups.treated} {compared.treated.en}, relative to the change in "
        f"{groups.control} {compared.control.en} over the same months"
    )
