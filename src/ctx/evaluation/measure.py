"""Measuring a ranking: queries whose relevant entries are known, and the figures of the field.

nDCG after Järvelin and Kekäläinen (2002), with grades of 0 and 1; recall and reciprocal rank as in TREC.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Bag
from dataclasses import dataclass
from typing import NamedTuple

from ctx.model.entry import Entry
from ctx.retrieval.ranking.relevance import rank
from ctx.retrieval.ranking.searcher import Searcher

# From so many queries on one of them cannot move a mean by more than about three points in a hundred.
ENOUGH = 30

Progress = Callable[[int, int], None]  # rankings done, rankings in all
Ranker = Callable[[str], list[int]]  # a query's text to the numbers of entries, best first


class Topic(NamedTuple):
    """A query with the entries known to be relevant to it, by number.

    `source` says where it was found; the entries `without` are no candidates: the query is their own text.
    """

    source: str
    text: str
    relevant: frozenset[int]
    without: frozenset[int] = frozenset()


class Figures(NamedTuple):
    """How well relevant entries were ranked, each 0..1; means when over several queries."""

    ndcg10: float
    recall5: float
    recall10: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Signal:
    """The queries of one origin, and the mean figures of each way to rank; none without queries."""

    name: str
    topics: Sequence[Topic]
    figures: Mapping[str, Figures]

    @property
    def enough(self) -> bool:
        """Whether there are so many queries that the means say something."""
        return len(self.topics) >= ENOUGH


def ndcg(ranking: Sequence[int], relevant: Bag[int], depth: int) -> float:
    """Discounted gain of the first `depth` as a share of the best there could be."""
    gain = math.fsum(1.0 / math.log2(at + 2) for at, n in enumerate(ranking[:depth]) if n in relevant)
    return gain / math.fsum(1.0 / math.log2(at + 2) for at in range(min(depth, len(relevant))))


def recall(ranking: Sequence[int], relevant: Bag[int], depth: int) -> float:
    """The share of the relevant entries that are among the first `depth`."""
    return sum(n in relevant for n in ranking[:depth]) / len(relevant)


def reciprocal_rank(ranking: Sequence[int], relevant: Bag[int]) -> float:
    """One over the place of the first relevant entry, 0 where none was found."""
    return next((1.0 / place for place, n in enumerate(ranking, 1) if n in relevant), 0.0)


def judge(ranking: Sequence[int], relevant: Bag[int]) -> Figures:
    """All figures of one ranking; `relevant` is not empty."""
    return Figures(
        ndcg(ranking, relevant, 10),
        recall(ranking, relevant, 5),
        recall(ranking, relevant, 10),
        reciprocal_rank(ranking, relevant),
    )


def measure(
    name: str, topics: Sequence[Topic], rankers: Mapping[str, Ranker], progress: Progress | None = None
) -> Signal:
    """Rank for every query in every way; the figures are means over the queries."""
    if not topics:
        return Signal(name, topics, {})
    judged: dict[str, list[Figures]] = {way: [] for way in rankers}
    for done, topic in enumerate(topics, 1):
        for way, ranker in rankers.items():
            ranking = [n for n in ranker(topic.text) if n not in topic.without]
            judged[way].append(judge(ranking, topic.relevant))
        if progress:
            progress(done, len(topics))
    return Signal(name, topics, {way: mean(rows) for way, rows in judged.items()})


def mean(rows: Sequence[Figures]) -> Figures:
    """The mean of each figure."""
    return Figures(*(math.fsum(column) / len(rows) for column in zip(*rows, strict=True)))


def thin_out(topics: Sequence[Topic], limit: int | None) -> list[Topic]:
    """At most `limit` of the queries, spread evenly over all of them."""
    if limit is None or limit >= len(topics):
        return list(topics)
    return [topics[at * len(topics) // limit] for at in range(limit)]


def rankers_of(entries: Sequence[Entry], searcher: Searcher) -> dict[str, Ranker]:
    """The ways to rank that are compared: ctx as it searches, plain BM25, and the newest first.

    Where scores are equal, all of them put the newer entry first and then the earlier one in file order.
    """
    newest = sorted(range(len(entries)), key=lambda n: (entries[n].date or "", -n), reverse=True)
    places = {number: place for place, number in enumerate(newest)}

    def order(scores: Mapping[int, float]) -> list[int]:
        return sorted(scores, key=lambda n: (-scores[n], places[n]))

    okapi = okapi_of(entries)
    return {
        "ctx": lambda text: order(rank(searcher, text)),
        "bm25": lambda text: order(okapi(text)),
        "recency": lambda _: newest,
    }


def okapi_of(entries: Sequence[Entry]) -> Callable[[str], Mapping[int, float]]:
    """What `rank_bm25.BM25Okapi` gives every entry for a query, over words in lower case cut at blanks."""
    # It brings numpy, which takes longer to import than all of ctx.
    from rank_bm25 import BM25Okapi

    documents = [f"{entry.title}\n{entry.body}".lower().split() for entry in entries]
    if not any(documents):  # it would divide by the number of words
        return lambda _: dict.fromkeys(range(len(entries)), 0.0)
    model = BM25Okapi(documents)
    return lambda text: {n: float(score) for n, score in enumerate(model.get_scores(text.lower().split()))}
