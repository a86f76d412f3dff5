"""Small simulated panels that the tests of the panel methods share."""

from __future__ import annotations

import numpy as np

from busan_safety.evaluation.methods.panel import UnitPanel


def simulated_panel(
    first_treated: tuple[int | None, ...],
    *,
    periods: int = 8,
    effect: float = 0.0,
    growth: float = 0.0,
    noise: float = 1.0,
    seed: int = 1,
    clusters: tuple[str, ...] | None = None,
) -> UnitPanel:
    """Unit level + period level + effect x treated + growth x time since + noise."""
    rng = np.random.default_rng(seed)
    units = len(first_treated)
    outcome = rng.normal(size=(units, 1)) * 3 + rng.normal(size=(1, periods)) * 2
    outcome = outcome + noise * rng.normal(size=(units, periods))
    for row, start in enumerate(first_treated):
        if start is not None:
            since = np.arange(1, periods + 1) - start
            outcome[row] += (since >= 0) * (effect + growth * since)
    return UnitPanel(
        units=tuple(f"u{i:02}" for i in range(units)),
        periods=tuple(range(1, periods + 1)),
        outcome=outcome,
        first_treated=first_treated,
        clusters=clusters,
    )


def long_table(panel: UnitPanel) -> dict[str, np.ndarray]:
    """Columns unit, period, y, treated, cluster, exposure in row order."""
    units, periods = panel.outcome.shape
    columns = {
        "unit": np.repeat(panel.units, periods),
        "period": np.tile(panel.periods, units),
        "y": panel.outcome.ravel(),
        "treated": panel.treated().ravel().astype(float),
        "cluster": np.repeat(panel.cluster_codes(), periods),
    }
    if panel.exposure is not None:
        columns["exposure"] = panel.exposure.ravel()
    return columns
