"""Careful sentences made from numbers: what was compared, what was seen, what stays unknown.

A sentence never says that a programme had an effect: with a comparison group that was not
assigned at random, a difference is all the design can show (Maryland Scale 3 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass

from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import RefusalCode
from busan_safety.evaluation.plans import Bilingual, Plan

_REASONS: dict[RefusalCode, Bilingual] = {
    "no_complete_months": Bilingual(
        ko="평가 기간에 자료가 온전한 달이 없습니다",
        en="no month of the study period has complete data",
    ),
    "no_treated_units": Bilingual(
        ko="전후 기간이 충분한 대상지가 없습니다",
        en="no treated place has enough months before and after",
    ),
    "no_control_units": Bilingual(
        ko="비교할 곳이 없습니다",
        en="no place is left to compare with",
    ),
    "too_few_events": Bilingual(
        ko="비교에 쓸 건수가 너무 적습니다",
        en="too few events in at least one part of the comparison",
    ),
    "no_variation": Bilingual(
        ko="변동을 추정할 자료가 부족합니다",
        en="too little variation to estimate the uncertainty from",
    ),
}
_SYNTHETIC = Bilingual(ko="[합성 데이터] ", en="[Synthetic data] ")


@dataclass(frozen=True)
class Groups:
    """How many units stand on either side of the comparison."""

    treated: int
    control: int


def sentence_for_difference(
    plan: Plan, ratio: RateRatio, groups: Groups, *, is_synthetic: bool
) -> Bilingual:
    """Sentence for an interval that leaves out 1: a difference, and why it is not yet a cause."""
    percent = _percent(ratio.estimate)
    falls = ratio.estimate < 1
    return _with_label(
        Bilingual(
            ko=(
                f"{_opening_ko(plan, groups)}의 변화에 견주어 약 {percent}% "
                f"{'적었습니다' if falls else '많았습니다'}({_numbers_ko(plan, ratio)}). "
                "대상지를 무작위로 고르지 않았으므로 이 차이가 사업 때문이라고 단정할 수 없습니다. "
                f"{plan.outcome.caution.ko}"
            ),
            en=(
                f"{_opening_en(plan, groups)}, were about {percent} % "
                f"{'lower' if falls else 'higher'} after the works than before "
                f"({_numbers_en(plan, ratio)}). The places were not chosen at random, so the "
                "difference cannot be put down to the programme with certainty. "
                f"{plan.outcome.caution.en}"
            ),
        ),
        is_synthetic=is_synthetic,
    )


def sentence_for_not_detectable(
    plan: Plan, ratio: RateRatio, groups: Groups, *, detectable: float, is_synthetic: bool
) -> Bilingual:
    """Sentence for an interval that holds 1: what could have been seen, and that this is not zero.

    detectable: the minimum detectable ratio in the plan's desired direction.
    """
    power = round(plan.method.power * 100)
    change = _percent(detectable)
    falls = detectable < 1
    return _with_label(
        Bilingual(
            ko=(
                f"{_opening_ko(plan, groups)}의 변화와 구별되지 않았습니다"
                f"({_numbers_ko(plan, ratio)}). 효과가 없다는 뜻이 아니라 이 자료로는 가려낼 수 "
                f"없다는 뜻이며, {power}% 확률로 찾아낼 수 있는 것은 약 {change}% 이상의 "
                f"{'감소' if falls else '증가'}입니다(비율비 {detectable:.2f}). "
                f"{plan.outcome.caution.ko}"
            ),
            en=(
                f"{_opening_en(plan, groups)}, did not change detectably "
                f"({_numbers_en(plan, ratio)}). This does not show that nothing changed: with "
                f"these data only {'a fall' if falls else 'a rise'} of about {change} % or more "
                f"(ratio {detectable:.2f}) would be found with {power} % power. "
                f"{plan.outcome.caution.en}"
            ),
        ),
        is_synthetic=is_synthetic,
    )


def sentence_for_refusal(plan: Plan, code: RefusalCode, *, is_synthetic: bool) -> Bilingual:
    """Sentence for a plan that these data cannot answer; it gives the reason and no count."""
    reason = _REASONS[code]
    return _with_label(
        Bilingual(
            ko=f"{plan.title.ko}: {reason.ko}. 따라서 추정값을 내지 않습니다.",
            en=f"{plan.title.en}: {reason.en}, so no estimate is given.",
        ),
        is_synthetic=is_synthetic,
    )


def _opening_ko(plan: Plan, groups: Groups) -> str:
    name = plan.outcome.name.ko
    return (
        f"{plan.comparison.treated.ko} {groups.treated}곳의 {name}{_topic_particle(name)} "
        f"정비 전후를 비교했을 때, 같은 기간 {plan.comparison.control.ko} {groups.control}곳"
    )


def _opening_en(plan: Plan, groups: Groups) -> str:
    name = plan.outcome.name.en
    return (
        f"{name[0].upper()}{name[1:]} in {groups.treated} {plan.comparison.treated.en}, relative "
        f"to the change in {groups.control} {plan.comparison.control.en} over the same months"
    )


def _numbers_ko(plan: Plan, ratio: RateRatio) -> str:
    level = _level(plan)
    return f"비율비 {ratio.estimate:.2f}, {level}% 신뢰구간 {ratio.lower:.2f}~{ratio.upper:.2f}"


def _numbers_en(plan: Plan, ratio: RateRatio) -> str:
    level = _level(plan)
    return (
        f"rate ratio {ratio.estimate:.2f}, {level} % interval "
        f"{ratio.lower:.2f} to {ratio.upper:.2f}"
    )


def _level(plan: Plan) -> str:
    return f"{plan.method.level * 100:g}"


def _percent(ratio: float) -> int:
    return round(abs(ratio - 1) * 100)


def _topic_particle(word: str) -> str:
    """은 after a final consonant, 는 after a vowel; words that do not end in Hangul take 은(는)."""
    offset = ord(word[-1]) - ord("가")
    if not 0 <= offset <= ord("힣") - ord("가"):
        return "은(는)"
    return "은" if offset % 28 else "는"


def _with_label(sentence: Bilingual, *, is_synthetic: bool) -> Bilingual:
    if not is_synthetic:
        return sentence
    return Bilingual(ko=_SYNTHETIC.ko + sentence.ko, en=_SYNTHETIC.en + sentence.en)
