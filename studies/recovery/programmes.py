"""What is studied: each plan with its cities, the ratio planted in them and a note for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan, load_plans
from busan_sandbox.apo import APO_EFFECT
from busan_sandbox.dogpatrol import DOG_EFFECT
from busan_sandbox.options import Month, Options
from busan_sandbox.relief import typical_minutes_ratio
from busan_sandbox.sites import CAMERA_EFFECT, TIMER_EFFECT
from busan_sandbox.zones import ZONE_EFFECT
from studies.recovery.cities import rows_of, thinned

PLANTED, PLACEBO = "planted", "placebo"


@lru_cache(maxsize=1)
def _plans() -> tuple[Plan, ...]:
    return tuple(load_plans())


@dataclass(frozen=True)
class Studied:
    """A plan and its cities.

    ratio: planted rate ratio; None where there is only a placebo. placebo_without: programmes whose
    effect is not planted in the placebo, all of those that share its feed. thins: whether the study
    takes the events away itself, where the sandbox plants nothing. without: programmes planted in
    neither arm. study_to: end of the data, where it is not the plan's.
    """

    plan_id: str
    ratio: float | None
    first: Month
    last: Month
    scale: float = 1.0
    placebo_without: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    thins: bool = False
    study_to: date | None = None

    def plan(self) -> Plan:
        """Return the registered plan, with the study's own end where it has one."""
        plan = next(one for one in _plans() if one.plan_id == self.plan_id)
        if self.study_to is None:
            return plan
        dates = plan.dates.model_copy(update={"study_to": self.study_to})
        return plan.model_copy(update={"dates": dates})

    def options(self, seed: int, scale: float | None = None) -> Options:
        """Return the options of a city; scale None is the study's own."""
        return Options(seed, scale or self.scale, self.first, self.last, without=self.without)

    def arms(self, seed: int, scale: float | None = None) -> Iterator[tuple[str, Rows]]:
        """Yield (arm, rows) of a seeded city: with the effect and, the same city, without."""
        plan, options = self.plan(), self.options(seed, scale)
        if self.thins and self.ratio is not None:
            rows = rows_of(options, plan)
            yield PLANTED, thinned(rows, plan, ratio=self.ratio, seed=seed)
            yield PLACEBO, rows
            return
        if self.ratio is not None:
            yield PLANTED, rows_of(options, plan)
        none = replace(options, without=options.without | self.placebo_without)
        yield PLACEBO, rows_of(none, plan)


# Plans that read the same feed share their cities, so that each is drawn once.
_CRIME = frozenset({"prevention_zones", "joint_patrols"})
_SITES = frozenset({"countdown_timers", "rear_plate_cameras"})
_ROUTES = frozenset({"safe_routes"})
_LONG = (Month(2022, 1), Month(2025, 12))
_TWO_YEARS = (Month(2023, 1), Month(2024, 12))

# Tested on planted differences in hand-made marts, not over many cities yet.
NOT_STUDIED = (
    "child_keepers_zone_accidents",
    "dog_patrols_perceived_safety",
    "happy_home_rereports",
)
STUDIED = (
    Studied("safe_routes_night_calls", 0.80, *_TWO_YEARS, scale=0.15, placebo_without=_ROUTES),
    Studied("prevention_zones_crimes", ZONE_EFFECT, *_LONG, placebo_without=_CRIME),
    Studied("dog_patrols_night_incidents", DOG_EFFECT, *_LONG, placebo_without=_CRIME),
    Studied("countdown_timers_accidents", TIMER_EFFECT, *_LONG, placebo_without=_SITES),
    Studied(
        "rear_plate_cameras_accidents",
        CAMERA_EFFECT,
        *_LONG,
        placebo_without=_SITES,
        study_to=date(2025, 12, 31),
    ),
    Studied("signal_side_lights_accidents", None, *_LONG, placebo_without=_SITES),
    Studied(
        "apo_vehicles_repeated_reports",
        APO_EFFECT,
        *_TWO_YEARS,
        placebo_without=frozenset({"apo_vehicles"}),
    ),
    Studied(
        "relief_centre_intoxicated_calls",
        0.85,
        Month(2021, 1),
        Month(2024, 12),
        scale=0.1,
        # Works on routes would fall into the months around the opening and lower night calls, too.
        without=_ROUTES,
        thins=True,
    ),
    Studied(
        "mental_centre_handling_minutes",
        typical_minutes_ratio(),
        Month(2022, 1),
        Month(2024, 12),
        placebo_without=frozenset({"mental_emergency_centre"}),
    ),
    Studied("security_cctv_street_incidents", 0.80, *_LONG, without=_CRIME, thins=True),
    Studied(
        "crowded_events_calls",
        0.90,
        Month(2022, 1),
        Month(2024, 12),
        scale=0.1,
        without=_ROUTES,
        thins=True,
    ),
    Studied("licence_returns_elderly_accidents", 0.97, Month(2022, 1), Month(2024, 12), thins=True),
)
