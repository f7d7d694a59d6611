"""A query: what each of its terms counts, and how terms are added to scores."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from ctx.retrieval.collection import Collection, Scores
from ctx.retrieval.terms import Terms, analyse

_GROUP = 0.4
_WHOLE = 1.25
_DECAY = 0.02
# An address without a path names a site, not a subject.
_SITE = re.compile(r"\b\w+://[^\s/]+/?(?=[\s.,;)>`]|$)")


class Query:
    """A query over a collection: the weight of each of its terms, by their numbers in the index."""

    def __init__(self, collection: Collection, text: str) -> None:
        self.collection = collection
        self.text = _SITE.sub(" ", text)
        self.terms: Terms = analyse(self.text)
        index = collection.index
        shares = collection.thesaurus.widen(self.terms.words) | _shares(self.terms)
        ids = index.ids
        self.shares = {ids[term]: share for term, share in shares.items() if share and term in ids}
        self.sequence = [ids.get(word, -1) for word in self.terms.words]
        self.weights = {term: share * index.idf(term) for term, share in self.shares.items()}


def _shares(query: Terms) -> dict[str, float]:
    """What each term of a query counts: more when repeated (a logarithm), a little less further back.

    A lone digit is noise beside other words: a list number, an amount.
    """
    counts = Counter(query.words)
    first: dict[str, int] = {}
    for position, word in enumerate(query.words):
        first.setdefault(word, position)
    shares = {
        word: 0.0
        if len(word) == 1 and word.isdigit() and len(counts) > 1
        else (1.0 + math.log(count)) / (1.0 + _DECAY * first[word])
        for word, count in counts.items()
    }
    shares.update(dict.fromkeys(query.wholes, _WHOLE))
    return shares


def add_terms(
    scores: Scores, collection: Collection, weights: Mapping[int, float], only: Iterable[int] | None = None
) -> None:
    """Add weighted terms to the scores: of all documents that hold them, or of `only` some."""
    chosen = None if only is None else list(only)
    groups: Scores = {}
    for term, weight in weights.items():
        impacts = collection.impacts(term)
        if chosen is None:
            for number, impact in impacts.items():
                scores[number] = scores.get(number, 0.0) + weight * impact
        else:
            for number in chosen:
                if number in impacts:
                    scores[number] = scores.get(number, 0.0) + weight * impacts[number]
        if len(collection.index.groups):
            share = weight / collection.index.idf(term)
            for group, impact in collection.group_impacts(term).items():
                groups[group] = groups.get(group, 0.0) + share * impact
    if groups:
        of = collection.index.groups.of
        for number in list(scores) if chosen is None else chosen:
            if of[number] >= 0:
                scores[number] += _GROUP * groups.get(of[number], 0.0)
