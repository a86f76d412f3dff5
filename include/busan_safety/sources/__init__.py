"""The registry: one YAML file per source, and reference data for its codes.

In: `registry/*.yml` and the seeds in git. Out: typed `Source` objects. Promises: a file that
does not fit the model is refused at reading, with its name and the field at fault.
"""

from busan_safety.sources.model import Column, Form, Source, Transport
from busan_safety.sources.registry_reader import (
    UnknownSource,
    all_sources,
    get_source,
)

__all__ = ["Column", "Form", "Source", "Transport", "UnknownSource", "all_sources", "get_source"]
