"""Raw rows to marts and release candidates: dbt, run in process, one layer at a time.

In: the current rows in `raw` and, for the layer `published`, schema `disclosed`. Out: the schemas
`reference`, `staging`, `intermediate`, `marts` and `published_candidate`, and one row per dbt node
in `ops.dbt_result`. Promises: a layer is built whole or `BuildFailed` says which nodes failed, why
and what to do; logs and messages carry counts, never row values.
"""

from busan_safety.transform.fingerprint import inputs_fingerprint, needs_build, record_build
from busan_safety.transform.layers import LAYERS, Layer, build_layer, parse
from busan_safety.transform.results import BuildFailed, ModelResult

__all__ = [
    "LAYERS",
    "BuildFailed",
    "Layer",
    "ModelResult",
    "build_layer",
    "inputs_fingerprint",
    "needs_build",
    "parse",
    "record_build",
]
