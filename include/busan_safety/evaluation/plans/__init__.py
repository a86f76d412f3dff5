"""Evaluation plans: what will be compared, when and how, written down before the results."""

from busan_safety.evaluation.plans.base import Bilingual
from busan_safety.evaluation.plans.model import Plan, PlanRefused, load_plans, read_plan

__all__ = ["Bilingual", "Plan", "PlanRefused", "load_plans", "read_plan"]
