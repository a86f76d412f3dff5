"""The education office's feeds beside those of the first path: deliveries and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Delivery, Root
from busan_sandbox.options import Options
from busan_sandbox.prevention import prevention_answers
from busan_sandbox.school_violence import school_violence_files
from busan_sandbox.truth import Truth

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        sender="datagokr",
        path="7150000/PreventionService/getSessions",
        table="prevention_sessions",
        wire="S7",
        json_switch=("returnType", "JSON"),
        filters={"SESN_YEAR": "SESN_YEAR"},
        hidden=("SESN_YEAR",),
    ),
)


def deliveries(options: Options, truth: Truth) -> Iterator[tuple[Root, Delivery]]:
    """Yield every delivery of these feeds and note in `truth` what was planted."""
    for delivery in school_violence_files(options, truth.planted):
        yield "drop", delivery
    yield "state", prevention_answers(options, truth.planted)
