"""Groups: documents under one category, which are neighbours and together a document of their own.

All of it is evidence only where the documents are remarks, which say less than is meant without those around
them; an entry that is long enough to speak for itself is ranked as if it stood under no category.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
# A remark has so many words at most (without stop words; in conversations the mean is about 13).
_REMARK = 20
TENTHS = 10
_K1, _B = 2.0, 0.75


def brevity(length: float) -> int:
    """How much a body is a remark, in tenths: wholly up to `_REMARK` words, not at all from twice as many."""
    return round(TENTHS * min(1.0, max(0.0, 2.0 - length / _REMARK)))


def speech_length(length: float) -> float:
    """The length of a body as far as it tells how much a remark says: beyond twice `_REMARK` it is none."""
    return min(max(length, 1.0), 2.0 * _REMARK)


def find_brevities(groups: Sequence[int], lengths: Sequence[int], count: int) -> list[int]:
    """How much the documents of each of `count` groups are remarks, by the mean length of their bodies."""
    sizes, words = Counter(groups), Counter[int]()
    for group, length in zip(groups, lengths, strict=True):
        words[group] += length
    return [0, *(brevity(words[group] / max(1, sizes[group])) for group in range(1, count))]


def find_dialogues(
    groups: Sequence[int], asks: Sequence[int], brevities: Sequence[int] | Mapping[int, int]
) -> frozenset[int]:
    """The groups of remarks that are dialogues."""
    sizes = Counter(groups)
    asked = Counter(group for group, asking in zip(groups, asks, strict=True) if asking and group)
    return frozenset(
        group for group, count in asked.items() if brevities[group] and count >= _DIALOGUE * sizes[group]
    )


def find_neighbours(
    groups: Sequence[int],
    asks: Sequence[int],
    lengths: Sequence[int],
    brevities: Sequence[int] | Mapping[int, int],
    dialogues: frozenset[int],
) -> dict[int, list[tuple[int, float]]]:
    """For each document of a group, the (document, share) pairs whose words count for it, in file order.

    The longer a neighbour is, and the longer those of its group are on average, the less it counts.
    """
    found: dict[int, list[tuple[int, float]]] = {n: [] for n, group in enumerate(groups) if group}
    for number in found:
        group = groups[number]
        brief = brevity(lengths[number]) * brevities[group] / TENTHS**2
        reply = _REPLY if asks[number] and group in dialogues else 1.0
        for step, factor, shares in ((1, reply, _AFTER), (-1, 1.0, _BEFORE)):
            for distance, share in enumerate(shares if brief else (), 1):
                other = number + step * distance
                if not 0 <= other < len(groups) or groups[other] != group:
                    break
                found[other].append((number, brief * factor * share))
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


def group_impacts(group: Group, average: float, brief: int) -> Row:
    """The impacts of a group's terms on it as a document of its own, as far as it is one of remarks."""
    norm, unit = length_norm(group.length, average, _B), brief * UNIT / TENTHS
    return {term: int(saturation(n * norm, _K1) * unit + 0.5) for term, n in group.counts.items()}
