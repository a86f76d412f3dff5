"""Careful sentences made from numbers: what was compared, what was seen, what stays unknown.

A sentence never says that a programme had an effect: without random assignment a difference is
all that any design here can show (Maryland Scale 2 to 4), and each says what it cannot rule out.
"""

from __future__ import annotations

from busan_safety.evaluation.designs.estimate import Estimate, Groups
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
    "too_few_sites": Bilingual(
        ko="기대값을 배울 비교 지점이 너무 적습니다",
        en="too few sites to learn from what was to be expected",
    ),
    "too_few_areas": Bilingual(
        ko="비교할 지역이 너무 적습니다",
        en="too few areas",
    ),
    "too_few_points": Bilingual(
        ko="전후의 달이 너무 적습니다",
        en="too few months before or after",
    ),
    "empty_stratum": Bilingual(
        ko="인구가 없는 층이 있습니다",
        en="a stratum has no population",
    ),
    "nothing_expected": Bilingual(
        ko="기대되는 건수가 없습니다",
        en="nothing is expected",
    ),
    "unusable_weights": Bilingual(
        ko="쓸 수 없는 가중치가 있습니다",
        en="there are weights that cannot be used",
    ),
    "too_few_respondents": Bilingual(
        ko="응답자가 너무 적습니다",
        en="too few respondents",
    ),
    "too_few_sampling_units": Bilingual(
        ko="조사구가 너무 적습니다",
        en="the survey drew from too few places",
    ),
    "weights_do_not_sum": Bilingual(
        ko="가중치의 합이 맞지 않습니다",
        en="the weights do not sum to what they should",
    ),
    "no_input": Bilingual(
        ko="점수를 매길 자료가 없습니다",
        en="there is no input for the score",
    ),
    "no_sites_requested": Bilingual(
        ko="고를 곳의 수가 없습니다",
        en="no number of sites was asked for",
    ),
    "too_few_candidates": Bilingual(
        ko="고를 곳보다 후보가 적습니다",
        en="there are fewer candidates than sites asked for",
    ),
    "no_register": Bilingual(
        ko="설치된 카메라의 대장이 없습니다",
        en="there is no register of the cameras that stand",
    ),
    "nothing_to_cover": Bilingual(
        ko="카메라가 닿지 않는 곳에 남은 수요가 없습니다",
        en="no need is left out of the reach of present cameras",
    ),
    "too_few_clusters": Bilingual(
        ko="비교할 구·군이나 경찰서가 너무 적습니다",
        en="too few districts or stations",
    ),
    "no_periods_before": Bilingual(
        ko="사업 전 기간이 없습니다",
        en="no period before the programme",
    ),
    "incomplete_panel": Bilingual(
        ko="빠진 칸이 있습니다",
        en="cells are missing",
    ),
    "zero_counts": Bilingual(
        ko="사건이 한 건도 없는 칸이 있어 비율을 견줄 수 없습니다",
        en="cells without any event, so ratios cannot be compared",
    ),
    "missing_months": Bilingual(
        ko="중간에 빠진 달이 있습니다",
        en="months are missing in between",
    ),
    "interruption_outside": Bilingual(
        ko="시작 시점이 자료 기간 밖에 있습니다",
        en="the start lies outside the data",
    ),
    "known_break": Bilingual(
        ko="평가 기간 안에 집계 기준이 바뀌었습니다",
        en="what is counted changed within the study period",
    ),
    "no_convergence": Bilingual(
        ko="모형이 수렴하지 않았습니다",
        en="the model does not converge",
    ),
    "not_identified": Bilingual(
        ko="자료가 모형의 항을 가려내기에 부족합니다",
        en="the data are too few to tell the model's terms apart",
    ),
    "no_variation": Bilingual(
        ko="변동을 추정할 자료가 부족합니다",
        en="too little variation to estimate the uncertainty from",
    ),
}
_SYNTHETIC = Bilingual(ko="[합성 데이터] ", en="[Synthetic data] ")


# What the design cannot rule out, in the words of its comparison.
_LIMITS: dict[str, Bilingual] = {
    "units_without_works": Bilingual(
        ko="대상지를 무작위로 고르지 않았으므로 이 차이가 사업 때문이라고 단정할 수 없습니다.",
        en="The places were not chosen at random, so the difference cannot be put down to the "
        "programme with certainty.",
    ),
    "reference_sites": Bilingual(
        ko="사고가 많아 골랐기 때문에 저절로 줄었을 몫(평균 회귀)은 뺐지만, 대상지를 무작위로 "
        "고르지 않았으므로 이 차이가 사업 때문이라고 단정할 수 없습니다.",
        en="The fall that sites chosen for many events show by themselves (regression to the mean) "
        "is taken out, but the sites were not chosen at random, so the difference cannot be put "
        "down to the programme with certainty.",
    ),
    "not_yet_treated": Bilingual(
        ko="대상을 무작위로 정하지 않았고 구·군이나 경찰서의 수가 적으므로, 이 차이가 사업 "
        "때문이라고 단정할 수 없습니다.",
        en="The places were not chosen at random, and there are few of them, so the difference "
        "cannot be put down to the programme with certainty.",
    ),
    "rest_of_district": Bilingual(
        ko="범죄가 잦아 고른 곳은 저절로 나아질 수 있고(평균 회귀) 대상지를 무작위로 고르지 "
        "않았으므로, 이 차이가 사업 때문이라고 단정할 수 없습니다.",
        en="Places chosen for much crime may improve by themselves (regression to the mean), and "
        "they were not chosen at random, so the difference cannot be put down to the programme "
        "with certainty.",
    ),
    "own_past": Bilingual(
        ko="비교 집단이 없어, 같은 때 달라진 다른 모든 것이 이 차이에 들어 있습니다.",
        en="There is no comparison group: whatever else changed at that time is in the difference.",
    ),
}


def sentence_for(
    plan: Plan, found: Estimate, *, detectable: float, is_synthetic: bool
) -> Bilingual:
    """Sentence for an estimate; it claims no more than the plan's comparison allows.

    detectable: the minimum detectable ratio in the plan's desired direction.
    """
    if found.verdict == "not_detectable":
        told = _not_detectable(plan, found, detectable)
    else:
        told = _difference(plan, found)
    caution = plan.outcome.caution
    return labelled(
        Bilingual(ko=f"{told.ko} {caution.ko}", en=f"{told.en} {caution.en}"),
        is_synthetic=is_synthetic,
    )


def _difference(plan: Plan, found: Estimate) -> Bilingual:
    percent, falls = _percent(found.estimate), found.estimate < 1
    limits = _LIMITS[plan.comparison.group]
    return Bilingual(
        ko=f"{_opening_ko(plan, found.groups)}에 견주어 약 {percent}% "
        f"{'적었습니다' if falls else '많았습니다'}({_numbers_ko(plan, found)}). {limits.ko}",
        en=f"{_opening_en(plan, found.groups)}, were about {percent} % "
        f"{'lower' if falls else 'higher'} after {plan.comparison.event.en} than before "
        f"({_numbers_en(plan, found)}). {limits.en}",
    )


def _not_detectable(plan: Plan, found: Estimate, detectable: float) -> Bilingual:
    power = round(plan.method.power * 100)
    change, falls = _percent(detectable), detectable < 1
    return Bilingual(
        ko=f"{_opening_ko(plan, found.groups)}와 구별되지 않았습니다({_numbers_ko(plan, found)}). "
        "효과가 없다는 뜻이 아니라 이 자료로는 가려낼 수 없다는 뜻이며, "
        f"{power}% 확률로 찾아낼 수 있는 것은 약 {change}% 이상의 "
        f"{'감소' if falls else '증가'}입니다(비율비 {detectable:.2f}).",
        en=f"{_opening_en(plan, found.groups)}, did not change detectably "
        f"({_numbers_en(plan, found)}). This does not show that nothing changed: with these data "
        f"only {'a fall' if falls else 'a rise'} of about {change} % or more "
        f"(ratio {detectable:.2f}) would be found with {power} % power.",
    )


def reason_for(code: RefusalCode) -> Bilingual:
    """Why the data do not support what was asked, as a clause without any count."""
    return _REASONS[code]


def sentence_for_refusal(plan: Plan, code: RefusalCode, *, is_synthetic: bool) -> Bilingual:
    """Sentence for a plan that these data cannot answer; it gives the reason and no count."""
    reason = reason_for(code)
    return labelled(
        Bilingual(
            ko=f"{plan.title.ko}: {reason.ko}. 따라서 추정값을 내지 않습니다.",
            en=f"{plan.title.en}: {reason.en}, so no estimate is given.",
        ),
        is_synthetic=is_synthetic,
    )


def _opening_ko(plan: Plan, groups: Groups) -> str:
    name, compared = plan.outcome.name.ko, plan.comparison
    before_after = f"{name}{_topic_particle(name)} {compared.event.ko} 전후를 비교했을 때, "
    if groups.control is None:
        return f"{compared.treated.ko}의 {before_after}{compared.control.ko}"
    return (
        f"{compared.treated.ko} {groups.treated}곳의 {before_after}"
        f"같은 기간 {compared.control.ko} {groups.control}곳의 변화"
    )


def _opening_en(plan: Plan, groups: Groups) -> str:
    name, compared = plan.outcome.name.en, plan.comparison
    start = f"{name[0].upper()}{name[1:]} in"
    if groups.control is None:
        return f"{start} {compared.treated.en}, relative to {compared.control.en}"
    return (
        f"{start} {groups.treated} {compared.treated.en}, relative to the change in "
        f"{groups.control} {compared.control.en} over the same months"
    )


def _numbers_ko(plan: Plan, found: Estimate) -> str:
    level = _level(plan)
    return f"비율비 {found.estimate:.2f}, {level}% 신뢰구간 {found.lower:.2f}~{found.upper:.2f}"


def _numbers_en(plan: Plan, found: Estimate) -> str:
    level = _level(plan)
    return (
        f"rate ratio {found.estimate:.2f}, {level} % interval "
        f"{found.lower:.2f} to {found.upper:.2f}"
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


def labelled(sentence: Bilingual, *, is_synthetic: bool) -> Bilingual:
    """The sentence, led by the label of synthetic data where they are."""
    if not is_synthetic:
        return sentence
    return Bilingual(ko=_SYNTHETIC.ko + sentence.ko, en=_SYNTHETIC.en + sentence.en)
