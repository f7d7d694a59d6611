"""Asking the index: each task is a query of its own, and its answer is calibrated to 0..1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import NamedTuple

from ctx.retrieval.ranking.relevance import explain, rank
from ctx.retrieval.ranking.searcher import Searcher

# How many entries a query is answered with: what comes after is not relevant enough to count.
_DEPTH = 50


class Question(NamedTuple):
    """What is asked on behalf of a task: its handle, its text, and the tags it shares with entries."""

    id: str
    text: str
    tags: tuple[str, ...] = ()


class Tags(NamedTuple):
    """The tags of the entries by place, and what each tag counts that an entry shares with a task."""

    of: Mapping[int, Sequence[str]] = MappingProxyType({})
    weight: float = 0.0


_NO_TAGS = Tags()

# The places of the best documents of a query with their scores, best first.
Best = Sequence[tuple[int, float]]


class Answer(NamedTuple):
    """The relevance 0..1 of entries to one query; `explain` says what each term adds to one of them.

    It is the entry's score as a share of the best one's, divided by the square root of its rank: how likely
    an entry is to be what a task needs falls faster than its score does.
    """

    query: Question
    relevance: Mapping[int, float]
    explain: Callable[[int], Mapping[str, float]]


def ask(
    searcher: Callable[[], Searcher],
    find: Callable[[str], Best],
    queries: Sequence[Question],
    numbers: Sequence[int],
    tags: Tags = _NO_TAGS,
) -> list[Answer]:
    """Answer each query over the entries `numbers` of the index; answers count by place in `numbers`.

    `find` says what a text finds, as `find_best` does.
    """
    every = range(len(numbers))
    places = every if numbers == every else {number: place for place, number in enumerate(numbers)}
    return [_answer(searcher, query, numbers, _among(find(query.text), places), tags) for query in queries]


def find_best(searcher: Searcher, text: str, limited: AbstractSet[int]) -> Best:
    """The best entries for a text, down to the last that any choice of the `limited` ones lets count."""
    scores = rank(searcher, text, _DEPTH + len(limited))
    found = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    everywhere = [at for at, (place, _) in enumerate(found, 1) if place not in limited]
    return found[: everywhere[_DEPTH - 1]] if len(everywhere) >= _DEPTH else found


def _among(found: Best, places: range | Mapping[int, int]) -> Best:
    """Those of the best that compete, by their places among these."""
    return [(places[number], score) for number, score in found if number in places][:_DEPTH]


def _answer(
    searcher: Callable[[], Searcher],
    query: Question,
    numbers: Sequence[int],
    found: Best,
    tags: Tags,
) -> Answer:
    relevance = {place: score / found[0][1] / math.sqrt(at) for at, (place, score) in enumerate(found, 1)}
    if query.tags and tags.weight:
        wanted = set(query.tags)
        for place, own in tags.of.items():
            if shared := len(wanted.intersection(own)):
                relevance[place] = min(1.0, relevance.get(place, 0.0) + tags.weight * shared)
    return Answer(query, relevance, lambda place: explain(searcher(), query.text, numbers[place]))


def evidence(answers: Sequence[Answer], number: int) -> tuple[dict[str, float], list[str]]:
    """What brought an entry in: the shares of its terms, greatest first, and the tasks, most served first."""
    tasks = [(answer.relevance.get(number, 0.0), answer) for answer in answers]
    tasks = sorted((pair for pair in tasks if pair[0] > 0), key=lambda pair: -pair[0])
    parts: dict[str, float] = {}
    for relevance, answer in tasks:
        for term, value in answer.explain(number).items():
            parts[term] = parts.get(term, 0.0) + relevance * value
    whole = sum(parts.values()) or 1.0
    shares = sorted(((value / whole, term) for term, value in parts.items()), key=lambda p: (-p[0], p[1]))
    return {term: value for value, term in shares}, [answer.query.id for _, answer in tasks]
