"""Adding up: the scores of all documents at once.

Scores are whole numbers. The impacts of a common term on all documents are one long integer with a lane of 32
bits for each document, so that a multiplication by the term's weight and an addition are two operations
whatever the number of documents (Lamport 1975, "Multiple byte processing with full-word instructions").
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Mapping

from ctx.retrieval.analysis.bounded_cache import BoundedCache
from ctx.retrieval.index.index import Index
from ctx.retrieval.index.postings import HIGHEST, UNIT

_LANE = 4
# What the weights of a query may add up to, so that no lane runs over into the next one.
_WEIGHTS = (1 << 8 * _LANE) // (HIGHEST + 1)
# A term that counts for more than one in so many documents is common.
_COMMON = 16
# Where the two bytes of an impact stand in its lane.
_LOW = 0 if sys.byteorder == "little" else 2
# So many lanes of common terms are kept (24 MiB).
_MOST_LANES = 1 << 22


def factors_of(weights: Mapping[int, float]) -> tuple[dict[int, int], float]:
    """The weights as whole numbers, and what one of their products with an impact is worth."""
    scale = _WEIGHTS / sum(weights.values())
    return {term: int(weight * scale) for term, weight in weights.items()}, 1.0 / (scale * UNIT)


class Accumulator:
    """Adds up the impacts of weighted terms on the documents of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lanes = index.max_doc
        most = _MOST_LANES // max(1, self._lanes)
        self._long: BoundedCache[int, int] = BoundedCache(most)
        self._dense: BoundedCache[int, array[int]] = BoundedCache(most)

    def add_up(self, weights: Mapping[int, float]) -> tuple[list[int], float]:
        """The sum for each document by its number, and what one of it is worth."""
        factors, unit = factors_of(weights)
        sums, rare = 0, []
        for term, factor in factors.items():
            if (impacts := self._long_integer(term)) is not None:
                sums += impacts * factor
            else:
                rare.append((term, factor))
        totals = array("I", sums.to_bytes(self._lanes * _LANE, sys.byteorder)).tolist()
        for term, factor in rare:
            for number, impact in zip(*self._index.postings(term), strict=True):
                totals[number] += impact * factor
        return totals, unit

    def dense(self, term: int) -> array[int] | None:
        """The impacts of a common term on all documents by number; None for a term that is not common."""
        known = self._dense.get(term)
        if known is None:
            numbers, impacts = self._index.postings(term)
            if len(numbers) * _COMMON <= self._lanes:
                return None
            known = self._dense[term] = array("H", bytes(self._lanes * 2))
            # Nothing sets many items of an array sooner.
            deque(map(known.__setitem__, numbers, impacts), maxlen=0)
        return known

    def _long_integer(self, term: int) -> int | None:
        """The impacts of a common term as one integer, a lane each."""
        known = self._long.get(term)
        if known is None and (lanes := self.dense(term)) is not None:
            halves, wide = lanes.tobytes(), bytearray(self._lanes * _LANE)
            wide[_LOW::_LANE] = halves[0::2]
            wide[_LOW + 1 :: _LANE] = halves[1::2]
            known = self._long[term] = int.from_bytes(wide, sys.byteorder)
        return known
