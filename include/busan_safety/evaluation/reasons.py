"""Why there is no estimate, and what an estimate cannot rule out, in the words of citizens."""

from __future__ import annotations

from busan_safety.evaluation.methods.refusal import RefusalCode
from busan_safety.evaluation.plans import Bilingual

REASONS: dict[RefusalCode, Bilingual] = {
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
    "overlapping_treatment": Bilingual(
        ko="같은 곳에서 같은 때 다른 사업이 함께 이루어져 둘을 가를 수 없습니다",
        en="another programme reached the same places at the same time, and the two cannot be told "
        "apart",
    ),
    "no_change_of_dose": Bilingual(
        ko="모든 구·군이 같은 때 같은 만큼 받아 견줄 차이가 없습니다",
        en="every district got as much at the same time, so there is no difference to compare",
    ),
    "too_few_waves": Bilingual(
        ko="견줄 조사 회차가 두 번이 되지 않습니다",
        en="there are not two waves of the survey to compare",
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

# What the design cannot rule out, in the words of its comparison.
LIMITS: dict[str, Bilingual] = {
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
    "cells_without_cameras": Bilingual(
        ko="카메라는 범죄가 많은 곳에 설치되므로, 특별히 나쁜 때 다음에 저절로 나아진 몫(평균 "
        "회귀)과 같은 곳의 다른 조치가 이 차이에 섞여 있을 수 있어 카메라 때문이라고 단정할 수 "
        "없습니다.",
        en="Cameras go where crime is: what fell back by itself after an unusually bad time "
        "(regression to the mean) and other measures at the same place may be in the difference, "
        "so it cannot be put down to the cameras with certainty.",
    ),
    "other_amounts": Bilingual(
        ko="어느 구·군이 더 받을지 무작위로 정하지 않았고 구·군이 16곳뿐이므로, 이 차이가 사업 "
        "때문이라고 단정할 수 없습니다.",
        en="Which districts got more was not decided at random, and there are only 16, so the "
        "difference cannot be put down to the programme with certainty.",
    ),
    "comparable_days": Bilingual(
        ko="이 차이는 모인 사람과 배치된 인력이 함께 만든 것이어서, 특별방범이 없었다면 어땠을지는 "
        "알 수 없습니다.",
        en="The difference is that of the crowd and of the officers sent there together; what it "
        "would have been without them is not known.",
    ),
    "other_districts": Bilingual(
        ko="시작한 구·군을 무작위로 고르지 않았고 회차마다 응답자가 다르므로, 이 차이가 사업 "
        "때문이라고 단정할 수 없습니다.",
        en="The districts that began were not chosen at random, and each wave asked other people, "
        "so the difference cannot be put down to the programme with certainty.",
    ),
    "non_participants": Bilingual(
        ko="참여 여부를 스스로 정했으므로 두 집단은 처음부터 다릅니다. 이 차이에는 누가 참여를 "
        "택했는지가 들어 있어 사업의 결과로 읽을 수 없습니다.",
        en="People chose themselves whether to take part, so the two groups differed from the "
        "start. Who chose to come is part of the difference, which cannot be read as the "
        "programme's doing.",
    ),
    "own_past": Bilingual(
        ko="비교 집단이 없어, 같은 때 달라진 다른 모든 것이 이 차이에 들어 있습니다.",
        en="There is no comparison group: whatever else changed at that time is in the difference.",
    ),
}
