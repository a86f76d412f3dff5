"""Careful sentences made from numbers: what was compared, what was seen, what stays unknown.

A sentence never says that a programme had an effect: without random assignment a difference is
all that any design here can show (Maryland Scale 2 to 4), and each says what it cannot rule out.
"""

from __future__ import annotations

from busan_safety.evaluation.designs.estimate import Described, Estimate, Share
from busan_safety.evaluation.methods.refusal import RefusalCode
from busan_safety.evaluation.phrases import (
    direction_of,
    frame_of,
    size_of,
    topic_particle,
    unit_name,
)
from busan_safety.evaluation.plans import Bilingual, Plan
from busan_safety.evaluation.reasons import LIMITS, REASONS
from busan_safety.evaluation.standing import Standing

_SYNTHETIC = Bilingual(ko="[합성 데이터] ", en="[Synthetic data] ")


def sentence_for(
    plan: Plan,
    found: Estimate,
    *,
    detectable: float,
    is_synthetic: bool,
    provisional: int = 0,
) -> Bilingual:
    """Sentence for an estimate; it claims no more than the plan's comparison allows.

    detectable: the minimum detectable ratio or difference in the plan's desired direction.
    provisional: values of the plan's indicators that may still change.
    """
    if found.verdict == "not_detectable":
        told = _not_detectable(plan, found, detectable)
    else:
        told = _difference(plan, found)
    return _finished(plan, told, provisional, is_synthetic=is_synthetic)


def sentence_for_description(
    plan: Plan, found: Described, standing: Standing, *, is_synthetic: bool
) -> Bilingual:
    """Sentence for two groups that chose themselves: both shares, and why they are no more."""
    mine, others, compared = found.treated, found.control, plan.comparison
    name, limits = plan.outcome.name, LIMITS[compared.group]
    told = Bilingual(
        ko=f"{name.ko}{topic_particle(name.ko)} "
        f"{compared.treated.ko} {mine.persons}명 가운데 {_share(mine)}, "
        f"{compared.control.ko} {others.persons}명 가운데 {_share(others)}입니다"
        f"({_level(plan)}% 신뢰구간 {_range(mine, '~')}, {_range(others, '~')}). {limits.ko}",
        en=f"{name.en[0].upper()}{name.en[1:]}: {_share(mine, ' ')} of {mine.persons} "
        f"{compared.treated.en} and {_share(others, ' ')} of {others.persons} "
        f"{compared.control.en} ({_level(plan)} % intervals {_range(mine, ' to ')} and "
        f"{_range(others, ' to ')}). {limits.en}",
    )
    return _finished(plan, told, standing.provisional, is_synthetic=is_synthetic)


def _share(share: Share, gap: str = "") -> str:
    return f"{100 * share.value:.1f}{gap}%"


def _range(share: Share, between: str) -> str:
    return f"{100 * share.lower:.1f}{between}{100 * share.upper:.1f}"


def _finished(plan: Plan, told: Bilingual, provisional: int, *, is_synthetic: bool) -> Bilingual:
    """Add the outcome's caution, the provisional values and the label of synthetic data."""
    caution = plan.outcome.caution
    ko, en = [told.ko, caution.ko], [told.en, caution.en]
    if provisional:
        ko.append(f"확정되지 않은 잠정치 {provisional}개 기간이 들어 있어 바뀔 수 있습니다.")
        en.append(f"{provisional} provisional values are included, and may still change.")
    return labelled(Bilingual(ko=" ".join(ko), en=" ".join(en)), is_synthetic=is_synthetic)


def _difference(plan: Plan, found: Estimate) -> Bilingual:
    frame, limits = frame_of(plan, found), LIMITS[plan.comparison.group]
    size = size_of(found.unit, found.estimate)
    direction = direction_of(found.unit, falls=found.verdict == "decrease")
    numbers = _numbers(plan, found)
    return Bilingual(
        ko=f"{frame.compared_ko} 약 {size.ko} {direction.ko}({numbers.ko}). {limits.ko}",
        en=f"{frame.compared_en} about {size.en} {direction.en}{frame.ending} ({numbers.en}). "
        f"{limits.en}",
    )


def _not_detectable(plan: Plan, found: Estimate, detectable: float) -> Bilingual:
    power, frame = round(plan.method.power * 100), frame_of(plan, found)
    size, numbers = size_of(found.unit, detectable), _numbers(plan, found)
    points = found.unit == "points"
    falls = detectable < (0 if points else 1)
    ratio_ko = "" if points else f"({unit_name(found.unit).ko} {detectable:.2f})"
    ratio_en = "" if points else f" (ratio {detectable:.2f})"
    return Bilingual(
        ko=f"{frame.same_ko}({numbers.ko}). "
        "효과가 없다는 뜻이 아니라 이 자료로는 가려낼 수 없다는 뜻이며, "
        f"{power}% 확률로 찾아낼 수 있는 것은 약 {size.ko} 이상의 "
        f"{'감소' if falls else '증가'}입니다{ratio_ko}.",
        en=f"{frame.same_en} ({numbers.en}). This does not show that nothing changed: with these "
        f"data only {'a fall' if falls else 'a rise'} of about {size.en} or more{ratio_en} would "
        f"be found with {power} % power.",
    )


def reason_for(code: RefusalCode) -> Bilingual:
    """Why the data do not support what was asked, as a clause without any count."""
    return REASONS[code]


def sentence_for_refusal(plan: Plan, code: RefusalCode, *, is_synthetic: bool) -> Bilingual:
    """Sentence for a plan that these data cannot answer; it gives the reason and no count."""
    reason = REASONS[code]
    return labelled(
        Bilingual(
            ko=f"{plan.title.ko}: {reason.ko}. 따라서 추정값을 내지 않습니다.",
            en=f"{plan.title.en}: {reason.en}, so no estimate is given.",
        ),
        is_synthetic=is_synthetic,
    )


def _numbers(plan: Plan, found: Estimate) -> Bilingual:
    level, name = _level(plan), unit_name(found.unit)
    return Bilingual(
        ko=f"{name.ko} {found.estimate:.2f}, {level}% 신뢰구간 {found.lower:.2f}~{found.upper:.2f}",
        en=f"{name.en} {found.estimate:.2f}, {level} % interval "
        f"{found.lower:.2f} to {found.upper:.2f}",
    )


def _level(plan: Plan) -> str:
    return f"{plan.method.level * 100:g}"


def labelled(sentence: Bilingual, *, is_synthetic: bool) -> Bilingual:
    """The sentence, led by the label of synthetic data where they are."""
    if not is_synthetic:
        return sentence
    return Bilingual(ko=_SYNTHETIC.ko + sentence.ko, en=_SYNTHETIC.en + sentence.en)
