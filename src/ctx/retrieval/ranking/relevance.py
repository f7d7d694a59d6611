"""Relevance of documents to one query: a first pass over the postings, then closer evidence for the best.

docs/retrieval.md says what each step is worth.
"""

from __future__ import annotations

from ctx.retrieval.analysis.terms import FOLDED
from ctx.retrieval.ranking import rescoring
from ctx.retrieval.ranking.query import Query
from ctx.retrieval.ranking.searcher import Scores, Searcher


def rank(searcher: Searcher, text: str, depth: int | None = None) -> Scores:
    """The scores of the documents that share a term with the query, by their places in the list.

    With a `depth` the `depth` best are among them, and those that are as good as the last one of these.
    """
    query = Query(searcher, text)
    if not query.has_terms:
        return _look_up(searcher, text, depth)
    # What closer evidence is for can only fall so many places.
    count = None if depth is None else max(depth + rescoring.CANDIDATES, rescoring.POOL)
    scores = searcher.score(query.weights, count)
    rescoring.add_cooccurring_terms(scores, query)
    top = searcher.best(scores, rescoring.CANDIDATES)
    rescoring.add_segments(scores, query, top)
    rescoring.scale_by_title(scores, query, top)
    rescoring.add_phrases(scores, query, top)
    rescoring.scale_by_speech(scores, query, top)
    sources = rescoring.find_sources(scores, query, top)
    rescoring.add_feedback(scores, query, sources)
    return {searcher.index.place(number): round(score, 9) for number, score in scores.items()}


def _look_up(searcher: Searcher, text: str, depth: int | None) -> Scores:
    """What holds the text literally."""
    from ctx.retrieval.ranking.literal import look_up

    scores = look_up(searcher.entries(), text)
    if depth is not None and len(scores) > depth:
        least = sorted(scores.values(), reverse=True)[max(depth, 1) - 1]
        scores = {place: score for place, score in scores.items() if score >= least}
    return dict(scores)


def explain(searcher: Searcher, text: str, place: int) -> dict[str, float]:
    """What each term of the query adds to one document's score, those without accents without their mark."""
    query = Query(searcher, text)
    if not query.has_terms:
        return {" ".join(text.split()): 1.0}
    weights = query.weights
    number, names = searcher.index.number(place), searcher.index.terms
    parts = {
        names[term].removeprefix(FOLDED): weight * impact
        for term, weight in weights.items()
        for _, impact in searcher.impacts(term, {number})
    }
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
