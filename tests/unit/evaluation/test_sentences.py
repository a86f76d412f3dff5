"""Sentences say what was seen, what could have been seen, and never that something worked."""

import re
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.designs.estimate import Described, Estimate, Groups, Share
from busan_safety.evaluation.methods.refusal import RefusalCode
from busan_safety.evaluation.plans import Bilingual, Plan, load_plans
from busan_safety.evaluation.sentences import (
    sentence_for,
    sentence_for_description,
    sentence_for_refusal,
)
from busan_safety.evaluation.standing import Standing

PLANS: dict[str, Plan] = {plan.plan_id: plan for plan in load_plans()}
PLAN = PLANS["safe_routes_night_calls"]
GROUPS = Groups(treated=38, control=120)
CAUSAL = re.compile(
    r"caused|because of|thanks to|proved|worked|was effective|led to"
    r"|효과가 있|덕분|입증|감소시켰|줄였"
)


def found(estimate: float, lower: float, upper: float, groups: Groups = GROUPS) -> Estimate:
    day = date(2024, 1, 1)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        standard_error=0.05,
        p_value=0.01,
        groups=groups,
        before=(day, day),
        after=(day, day),
        treated_before=100,
        treated_after=80,
    )


def told(one: Estimate, plan: Plan = PLAN, detectable: float = 0.88) -> Bilingual:
    return sentence_for(plan, one, detectable=detectable, is_synthetic=False)


def test_fall_is_told_with_numbers_and_a_caveat() -> None:
    sentence = told(found(0.802, 0.741, 0.868))

    assert sentence == Bilingual(
        ko=(
            "여성안심귀갓길 정비가 끝난 동 38곳의 야간(20시~06시) 112신고 건수는 정비 전후를 "
            "비교했을 때, "
            "같은 기간 정비 기록이 없는 동 120곳의 변화에 견주어 약 20% 적었습니다"
            "(비율비 0.80, 95% 신뢰구간 0.74~0.87). 대상지를 무작위로 고르지 않았으므로 이 차이가 "
            "사업 때문이라고 단정할 수 없습니다. 112신고는 범죄 발생이 아니라 신고의 수입니다."
        ),
        en=(
            "Night-time (20:00 to 05:59) 112 calls in 38 dongs where safe-route works were "
            "completed, relative to the change in 120 dongs without recorded works over the same "
            "months, were about 20 % lower after the works than before (rate ratio 0.80, 95 % "
            "interval 0.74 to 0.87). The places were not chosen at random, so the difference "
            "cannot be put down to the programme with certainty. Calls are reports, not recorded "
            "crimes."
        ),
    )


def test_rise_is_told_as_a_rise() -> None:
    sentence = told(found(1.25, 1.1, 1.42))

    assert "약 25% 많았습니다" in sentence.ko
    assert "about 25 % higher" in sentence.en


def test_not_detectable_gives_the_detectable_effect_and_is_not_called_no_effect() -> None:
    sentence = told(found(0.98, 0.9, 1.07), detectable=0.88)

    assert "약 12% 이상의 감소입니다(비율비 0.88)" in sentence.ko
    assert "효과가 없다는 뜻이 아니라" in sentence.ko
    assert "a fall of about 12 % or more (ratio 0.88) would be found with 80 % power" in sentence.en
    assert "does not show that nothing changed" in sentence.en


def test_detectable_rise_is_told_as_a_rise() -> None:
    sentence = told(found(0.98, 0.9, 1.07), detectable=1.14)

    assert "14% 이상의 증가" in sentence.ko
    assert "a rise of about 14 %" in sentence.en


@pytest.mark.parametrize("code", get_args(RefusalCode))
def test_refusal_gives_its_reason_and_no_count(code: str) -> None:
    sentence = sentence_for_refusal(PLAN, code, is_synthetic=False)

    assert "추정값을 내지 않습니다" in sentence.ko
    assert "no estimate is given" in sentence.en
    assert not re.search(r"\d", (sentence.ko + sentence.en).replace("112", ""))


def test_synthetic_data_say_so_first() -> None:
    sentence = sentence_for_refusal(PLAN, "too_few_events", is_synthetic=True)

    assert sentence.ko.startswith("[합성 데이터] ")
    assert sentence.en.startswith("[Synthetic data] ")


ESTIMATED = {
    name: plan for name, plan in PLANS.items() if plan.comparison.group != "non_participants"
}
CAUTIONS = {
    "own_past": ("비교 집단이 없어", "no comparison group"),
    "comparable_days": ("알 수 없습니다", "is not known"),
    "other_amounts": ("단정할 수 없습니다", "not decided at random"),
    "cells_without_cameras": ("범죄가 많은 곳에", "Cameras go where crime is"),
}
RANDOM = ("단정할 수 없습니다", "not chosen at random")


@pytest.mark.parametrize("plan", ESTIMATED.values(), ids=ESTIMATED)
@settings(deadline=None, max_examples=30)
@given(st.floats(min_value=0.01, max_value=0.99), st.integers(1, 200), st.integers(1, 200))
def test_no_sentence_claims_a_cause(
    plan: Plan, estimate: float, treated: int, control: int
) -> None:
    groups = Groups(treated, None if plan.comparison.group == "own_past" else control)
    seen = told(found(estimate, estimate / 1.001, min(0.999, estimate * 1.001), groups), plan)
    unseen = told(found(estimate, estimate / 2, 1.5, groups), plan, detectable=0.5)

    for sentence in (seen, unseen):
        assert not CAUSAL.search(sentence.ko + sentence.en)
        assert "None" not in sentence.ko + sentence.en
    ko, en = CAUTIONS.get(plan.comparison.group, RANDOM)
    assert ko in seen.ko
    assert en in seen.en


def test_a_difference_in_points_is_told_in_points() -> None:
    plan = PLANS["dog_patrols_perceived_safety"]
    seen = told(replace(found(2.14, 0.5, 3.8), unit="points"), plan, detectable=2.4)
    unseen = told(replace(found(-0.3, -2.0, 1.4), unit="points"), plan, detectable=2.4)

    assert "약 2.1점 높았습니다(차이 2.14" in seen.ko
    assert "was about 2.1 points higher after the start than before" in seen.en
    assert "변화와 구별되지 않았습니다" in unseen.ko
    assert "a rise of about 2.4 points or more would be found" in unseen.en


def test_minutes_are_shorter_not_fewer() -> None:
    plan = PLANS["mental_centre_handling_minutes"]
    seen = told(replace(found(0.8, 0.7, 0.9, Groups(1, None)), unit="time_ratio"), plan)

    assert "약 20% 짧았습니다(시간비 0.80" in seen.ko
    assert "was about 20 % shorter" in seen.en


def test_an_amount_is_told_by_its_step() -> None:
    plan = PLANS["child_keepers_zone_accidents"]
    seen = told(found(0.9, 0.85, 0.95, Groups(16, None)), plan)

    assert "활동이 10시간 더 많을 때마다 약 10% 적었습니다" in seen.ko
    assert "about 10 % lower with each further ten hours a month per primary school" in seen.en


def test_provisional_values_are_said() -> None:
    sentence = sentence_for(
        PLAN, found(0.8, 0.7, 0.9), detectable=0.9, is_synthetic=False, provisional=3
    )

    assert "잠정치 3개" in sentence.ko
    assert "3 provisional values" in sentence.en


def test_a_self_selected_comparison_is_never_called_an_effect() -> None:
    plan = PLANS["happy_home_rereports"]
    groups = Described(
        treated=Share(28, 680, 28 / 680, 0.029, 0.059),
        control=Share(62, 697, 62 / 697, 0.07, 0.112),
        period=(date(2022, 1, 1), date(2024, 12, 31)),
    )

    sentence = sentence_for_description(plan, groups, Standing(), is_synthetic=False)

    both = sentence.ko + sentence.en.lower()
    assert not re.search(r"효과|effect|감소|줄|영향|비율비|ratio|lower|higher", both)
    assert not CAUSAL.search(both)
    assert "스스로 정했으므로" in sentence.ko
    assert "4.1%" in sentence.ko
    assert "8.9%" in sentence.ko
    assert groups.verdict == "descriptive"
    texts = [plan.title, plan.outcome.name, plan.outcome.caution, plan.emmie.mechanism]
    assert not any(re.search(r"효과|effect", text.ko + text.en.lower()) for text in texts)
