"""What is studied: each plan with its cities, the ratio planted in them and a note for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan, load_plans
from busan_sandbox.apo import APO_EFFECT
from busan_sandbox.dogpatrol import DOG_EFFECT
from busan_sandbox.options import Month, Options
from busan_sandbox.sites import CAMERA_EFFECT, TIMER_EFFECT
from busan_sandbox.zones import ZONE_EFFECT
from studies.recovery.cities import rows_of, thinned

PLANTED, PLACEBO = "planted", "placebo"


@dataclass(frozen=True)
class Studied:
    """A plan and its cities.

    programme: as the sandbox knows it; None where the sandbox plants nothing for this outcome.
    ratio: planted rate ratio; None where there is only a placebo. thins: whether the study takes
    the events away itself. last: month with which the data end, when it is not the plan's.
    """

    plan_id: str
    programme: str | None
    ratio: float | None
    first: Month
    last: Month
    scale: float = 1.0
    without: frozenset[str] = frozenset()
    thins: bool = False
    study_to: date | None = None

    def plan(self) -> Plan:
        """Return the registered plan, with the study's own end where it has one."""
        plan = next(one for one in load_plans() if one.plan_id == self.plan_id)
        if self.study_to is None:
            return plan
        dates = plan.dates.model_copy(update={"study_to": self.study_to})
        return plan.model_copy(update={"dates": dates})

    def arms(self, seed: int, scale: float | None = None) -> Iterator[tuple[str, Rows]]:
        """Yield (arm, rows) of a seeded city: with the effect and, the same city, without."""
        plan = self.plan()
        options = Options(
            seed=seed,
            scale=scale or self.scale,
            first=self.first,
            last=self.last,
            without=self.without,
        )
        if self.programme is None:
            rows = rows_of(options, plan)
            if self.thins and self.ratio is not None:
                yield PLANTED, thinned(rows, plan, ratio=self.ratio, seed=seed)
            yield PLACEBO, rows
            return
        yield PLANTED, rows_of(options, plan)
        none = Options(
            seed=seed,
            scale=options.scale,
            first=self.first,
            last=self.last,
            without=self.without | {self.programme},
        )
        yield PLACEBO, rows_of(none, plan)


STUDIED = (
    Studied(
        "safe_routes_night_calls", "safe_routes", 0.80, Month(2023, 1), Month(2024, 12), scale=0.25
    ),
    Studied(
        "prevention_zones_crimes", "prevention_zones", ZONE_EFFECT, Month(2022, 1), Month(2025, 12)
    ),
    Studied(
        "countdown_timers_accidents",
        "countdown_timers",
        TIMER_EFFECT,
        Month(2023, 1),
        Month(2024, 12),
    ),
    Studied(
        "rear_plate_cameras_accidents",
        "rear_plate_cameras",
        CAMERA_EFFECT,
        Month(2023, 1),
        Month(2025, 12),
        study_to=date(2025, 12, 31),
    ),
    Studied("signal_side_lights_accidents", None, None, Month(2023, 1), Month(2024, 12)),
    Studied(
        "dog_patrols_night_incidents", "joint_patrols", DOG_EFFECT, Month(2022, 1), Month(2024, 12)
    ),
    Studied(
        "apo_vehicles_repeated_reports",
        "apo_vehicles",
        APO_EFFECT,
        Month(2023, 1),
        Month(2024, 12),
    ),
    Studied(
        "relief_centre_intoxicated_calls",
        None,
        0.85,
        Month(2021, 1),
        Month(2024, 12),
        scale=0.25,
        # Their works would fall into the months around the opening and lower night calls, too.
        without=frozenset({"safe_routes"}),
        thins=True,
    ),
)
