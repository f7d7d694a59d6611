"""Relevance of documents to one query: a first pass over the postings, then closer evidence for the best.

docs/retrieval.md says what each step is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.retrieval import evidence
from ctx.retrieval.collection import Collection, Scores
from ctx.retrieval.query import Query
from ctx.retrieval.terms import FOLDED


class Grounds(NamedTuple):
    """What a ranking depends on besides the query: documents, by their numbers.

    All that have a score are `scored`, those with a first score from `least` up. Of those that are `titled`
    the words of the title count, of those that are `read` all words.
    """

    scored: Sequence[int]
    least: float
    titled: Sequence[int]
    read: Sequence[int]


def rank(collection: Collection, text: str, depth: int | None = None) -> Scores:
    """The scores of the documents that share a term with the query, by their places in the list.

    With a `depth` the `depth` best are among them, and those that are as good as the last one of these.
    """
    return rank_on(collection, text, depth)[0]


def rank_on(collection: Collection, text: str, depth: int | None) -> tuple[Scores, Grounds]:
    """The same, and the grounds of it."""
    query = Query(collection, text)
    if not query.has_terms:
        return _look_up(collection, text, depth), Grounds((), 0.0, (), ())
    # What closer evidence is for can only fall so many places.
    count = None if depth is None else max(depth + evidence.CANDIDATES, evidence.POOL)
    scores = collection.score(query.weights, count)
    least = 0.0 if count is None or len(scores) < count else min(scores.values())
    evidence.add_company(scores, query)
    top = collection.best(scores, evidence.CANDIDATES)
    evidence.add_segments(scores, query, top)
    evidence.scale_by_title(scores, query, top)
    evidence.add_phrases(scores, query, top)
    evidence.scale_by_speech(scores, query, top)
    sources = evidence.find_sources(scores, query, top)
    evidence.add_feedback(scores, query, sources)
    read = set(sources).union(*map(collection.index.holders, evidence.rare_words(query)))
    places = {collection.index.place(number): round(score, 9) for number, score in scores.items()}
    return places, Grounds(list(scores), least, top, sorted(read))


def _look_up(collection: Collection, text: str, depth: int | None) -> Scores:
    """What holds the text literally."""
    from ctx.retrieval.literal import look_up

    scores = look_up(collection.entries(), text)
    if depth is not None and len(scores) > depth:
        least = sorted(scores.values(), reverse=True)[max(depth, 1) - 1]
        scores = {place: score for place, score in scores.items() if score >= least}
    return dict(scores)


def explain(collection: Collection, text: str, place: int) -> dict[str, float]:
    """What each term of the query adds to one document's score, those without accents without their mark."""
    query = Query(collection, text)
    if not query.has_terms:
        return {" ".join(text.split()): 1.0}
    weights = query.weights
    number, names = collection.index.number(place), collection.index.terms
    parts = {
        names[term].removeprefix(FOLDED): weight * impact
        for term, weight in weights.items()
        for _, impact in collection.impacts(term, {number})
    }
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
