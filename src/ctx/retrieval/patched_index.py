"""An index that stays in use though a few of its documents changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from ctx.memory.shelf import Held, Numbers, Shelf
from ctx.retrieval.document import Document, Documents, Vocabulary, encode
from ctx.retrieval.groups import REACH
from ctx.retrieval.index import Index, Postings
from ctx.retrieval.postings import TWENTIETHS, Averages, Row, averages_of, fields_of, impacts, terms_of


class PatchedIndex(Index):
    """An index that a few fresh documents are held beside, and some of whose own are gone.

    `origin` has, for each place of the list, the document's number in the index, or the index's length + n
    for the n-th of the `fresh` ones. Where it `holds`, it answers whatever is asked as an index made anew
    would (compare the segments of Lucene).
    """

    is_patched = True
    exchanged: Counter[int]
    """How many more documents hold each term than before; below 0 where fewer do."""

    def __init__(
        self,
        shelf: Shelf,
        origin: Sequence[int],
        fresh: Sequence[Document],
        vocabulary: Vocabulary | None = None,
    ) -> None:
        super().__init__(shelf)
        self._origin, self.fresh_documents = origin, fresh
        self._old = len(self.documents)
        self._known = len(self.document_frequencies)
        if vocabulary is not None:
            self.vocabulary = vocabulary
        self._fresh = Documents(Held(encode(fresh, self.vocabulary)))
        self.terms = list(self.vocabulary)
        self._places = [-1] * (self._old + len(fresh))
        for place, number in enumerate(origin):
            self._places[number] = place
        self.gone = [number for number, place in enumerate(self._places[: self._old]) if place < 0]
        self._rows: dict[int, tuple[list[int], list[int]]] = {}
        self._fresh_rows: list[Row] = []
        self.exchanged = Counter[int]()
        self._exchange()
        df = [*self.document_frequencies, *([0] * (len(self.terms) - self._known))]
        for term, more in self.exchanged.items():
            df[term] += more
        self.document_frequencies = df

    def _exchange(self) -> None:
        """Add the rows of the fresh documents, and count them instead of those that are gone."""
        for number in self.gone:
            self.exchanged.subtract(terms_of(fields_of(self.documents, number)))
        for place in range(len(self._fresh)):
            fields = fields_of(self._fresh, place)
            self.exchanged.update(terms_of(fields))
            row = impacts(fields, self.averages)
            self._fresh_rows.append(row)
            for term, impact in row.items():
                numbers, found = self._rows.setdefault(term, ([], []))
                numbers.append(self._old + place)
                found.append(impact)

    def __len__(self) -> int:
        return len(self._origin)

    @property
    def origin(self) -> Sequence[int]:
        """The numbers of the documents in the order of the list."""
        return self._origin

    @property
    def max_doc(self) -> int:
        """One more than the highest number of a document, gone ones among them (as in Lucene)."""
        return self._old + len(self._fresh)

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 where it is gone."""
        return self._places[number]

    def number(self, place: int) -> int:
        """The number of the document at a place of the list."""
        return self._origin[place]

    def postings(self, term: int) -> Postings:
        """The numbers of documents and the impacts of a term on them; fresh ones have no dense postings."""
        old = super().postings(term) if term < self._known else ((), ())
        fresh = self._rows.get(term)
        return ([*old[0], *fresh[0]], [*old[1], *fresh[1]]) if fresh else old

    @property
    def fresh(self) -> range:
        """The numbers of the fresh documents."""
        return range(self._old, self.max_doc)

    def impact(self, term: int, number: int) -> int:
        """The impact of a term on a document."""
        if number >= self._old:
            return self._fresh_rows[number - self._old].get(term, 0)
        if term >= self._known:
            return 0
        if (everywhere := self.dense_postings(term)) is not None:
            return everywhere[number]
        numbers, found = super().postings(term)
        at = bisect_left(numbers, number)
        return found[at] if at < len(numbers) and numbers[at] == number else 0

    def df(self, term: int) -> int:
        """The document frequency of a term: how many documents hold it."""
        # Another patch that shares the vocabulary may have added to it.
        return self.document_frequencies[term] if term < len(self.document_frequencies) else 0

    def group_postings(self, term: int) -> Postings:
        """The groups that a term stands in, and its impacts on them."""
        return super().group_postings(term) if term < self._known else ((), ())

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
        if self._moved_averages() != self.averages:
            return False
        if not self.groups:
            return not any(self._fresh.groups)
        changed = [place for place, number in enumerate(self.origin) if number >= self._old]
        near = {self.origin[at] for place in changed for at in self._around(place, len(self))}
        near |= {at for number in self.gone for at in self._around(number, self._old)}
        kept = [number for number in self.origin if number < self._old]
        return kept == sorted(kept) and not any(self._fresh.groups) and not any(map(self.group, near))

    def _moved_averages(self) -> Averages:
        """The averages of the documents that there are now."""
        titles, lengths = (
            sum(old) + sum(map(of, self.fresh)) - sum(map(of, self.gone))
            for old, of in (
                (self.documents.title_lengths, self.title_length),
                (self.lengths, self.length),
            )
        )
        return averages_of([titles], [lengths], len(self))

    def _around(self, place: int, count: int) -> range:
        """The places that a document's words can reach."""
        return range(max(place - REACH, 0), min(place + REACH + 1, count))
