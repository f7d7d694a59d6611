"""Relevance of documents to one query: a first pass over the postings, then closer evidence for the best.

docs/retrieval.md says what each step is worth.
"""

from __future__ import annotations

from ctx.retrieval import evidence
from ctx.retrieval.collection import Collection, Scores, best
from ctx.retrieval.query import Query, add_terms
from ctx.retrieval.terms import is_whole


def rank(collection: Collection, text: str) -> Scores:
    """The score of every document that shares a term with the query, by number."""
    query = Query(collection, text)
    scores: Scores = {}
    add_terms(scores, collection, query.weights)
    if scores:
        evidence.add_company(scores, query)
        top = best(scores, evidence.CANDIDATES)
        evidence.add_segments(scores, query, top)
        evidence.scale_by_title(scores, query, top)
        evidence.add_phrases(scores, query, top)
        evidence.scale_by_speech(scores, query, top)
        evidence.add_feedback(scores, query, top)
    return {number: round(score, 9) for number, score in scores.items()}


def explain(collection: Collection, text: str, number: int) -> dict[str, float]:
    """What each term of the query adds to one document's score, compounds without their mark."""
    weights = Query(collection, text).weights
    names = collection.index.terms
    parts = {
        names[term].lstrip("=") if is_whole(names[term]) else names[term]: weight * impact
        for term, weight in weights.items()
        if (impact := collection.impacts(term).get(number, 0.0))
    }
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
