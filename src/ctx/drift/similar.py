"""Pairs of texts that are the same or nearly so, in time that grows with their number alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

ALIKE = 0.9  # of the letters, from which two texts count as nearly the same
_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 8
# A pair of words that so many texts share says little, and comparing all of them takes quadratic time.
_COMMON = 40
_RAREST = 16


class Pair(NamedTuple):
    """Two texts by their places in the sequence, and how alike they are, from 0 to 1 (the same)."""

    first: int
    second: int
    similarity: float


def normal(text: str) -> str:
    """A text's words in lower case: what is compared."""
    return " ".join(_WORD.findall(text.lower()))


def find_pairs(texts: Sequence[str]) -> list[Pair]:
    """Each text that is much like an earlier one, with the earliest it is most like."""
    firsts: dict[str, int] = {}
    pairs = []
    distinct: list[tuple[int, str]] = []
    for number, text in enumerate(map(normal, texts)):
        first = firsts.setdefault(text, number)
        if first != number:
            pairs.append(Pair(first, number, 1.0))
        else:
            distinct.append((number, text))
    return sorted([*pairs, *_near(distinct)], key=lambda pair: pair.second)


def _near(numbered: Sequence[tuple[int, str]]) -> Iterator[Pair]:
    from rapidfuzz.fuzz import ratio

    for later, earlier in _candidates([text for _, text in numbered]):
        number, text = numbered[later]
        best = Pair(number, number, 0)
        for other in sorted(earlier):
            found = ratio(text, numbered[other][1], score_cutoff=100 * max(ALIKE, best.similarity)) / 100
            if found > best.similarity:
                best = Pair(numbered[other][0], number, found)
        if best.similarity:
            yield best


def _candidates(texts: Sequence[str]) -> Iterator[tuple[int, set[int]]]:
    """For each text the earlier ones that share at least two of its rarest pairs of words."""
    shingles = [_pairs_of_words(text) for text in texts]
    spread = Counter(pair for pairs in shingles for pair in pairs)
    postings: dict[tuple[str, str], list[int]] = {}
    for number, pairs in enumerate(shingles):
        shared = sorted((pair for pair in pairs if 1 < spread[pair] <= _COMMON), key=lambda p: (spread[p], p))
        hits = Counter(other for pair in shared[:_RAREST] for other in postings.get(pair, ()))
        for pair in shared:
            postings.setdefault(pair, []).append(number)
        if earlier := {other for other, count in hits.items() if count > 1}:
            yield number, earlier


def _pairs_of_words(text: str) -> set[tuple[str, str]]:
    words = text.split()
    return set(pairwise(words)) if len(words) >= _FEWEST_WORDS else set()
