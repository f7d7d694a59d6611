"""Adding up: the scores of all documents at once.

Scores are whole numbers. The impacts of a common term on all documents are one long integer with a lane of 32
bits for each document, so that a multiplication by the term's weight and an addition are two operations
whatever the number of documents (Lamport 1975, "Multiple byte processing with full-word instructions").
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping

from ctx.retrieval.index import MOST_LANES, Index
from ctx.retrieval.memo import Memo
from ctx.retrieval.postings import HIGHEST, UNIT

_LANE = 4
# What the weights of a query may add up to, so that no lane runs over into the next one.
_WEIGHTS = (1 << 8 * _LANE) // (HIGHEST + 1)
# Where the two bytes of an impact stand in its lane.
_LOW = 0 if sys.byteorder == "little" else 2


def factors_of(weights: Mapping[int, float]) -> tuple[dict[int, int], float]:
    """The weights as whole numbers, and what one of their products with an impact is worth."""
    scale = _WEIGHTS / sum(weights.values())
    return {term: int(weight * scale) for term, weight in weights.items()}, 1.0 / (scale * UNIT)


class Adder:
    """Adds up the impacts of weighted terms on the documents of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lanes = len(index.documents)
        self._long: Memo[int, int] = Memo(MOST_LANES // max(1, self._lanes))

    def add_up(self, weights: Mapping[int, float]) -> tuple[list[int], float]:
        """The sum for each document by its number, and what one of it is worth."""
        factors, unit = factors_of(weights)
        sums = 0
        for term, factor in factors.items():
            if (impacts := self._long_integer(term)) is not None:
                sums += impacts * factor
        totals = array("I", sums.to_bytes(self._lanes * _LANE, sys.byteorder)).tolist()
        totals += [0] * (self._index.max_doc - self._lanes)
        for term, factor in factors.items():
            for number, impact in zip(*self._index.postings(term), strict=True):
                totals[number] += impact * factor
        return totals, unit

    def _long_integer(self, term: int) -> int | None:
        """The impacts of a common term, a lane each."""
        known = self._long.get(term)
        if known is None and (impacts := self._index.dense_postings(term)) is not None:
            halves = bytes(impacts)
            lanes = bytearray(self._lanes * _LANE)
            lanes[_LOW::_LANE] = halves[0::2]
            lanes[_LOW + 1 :: _LANE] = halves[1::2]
            known = self._long[term] = int.from_bytes(lanes, sys.byteorder)
        return known
