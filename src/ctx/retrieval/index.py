"""The index: documents and their postings, whether just made or read, part by part, from a cache.

A document is known by its number, a term by its number in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain

from ctx.memory.entry import Entry
from ctx.memory.shelf import Held, Numbers, Shelf
from ctx.retrieval.bm25 import idf, rounded
from ctx.retrieval.document import Document, Documents, Vocabulary, decode_terms
from ctx.retrieval.memo import Memo
from ctx.retrieval.postings import TWENTIETHS, Averages, averages_of, body_norm

Postings = tuple[Numbers, Numbers]
# How much is kept of what was read: rows of so many terms, and of common terms so many impacts (8 MiB).
_MOST_TERMS = 1 << 13
MOST_LANES = 1 << 22


class _Idfs(dict[int, float]):
    """The idf of each term, worked out when it is first asked for."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, term: int) -> float:
        index = self._index
        known = self[term] = idf(rounded(len(index)), rounded(index.df(term)))
        return known


class Index:
    """Postings over documents, and what is kept of each of them."""

    is_patched = False
    """Whether some documents are held beside those of the shelf."""
    fresh_documents: Sequence[Document] = ()
    """Those."""
    gone: Sequence[int] = ()
    """The numbers of documents that are no longer in the list that was indexed."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.documents = Documents(shelf)
        self.idf: Callable[[int], float] = _Idfs(self).__getitem__
        """The weight of a term by how many documents hold it, nearly."""
        self._sparse: Memo[int, Postings] = Memo(_MOST_TERMS)
        self._dense: Memo[int, Numbers] = Memo(MOST_LANES // max(1, len(self.documents)))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """The index of some entries, numbered as they come."""
        from ctx.retrieval.build_index import index_entries

        return cls(Held(index_entries(entries)))

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def origin(self) -> Sequence[int]:
        """Where the documents of the list come from, see `PatchedIndex`."""
        return range(len(self.documents))

    @cached_property
    def numbers(self) -> Sequence[int]:
        """The numbers of the documents in the order of the list."""
        return self.origin

    @property
    def max_doc(self) -> int:
        """One more than the highest number of a document, gone ones among them (as in Lucene)."""
        return len(self)

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 where it is gone."""
        return number

    def number(self, place: int) -> int:
        """The number of the document at a place of the list."""
        return self.numbers[place]

    @cached_property
    def terms(self) -> list[str]:
        """The terms by their numbers; the first one is none."""
        return decode_terms(self.shelf.text("terms"))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The number of each term."""
        return Vocabulary(zip(self.terms, range(len(self.terms)), strict=True))

    def find(self, term: str) -> int:
        """The number of a term that some document holds; 0 where none does."""
        number = self.vocabulary.get(term, 0)
        return number if number and self.df(number) else 0

    def df(self, term: int) -> int:
        """The document frequency of a term: how many documents hold it."""
        return self.document_frequencies[term]

    @cached_property
    def document_frequencies(self) -> Numbers:
        """The document frequencies of all terms."""
        return self.shelf.numbers("df")

    def postings(self, term: int) -> Postings:
        """The numbers of documents and the impacts of a term on them; none for a common term.

        See `dense_postings`.
        """
        known = self._sparse.get(term)
        if known is None:
            known = self._sparse[term] = self._postings("", term)
        return known

    def dense_postings(self, term: int) -> Numbers | None:
        """The impacts of a common term on all documents, by number."""
        known = self._dense.get(term)
        if known is None and (at := self._common.get(term)) is not None:
            count = len(self.documents)
            known = self._dense[term] = self.shelf.numbers("common_impacts", at * count, (at + 1) * count)
        return known

    def holders(self, term: int) -> dict[int, int]:
        """The documents that hold a term or whose neighbours do, and its impacts on them."""
        # Whether a term is stored as a common one must make no difference.
        pairs = chain(zip(*self.postings(term), strict=True), enumerate(self.dense_postings(term) or ()))
        return {number: impact for number, impact in pairs if impact and self.place(number) >= 0}

    @cached_property
    def _common(self) -> dict[int, int]:
        return {term: at for at, term in enumerate(self.shelf.numbers("common"))}

    def group_postings(self, term: int) -> Postings:
        """The dialogues that a term stands in, and its impacts on them."""
        return self._postings("group_", term)

    def _postings(self, prefix: str, term: int) -> Postings:
        ends = self._ends[prefix]
        start, end = ends[term - 1] if term else 0, ends[term]
        if start == end:
            return (), ()
        shelf = self.shelf
        return shelf.numbers(f"{prefix}places", start, end), shelf.numbers(f"{prefix}impacts", start, end)

    @cached_property
    def _ends(self) -> dict[str, Numbers]:
        return {prefix: self.shelf.numbers(f"{prefix}ends") for prefix in ("", "group_")}

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
    def dialogues(self) -> dict[int, int]:
        """The groups that are dialogues, and how much each is one."""
        return dict(zip(self.shelf.numbers("dialogues"), self.shelf.numbers("brevities"), strict=True))

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
        return self.lengths[number]

    @cached_property
    def lengths(self) -> Numbers:
        """The lengths of all documents."""
        return self.shelf.numbers("lengths")

    def norm(self, number: int) -> float:
        """The factor on frequencies in a document's body."""
        return body_norm(self.length(number) / TWENTIETHS, self.averages.body)

    @cached_property
    def averages(self) -> Averages:
        """The average lengths of the documents of the shelf."""
        return averages_of(self.documents.title_lengths, self.lengths, len(self.documents))
