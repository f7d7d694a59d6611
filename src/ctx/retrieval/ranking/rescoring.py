"""Closer evidence: what the best documents of the first pass are looked at again for.

Each function adds one kind of evidence to their scores; docs/retrieval.md has what each is worth.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

from ctx.retrieval.analysis.terms import analyse
from ctx.retrieval.index.bm25 import saturation
from ctx.retrieval.index.postings import K1
from ctx.retrieval.ranking.query import COMPOUND, Query
from ctx.retrieval.ranking.searcher import Scores

CANDIDATES = 30
POOL = 40
_COMPANY, _COMPANY_TERMS, _COMPANY_DOCUMENTS = 0.1, 10, 12
_SEGMENT = 0.5
_TITLE = 0.6
_PHRASE = 0.6
_SPEECH, _QUESTION, _LEAST_SPEECH = 0.15, 0.85, 0.3
_FEEDBACK, _FEEDBACK_DOCUMENTS, _FEEDBACK_TERMS = 0.05, 5, 20
_BREAK = re.compile(r"\n+|(?<=[.;!?:])\s+|(?<!\s)\s+[—–-]+\s+|[()]")


def add_cooccurring_terms(scores: Scores, query: Query) -> None:
    """Words that keep company with the query's rare words count a little: expansion from the corpus."""
    searcher = query.searcher
    found: dict[int, float] = {}
    for term in rare_words(query):
        cooccurring_terms = searcher.cooccurring_terms(term, _COMPANY_TERMS)
        for other, strength in cooccurring_terms:
            weight = query.weights[term] * strength / cooccurring_terms[0][1]
            found[other] = found.get(other, 0.0) + weight
    weights = {term: _COMPANY * weight for term, weight in found.items() if term not in query.shares}
    if weights:
        searcher.add(scores, weights, set(searcher.best(scores, POOL)))


def rare_words(query: Query) -> list[int]:
    """Those words of a query that only a few documents hold."""
    index = query.searcher.index
    most = most_docs_with(len(index))
    return [term for term in query.shares if term in query.words and 2 <= index.df(term) <= most]


def most_docs_with(documents: int) -> int:
    """How many documents of so many hold a rare word at most."""
    return min(_COMPANY_DOCUMENTS, documents // 20)


def add_segments(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """The sentence of a long query that fits a document best counts again."""
    searcher, index = query.searcher, query.searcher.index
    segments = []
    for part in _BREAK.split(query.text):
        words, wholes = analyse(part or "")
        known = [number for term in dict.fromkeys((*words, *wholes)) if (number := index.find(term))]
        if known:
            segments.append(known)
    if len(segments) < 2:
        return
    chosen, parts = set(top), {}
    for term in {term for segment in segments for term in segment}:
        weight = index.idf(term) * (1.0 if term in query.words else COMPOUND)
        parts[term] = [(number, weight * impact) for number, impact in searcher.impacts(term, chosen)]
    fits = dict.fromkeys(top, 0.0)
    for segment in segments:
        sums: Scores = {}
        for number, part in chain.from_iterable(map(parts.__getitem__, segment)):
            sums[number] = sums.get(number, 0.0) + part
        for number, fit in sums.items():
            fits[number] = max(fits[number], fit)
    for number, fit in fits.items():
        scores[number] += _SEGMENT * fit


def scale_by_title(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """The more of a title the query covers, the more its document counts."""
    for number in top:
        weights = query.searcher.title_weights(number)
        covered = math.fsum(
            weight if term in query.own else weight * query.shares.get(term, 0.0)
            for term, weight in weights.items()
        )
        if covered:
            scores[number] *= 1.0 + _TITLE * math.sqrt(covered / math.fsum(weights.values()))


def add_phrases(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """Neighbouring words of the query that are neighbours in the document count as one more term."""
    weights, index = query.weights, query.searcher.index
    pairs = {
        (one, other): (weights[one] + weights[other]) / 2.0
        for one, other in pairwise(query.sequence)
        if one != other and one in weights and other in weights
    }
    for number in top if pairs else ():
        words = index.words(number)
        if pairs.keys().isdisjoint(pairwise(words)):
            continue
        held, norm = Counter(pairwise(words)), index.norm(number)
        shared = pairs.keys() & held.keys()
        gains = (pairs[pair] * saturation(held[pair] * norm, K1) for pair in shared)
        scores[number] += _PHRASE * math.fsum(gains)


def scale_by_speech(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """In a dialogue short remarks and questions say less than they share words."""
    searcher, index = query.searcher, query.searcher.index
    for number in top if index.dialogues else ():
        if index.group(number) in index.dialogues:
            longer = searcher.log_length(number) - searcher.mean_log_length
            factor = max(_LEAST_SPEECH, 1.0 + _SPEECH * longer)
            scores[number] *= factor * (_QUESTION if index.asks(number) else 1.0)


def find_sources(scores: Scores, query: Query, top: Sequence[int]) -> list[int]:
    """The best documents so far."""
    return query.searcher.best({number: scores[number] for number in top}, _FEEDBACK_DOCUMENTS)


def add_feedback(scores: Scores, query: Query, sources: Sequence[int]) -> None:
    """A little of what the best documents are about (pseudo relevance feedback, Rocchio 1971)."""
    searcher, index = query.searcher, query.searcher.index
    total = math.fsum(scores[number] for number in sources)
    mixed: dict[int, float] = {}
    for number in sources:
        for term, weight in searcher.vector(number):
            mixed[term] = mixed.get(term, 0.0) + weight * scores[number] / total
    chosen = [(term, mixed[term]) for term in searcher.best_terms(mixed, _FEEDBACK_TERMS)]
    mass = math.fsum(index.idf(term) * weight for term, weight in chosen)
    if mass:
        scale = _FEEDBACK * math.fsum(query.weights.values()) / mass
        weights = {term: scale * weight * index.idf(term) for term, weight in chosen}
        searcher.add(scores, weights, set(searcher.best(scores, POOL)))
