"""The city's feeds beside those of the first path: their deliveries and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Delivery, Root
from busan_sandbox.options import Options
from busan_sandbox.truth import Truth

ENDPOINTS: tuple[Endpoint, ...] = ()


def deliveries(options: Options, truth: Truth) -> Iterator[tuple[Root, Delivery]]:
    """Yield every delivery of these feeds and note in `truth` what was planted."""
    yield from ()
