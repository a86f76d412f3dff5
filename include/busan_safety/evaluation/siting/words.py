"""What is said of a choice of sites: what it covers, and what its inputs cannot say."""

from __future__ import annotations

from busan_safety.evaluation.methods.refusal import RefusalCode
from busan_safety.evaluation.plans import Bilingual
from busan_safety.evaluation.sentences import labelled, reason_for
from busan_safety.evaluation.siting.choice import Siting
from busan_safety.evaluation.siting.inputs import Input, SitingInputs
from busan_safety.evaluation.siting.policy import SitingPolicy
from busan_safety.evaluation.siting.score import LIMITS_EN, LIMITS_KO

_INPUT_NAMES = {
    "five_major_crimes": Bilingual(ko="5대범죄", en="five major crimes"),
    "security_cameras": Bilingual(ko="방범 카메라 설치지점", en="security camera sites"),
    "schools": Bilingual(ko="학교", en="schools"),
    "child_zones": Bilingual(ko="어린이보호구역", en="child protection zones"),
    "safety_bells": Bilingual(ko="안전비상벨", en="safety bells"),
    "security_lights": Bilingual(ko="보안등", en="security lights"),
    "safe_routes": Bilingual(ko="안심귀갓길", en="safe return routes"),
}


def sentence_for(siting: Siting, *, is_synthetic: bool) -> Bilingual:
    """What the choice newly covers, beside the plain lists, and how sure it is the best."""
    open_need = siting.total_need - siting.covered_before
    shares = [
        round(100 * covered / open_need)
        for covered in (
            siting.plan.best.covered_demand,
            siting.plan.ranking.covered_demand,
            siting.covered_by_crimes,
        )
    ]
    gap = f"{100 * siting.plan.relative_gap:.1f}"
    proven = siting.plan.is_optimal
    return labelled(
        Bilingual(
            ko=f"새 카메라 {siting.site_count}곳을 함께 골랐을 때, 지금 카메라가 닿지 않는 "
            f"필요도의 {shares[0]}%에 닿습니다. 점수 순으로만 고르면 {shares[1]}%, 신고된 범죄 "
            f"순으로만 고르면 {shares[2]}%입니다. "
            + (
                "이보다 많이 닿는 선택이 없음을 계산으로 확인했습니다."
                if proven
                else f"제한 시간 안에 최적을 증명하지 못했으며, 최적과의 차이는 {gap}% 이내입니다."
            ),
            en=f"Chosen together, {siting.site_count} new cameras reach {shares[0]} % of the need "
            f"that no camera reaches now; the first by score reach {shares[1]} %, the first by "
            f"reported crimes {shares[2]} %. "
            + (
                "It is proven that no other choice reaches more."
                if proven
                else "Not proven best within the time limit: it falls short of the best by at most "
                f"{gap} %."
            ),
        ),
        is_synthetic=is_synthetic,
    )


def sentence_for_refusal(code: RefusalCode, *, is_synthetic: bool) -> Bilingual:
    """Why nothing was chosen; no count."""
    reason = reason_for(code)
    return labelled(
        Bilingual(
            ko=f"카메라 설치 지점: {reason.ko}. 따라서 선정하지 않습니다.",
            en=f"Camera sites: {reason.en}, so nothing is chosen.",
        ),
        is_synthetic=is_synthetic,
    )


def limits(policy: SitingPolicy, inputs: SitingInputs | None) -> Bilingual:
    """Limits of the method, of these weights and of these inputs."""
    korean, english = [LIMITS_KO], [LIMITS_EN]
    korean.append(f"가중치와 닿는 거리: {policy.decided_by.ko}.")
    english.append(f"Weights and reach: {policy.decided_by.en}.")
    for ko, en in _gaps(inputs) if inputs else ():
        korean.append(ko)
        english.append(en)
    return Bilingual(ko=" ".join(korean), en=" ".join(english))


def _gaps(inputs: SitingInputs) -> list[tuple[str, str]]:
    found = []
    if not inputs.has_exposure:
        found.append(
            (
                "격자 단위로 사람이 얼마나 있는지 말해 주는 자료가 없어 노출은 점수에 들어가지 "
                "않았고, 그 가중치는 나머지에 비례해 나누었습니다.",
                "No feed says by cell how many people are there: exposure is not in the score, "
                "and its weight went to the others in proportion.",
            )
        )
    for known in inputs.inputs:
        if known.located_count < known.row_count:
            found.append(_unlocated(known))
    missing = inputs.cells.loc[~inputs.cells["is_register_known"], "district_code"].nunique()
    if missing:
        found.append(
            (
                f"카메라 대장이 없는 구·군 {missing}곳은 선정 대상에서 뺐습니다.",
                f"{missing} districts without a camera register are left out of the choice.",
            )
        )
    if inputs.study_area == "cells_with_data":
        found.append(
            (
                "구·군 경계가 없어 자료가 있는 격자와 그 이웃만 보았습니다.",
                "Without district boundaries only cells with data and their neighbours are seen.",
            )
        )
    return found


def _unlocated(known: Input) -> tuple[str, str]:
    name = _INPUT_NAMES[known.input]
    if known.input == "safe_routes":
        return (
            f"{name.ko}은 행정동까지만 알려져 있어 점수에 들어가지 않았습니다.",
            f"Of {name.en} only the neighbourhood is known: they are not in the score.",
        )
    lost = known.row_count - known.located_count
    return (
        f"{name.ko} {known.row_count:,}건 중 {lost:,}건은 좌표가 없어 어느 격자에도 들어가지 "
        "않았습니다.",
        f"{lost:,} of {known.row_count:,} {name.en} have no usable coordinates and are in no cell.",
    )
