"""The city's feeds beside those of the first path: their deliveries and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox.age_population import age_population_files
from busan_sandbox.budget import budget_files, urgent_budget_answers
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Delivery, Root
from busan_sandbox.kosis import ENDPOINT as KOSIS
from busan_sandbox.kosis import registered_population_answers
from busan_sandbox.options import Options
from busan_sandbox.participation import participation_files
from busan_sandbox.relief import mental_answers, relief_files
from busan_sandbox.signals import signal_files
from busan_sandbox.survey import survey_files
from busan_sandbox.traffic_culture import event_answers, traffic_culture_answers
from busan_sandbox.truth import Truth
from busan_sandbox.victims import victim_support_files

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        sender="datagokr",
        path="6260000/UrgentBudgetService/getUrgentBudget",
        table="urgent_budget",
        wire="xml",
        cap=100,
    ),
    Endpoint(
        sender="datagokr",
        path="6260000/MentalCenterService/getCases",
        table="mental_center",
        wire="S9",
        json_switch=("dataType", "JSON"),
    ),
    Endpoint(
        sender="datagokr",
        path="6260000/FestivalService/getCrowdedEvents",
        table="crowded_events",
        wire="S5",
        root="getCrowdedEvents",
        cap=100,
        json_switch=("resultType", "json"),
    ),
    Endpoint(
        sender="odcloud",
        path="15090001/v1",
        table="traffic_culture",
        wire="odcloud",
        title="부산광역시_교통안전문화 사업 현황",
    ),
    KOSIS,
)


def deliveries(options: Options, truth: Truth) -> Iterator[tuple[Root, Delivery]]:
    """Yield every delivery of these feeds and note in `truth` what was planted."""
    for files in (
        age_population_files(options),
        budget_files(options, truth),
        participation_files(options, truth),
        survey_files(options, truth),
        signal_files(options, truth),
        relief_files(options, truth),
        victim_support_files(options, truth),
    ):
        for delivery in files:
            yield "drop", delivery
    yield "state", urgent_budget_answers(options, truth)
    yield "state", mental_answers(options, truth)
    yield "state", traffic_culture_answers(options, truth)
    yield "state", event_answers(options, truth)
    yield "state", registered_population_answers(options)
