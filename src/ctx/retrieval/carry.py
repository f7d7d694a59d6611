"""Answers that outlast a change: what a query found in an index is what it would find with another patch.

An answer depends on the weights of the query's terms and on the documents that had a say in it, with the
weights of all their words. Where a change leaves these alone, and brings no document that would have had a
say, the query need not be asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ctx.retrieval.ask import Found
from ctx.retrieval.bm25 import rounded
from ctx.retrieval.document import Document, Vocabulary
from ctx.retrieval.evidence import most_holders
from ctx.retrieval.index import Index
from ctx.retrieval.patched_index import PatchedIndex
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import Grounds
from ctx.retrieval.sums import factors_of


class Change:
    """What an index that is patched in another way means for queries: `origin` and `fresh` are what it was.

    Both ways number the documents of the shelf alike, and the terms too. See PatchedIndex.
    """

    def __init__(self, now: Index, origin: Sequence[int], fresh: Sequence[Document]) -> None:
        if not isinstance(now, PatchedIndex):
            now = PatchedIndex(now.shelf, now.origin, (), Vocabulary(now.vocabulary))
        self._now = now
        self._before = PatchedIndex(now.shelf, origin, fresh, now.vocabulary)

    def carry(self, query: Query, found: Found) -> Found | None:
        """What a query finds now, where that is what it found before; `query` is one to what is there now."""
        if not self._spares(query, found.grounds):
            return None
        before, place, number = self._before, self._now.place, self._number
        best = [(place(number(before.number(at))), score) for at, score in found.best]
        scored, least, titled, read = found.grounds
        numbers = (list(map(number, some)) for some in (scored, titled, read))
        return Found(best, Grounds(next(numbers), least, next(numbers), next(numbers)))

    def _spares(self, query: Query, grounds: Grounds) -> bool:
        """Whether a query ranks the documents as it did on these grounds."""
        number = self._now.vocabulary.get
        return (
            self._is_small
            and self._moved.isdisjoint(number(term, 0) for term in query.asked)
            and self._gone.isdisjoint(grounds.scored)
            and self._retitled.isdisjoint(grounds.titled)
            and self._reread.isdisjoint(grounds.read)
            and not self._has_a_say(query, grounds.least)
        )

    def _number(self, number: int) -> int:
        """The number that a document has now; below 0 where it is gone."""
        if number >= len(self._now.documents):
            return self._same.get(number, -1)
        return number if self._now.place(number) >= 0 else -1

    @cached_property
    def _same(self) -> dict[int, int]:
        """The fresh documents of before that are fresh ones now, and which."""
        now = {_key(one): at for at, one in zip(self._now.fresh, self._now.fresh_documents, strict=True)}
        before = zip(self._before.fresh, self._before.fresh_documents, strict=True)
        return {at: now[_key(one)] for at, one in before if _key(one) in now}

    @cached_property
    def _is_small(self) -> bool:
        """Whether the number of documents and their order weigh as before."""
        before, now = len(self._before), len(self._now)
        if rounded(before) != rounded(now) or most_holders(before) != most_holders(now):
            return False
        kept = [number for number in map(self._number, self._before.origin) if number >= 0]
        return kept == [number for number in self._now.origin if number not in self._arrived]

    @cached_property
    def _moved(self) -> frozenset[int]:
        """The terms that weigh more or less than before."""
        before, now = self._before, self._now
        exchanged = before.exchanged.keys() | now.exchanged.keys()
        return frozenset(term for term in exchanged if rounded(before.df(term)) != rounded(now.df(term)))

    @cached_property
    def _gone(self) -> frozenset[int]:
        """The documents of before that are no more."""
        fresh = (number for number in self._before.fresh if number not in self._same)
        return frozenset(self._now.gone).difference(self._before.gone).union(fresh)

    @cached_property
    def _arrived(self) -> frozenset[int]:
        """The documents of now that were not there before."""
        fresh = frozenset(self._now.fresh).difference(self._same.values())
        return frozenset(self._before.gone).difference(self._now.gone).union(fresh)

    @cached_property
    def _reread(self) -> frozenset[int]:
        """The documents of before that are no more, or hold a word that weighs more or less."""
        return self._gone.union(*map(self._before.holders, self._moved))

    @cached_property
    def _retitled(self) -> frozenset[int]:
        """Those of them whose title holds such a word."""
        index = self._before
        return frozenset(
            number
            for number in self._reread
            if not self._moved.isdisjoint(index.words(number)[: index.title_length(number)])
        )

    def _has_a_say(self, query: Query, least: float) -> bool:
        """Whether the first score of any document that arrived is so high."""
        if not query.weights:
            return False
        factors, unit = factors_of(query.weights)
        totals = (
            sum(factor * self._now.impact(term, number) for term, factor in factors.items())
            for number in self._arrived
        )
        highest = max(totals, default=0) * unit
        return highest > 0.0 and highest >= least


def _key(document: Document) -> tuple[object, ...]:
    """A document as what can be looked up."""
    fields = (document.title, document.body, document.label)
    return *(tuple(row) for field in fields for row in field), document.group, document.asks
