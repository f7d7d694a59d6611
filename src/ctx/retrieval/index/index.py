"""The index: documents and their postings, whether just made or read, part by part, from a cache.

A document is known by its number, a term by its number in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from ctx.model.arrays import Arrays, Held, Numbers
from ctx.model.entry import Entry
from ctx.retrieval.analysis.bounded_cache import BoundedCache
from ctx.retrieval.index.bm25 import idf
from ctx.retrieval.index.document import Document, Documents, Vocabulary, decode_terms
from ctx.retrieval.index.postings import TWENTIETHS, Averages, averages_of, body_norm

Postings = tuple[Numbers, Numbers]
# So many terms' postings are kept once they were read.
_MOST_TERMS = 1 << 13
# So many documents' words are.
_MOST_DOCUMENTS = 1 << 11


class _Idfs(dict[int, float]):
    """The idf of each term, worked out when it is first asked for."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, term: int) -> float:
        index = self._index
        known = self[term] = idf(len(index), index.df(term))
        return known


class Index:
    """Postings over documents, and what is kept of each of them."""

    gone: Sequence[int] = ()
    """The numbers of documents that are no longer in the list that was indexed."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.documents = Documents(arrays)
        self.idf: Callable[[int], float] = _Idfs(self).__getitem__
        """The weight of a term by how many documents hold it."""
        self._known_postings: BoundedCache[int, Postings] = BoundedCache(_MOST_TERMS)
        self._known_words: BoundedCache[int, Numbers] = BoundedCache(_MOST_DOCUMENTS)
        self._known_groups: BoundedCache[int, Postings] = BoundedCache(_MOST_TERMS)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """The index of some entries, numbered as they come."""
        from ctx.retrieval.index.build_index import index_entries

        return cls(Held(index_entries(entries)))

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def numbers(self) -> Sequence[int]:
        """The numbers of the documents in the order of the list."""
        return range(len(self.documents))

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
        return decode_terms(self.arrays.text("terms"))

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
        return self.arrays.numbers("df")

    def postings(self, term: int) -> Postings:
        """The numbers of documents, in their order, and the impacts of a term on them."""
        known = self._known_postings.get(term)
        if known is None:
            known = self._known_postings[term] = self._find_postings(term)
        return known

    def _find_postings(self, term: int) -> Postings:
        return self._read_pairs("", term)

    def docs_with(self, term: int) -> dict[int, int]:
        """The documents that hold a term or whose neighbours do, and its impacts on them."""
        pairs = zip(*self.postings(term), strict=True)
        return {number: impact for number, impact in pairs if self.place(number) >= 0}

    def group_postings(self, term: int) -> Postings:
        """The dialogues that a term stands in, and its impacts on them."""
        known = self._known_groups.get(term)
        if known is None:
            known = self._known_groups[term] = self._find_group_postings(term)
        return known

    def _find_group_postings(self, term: int) -> Postings:
        return self._read_pairs("group_", term)

    def _read_pairs(self, prefix: str, term: int) -> Postings:
        ends = self._ends[prefix]
        start, end = ends[term - 1] if term else 0, ends[term]
        if start == end:
            return (), ()
        arrays = self.arrays
        return arrays.numbers(f"{prefix}places", start, end), arrays.numbers(f"{prefix}impacts", start, end)

    @cached_property
    def _ends(self) -> dict[str, Numbers]:
        return {prefix: self.arrays.numbers(f"{prefix}ends") for prefix in ("", "group_")}

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
        return dict(zip(self.arrays.numbers("dialogues"), self.arrays.numbers("brevities"), strict=True))

    def asks(self, number: int) -> bool:
        """Whether a document ends in a question mark."""
        return bool(self.documents.asks[number])

    def document(self, number: int) -> Document:
        """A document as it was given to the index."""
        return self.documents.document(number, self.terms)

    def words(self, number: int) -> Numbers:
        """The words of a document: those of its title, a gap, and those of its body."""
        known = self._known_words.get(number)
        if known is None:
            documents, at = self._held(number)
            known = self._known_words[number] = tuple(documents.row("words", at))
        return known

    def _held(self, number: int) -> tuple[Documents, int]:
        """The documents that a document is among, and its number there."""
        return self.documents, number

    def title_length(self, number: int) -> int:
        """How many words a document's title has."""
        return self.documents.title_lengths[number]

    def length(self, number: int) -> int:
        """How many words a document's body has, neighbours counted in, in twentieths."""
        return self.lengths[number]

    @cached_property
    def lengths(self) -> Numbers:
        """The lengths of all documents."""
        return self.arrays.numbers("lengths")

    def norm(self, number: int) -> float:
        """The factor on frequencies in a document's body."""
        return body_norm(self.length(number) / TWENTIETHS, self.averages.body)

    @cached_property
    def group_lengths(self) -> Numbers:
        """The length of each group in words; the first one stands for none."""
        return self.arrays.numbers("group_lengths")

    @cached_property
    def averages(self) -> Averages:
        """The average lengths of the documents, by which the impacts were worked out."""
        return averages_of(self.documents.title_lengths, self.lengths, len(self.documents))
