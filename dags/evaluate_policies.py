"""Evaluate the registered policy plans on the marts.

Writes `evaluation.fct_policy_effect`: estimate, interval, grade and a careful sentence per plan.
A plan whose data do not allow an answer gets a row that says so; it does not fail the run.
Beside them cells for new cameras are scored and chosen (`evaluation.fct_cctv_siting`).
"""

from airflow.sdk import dag, get_current_context, task
from wiring import EVALUATION, MARTS, dag_defaults, log


@task(outlets=[EVALUATION])
def evaluate_plans() -> None:
    from busan_safety.evaluation import evaluate

    effects = evaluate(run_id=get_current_context()["run_id"])
    for effect in effects:
        log.info("%s: %s", effect.effect_id, effect.sentence_en)


@task
def place_cameras() -> None:
    from busan_safety.evaluation.siting.run import site

    site(run_id=get_current_context()["run_id"])


@dag(
    schedule=MARTS,
    **dag_defaults(__doc__, name="정책 효과 평가", tags=["evaluate"]),
)
def evaluate_policies():
    evaluate_plans()
    place_cameras()


evaluate_policies()
