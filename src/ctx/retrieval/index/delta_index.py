"""An index that stays in use though a few of its documents changed (compare the segments of Lucene)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property

from ctx.model.arrays import Arrays, Parts
from ctx.retrieval.index.document import Document, Documents, decode_terms
from ctx.retrieval.index.index import Index, Postings
from ctx.retrieval.index.postings import averages_of, fields_of, terms_of

# There may be so many delta documents, and a share of all documents besides.
_FEW, _SHARE = 8, 32


class DeltaIndex(Index):
    """A base index of which some documents are gone, and a small index of the documents of the delta.

    Documents of the delta are numbered behind those of the base; the groups of the delta behind those of the
    base. It answers whatever is asked as an index made anew would.
    """

    def __init__(self, base: Arrays, delta: Arrays) -> None:
        super().__init__(base)
        self._delta = Index(delta)
        self._first = len(self.documents)
        self._first_group = len(self.documents.group_names)
        self.numbers, self.gone = delta.numbers("numbers"), delta.numbers("gone")
        self.document_frequencies = delta.numbers("all_df")
        self._replaced = frozenset(delta.numbers("replaced"))
        self._known = len(self.arrays.numbers("df"))

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def max_doc(self) -> int:
        """One more than the highest number of a document, gone ones among them (as in Lucene)."""
        return self._first + len(self._delta)

    @cached_property
    def _places(self) -> list[int]:
        places = [-1] * self.max_doc
        for place, number in enumerate(self.numbers):
            places[number] = place
        return places

    def place(self, number: int) -> int:
        """Where a document stands in the list that was indexed; below 0 where it is gone."""
        return self._places[number]

    @cached_property
    def terms(self) -> list[str]:
        """The terms by their numbers; the first one is none."""
        added = self._delta.arrays.text("terms")
        return decode_terms(self.arrays.text("terms")) + (decode_terms(added) if added else [])

    def _find_postings(self, term: int) -> Postings:
        old = super()._find_postings(term) if term < self._known else ((), ())
        numbers, impacts = self._delta.postings(term)
        if not numbers:
            return old
        return [*old[0], *(self._first + number for number in numbers)], [*old[1], *impacts]

    def _find_group_postings(self, term: int) -> Postings:
        old: Postings = super()._find_group_postings(term) if term < self._known else ((), ())
        groups, impacts = self._delta.group_postings(term)
        if not groups and self._replaced.isdisjoint(old[0]):
            return old
        kept = [pair for pair in zip(*old, strict=True) if pair[0] not in self._replaced]
        numbers = (self._first_group + group for group in groups)
        return [group for group, _ in kept] + [*numbers], [impact for _, impact in kept] + [*impacts]

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return super().groups - len(self._replaced) + self._delta.groups

    def group(self, number: int) -> int:
        """The group of a document; 0 for none."""
        if number < self._first:
            return super().group(number)
        group = self._delta.group(number - self._first)
        return self._first_group + group if group else 0

    @cached_property
    def grouped(self) -> list[tuple[int, int]]:
        """The documents that have a group, and which."""
        kept = [pair for pair in super().grouped if self.place(pair[0]) >= 0]
        added = [(self._first + number, self._first_group + group) for number, group in self._delta.grouped]
        return kept + added

    @cached_property
    def dialogues(self) -> dict[int, int]:
        """The groups that are dialogues, and how much each is one."""
        kept = {group: brief for group, brief in super().dialogues.items() if group not in self._replaced}
        added = self._delta.dialogues.items()
        return kept | {self._first_group + group: brief for group, brief in added}

    def asks(self, number: int) -> bool:
        """Whether a document ends in a question mark."""
        return super().asks(number) if number < self._first else self._delta.asks(number - self._first)

    def document(self, number: int) -> Document:
        """A document as it was given to the index."""
        held, at = self._held(number)
        return held.document(at, self.terms)

    def title_length(self, number: int) -> int:
        """How many words a document's title has."""
        held, at = self._held(number)
        return held.title_lengths[at]

    def length(self, number: int) -> int:
        """How many words a document's body has, neighbours counted in, in twentieths."""
        return super().length(number) if number < self._first else self._delta.length(number - self._first)

    def _held(self, number: int) -> tuple[Documents, int]:
        if number < self._first:
            return self.documents, number
        return self._delta.documents, number - self._first


def build_delta(base: Index, origin: Sequence[int], fresh: Sequence[Document]) -> Parts | None:
    """The arrays of the delta that makes a base the index of a list, or None where a new one is better.

    `origin` has, for each place of the list, the document's number in the base, or the base's length + n for
    the n-th of the `fresh` ones. The documents of a group that changed are all held in the delta, for they
    count for each other.
    """
    from ctx.retrieval.index.build_index import index_documents

    count = len(base)
    replaced = _changed_groups(base, origin, fresh)
    groups = base.documents.groups
    moved = [place for place, at in enumerate(origin) if at >= count or groups[at] in replaced]
    if not is_few(len(moved), len(origin)):
        return None
    numbers = array("I", origin)
    for number, place in enumerate(moved, count):
        numbers[place] = number
    used = frozenset(numbers)
    gone = [number for number in range(count) if number not in used]
    if not is_few(len(gone), count):
        return None
    documents = [
        fresh[at - count] if (at := origin[place]) >= count else base.document(at) for place in moved
    ]
    parts = index_documents(documents, base, moved)
    if not _counts_alike(base, gone, replaced, parts):
        return None
    frequencies = array("I", [*base.document_frequencies, *([0] * (len(parts["df"]) - len(base.terms)))])
    for number in gone:
        for term in terms_of(fields_of(base.documents, number)):
            frequencies[term] -= 1
    for term, more in enumerate(parts["df"]):
        frequencies[term] += more
    return parts | {
        "numbers": numbers,
        "moved": array("I", moved),
        "gone": array("I", gone),
        "replaced": array("I", sorted(replaced)),
        "all_df": frequencies,
    }


def is_few(documents: int, every: int) -> bool:
    """Whether a delta may hold so many of all documents, or leave out so many."""
    return documents <= _FEW + every // _SHARE


def _changed_groups(base: Index, origin: Sequence[int], fresh: Sequence[Document]) -> frozenset[int]:
    """The groups of the base in which anything is not as it was: a document, or who stands beside it."""
    names = base.documents.group_names
    if len(names) == 1:
        return frozenset()
    known = {name: number for number, name in enumerate(names)}
    found = {known.get(document.group, 0) for document in fresh}
    groups, used = base.documents.groups, frozenset(origin)
    found.update(groups[number] for number in range(len(base)) if number not in used)
    for before, after in _seams(origin, len(base)):
        found.update(groups[number] for number in (before, after) if 0 <= number < len(base))
    return frozenset(found - {0})


def _seams(origin: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """The documents on both sides of where a list goes on otherwise; -1 and `count` for none."""
    last = -1
    for number in origin:
        if number != last + 1 or number >= count:
            yield last, number
        last = number
    if last != count - 1:
        yield last, count


def _counts_alike(base: Index, gone: Sequence[int], replaced: frozenset[int], delta: Parts) -> bool:
    """Whether the averages that impacts are worked out by are the same without and with the delta."""
    from ctx.retrieval.index.section_documents import average_length

    documents = base.documents
    titles = sum(documents.title_lengths) - sum(documents.title_lengths[number] for number in gone)
    lengths = sum(base.lengths) - sum(base.lengths[number] for number in gone)
    count = len(base) - len(gone) + len(delta["lengths"])
    titles, lengths = titles + sum(delta["title_lengths"]), lengths + sum(delta["lengths"])
    kept = [length for group, length in enumerate(base.group_lengths) if group not in replaced]
    group_average = average_length([*kept, *delta["group_lengths"]])
    alike = averages_of([titles], [lengths], count) == base.averages
    return alike and group_average == average_length(base.group_lengths)
