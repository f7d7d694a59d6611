"""Answers that outlast a change: what a query found in an index is what it would find with another patch.

An answer depends on the weights of the query's terms and on the documents that had a say in it, with the
weights of all their words. Where a change leaves these alone, and brings no document that would have had a
say, the query need not be asked again. Where a dialogue changed there is no patch; other categories count for
nothing.
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
from ctx.retrieval.postings import Row
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import Grounds
from ctx.retrieval.sums import factors_of

# So many documents are not sooner looked at than the query is asked again.
_MANY = 200

_Identity = int | tuple[object, ...]


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
        if not query.has_terms or not self._spares(query, found.grounds):
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
            and self._lost.isdisjoint(grounds.scored)
            and self._retitled.isdisjoint(grounds.titled)
            and self._reread.isdisjoint(grounds.read)
            and not self._has_a_say(query, grounds.least)
        )

    def _number(self, number: int) -> int:
        """The number that a document of before has now; below 0 where it is gone."""
        return self._now_known.number(self._was_known.identity(number))

    @cached_property
    def _was_known(self) -> _Identities:
        return _Identities(self._before)

    @cached_property
    def _now_known(self) -> _Identities:
        return _Identities(self._now)

    @cached_property
    def _is_small(self) -> bool:
        """Whether the number of documents and their order weigh as before."""
        before, now = self._before, self._now
        if rounded(len(before)) != rounded(len(now)):
            return False
        if most_holders(len(before)) != most_holders(len(now)) or len(self._arrived) > _MANY:
            return False
        kept = [number for number in map(self._number, before.numbers) if number >= 0]
        return kept == [number for number in now.numbers if number not in self._arrived]

    @cached_property
    def _moved(self) -> frozenset[int]:
        """The terms that weigh more or less than before."""
        before, now = self._before, self._now
        exchanged = before.exchanged.keys() | now.exchanged.keys()
        return frozenset(term for term in exchanged if rounded(before.df(term)) != rounded(now.df(term)))

    @cached_property
    def _arrived(self) -> frozenset[int]:
        """The documents of now that were not there before."""
        back = frozenset(self._before.gone).difference(self._now.gone)
        there = self._was_known.number
        return frozenset(n for n in back.union(self._now.added) if there(self._now_known.identity(n)) < 0)

    @cached_property
    def _lost(self) -> frozenset[int]:
        """The documents of before that are no more."""
        went = frozenset(self._now.gone).difference(self._before.gone).union(self._before.added)
        return frozenset(n for n in went if self._number(n) < 0)

    @cached_property
    def _reread(self) -> frozenset[int]:
        """The documents of before that are lost, or hold a word that weighs more or less."""
        return self._lost.union(*map(self._before.holders, self._moved))

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
        """Whether the first score of any document that was found is so high."""
        if not query.weights:
            return False
        factors, unit = factors_of(query.weights)
        bonus = query.collection.group_bonus(query.weights, unit)
        highest = 0
        for row, group in self._rows:
            if total := sum(factors[term] * row[term] for term in factors.keys() & row.keys()):
                highest = max(highest, total + bonus.get(group, 0))
        return highest > 0 and highest * unit >= least

    @cached_property
    def _rows(self) -> list[tuple[Row, int]]:
        """The impacts on the documents that were found, and their groups."""
        return [(self._now.row(number), self._now.group(number)) for number in self._arrived]


class _Identities:
    """What the documents of an index are, however that numbers them.

    Those of the shelf are what they are there, the others are what they hold.
    """

    def __init__(self, index: PatchedIndex) -> None:
        self._index = index
        self._old = len(index.documents)
        self._fresh: list[_Identity] = [*map(_key, index.fresh_documents), *index.resettled]
        self._numbers = {identity: self._old + at for at, identity in enumerate(self._fresh)}

    def identity(self, number: int) -> _Identity:
        """What the document of a number is."""
        return number if number < self._old else self._fresh[number - self._old]

    def number(self, identity: _Identity) -> int:
        """The number of such a document; below 0 where there is none."""
        found = self._numbers.get(identity, -1)
        if found < 0 and isinstance(identity, int) and self._index.place(identity) >= 0:
            return identity
        return found


def _key(document: Document) -> _Identity:
    """A document as what can be looked up."""
    fields = (document.title, document.body, document.label)
    return *(tuple(row) for field in fields for row in field), document.group, document.asks
