"""What is left of panel variables once unit effects and period effects are taken out.

The Frisch-Waugh-Lovell step that the two-way methods share; weights and missing cells allowed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg


class TwoWayProjection:
    """Projection off unit and period dummies over the observed cells of a panel.

    observed: which cells have an outcome, shape (units, periods). weights: least-squares weights
    of the same shape, or None for equal ones. The cells are held in row order (unit by unit);
    `basis`, shape (cells, rank), is orthonormal and spans the dummies times root weights.
    Dense: meant for up to some thousand cells and some hundred dummies.
    """

    def __init__(
        self, observed: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
    ) -> None:
        self.observed = observed
        self.root_weights = np.ones(int(observed.sum()))
        if weights is not None:
            self.root_weights = np.sqrt(weights[observed])
        dummies = two_way_dummies(observed) * self.root_weights[:, None]
        orthogonal, triangle, _ = linalg.qr(dummies, mode="economic", pivoting=True)
        diagonal = np.abs(np.diag(triangle))
        self.rank = int((diagonal > diagonal[0] * 1e-10).sum())
        self.basis: NDArray[np.float64] = orthogonal[:, : self.rank]

    def residuals(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Root-weighted residuals of a variable.

        values: shape (units, periods), or (..., units, periods) for several at once.
        Returns shape (..., cells).
        """
        cells = values[..., self.observed] * self.root_weights
        result: NDArray[np.float64] = cells - (cells @ self.basis) @ self.basis.T
        return result


def two_way_dummies(observed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Indicators of unit and of period for the observed cells, the first period left out.

    observed: shape (units, periods). Returns shape (cells, units + periods - 1).
    """
    units, periods = observed.shape
    unit, period = np.nonzero(observed)
    dummies = np.zeros((len(unit), units + periods))
    dummies[np.arange(len(unit)), unit] = 1
    dummies[np.arange(len(unit)), units + period] = 1
    return np.delete(dummies, units, axis=1)


def cluster_sums(scores: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum the scores, shape (cells, parameters), by cluster: shape (clusters, parameters)."""
    sums = np.zeros((int(codes.max()) + 1, scores.shape[1]))
    np.add.at(sums, codes, scores)
    return sums


def crv1_factor(cells: int, clusters: int, parameters: int) -> float:
    """Small-sample factor of the cluster-robust variance, G/(G-1) x (N-1)/(N-K).

    parameters: the slopes and the effects that are not nested in clusters; unit effects are
    nested, so K = slopes + periods in a whole panel (the default of R's fixest and of reghdfe).
    Source: Cameron & Miller 2015, J. Human Resources 50:317, II.B and III.B.
    """
    return clusters / (clusters - 1) * (cells - 1) / (cells - parameters)
