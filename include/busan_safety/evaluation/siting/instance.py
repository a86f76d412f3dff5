"""A covering problem in whole numbers, and the simple ways to choose sites in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Instance:
    """What is left to cover, and by which sites.

    reached: shape (sites, open cells), 1 where the site reaches the cell; units: shape
    (open cells,), positive whole demand; unit: units that make up the largest demand; count: how
    many sites may be chosen.
    """

    reached: sparse.csr_array
    units: NDArray[np.int64]
    unit: int
    count: int

    def covered(self, sites: NDArray[np.intp]) -> int:
        """Return the units that these sites cover together."""
        hits = self.reached[sites].sum(axis=0)
        return int(self.units[np.asarray(hits).ravel() > 0].sum())


def greedy(instance: Instance, sites: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take the site that adds most, time and again, the first of equals, while any adds."""
    reached = instance.reached[sites]
    left = instance.units.copy()
    order: list[int] = []
    while len(order) < min(instance.count, len(sites)):
        gains = reached @ left
        chosen = int(gains.argmax())
        if gains[chosen] == 0:
            break
        order.append(chosen)
        left[reached[[chosen]].indices] = 0
    return sites[np.array(order, dtype=np.intp)]


def settled(instance: Instance, sites: NDArray[np.intp]) -> NDArray[np.intp]:
    """Swap sites for better or equally good ones of smaller id until none is left."""
    chosen = sorted(int(site) for site in sites)
    hits = np.asarray(instance.reached[chosen].sum(axis=0)).ravel()
    swapped = True
    while swapped:
        swapped = False
        for place, site in enumerate(chosen):
            hits[_cells(instance, site)] -= 1
            gains = instance.reached @ np.where(hits == 0, instance.units, 0)
            # Equal gains of a taken site are 0, and so are those of a site that adds nothing.
            better = int(gains.argmax())
            if gains[better] > 0 and better != site:
                chosen[place] = better
                swapped = True
            hits[_cells(instance, chosen[place])] += 1
    return np.array(sorted(set(chosen)), dtype=np.intp)


def _cells(instance: Instance, site: int) -> NDArray[np.intp]:
    return np.asarray(instance.reached[[site]].indices, dtype=np.intp)
