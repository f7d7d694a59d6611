"""Coverage: what an entry still adds once others are chosen.

Each query is served to a degree between 0 and 1, and an entry of relevance r to it serves a fraction of
what is still open that grows with r, so that the next good entry for one task is worth less than the first
for another: probabilistic coverage, a monotone submodular function, for which the greedy choice by gain per
cost is near optimal (Nemhauser, Wolsey and Fisher 1978; Lin and Bilmes 2010 for the exponent of the cost).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt

from ctx.retrieval.ranking.score import Ranking

# How often the best entry of a query is what it needs.
_SURE = 0.6
# Of entries no more relevant than this three in a thousand are what a task needs.
_NEVER = 0.05
# A line tells so much of what the whole would.
_LINE = 0.4
# The exponent of the cost: low while there is room for about 500 tokens a query, high where it is scarce.
_LOOSE, _TIGHT, _ROOM = 0.2, 0.7, 500


class Chances:
    """How likely each entry is to be what a query needs, worked out once for all packings."""

    def __init__(self, ranking: Ranking) -> None:
        self._ranking = ranking
        self._known: dict[int, tuple[float, list[tuple[int, float]]]] = {}

    def of(self, number: int) -> tuple[float, list[tuple[int, float]]]:
        """What an entry's score is per relevance, and for each query the chance that it needs the entry.

        Where it is relevant to none, the score itself.
        """
        known = self._known.get(number)
        if known is None:
            ranking = self._ranking
            relevance, by_task = ranking.relevance(number), ranking.by_task(number)
            # Chances fall sooner than relevance does, as the graded tasks of docs/retrieval.md show.
            chances = [(query, value * sqrt(value)) for query, value in by_task.items() if value > _NEVER]
            scale = ranking.totals[number] / (relevance if chances else 1.0)
            known = self._known[number] = scale, chances
        return known


class Coverage:
    """How far each query is served by what was chosen so far; `attention` is how much each counts."""

    def __init__(self, chances: Chances, attention: Sequence[float]) -> None:
        most = max(attention, default=1.0) or 1.0
        self._chances = chances
        # How much of each query is still open, in proportion to its attention.
        self._open = [weight / most for weight in attention]
        self._least = min(self._open, default=1.0)
        self._queries = sum(self._open)
        self._exponent = _LOOSE

    def share(self, tokens: int) -> None:
        """Say how many tokens the queries share: the fewer, the more the size of an entry counts."""
        scarcity = min(1.0, _ROOM * self._queries / max(tokens, 1))
        self._exponent = _LOOSE + (_TIGHT - _LOOSE) * scarcity

    def gain(self, number: int) -> float:
        """What choosing an entry would add, in the unit of its score."""
        scale, chances = self._chances.of(number)
        if not chances:
            return scale * self._least
        left, fresh = self._open, 0.0
        for query, chance in chances:
            fresh += chance * left[query]
        return fresh * scale

    def worth(self, number: int, cost: int) -> float:
        """The gain for its cost in tokens."""
        return float(self.gain(number) / max(cost, 1) ** self._exponent)

    def choose(self, number: int, *, line: bool = False) -> None:
        """Count an entry as chosen, whole or as a line."""
        sure = _SURE * _LINE if line else _SURE
        for query, chance in self._chances.of(number)[1]:
            self._open[query] *= 1.0 - sure * chance


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
