"""A collection: an index with what its terms add to each document, over fields, neighbours and categories.

docs/retrieval.md says where each number comes from and what leaving it out costs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise

from ctx.retrieval.bm25 import idf, length_norm, saturation
from ctx.retrieval.index import Index
from ctx.retrieval.thesaurus import Thesaurus

K1, B = 2.5, 0.75
_TITLE, _LABEL = 1.5, 3.0
_SHORTEST_TITLE = 20.0
_GROUP_K1, _GROUP_B = 2.0, 0.75

Scores = dict[int, float]
Vector = list[tuple[int, float]]


class Collection:
    """An index with the impact of each of its terms on each document, worked out when first asked for.

    Terms are given by their numbers in the index.
    """

    def __init__(self, index: Index, thesaurus: Thesaurus | None = None) -> None:
        self.index = index
        self.thesaurus = thesaurus or Thesaurus({})
        self._impacts: dict[int, Scores] = {}
        self._group_impacts: dict[int, Scores] = {}
        self._vectors: dict[int, Vector] = {}
        self._rare: dict[int, Vector] = {}
        self._own: dict[int, dict[int, float]] = {}
        self._titles: dict[int, dict[int, float]] = {}
        self._neighbours: dict[int, Counter[tuple[int, int]]] = {}
        self._company: dict[int, Vector] = {}

    @cached_property
    def body_norms(self) -> list[float]:
        """The factor on each document's body frequencies: longer bodies count less (BM25's b)."""
        reach = self.index.groups.reach
        lengths = [float(length) for length in self.index.body_lengths]
        for number, length in enumerate(self.index.body_lengths):
            for other, share in reach[number]:
                lengths[other] += share * length
        average = max(0.01, sum(lengths) / max(1, len(lengths)))
        return [length_norm(length, average, B) for length in lengths]

    @cached_property
    def mean_log_length(self) -> float:
        """The mean of the logarithms of the bodies' lengths."""
        lengths = self.index.body_lengths
        return math.fsum(math.log1p(length) for length in lengths) / max(1, len(lengths))

    @cached_property
    def title_norms(self) -> list[float]:
        """The factor on each document's title frequencies: shorter titles say more."""
        lengths = self.index.title_lengths
        average = max(0.01, sum(lengths) / max(1, len(lengths)))
        return [min(_SHORTEST_TITLE, average / length) if length else 0.0 for length in lengths]

    @cached_property
    def group_norms(self) -> list[float]:
        """The factor on each category's frequencies."""
        lengths = self.index.groups.lengths
        average = max(0.01, sum(lengths) / max(1, len(lengths)))
        return [length_norm(length, average, _GROUP_B) for length in lengths]

    def impacts(self, term: int) -> Scores:
        """What a term adds to each document that holds it or is next to one that does, before its weight."""
        known = self._impacts.get(term)
        if known is None:
            found = self._spread(term) if len(self.index.groups) else self._frequencies(term)
            top = K1 + 1.0
            known = self._impacts[term] = {n: f * top / (f + K1) for n, f in found.items()}
        return known

    def _frequencies(self, term: int) -> Scores:
        """The weighted frequencies of a term in each document that holds it."""
        norms, titles = self.body_norms, self.title_norms
        rows = iter(self.index.postings(term))
        found: Scores = {}
        for number, title, body, label in zip(rows, rows, rows, rows, strict=True):
            value = body * norms[number]
            if title or label:
                value += _TITLE * title * titles[number] + _LABEL * label
            found[number] = value
        return found

    def _spread(self, term: int) -> Scores:
        """The same where neighbours count for each other."""
        reach, norms, titles = self.index.groups.reach, self.body_norms, self.title_norms
        rows = iter(self.index.postings(term))
        found: Scores = {}
        rest: Scores = {}
        for number, title, body, label in zip(rows, rows, rows, rows, strict=True):
            if body:
                found[number] = found.get(number, 0.0) + body
                for other, share in reach[number]:
                    found[other] = found.get(other, 0.0) + share * body
            if title or label:
                rest[number] = _TITLE * title * titles[number] + _LABEL * label
        found = {number: value * norms[number] for number, value in found.items()}
        for number, value in rest.items():
            found[number] = found.get(number, 0.0) + value
        return found

    def own_impacts(self, number: int) -> Mapping[int, float]:
        """What the terms of a document's own title and body add to it, before their weight."""
        known = self._own.get(number)
        if known is None:
            norm, of_title = self.body_norms[number], _TITLE * self.title_norms[number]
            rows = iter(self.index.terms_of(number))
            known = self._own[number] = {
                term: saturation((both - title) * norm + of_title * title, K1)
                for term, title, both in zip(rows, rows, rows, strict=True)
            }
        return known

    def title_weights(self, number: int) -> Mapping[int, float]:
        """The weights of the words of a document's title."""
        known = self._titles.get(number)
        if known is None:
            index = self.index
            rows = iter(index.terms_of(number))
            titles = (term for term, title, _ in zip(rows, rows, rows, strict=True) if title)
            known = self._titles[number] = {t: index.idf(t) for t in titles if t not in index.wholes}
        return known

    def neighbours(self, number: int) -> Mapping[tuple[int, int], int]:
        """How often each pair of a document's words stands side by side."""
        known = self._neighbours.get(number)
        if known is None:
            words = [word - 1 for word in self.index.sequence(number)]
            known = self._neighbours[number] = Counter(pairwise(words))
        return known

    def vector(self, number: int) -> Vector:
        """A document's unit tf-idf vector, without compounds and terms that no other document holds."""
        known = self._vectors.get(number)
        if known is None:
            known = self._vectors[number] = self._weigh_terms(number)
        return known

    def _weigh_terms(self, number: int) -> Vector:
        index = self.index
        rows = iter(index.terms_of(number))
        weights = [
            (term, (1.0 + math.log(both)) * index.idf(term) if both > 1 else index.idf(term))
            for term, _, both in zip(rows, rows, rows, strict=True)
        ]
        norm = math.sqrt(math.fsum(weight * weight for _, weight in weights)) or 1.0
        wholes, holding = index.wholes, index.holding
        return [(t, weight / norm) for t, weight in weights if t not in wholes and holding(t) > 1]

    def company(self, term: int, count: int) -> Vector:
        """The terms that stand out in the documents that hold a term, at most `count`, strongest first."""
        known = self._company.get(term)
        if known is None:
            known = self._company[term] = self._find_company(term, count)
        return known

    def _find_company(self, term: int, count: int) -> Vector:
        strengths: dict[int, float] = {}
        for document in self.index.postings(term)[::4]:
            for other, share in self._standing_out(document):
                strengths[other] = strengths.get(other, 0.0) + share
        strengths.pop(term, None)
        return [(other, strengths[other]) for other in best(strengths, count)]

    def _standing_out(self, number: int) -> Vector:
        """A document's vector with common terms counting less still."""
        known = self._rare.get(number)
        if known is None:
            holding = self.index.holding
            shares = self.vector(number)
            known = self._rare[number] = [(t, share / math.sqrt(holding(t))) for t, share in shares]
        return known

    def group_impacts(self, term: int) -> Scores:
        """What a term adds to each category, its weight among categories included."""
        known = self._group_impacts.get(term)
        if known is None:
            known = self._group_impacts[term] = self._weigh_groups(term)
        return known

    def _weigh_groups(self, term: int) -> Scores:
        groups = self.index.groups
        counts: Counter[int] = Counter()
        rows = iter(self.index.postings(term))
        for number, title, body, _ in zip(rows, rows, rows, rows, strict=True):
            if groups.of[number] >= 0:
                counts[groups.of[number]] += title + body
        weight = idf(len(groups), len(counts))
        norms = self.group_norms
        return {g: weight * saturation(count * norms[g], _GROUP_K1) for g, count in counts.items() if count}


def best(scores: Scores, count: int) -> list[int]:
    """The best documents, the earlier one where they are equal."""
    if len(scores) > 4 * count:
        cut = sorted(scores.values())[-count]
        scores = {number: score for number, score in scores.items() if score >= cut}
    return sorted(scores, key=lambda number: (-scores[number], number))[:count]
