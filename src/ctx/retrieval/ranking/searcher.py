"""A searcher: an index with what is worked out from it while queries are answered, and kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import compress
from typing import Any

from ctx.model.entry import Entry
from ctx.retrieval.analysis.bounded_cache import BoundedCache
from ctx.retrieval.index.bm25 import idf
from ctx.retrieval.index.document import GAP
from ctx.retrieval.index.index import Index
from ctx.retrieval.index.postings import UNIT
from ctx.retrieval.index.section_documents import speech_length
from ctx.retrieval.ranking.accumulator import Accumulator
from ctx.retrieval.ranking.query_expansion import QueryExpansion

# What a dialogue's own score counts for each of its documents.
_GROUP = 0.4
# The impacts of so many terms that are not common are kept by document.
_MOST_ROWS = 1 << 12
# One total in so many is looked at to guess how high the highest ones are.
_SAMPLE = 16
# So many words stand out of a document.
_OUTSTANDING = 20

Scores = dict[int, float]
Vector = list[tuple[int, float]]


class Searcher:
    """An index with its query expansion and entries. Documents and terms are known by their numbers there."""

    def __init__(
        self,
        index: Index,
        expansion: QueryExpansion | None = None,
        entries: Callable[[], Sequence[Entry]] = tuple,
    ) -> None:
        self.index = index
        self.expansion = expansion or QueryExpansion({})
        self.entries = entries
        """What was indexed, in the order of the list."""
        self._adder = Accumulator(index)
        self._rows: BoundedCache[int, dict[int, int]] = BoundedCache(_MOST_ROWS)
        self._titles: dict[int, dict[int, float]] = {}
        self._vectors: dict[int, Vector] = {}
        self._outstanding: dict[int, Vector] = {}
        self._company: dict[int, Vector] = {}

    def score(self, weights: Mapping[int, float], count: int | None) -> Scores:
        """The `count` documents that weighted terms score highest, and those as high as the last of them."""
        if not weights:
            return {}
        totals, unit = self._adder.add_up(weights)
        for number in self.index.gone:
            totals[number] = 0
        if self.index.dialogues:
            bonus = self.group_bonus(weights, unit)
            for number, group in self.index.grouped:
                if totals[number]:
                    totals[number] += bonus.get(group, 0)
        return {number: totals[number] * unit for number in _highest(totals, count)}

    def add(self, scores: Scores, weights: Mapping[int, float], chosen: AbstractSet[int]) -> None:
        """Add weighted terms to the scores of some documents."""
        for term, weight in weights.items():
            for number, impact in self.impacts(term, chosen):
                scores[number] += weight * impact
        if self.index.dialogues:
            bonus = self._score_groups(weights)
            for number in chosen:
                scores[number] += bonus.get(self.index.group(number), 0.0)

    def impacts(self, term: int, chosen: AbstractSet[int]) -> list[tuple[int, float]]:
        """What a term adds to those of some documents that it counts for, before its weight."""
        row = self._rows.get(term)
        if row is None:
            if (dense := self._adder.dense(term)) is not None:
                return [(number, impact / UNIT) for number in chosen if (impact := dense[number])]
            row = self._rows[term] = dict(zip(*self.index.postings(term), strict=True))
        return [(number, row[number] / UNIT) for number in chosen & row.keys()]

    def group_bonus(self, weights: Mapping[int, float], unit: float) -> dict[int, int]:
        """What the groups' own scores add to their documents, as whole numbers of some unit."""
        return {group: int(value / unit) for group, value in self._score_groups(weights).items()}

    def _score_groups(self, weights: Mapping[int, float]) -> Scores:
        """What the groups' own scores add to their documents."""
        scores: Scores = {}
        count = len(self.index.dialogues)
        for term, weight in weights.items():
            groups, impacts = self.index.group_postings(term)
            if groups:
                factor = _GROUP * weight / self.index.idf(term) * idf(count, len(groups)) / UNIT
                for group, impact in zip(groups, impacts, strict=True):
                    scores[group] = scores.get(group, 0.0) + factor * impact
        return scores

    @cached_property
    def mean_log_length(self) -> float:
        """The mean of the logarithms of the bodies' lengths in dialogues."""
        said = [number for number, group in self.index.grouped if group in self.index.dialogues]
        return math.fsum(map(self.log_length, said)) / max(1, len(said))

    def log_length(self, number: int) -> float:
        """The logarithm of the length of a document's body, as of a remark."""
        return math.log(speech_length(len(self.index.words(number)) - self.index.title_length(number)))

    def title_weights(self, number: int) -> Mapping[int, float]:
        """The weights of the words of a document's title."""
        known = self._titles.get(number)
        if known is None:
            index = self.index
            words = index.words(number)[: index.title_length(number)]
            known = self._titles[number] = {term: index.idf(term) for term in words}
        return known

    def vector(self, number: int) -> Vector:
        """A document's unit tf-idf vector over its words, without those that no other document holds."""
        known = self._vectors.get(number)
        if known is None:
            known = self._vectors[number] = self._weigh_words(number)
        return known

    def _weigh_words(self, number: int) -> Vector:
        counts, idf_of = Counter(self.index.words(number)), self.index.idf
        del counts[GAP]
        weights = {
            term: idf_of(term) * (1.0 + math.log(count)) if count > 1 else idf_of(term)
            for term, count in counts.items()
        }
        norm, df = math.hypot(*weights.values()) or 1.0, self.index.document_frequencies
        return [(term, weight / norm) for term, weight in weights.items() if df[term] > 1]

    def cooccurring_terms(self, term: int, count: int) -> Vector:
        """The terms that stand out in the documents that hold a term, at most `count`, strongest first."""
        known = self._company.get(term)
        if known is None:
            known = self._company[term] = self._find_company(term, count)
        return known

    def _find_company(self, term: int, count: int) -> Vector:
        strengths: Scores = {}
        # Neighbours of those that hold the term are among them, with less of an impact.
        for number in self.best(self.index.docs_with(term), self.index.df(term)):
            for other, share in self._standing_out(number):
                strengths[other] = strengths.get(other, 0.0) + share
        strengths.pop(term, None)
        return [(other, strengths[other]) for other in self.best_terms(strengths, count)]

    def _standing_out(self, number: int) -> Vector:
        """The words that stand out of a document: its vector with common ones counting less still."""
        known = self._outstanding.get(number)
        if known is None:
            df = self.index.document_frequencies
            shares = {term: share / math.sqrt(df[term]) for term, share in self.vector(number)}
            known = [(term, shares[term]) for term in self.best_terms(shares, _OUTSTANDING)]
            self._outstanding[number] = known
        return known

    def best(self, scores: Mapping[int, float], count: int) -> list[int]:
        """The best documents, the earlier one in the list where they are equal."""
        return _best(scores, count, self.index.place)

    def best_terms(self, scores: Mapping[int, float], count: int) -> list[int]:
        """The best terms, in the order of the alphabet where they are equal."""
        return _best(scores, count, self.index.terms.__getitem__)


def _best(scores: Mapping[int, float], count: int, rank: Callable[[int], Any]) -> list[int]:
    if len(scores) > count > 0:
        least = sorted(scores.values())[-count]
        scores = {number: score for number, score in scores.items() if score >= least}
    return sorted(scores, key=lambda number: (-scores[number], rank(number)))[:count]


def _highest(totals: Sequence[int], count: int | None) -> list[int]:
    """The numbers of the `count` highest totals above 0, and of those as high as the last of them."""
    least = 1
    if count is not None and count * _SAMPLE < len(totals):
        # By a sample about twice as many are above this; where it errs, all are looked at.
        least = max(1, sorted(totals[::_SAMPLE])[-(2 * count // _SAMPLE + 2)])
    found = _from(least, totals)
    if least > 1 and len(found) < (count or 0):
        found = _from(1, totals)
    if count is None or len(found) <= count:
        return found
    least = sorted(map(totals.__getitem__, found))[-count]
    return [number for number in found if totals[number] >= least]


def _from(least: int, totals: Sequence[int]) -> list[int]:
    """The numbers of the totals that are so high."""
    return [*compress(range(len(totals)), map(least.__le__, totals))]
