"""Coverage: what an entry still adds once others are chosen.

Each task is served to a degree between 0 and 1, and an entry of relevance r to it serves the fraction r of
what is still open, so that the second good entry for one task is worth less than the first for another:
probabilistic coverage, a monotone submodular function, for which the greedy choice by gain per cost is near
optimal (Nemhauser, Wolsey and Fisher 1978; Lin and Bilmes 2010 for the exponent of the cost).
"""

from __future__ import annotations

from ctx.retrieval.score import Scored

# How much a small cost counts: 0 not at all, 1 as gain per token.
_COST_EXPONENT = 0.3


class Coverage:
    """How far each task is served by what was chosen so far."""

    def __init__(self) -> None:
        self._open: dict[int, float] = {}

    def gain(self, scored: Scored) -> float:
        """What choosing an entry would add, in the unit of its score."""
        if not scored.by_task:
            return scored.total
        left = self._open
        fresh = sum(value * left.get(task, 1.0) for task, value in scored.by_task.items())
        return fresh * scored.total / scored.relevance if scored.relevance else scored.total

    def worth(self, scored: Scored, cost: int) -> float:
        """The gain for its cost."""
        return float(self.gain(scored) / max(cost, 1) ** _COST_EXPONENT)

    def choose(self, scored: Scored) -> None:
        """Count an entry as chosen."""
        for task, value in scored.by_task.items():
            self._open[task] = self._open.get(task, 1.0) * (1.0 - min(value, 1.0))
