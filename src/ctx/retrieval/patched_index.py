"""An index that stays in use though a few of its documents changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from ctx.memory.shelf import Held, Numbers, Shelf
from ctx.retrieval.document import Document, Documents, Vocabulary, encode
from ctx.retrieval.index import Index, Postings
from ctx.retrieval.patched_groups import PatchedGroups, find_resettled
from ctx.retrieval.postings import TWENTIETHS, Averages, Row, averages_of, fields_of, impacts, terms_of


class PatchedIndex(Index):
    """An index that a few fresh documents are held beside, and some of whose own are gone.

    `origin` has, for each place of the list, the document's number in the index, or the index's length + n
    for the n-th of the `fresh` ones. Where it `holds`, it answers whatever is asked as an index made anew
    would (compare the segments of Lucene). The numbers behind those that `origin` holds are those of
    documents that are `resettled`: as they were, but not their neighbours.
    """

    is_patched = True
    resettled: Sequence[int]
    """What these were in the index."""
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
        self.origin, self.fresh_documents = origin, fresh
        self._old = len(self.documents)
        self._known = len(self.document_frequencies)
        if vocabulary is not None:
            self.vocabulary = vocabulary
        self._settle()
        self._places = [-1] * (self._old + len(self._fresh))
        for place, number in enumerate(self.numbers):
            self._places[number] = place
        self.gone = [number for number, place in enumerate(self._places[: self._old]) if place < 0]
        self._patched_groups = PatchedGroups(self.documents, self._fresh, self.numbers, self.gone)
        self._rows: dict[int, tuple[list[int], list[int]]] = {}
        self._fresh_rows: list[Row] = []
        self._fresh_lengths: list[int] = []
        self.exchanged = Counter[int]()
        self._exchange()
        df = [*self.document_frequencies, *([0] * (len(self.terms) - self._known))]
        for term, more in self.exchanged.items():
            df[term] += more
        self.document_frequencies = df

    def _settle(self) -> None:
        """Take the fresh documents in, and those whose neighbours changed once more as if they were fresh."""
        self.resettled = find_resettled(self.documents, self.origin)
        behind = self._old + len(self.fresh_documents)
        again = {number: behind + at for at, number in enumerate(self.resettled)}
        self.numbers = [again.get(number, number) for number in self.origin] if again else self.origin
        words = list(self.vocabulary) if again else []
        documents = [self.documents.document(number, words) for number in self.resettled]
        self._fresh = Documents(Held(encode([*self.fresh_documents, *documents], self.vocabulary)))
        self.terms = list(self.vocabulary)

    def _exchange(self) -> None:
        """Add the rows of the fresh documents, and count them instead of those that are gone."""
        for number in self.gone:
            self.exchanged.subtract(terms_of(fields_of(self.documents, number)))
        for number in self.added:
            own, fields = self._patched_groups.own(number), self._patched_groups.fields(self._places[number])
            self.exchanged.update(terms_of(own))
            self._fresh_lengths.append(round(fields.body_length * TWENTIETHS))
            row = impacts(fields, self.averages)
            self._fresh_rows.append(row)
            for term, impact in row.items():
                numbers, found = self._rows.setdefault(term, ([], []))
                numbers.append(number)
                found.append(impact)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def max_doc(self) -> int:
        """One more than the highest number of a document, gone ones among them (as in Lucene)."""
        return self._old + len(self._fresh)

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 where it is gone."""
        return self._places[number]

    def postings(self, term: int) -> Postings:
        """The numbers of documents and the impacts of a term on them; fresh ones have no dense postings."""
        old = super().postings(term) if term < self._known else ((), ())
        fresh = self._rows.get(term)
        return ([*old[0], *fresh[0]], [*old[1], *fresh[1]]) if fresh else old

    @property
    def added(self) -> range:
        """The numbers of the documents beside those of the shelf: the fresh ones, then those resettled."""
        return range(self._old, self.max_doc)

    def row(self, number: int) -> Row:
        """The impacts of all terms on a document that is in the list."""
        if number >= self._old:
            return self._fresh_rows[number - self._old]
        return impacts(self._patched_groups.fields(self._places[number]), self.averages)

    def df(self, term: int) -> int:
        """The document frequency of a term: how many documents hold it."""
        # Another patch that shares the vocabulary may have added to it.
        return self.document_frequencies[term] if term < len(self.document_frequencies) else 0

    def group_postings(self, term: int) -> Postings:
        """The dialogues that a term stands in, and its impacts on them."""
        return super().group_postings(term) if term < self._known else ((), ())

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self._patched_groups)

    def group(self, number: int) -> int:
        """The group of a document; 0 for none."""
        return self._patched_groups.group(number)

    @property
    def changed_groups(self) -> frozenset[str]:
        """The names of the groups that are not as in the index."""
        return frozenset(self._patched_groups.names[group] for group in self._patched_groups.changed)

    @cached_property
    def grouped(self) -> list[tuple[int, int]]:
        """The documents that have a group, and which."""
        return self._patched_groups.grouped

    def asks(self, number: int) -> bool:
        """Whether a document ends in a question mark."""
        return self._patched_groups.asks(number)

    def words(self, number: int) -> Numbers:
        """The words of a document: those of its title, a gap, and those of its body."""
        documents, at = self._patched_groups.held(number)
        return documents.row("words", at)

    def title_length(self, number: int) -> int:
        """How many words a document's title has."""
        documents, at = self._patched_groups.held(number)
        return documents.title_lengths[at]

    def length(self, number: int) -> int:
        """How many words a document's body has, neighbours counted in, in twentieths."""
        return super().length(number) if number < self._old else self._fresh_lengths[number - self._old]

    @property
    def holds(self) -> bool:
        """Whether all that is asked of it is answered as an index made anew would answer it.

        That is so while the averages, to the precision that counts, are the same, and no dialogue changed.
        """
        return self._moved_averages() == self.averages and self._patched_groups.hold

    def _moved_averages(self) -> Averages:
        """The averages of the documents that there are now."""
        titles, lengths = (
            sum(old) + sum(map(of, self.added)) - sum(map(of, self.gone))
            for old, of in (
                (self.documents.title_lengths, self.title_length),
                (self.lengths, self.length),
            )
        )
        return averages_of([titles], [lengths], len(self))
