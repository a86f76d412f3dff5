"""The adversary: what can be computed from everything that is or was published.

Written apart from the protection and without regard to how it chooses what to hide. `attack` takes
linked tables with a mask of hidden cells, a ledger of earlier releases and numbers made from hidden
counts; `same_rows`, `sentences` and `formats` look at printed rows and files. A report that has
succeeded closes the gate. Its findings hold what was hidden: only `public_summary` may be logged.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from busan_safety.disclosure.attack.files import formats, same_rows, sentences
    from busan_safety.disclosure.attack.finding import Finding
    from busan_safety.disclosure.attack.model import (
        AttackRefused,
        Knowledge,
        Published,
        Report,
    )
    from busan_safety.disclosure.attack.rates import DerivedNumber, out_of, per, smoothed
    from busan_safety.disclosure.attack.run import attack
    from busan_safety.disclosure.attack.singletons import Singletons

__all__ = [
    "AttackRefused",
    "DerivedNumber",
    "Finding",
    "Knowledge",
    "Published",
    "Report",
    "Singletons",
    "attack",
    "formats",
    "out_of",
    "per",
    "same_rows",
    "sentences",
    "smoothed",
]
_MODULES = {
    "finding": ("Finding",),
    "files": ("formats", "same_rows", "sentences"),
    "model": ("AttackRefused", "Knowledge", "Published", "Report"),
    "rates": ("DerivedNumber", "out_of", "per", "smoothed"),
    "run": ("attack",),
    "singletons": ("Singletons",),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: who reads files needs no solver."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
