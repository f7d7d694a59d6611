"""Coverage: what an entry still adds once others are chosen.

Each query is served to a degree between 0 and 1, and an entry of relevance r to it serves a fraction of
what is still open that grows with r, so that the next good entry for one task is worth less than the first
for another: probabilistic coverage, a monotone submodular function, for which the greedy choice by gain per
cost is near optimal (Nemhauser, Wolsey and Fisher 1978; Lin and Bilmes 2010 for the exponent of the cost).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from ctx.retrieval.score import Scored

# How often the best entry of a query is what it needs.
_SURE = 0.5
# A line tells so much of what the whole would.
_LINE = 0.4
# The exponent of the cost: low while there is room for about 500 tokens a query, high where it is scarce.
_LOOSE, _TIGHT, _ROOM = 0.2, 0.7, 500


class Coverage:
    """How far each query is served by what was chosen so far; `attention` is how much each counts."""

    def __init__(self, attention: Sequence[float]) -> None:
        most = max(attention, default=1.0) or 1.0
        self._attention = [weight / most for weight in attention]
        self._least = min(self._attention, default=1.0)
        self._open = [1.0] * len(attention)
        self._exponent = _LOOSE

    def share(self, tokens: int) -> None:
        """Say how many tokens the queries share: the fewer, the more the size of an entry counts."""
        scarcity = min(1.0, _ROOM * sum(self._attention) / max(tokens, 1))
        self._exponent = _LOOSE + (_TIGHT - _LOOSE) * scarcity

    def gain(self, scored: Scored) -> float:
        """What choosing an entry would add, in the unit of its score."""
        if not scored.relevance:
            return scored.total * self._least
        fresh = sum(
            _chance(value) * self._attention[query] * self._open[query]
            for query, value in scored.by_task.items()
        )
        return fresh * scored.total / scored.relevance

    def worth(self, scored: Scored, cost: int) -> float:
        """The gain for its cost in tokens."""
        return float(self.gain(scored) / max(cost, 1) ** self._exponent)

    def choose(self, scored: Scored, *, line: bool = False) -> None:
        """Count an entry as chosen, whole or as a line."""
        sure = _SURE * _LINE if line else _SURE
        for query, value in scored.by_task.items():
            self._open[query] *= 1.0 - sure * _chance(value)


def _chance(relevance: float) -> float:
    """How likely an entry is to be needed, beside the best one: that falls sooner than relevance does."""
    return relevance * math.sqrt(relevance)


def best_first(
    numbers: Iterable[int], worth: Callable[[int], float], fits: Callable[[int], bool]
) -> Iterator[int]:
    """Entries that fit, the one of most worth first; what one is worth may shrink while others are taken.

    It never grows, so an outdated one is looked at again when it comes up (the lazy greedy of Minoux 1978).
    What does not fit when its turn comes is left out.
    """
    waiting = [(-worth(number), number) for number in numbers if fits(number)]
    heapq.heapify(waiting)
    while waiting:
        stale, number = heapq.heappop(waiting)
        if not fits(number):
            continue
        if waiting and (fresh := -worth(number)) > stale and (fresh, number) > waiting[0]:
            heapq.heappush(waiting, (fresh, number))
            continue
        yield number
