"""Asking the index: each task is a query of its own, and its answer is calibrated to 0..1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ctx.retrieval.collection import Collection
from ctx.retrieval.relevance import Grounds, explain, rank, rank_on

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


class Found(NamedTuple):
    """What a query found, and the grounds of it."""

    best: Best
    grounds: Grounds


class Answer(NamedTuple):
    """The relevance 0..1 of entries to one query; `explain` says what each term adds to one of them.

    It is the entry's score as a share of the best one's, divided by the square root of its rank: how likely
    an entry is to be what a task needs falls faster than its score does.
    """

    query: Question
    relevance: Mapping[int, float]
    explain: Callable[[int], Mapping[str, float]]


def ask(
    collection: Callable[[], Collection],
    queries: Sequence[Question],
    numbers: Sequence[int],
    tags: Tags = _NO_TAGS,
    known: Callable[[str], Best] | None = None,
) -> list[Answer]:
    """Answer each query over the documents `numbers` of the index; answers count by place in `numbers`.

    `known` says what the text of a query finds among all documents, where these are the `numbers`.
    """
    best = known or _Search(collection, numbers)
    return [_answer(collection, query, numbers, best(query.text), tags) for query in queries]


def find(collection: Collection, text: str) -> Found:
    """What a query finds among all documents."""
    scores, grounds = rank_on(collection, text, _DEPTH)
    return Found(_sorted(scores), grounds)


class _Search:
    """Finds the best of some documents, by their places among these."""

    def __init__(self, collection: Callable[[], Collection], numbers: Sequence[int]) -> None:
        self._collection = collection
        self._places = {number: place for place, number in enumerate(numbers)}

    def __call__(self, text: str) -> Best:
        collection, places = self._collection(), self._places
        scores = rank(collection, text, _DEPTH + len(collection.index) - len(places))
        return _sorted({places[number]: value for number, value in scores.items() if number in places})


def _sorted(scores: Mapping[int, float]) -> Best:
    return sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:_DEPTH]


def _answer(
    collection: Callable[[], Collection],
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
    return Answer(query, relevance, lambda place: explain(collection(), query.text, numbers[place]))


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
