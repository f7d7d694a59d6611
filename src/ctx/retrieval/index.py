"""The index: documents and their postings, whether just made or read, part by part, from a cache.

A document is known by its number, a term by its number in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from ctx.memory.entry import Entry
from ctx.retrieval.bm25 import idf
from ctx.retrieval.document import (
    Document,
    Documents,
    Held,
    Numbers,
    Shelf,
    Vocabulary,
    decode_terms,
    document_of,
    encode,
)
from ctx.retrieval.groups import REACH
from ctx.retrieval.memo import Memo
from ctx.retrieval.postings import (
    TWENTIETHS,
    Averages,
    averages_of,
    body_norm,
    build,
    fields_of,
    impacts,
    terms_of,
)
from ctx.retrieval.terms import is_whole

Pairs = tuple[Numbers, Numbers]
# How much is kept of what was read: rows of so many terms, and of common terms so many impacts (8 MiB).
_MOST_TERMS = 1 << 13
MOST_LANES = 1 << 22


class Index:
    """Postings over documents, and what is kept of each of them."""

    gone: Sequence[int] = ()
    """The numbers of documents that stand in that list no more."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.documents = Documents(shelf)
        self._idf: dict[int, float] = {}
        self._rare: Memo[int, Pairs] = Memo(_MOST_TERMS)
        self._wide: Memo[int, Numbers] = Memo(MOST_LANES // max(1, len(self.documents)))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """The index of some entries, numbered as they come."""
        return cls(Held(build(map(document_of, entries))))

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def numbers(self) -> int:
        """One more than the highest number of a document."""
        return len(self)

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 if no more."""
        return number

    def number(self, place: int) -> int:
        """The number of the document at a place of the list."""
        return place

    @cached_property
    def terms(self) -> list[str]:
        """The terms by their numbers; the first one is none."""
        return decode_terms(self._shelf.text("terms"))

    @cached_property
    def ids(self) -> Vocabulary:
        """The number of each term."""
        return Vocabulary(zip(self.terms, range(len(self.terms)), strict=True))

    def find(self, term: str) -> int:
        """The number of a term that some document holds; 0 where none does."""
        number = self.ids.get(term, 0)
        return number if number and self.holding(number) else 0

    def is_whole(self, term: int) -> bool:
        """Whether a term is a compound kept whole."""
        return is_whole(self.terms[term])

    def holding(self, term: int) -> int:
        """How many documents hold a term."""
        return self.holdings[term]

    @cached_property
    def holdings(self) -> Numbers:
        """How many documents hold each term."""
        return self._shelf.numbers("holding")

    def idf(self, term: int) -> float:
        """The weight of a term by how many documents hold it."""
        known = self._idf.get(term)
        if known is None:
            known = self._idf[term] = idf(len(self), self.holding(term))
        return known

    def pairs(self, term: int) -> Pairs:
        """The numbers of documents and the impacts of a term on them; see `everywhere` for common terms."""
        known = self._rare.get(term)
        if known is None:
            known = self._rare[term] = self._pairs("", term)
        return known

    def everywhere(self, term: int) -> Numbers | None:
        """The impacts of a common term on all documents, by number."""
        known = self._wide.get(term)
        if known is None and (at := self._common.get(term)) is not None:
            count = len(self.documents)
            known = self._wide[term] = self._shelf.numbers("common_impacts", at * count, (at + 1) * count)
        return known

    @cached_property
    def _common(self) -> dict[int, int]:
        return {term: at for at, term in enumerate(self._shelf.numbers("common"))}

    def of_groups(self, term: int) -> Pairs:
        """The groups that a term stands in, and its impacts on them."""
        return self._pairs("group_", term)

    def _pairs(self, prefix: str, term: int) -> Pairs:
        ends = self._ends[prefix]
        start, end = ends[term - 1] if term else 0, ends[term]
        if start == end:
            return (), ()
        shelf = self._shelf
        return shelf.numbers(f"{prefix}places", start, end), shelf.numbers(f"{prefix}impacts", start, end)

    @cached_property
    def _ends(self) -> dict[str, Numbers]:
        return {prefix: self._shelf.numbers(f"{prefix}ends") for prefix in ("", "group_")}

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.documents.group_names) - 1

    def group(self, number: int) -> int:
        """The group of a document; 0 for none."""
        return self.documents.groups[number]

    @cached_property
    def grouped(self) -> list[tuple[int, int]]:
        """The documents that have a group, and which."""
        return [(number, group) for number, group in enumerate(self.documents.groups) if group]

    @cached_property
    def dialogues(self) -> frozenset[int]:
        """The groups that are dialogues."""
        return frozenset(self._shelf.numbers("dialogues"))

    def asks(self, number: int) -> bool:
        """Whether a document ends in a question mark."""
        return bool(self.documents.asks[number])

    def document(self, number: int) -> Document:
        """A document as it was given to the index."""
        return self.documents.document(number, self.terms)

    def words(self, number: int) -> Numbers:
        """The words of a document: those of its title, a gap, and those of its body."""
        return self.documents.row("words", number)

    def title_length(self, number: int) -> int:
        """How many words a document's title has."""
        return self.documents.title_lengths[number]

    def length(self, number: int) -> int:
        """How many words a document's body has, neighbours counted in, in twentieths."""
        return self._lengths[number]

    @cached_property
    def _lengths(self) -> Numbers:
        return self._shelf.numbers("lengths")

    def norm(self, number: int) -> float:
        """The factor on frequencies in a document's body."""
        return body_norm(self.length(number) / TWENTIETHS, self._averages.body)

    @cached_property
    def _averages(self) -> Averages:
        return averages_of(self.documents.title_lengths, self._lengths, len(self.documents))


class Patched(Index):
    """An index that a few fresh documents are held beside, and some of whose own are gone.

    `origin` has, for each place of the list, the document's number in the index, or the index's length + n
    for the n-th of the `fresh` ones. Where it `holds`, it answers whatever is asked as an index made anew
    would (compare the segments of Lucene).
    """

    def __init__(self, shelf: Shelf, origin: Sequence[int], fresh: Sequence[Document]) -> None:
        super().__init__(shelf)
        self._origin = origin
        self._old = len(self.documents)
        self._vocabulary = len(self.ids)
        self._fresh = Documents(Held(encode(fresh, self.ids)))
        self.terms = list(self.ids)
        self._places = [-1] * (self._old + len(fresh))
        for place, number in enumerate(origin):
            self._places[number] = place
        self.gone = [number for number, place in enumerate(self._places[: self._old]) if place < 0]
        self._rows: dict[int, tuple[list[int], list[int]]] = {}
        self.holdings = self._exchange([*self.holdings, *([0] * (len(self.terms) - self._vocabulary))])

    def _exchange(self, holdings: list[int]) -> list[int]:
        """Add the rows of the fresh documents, and count them instead of those that are gone."""
        for number in self.gone:
            for term in terms_of(fields_of(self.documents, number)):
                holdings[term] -= 1
        for place in range(len(self._fresh)):
            fields = fields_of(self._fresh, place)
            for term in terms_of(fields):
                holdings[term] += 1
            for term, impact in impacts(fields, self._averages).items():
                numbers, found = self._rows.setdefault(term, ([], []))
                numbers.append(self._old + place)
                found.append(impact)
        return holdings

    def __len__(self) -> int:
        return len(self._origin)

    @property
    def numbers(self) -> int:
        """One more than the highest number of a document."""
        return self._old + len(self._fresh)

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 if no more."""
        return self._places[number]

    def number(self, place: int) -> int:
        """The number of the document at a place of the list."""
        return self._origin[place]

    def pairs(self, term: int) -> Pairs:
        """The numbers of documents and the impacts of a term on them; see `everywhere` for common terms."""
        old = super().pairs(term) if term < self._vocabulary else ((), ())
        fresh = self._rows.get(term)
        return ([*old[0], *fresh[0]], [*old[1], *fresh[1]]) if fresh else old

    def of_groups(self, term: int) -> Pairs:
        """The groups that a term stands in, and its impacts on them."""
        return super().of_groups(term) if term < self._vocabulary else ((), ())

    def group(self, number: int) -> int:
        """The group of a document; 0 for none."""
        return super().group(number) if number < self._old else 0

    def words(self, number: int) -> Numbers:
        """The words of a document: those of its title, a gap, and those of its body."""
        return super().words(number) if number < self._old else self._fresh.row("words", number - self._old)

    def title_length(self, number: int) -> int:
        """How many words a document's title has."""
        if number < self._old:
            return super().title_length(number)
        return self._fresh.title_lengths[number - self._old]

    def length(self, number: int) -> int:
        """How many words a document's body has, neighbours counted in, in twentieths."""
        if number < self._old:
            return super().length(number)
        return (len(self.words(number)) - self.title_length(number) - 1) * TWENTIETHS

    @property
    def holds(self) -> bool:
        """Whether all that is asked of it is answered as an index made anew would answer it.

        That is so while the averages, to the precision that counts, are the same, and no document that has
        neighbours or a group is fresh, gone, or next to one of these.
        """
        if self._moved_averages() != self._averages:
            return False
        if not self.groups:
            return not any(self._fresh.groups)
        changed = [place for place, number in enumerate(self._origin) if number >= self._old]
        near = {self._origin[at] for place in changed for at in self._around(place, len(self))}
        near |= {at for number in self.gone for at in self._around(number, self._old)}
        kept = [number for number in self._origin if number < self._old]
        return kept == sorted(kept) and not any(self._fresh.groups) and not any(map(self.group, near))

    def _moved_averages(self) -> Averages:
        """The averages of the documents that there are now."""
        fresh = range(self._old, self.numbers)
        titles, lengths = (
            sum(old) + sum(map(of, fresh)) - sum(map(of, self.gone))
            for old, of in (
                (self.documents.title_lengths, self.title_length),
                (self._lengths, self.length),
            )
        )
        return averages_of([titles], [lengths], len(self))

    def _around(self, place: int, count: int) -> range:
        """The places that a document's words can reach."""
        return range(max(place - REACH, 0), min(place + REACH + 1, count))
