"""The police's feeds beside those of the first path: their deliveries and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox.accident_files import accident_files, site_effects
from busan_sandbox.accident_statistics import LGSTAT, statistics_answers
from busan_sandbox.apo import apo_effect, apo_files
from busan_sandbox.dogpatrol import dog_effect
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Delivery, Root
from busan_sandbox.incident_files import incident_files
from busan_sandbox.keepers import keeper_files
from busan_sandbox.offices import OFFICES, office_answers
from busan_sandbox.options import Options
from busan_sandbox.patrols import patrol_files
from busan_sandbox.relational_files import relational_files
from busan_sandbox.truth import Truth
from busan_sandbox.zones import zone_effect, zone_files

ENDPOINTS: tuple[Endpoint, ...] = (LGSTAT, OFFICES)

_DROPPED = (
    incident_files,
    relational_files,
    accident_files,
    patrol_files,
    apo_files,
    zone_files,
    keeper_files,
)


def deliveries(options: Options, truth: Truth) -> Iterator[tuple[Root, Delivery]]:
    """Yield every delivery of these feeds and note in `truth` what was planted."""
    for files in _DROPPED:
        for delivery in files(options, truth.planted):
            yield "drop", delivery
    yield "state", statistics_answers(options, truth.planted)
    yield "state", office_answers(options, truth.planted)
    truth.effects += [
        zone_effect(options),
        dog_effect(options),
        apo_effect(options),
        *site_effects(options),
    ]
