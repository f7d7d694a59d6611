"""Groups: documents under one category, which are neighbours and together a document of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

# What a document's words count for those after it at distances 1, 2, 3, and for those before it.
_AFTER, _BEFORE = (0.5, 0.4, 0.2), (0.3, 0.1)
# How far a document's words reach.
REACH = max(len(_AFTER), len(_BEFORE))
# A question's words count so much more for what follows: the answer is there.
_REPLY = 1.5
# A category in which so many end in a question mark is a dialogue.
_DIALOGUE = 0.1


def find_dialogues(groups: Sequence[int], asks: Sequence[int]) -> frozenset[int]:
    """The groups that are dialogues."""
    sizes = Counter(groups)
    asked = Counter(group for group, asking in zip(groups, asks, strict=True) if asking and group)
    return frozenset(group for group, count in asked.items() if count >= _DIALOGUE * sizes[group])


def find_neighbours(
    groups: Sequence[int], asks: Sequence[int], dialogues: frozenset[int]
) -> dict[int, list[tuple[int, float]]]:
    """For each document of a group, the (document, share) pairs whose words count for it, in file order."""
    found: dict[int, list[tuple[int, float]]] = {n: [] for n, group in enumerate(groups) if group}
    for number in found:
        group = groups[number]
        reply = _REPLY if asks[number] and group in dialogues else 1.0
        for step, factor, shares in ((1, reply, _AFTER), (-1, 1.0, _BEFORE)):
            for distance, share in enumerate(shares, 1):
                other = number + step * distance
                if not 0 <= other < len(groups) or groups[other] != group:
                    break
                found[other].append((number, factor * share))
    return {number: sorted(neighbours) for number, neighbours in found.items()}
