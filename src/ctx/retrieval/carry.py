"""Answers that outlast a change: what a query found in an index is what it would find in the patched one.

An answer depends on the weights of the query's terms and on the documents that had a say in it, with the
weights of all their words. Where a change leaves these alone, and brings no document that would have had a
say, the query need not be asked again.
"""

from __future__ import annotations

from functools import cached_property

from ctx.retrieval.bm25 import rounded
from ctx.retrieval.evidence import most_holders
from ctx.retrieval.patched_index import PatchedIndex
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import Grounds
from ctx.retrieval.sums import factors_of


class Change:
    """What the patch of an index means for queries."""

    def __init__(self, index: PatchedIndex) -> None:
        self.index = index

    def spares(self, query: Query, grounds: Grounds) -> bool:
        """Whether a query to the patched index ranks the documents as it did on these grounds before."""
        number = self.index.vocabulary.get
        return (
            self._is_small
            and self._moved.isdisjoint(number(term, 0) for term in query.asked)
            and self._gone.isdisjoint(grounds.scored)
            and self._retitled.isdisjoint(grounds.titled)
            and self._reread.isdisjoint(grounds.read)
            and not self._has_a_say(query, grounds.least)
        )

    @cached_property
    def _is_small(self) -> bool:
        """Whether the number of documents and their order weigh as before."""
        before, now = len(self.index.documents), len(self.index)
        same = rounded(before) == rounded(now) and most_holders(before) == most_holders(now)
        return same and self.index.in_order

    @cached_property
    def _moved(self) -> frozenset[int]:
        """The terms that weigh more or less than before."""
        now = self.index.document_frequencies
        more = self.index.exchanged.items()
        return frozenset(term for term, by in more if rounded(now[term]) != rounded(now[term] - by))

    @cached_property
    def _gone(self) -> frozenset[int]:
        """The documents that are no more."""
        return frozenset(self.index.gone)

    @cached_property
    def _reread(self) -> frozenset[int]:
        """The documents of before that are no more, or hold a word that weighs more or less."""
        index = self.index.before
        known = (term for term in self._moved if term < len(index.document_frequencies))
        return self._gone.union(*map(index.holders, known))

    @cached_property
    def _retitled(self) -> frozenset[int]:
        """Those of them whose title holds such a word."""
        index = self.index.before
        return frozenset(
            number
            for number in self._reread
            if not self._moved.isdisjoint(index.words(number)[: index.title_length(number)])
        )

    def _has_a_say(self, query: Query, least: float) -> bool:
        """Whether the first score of any fresh document is so high."""
        if not query.weights:
            return False
        factors, unit = factors_of(query.weights)
        totals = dict.fromkeys(self.index.fresh, 0)
        for term, factor in factors.items():
            for number, impact in zip(*self.index.fresh_postings(term), strict=True):
                totals[number] += impact * factor
        highest = max(totals.values(), default=0) * unit
        return highest > 0.0 and highest >= least
