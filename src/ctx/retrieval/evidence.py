"""Closer evidence: what the best documents of the first pass are looked at again for.

Each function adds one kind of evidence to their scores; docs/retrieval.md has what each is worth.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ctx.retrieval.bm25 import saturation
from ctx.retrieval.relevance import K1, Query, Scores, add_terms, best
from ctx.retrieval.terms import analyse, is_whole

CANDIDATES = 40
_POOL = 100
_COMPANY, _COMPANY_TERMS, _COMPANY_DOCUMENTS = 0.1, 10, 12
_SEGMENT, _WHOLE = 0.5, 1.25
_TITLE = 0.6
_PHRASE = 0.6
_FEEDBACK, _FEEDBACK_DOCUMENTS, _FEEDBACK_TERMS = 0.05, 5, 20
_BREAK = re.compile(r"\n+|(?<=[.;!?:])\s+|\s+[—–-]+\s+|[()]")


def add_company(scores: Scores, query: Query) -> None:
    """Words that keep company with the query's rare words count a little: expansion from the corpus."""
    index = query.collection.index
    most = min(_COMPANY_DOCUMENTS, len(index) // 20)
    found: dict[str, float] = {}
    for term in query.shares:
        if is_whole(term) or not 2 <= len(index.postings[term]) <= most:
            continue
        company = query.collection.company(term, _COMPANY_TERMS)
        for other, strength in company:
            weight = query.weights[term] * strength / company[0][1]
            found[other] = found.get(other, 0.0) + weight
    weights = {term: _COMPANY * weight for term, weight in found.items() if term not in query.shares}
    if weights:
        add_terms(scores, query.collection, weights, best(scores, _POOL))


def add_segments(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """The sentence of a long query that fits a document best counts again."""
    index = query.collection.index
    segments = []
    for part in _BREAK.split(query.text):
        words, wholes = analyse(part or "")
        weights = {term: index.idf(term) * (_WHOLE if is_whole(term) else 1.0) for term in (*words, *wholes)}
        weights = {term: weight for term, weight in weights.items() if weight}
        if weights:
            segments.append(weights)
    if len(segments) < 2:
        return
    every = dict.fromkeys(term for segment in segments for term in segment)
    for number in top:
        own = {term: query.collection.own_impact(term, number) for term in every}
        fits = (sum(weight * own[term] for term, weight in segment.items()) for segment in segments)
        scores[number] += _SEGMENT * max(fits)


def scale_by_title(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """The more of a title the query covers, the more its document counts."""
    index = query.collection.index
    for number in top:
        weights = {t: index.idf(t) for t in index.documents[number].title if not is_whole(t)}
        covered = sum(weight for term, weight in weights.items() if term in query.weights)
        if covered:
            scores[number] *= 1.0 + _TITLE * math.sqrt(covered / sum(weights.values()))


def add_phrases(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """Neighbouring words of the query that are neighbours in the document count as one more term."""
    weights = query.weights
    pairs = {
        (one, other): (weights[one] + weights[other]) / 2.0
        for one, other in pairwise(query.terms.words)
        if one != other and one in weights and other in weights
    }
    if not pairs:
        return
    norms = query.collection.body_norms
    for number in top:
        sequence = query.collection.index.documents[number].sequence
        found = Counter(pair for pair in pairwise(sequence) if pair in pairs)
        for pair, count in found.items():
            scores[number] += _PHRASE * pairs[pair] * saturation(count * norms[number], K1)


def add_feedback(scores: Scores, query: Query, top: Sequence[int]) -> None:
    """A little of what the best documents are about (pseudo relevance feedback, Rocchio 1971)."""
    collection, index = query.collection, query.collection.index
    sources = sorted(top, key=lambda number: (-scores[number], number))[:_FEEDBACK_DOCUMENTS]
    total = sum(scores[number] for number in sources)
    mixed: dict[str, float] = {}
    for number in sources:
        for term, weight in collection.vector(number):
            mixed[term] = mixed.get(term, 0.0) + weight * scores[number] / total
    chosen = sorted(mixed.items(), key=lambda pair: (-pair[1], pair[0]))[:_FEEDBACK_TERMS]
    mass = math.fsum(index.idf(term) * weight for term, weight in chosen)
    if mass:
        scale = _FEEDBACK * sum(query.weights.values()) / mass
        weights = {term: scale * weight * index.idf(term) for term, weight in chosen}
        add_terms(scores, collection, weights, best(scores, _POOL))
