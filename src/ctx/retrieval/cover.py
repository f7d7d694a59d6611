"""Coverage: what an entry still adds once others are chosen.

Each task is served to a degree between 0 and 1, and an entry of relevance r to it serves a fraction r/2 of
what is still open, so that the second good entry for one task is worth less than the first for another:
probabilistic coverage, a monotone submodular function, for which the greedy choice by gain per cost is near
optimal (Nemhauser, Wolsey and Fisher 1978; Lin and Bilmes 2010 for the exponent of the cost).
"""

from __future__ import annotations

from ctx.retrieval.score import Scored

# Even the best entry for a task is what it needs only so often.
_SURE = 0.5
# The exponent of the cost: low while there is room for about 300 tokens a task, high where it is scarce.
_LOOSE, _TIGHT, _ROOM = 0.2, 0.7, 300


class Coverage:
    """How far each task is served by what was chosen so far; `tokens` is the room that they share.

    `scarcity` is 0 where there is room for everything and 1 from less than about 300 tokens a task.
    """

    def __init__(self, tasks: int, tokens: int) -> None:
        self._open: dict[int, float] = {}
        self.scarcity = min(1.0, _ROOM * tasks / max(tokens, 1))
        self._exponent = _LOOSE + (_TIGHT - _LOOSE) * self.scarcity

    def gain(self, scored: Scored) -> float:
        """What choosing an entry would add, in the unit of its score."""
        if not scored.relevance:
            return scored.total
        left = self._open
        fresh = sum(value * left.get(task, 1.0) for task, value in scored.by_task.items())
        return fresh * scored.total / scored.relevance

    def worth(self, scored: Scored, cost: int) -> float:
        """The gain for its cost in tokens."""
        return float(self.gain(scored) / max(cost, 1) ** self._exponent)

    def choose(self, scored: Scored) -> None:
        """Count an entry as chosen."""
        for task, value in scored.by_task.items():
            self._open[task] = self._open.get(task, 1.0) * (1.0 - _SURE * value)
