"""A query: what each of its terms counts."""

from __future__ import annotations

import math
import re
from collections import Counter

from ctx.retrieval.collection import Collection
from ctx.retrieval.terms import Terms, analyse

# What a compound kept whole counts beside a word.
COMPOUND = 1.25
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
        self.asked = collection.thesaurus.widen(self.terms.words) | _shares(self.terms)
        found = ((index.find(term), share) for term, share in self.asked.items())
        self.shares = {number: share for number, share in found if number and share}
        self.sequence = list(map(index.find, self.terms.words))
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
    shares.update(dict.fromkeys(query.wholes, COMPOUND))
    return shares
