"""Groups: documents under one category, which are neighbours and together a document of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctx.retrieval.bm25 import length_norm, saturation
from ctx.retrieval.postings import UNIT, Fields, Row, nearly

# What a document's words count for those after it at distances 1, 2, 3, and for those before it.
_AFTER, _BEFORE = (0.5, 0.4, 0.2), (0.3, 0.1)
# How far a document's words reach.
REACH = max(len(_AFTER), len(_BEFORE))
# A question's words count so much more for what follows: the answer is there.
_REPLY = 1.5
# A category in which so many end in a question mark is a dialogue.
_DIALOGUE = 0.1
_K1, _B = 2.0, 0.75


def find_dialogues(groups: Sequence[int], asks: Sequence[int]) -> frozenset[int]:
    """The groups that are dialogues."""
    sizes = Counter(groups)
    asked = Counter(group for group, asking in zip(groups, asks, strict=True) if asking and group)
    return frozenset(group for group, count in asked.items() if count >= _DIALOGUE * sizes[group])


def find_neighbours(
    groups: Sequence[int], asks: Sequence[int], dialogues: frozenset[int], places: Sequence[int]
) -> dict[int, list[tuple[int, float]]]:
    """For each document of a group, the (document, share) pairs whose words count for it, in file order.

    The documents stand at these places of their list; those between belong to other groups.
    """
    found: dict[int, list[tuple[int, float]]] = {n: [] for n, group in enumerate(groups) if group}
    for number in found:
        group = groups[number]
        reply = _REPLY if asks[number] and group in dialogues else 1.0
        for step, factor, shares in ((1, reply, _AFTER), (-1, 1.0, _BEFORE)):
            for distance, share in enumerate(shares, 1):
                other = number + step * distance
                if not 0 <= other < len(groups) or groups[other] != group:
                    break
                if places[other] - places[number] != step * distance:
                    break
                found[other].append((number, factor * share))
    return {number: sorted(neighbours) for number, neighbours in found.items()}


class Group(NamedTuple):
    """What the documents of a group hold together: how often each term, and how many words."""

    counts: Counter[int]
    length: int


def gather(members: Iterable[tuple[int, Fields]]) -> dict[int, Group]:
    """Groups by their numbers, from the group and the fields of each document."""
    counts: dict[int, Counter[int]] = {}
    lengths = Counter[int]()
    for group, fields in members:
        held = counts.setdefault(group, Counter())
        held.update(fields.body)
        held.update(fields.title)
        lengths[group] += int(fields.body_length) + fields.title_length
    return {group: Group(held, lengths[group]) for group, held in counts.items()}


def average_length(lengths: Sequence[int]) -> float:
    """The average length of groups in words, nearly."""
    return nearly(sum(lengths) / max(1, len(lengths)))


def group_impacts(group: Group, average: float) -> Row:
    """The impacts of a group's terms on it as a document of its own."""
    norm = length_norm(group.length, average, _B)
    return {term: int(saturation(n * norm, _K1) * UNIT + 0.5) for term, n in group.counts.items()}
