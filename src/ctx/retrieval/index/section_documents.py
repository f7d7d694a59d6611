"""Groups: documents under one category. Where these are remarks in a dialogue they speak for each other.

A remark says less than is meant without those around it: what was said just before and after counts for it,
and so does all that the dialogue is about. A document that is long enough to speak for itself, and a category
that is no dialogue, are ranked as if they stood alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ctx.retrieval.index.bm25 import length_norm, saturation
from ctx.retrieval.index.postings import UNIT, Fields, Row, nearly

# What a remark's words count for those after it at distances 1, 2, 3, and for those before it.
_AFTER, _BEFORE = (0.5, 0.4, 0.2), (0.3, 0.1)
# How far a remark's words reach.
REACH = max(len(_AFTER), len(_BEFORE))
# A question's words count so much more for what follows: the answer is there.
_REPLY = 1.5
# A category of remarks in which so many end in a question mark is a dialogue.
_DIALOGUE = 0.05
# A remark has so many words at most (without stop words; in conversations the mean is about 13).
_REMARK = 16
# Shares are counted in tenths, so that a change of one document seldom changes what the others count.
_TENTHS = 10
_K1, _B = 2.0, 0.75

# How much each group is a dialogue of remarks, in tenths; groups that are none are left out.
Dialogues = Mapping[int, int]


def find_dialogues(groups: Sequence[int], asks: Sequence[int], lengths: Sequence[int]) -> dict[int, int]:
    """The groups that are dialogues, by the lengths of their documents' bodies and how many of these ask."""
    sizes, asked, words = Counter(groups), Counter[int](), Counter[int]()
    for group, asking, length in zip(groups, asks, lengths, strict=True):
        asked[group] += asking
        words[group] += length
    return {
        group: brief
        for group, size in sorted(sizes.items())
        if group and asked[group] >= _DIALOGUE * size and (brief := _brevity(words[group] / size))
    }


def _brevity(length: float) -> int:
    """How much a body is a remark, in tenths: wholly up to `_REMARK` words, not at all from twice as many."""
    return round(_TENTHS * min(1.0, max(0.0, 2.0 - length / _REMARK)))


def speech_length(length: float) -> float:
    """The length of a body as far as it tells how much a remark says: no further than a remark may go."""
    return min(max(length, 1.0), 2.0 * _REMARK)


def find_neighbours(
    groups: Sequence[int],
    asks: Sequence[int],
    lengths: Sequence[int],
    dialogues: Dialogues,
    places: Sequence[int],
) -> dict[int, list[tuple[int, float]]]:
    """For each document of a dialogue, the (document, share) pairs whose words count for it, in file order.

    The longer a neighbour is, and the longer those of its group are on average, the less it counts. The
    documents stand at these places of their list; those between belong to other groups.
    """
    found: dict[int, list[tuple[int, float]]] = {
        n: [] for n, group in enumerate(groups) if group in dialogues
    }
    for number in found:
        brief = _brevity(lengths[number]) * dialogues[groups[number]] / _TENTHS**2
        reply = _REPLY if asks[number] else 1.0
        for step, factor, shares in ((1, reply, _AFTER), (-1, 1.0, _BEFORE)):
            for distance, share in enumerate(shares if brief else (), 1):
                other = number + step * distance
                if not 0 <= other < len(groups) or groups[other] != groups[number]:
                    break
                if places[other] - places[number] != step * distance:
                    break
                found[other].append((number, brief * factor * share))
    return {number: sorted(neighbours) for number, neighbours in found.items()}


class SectionDocument(NamedTuple):
    """What the documents of a group hold together: how often each term, and how many words."""

    counts: Counter[int]
    length: int


def gather(members: Iterable[tuple[int, Fields]]) -> dict[int, SectionDocument]:
    """Groups by their numbers, from the group and the fields of each document."""
    counts: dict[int, Counter[int]] = {}
    lengths = Counter[int]()
    for group, fields in members:
        held = counts.setdefault(group, Counter())
        held.update(fields.body)
        held.update(fields.title)
        lengths[group] += int(fields.body_length) + fields.title_length
    return {group: SectionDocument(held, lengths[group]) for group, held in counts.items()}


def average_length(lengths: Sequence[int]) -> float:
    """The average length of dialogues in words, nearly; categories that are none have a length of 0."""
    return nearly(sum(lengths) / max(1, sum(length > 0 for length in lengths)))


def group_impacts(group: SectionDocument, average: float, brief: int) -> Row:
    """The impacts of a dialogue's terms on it as a document of its own, as far as it is one of remarks."""
    norm, unit = length_norm(group.length, average, _B), brief * UNIT / _TENTHS
    return {term: int(saturation(n * norm, _K1) * unit + 0.5) for term, n in group.counts.items()}
