"""Read the registry's YAML files into `Source` objects, once per process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from busan_safety.sources.model import Source

REGISTRY = Path(__file__).parent / "registry"


class UnknownSource(ValueError):
    """There is no source of that id; the message lists the ids."""


class RegistryError(ValueError):
    """A registry file does not fit the model."""


def read_source(path: Path) -> Source:
    """Read one registry file. Raises RegistryError naming the file and the fields at fault."""
    try:
        # libyaml's loader: the pure Python one takes 0.3 s for the registry, in every task.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        source = Source.model_validate(content)
    except (ValidationError, yaml.YAMLError) as error:
        raise RegistryError(f"{path.name}: {error}") from error
    if source.id != path.stem:
        raise RegistryError(f"{path.name}: id {source.id!r} differs from the file's name")
    return source


@lru_cache(maxsize=1)
def all_sources() -> dict[str, Source]:
    """Every source by id, in alphabetical order."""
    return {path.stem: read_source(path) for path in sorted(REGISTRY.glob("*.yml"))}


def get_source(source_id: str) -> Source:
    """Return the source called `source_id`; raises UnknownSource with the known ids."""
    sources = all_sources()
    if source_id not in sources:
        raise UnknownSource(f"No source {source_id!r}. Known: {', '.join(sources)}.")
    return sources[source_id]
