"""The inverted index: which documents hold a term, where, and how often.

It is a handful of flat arrays, whether they were just made or are read, part by part, from a cache; a term is
known by its number in the sorted vocabulary, so that numbers order as terms do.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Protocol

from ctx.memory.entry import Entry
from ctx.retrieval.bm25 import idf
from ctx.retrieval.terms import WHOLE, analyse

_MONTHS = "January February March April May June July August September October November December".split()
Numbers = Sequence[int]
Parts = Mapping[str, "array[int] | bytes"]


class Document(NamedTuple):
    """What the index keeps of an entry: its terms in order and how often each occurs.

    `sequence` is the words of the title, a gap, and those of the body. `frequencies` counts title and body
    together, `title` the title alone, compounds included. `group` is shared by neighbours; what `asks` ends
    in a question mark.
    """

    sequence: Sequence[str]
    frequencies: Mapping[str, int]
    title: Mapping[str, int]
    label: Mapping[str, int]
    title_length: int
    body_length: int
    group: str
    asks: bool = False


class Shelf(Protocol):
    """Where the arrays of an index are: in memory, or in a file that is read part by part."""

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Numbers:
        """A stretch of an array."""

    def text(self, name: str) -> str:
        """A text."""


class Held:
    """Arrays in memory."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Numbers:
        """A stretch of an array."""
        return memoryview(self._parts[name])[start:stop]

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""
        return bytes(self._parts[name][start:stop])

    def text(self, name: str) -> str:
        """A text."""
        return bytes(self._parts[name]).decode("utf-8", "surrogatepass")


class Index:
    """Postings over a list of documents; a document is known by its number in that list."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._idf: dict[int, float] = {}
        self.title_lengths = shelf.numbers("title_lengths")
        self.body_lengths = shelf.numbers("body_lengths")
        self._posting_ends = shelf.numbers("posting_ends")
        self._term_ends = shelf.numbers("term_ends")
        self._sequence_ends = shelf.numbers("sequence_ends")

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """The index of some entries, numbered as they come."""
        return cls(Held(build([document_of(entry) for entry in entries])))

    def __len__(self) -> int:
        return len(self.body_lengths)

    @cached_property
    def terms(self) -> list[str]:
        """The vocabulary in the order of the terms' numbers."""
        text = self._shelf.text("terms")
        return text.split("\n") if text else []

    @cached_property
    def ids(self) -> dict[str, int]:
        """The number of each term."""
        return dict(zip(self.terms, range(len(self.terms)), strict=True))

    @cached_property
    def wholes(self) -> range:
        """The numbers of the compounds, which stand together in the vocabulary."""
        from bisect import bisect_left

        return range(bisect_left(self.terms, WHOLE), bisect_left(self.terms, chr(ord(WHOLE) + 1)))

    def holding(self, term: int) -> int:
        """How many documents hold a term."""
        return (self._posting_ends[term] - (self._posting_ends[term - 1] if term else 0)) // 4

    def postings(self, term: int) -> Numbers:
        """The rows of a term one behind the other: document, title, body and label frequency of each."""
        start = self._posting_ends[term - 1] if term else 0
        return self._shelf.numbers("postings", start, self._posting_ends[term])

    def idf(self, term: int) -> float:
        """The weight of a term by how many documents hold it."""
        known = self._idf.get(term)
        if known is None:
            known = self._idf[term] = idf(len(self), self.holding(term))
        return known

    def terms_of(self, number: int) -> Numbers:
        """The rows of a document's terms: number, frequency in its title, and in title and body together."""
        start = self._term_ends[number - 1] if number else 0
        return self._shelf.numbers("document_terms", start, self._term_ends[number])

    def sequence(self, number: int) -> Numbers:
        """The numbers of a document's words in order plus one; 0 is the gap between title and body."""
        start = self._sequence_ends[number - 1] if number else 0
        return self._shelf.numbers("sequences", start, self._sequence_ends[number])

    def document(self, number: int) -> Document:
        """A document as it was given to the index."""
        names, title, both = self.terms, {}, {}
        rows = iter(self.terms_of(number))
        for term, of_title, of_both in zip(rows, rows, rows, strict=True):
            both[names[term]] = of_both
            if of_title:
                title[names[term]] = of_title
        start = self._label_ends[number - 1] if number else 0
        rows = iter(self._shelf.numbers("labels", start, self._label_ends[number]))
        label = {names[term]: count for term, count in zip(rows, rows, strict=True)}
        words = tuple(names[word - 1] if word else "" for word in self.sequence(number))
        lengths = self.title_lengths[number], self.body_lengths[number]
        asks = bool(self._shelf.numbers("asks")[number])
        return Document(words, both, title, label, *lengths, self._group_names[number], asks)

    @cached_property
    def _label_ends(self) -> Numbers:
        return self._shelf.numbers("label_ends")

    @cached_property
    def _group_names(self) -> list[str]:
        names = self._shelf.text("group_names").split("\0")
        return [names[group] for group in self._shelf.numbers("groups")]

    @cached_property
    def groups(self) -> Groups:
        """The documents by category."""
        of = [group - 1 for group in self._shelf.numbers("groups")]
        return Groups(of, self.title_lengths, self.body_lengths, self._shelf.numbers("asks"))


def build(documents: Sequence[Document]) -> dict[str, array[int] | bytes]:
    """The arrays of an index of some documents."""
    vocabulary: set[str] = set()
    for document in documents:
        vocabulary.update(document.frequencies, document.label)
    terms = sorted(vocabulary)
    ids = dict(zip(terms, range(len(terms)), strict=True))
    document_terms, term_ends = array("I"), array("I")
    sequences, sequence_ends = array("I"), array("I")
    labels, label_ends = array("I"), array("I")
    rows: list[list[int]] = [[] for _ in terms]
    of_word = {"": 0} | {term: number + 1 for term, number in ids.items()}
    for number, document in enumerate(documents):
        _add_document(number, document, ids, rows, document_terms)
        term_ends.append(len(document_terms))
        sequences.extend(map(of_word.__getitem__, document.sequence))
        sequence_ends.append(len(sequences))
        for term, frequency in document.label.items():
            labels.extend((ids[term], frequency))
        label_ends.append(len(labels))
    postings = array("I")
    for row in rows:
        postings.extend(row)
    names: dict[str, int] = {"": 0}
    groups = array("I", (names.setdefault(document.group, len(names)) for document in documents))
    return {
        "labels": labels,
        "label_ends": label_ends,
        "terms": "\n".join(terms).encode("utf-8", "surrogatepass"),
        "postings": postings,
        "posting_ends": array("I", accumulate(map(len, rows))),
        "document_terms": document_terms,
        "term_ends": term_ends,
        "sequences": sequences,
        "sequence_ends": sequence_ends,
        "title_lengths": array("I", (document.title_length for document in documents)),
        "body_lengths": array("I", (document.body_length for document in documents)),
        "asks": array("I", (document.asks for document in documents)),
        "groups": groups,
        "group_names": "\0".join(names).encode("utf-8", "surrogatepass"),
    }


def _add_document(
    number: int, document: Document, ids: Mapping[str, int], rows: list[list[int]], flat: array[int]
) -> None:
    title, label = document.title, document.label
    for term, frequency in document.frequencies.items():
        own, term_id = title.get(term, 0), ids[term]
        rows[term_id] += (number, own, frequency - own, label.get(term, 0))
        flat.extend((term_id, own, frequency))
    for term, frequency in label.items():
        if term not in document.frequencies:
            rows[ids[term]] += (number, 0, 0, frequency)


def document_of(entry: Entry) -> Document:
    """The terms of an entry."""
    title, body = analyse(entry.title), analyse(entry.body)
    label = analyse(_label(entry))
    in_title = Counter(title.words + title.wholes)
    both = in_title.copy()
    both.update(body.words + body.wholes)
    return Document(
        sequence=(*title.words, "", *body.words),
        frequencies=both,
        title=in_title,
        label=Counter(label.words + label.wholes),
        title_length=len(title.words),
        body_length=len(body.words),
        group=_group(entry),
        asks=entry.body.rstrip().endswith("?"),
    )


def document_text(entry: Entry) -> str:
    """All that an entry's document is made of, as one text."""
    return "\0".join((entry.title, _label(entry), _group(entry), entry.body))


def _label(entry: Entry) -> str:
    return " ".join((_date_text(entry.date), *entry.tags, entry.category))


def _group(entry: Entry) -> str:
    return f"{entry.path}\n{entry.category}" if entry.category else ""


def _date_text(date: str | None) -> str:
    """A date as people ask for it: `2026-11-21 21 November 2026`."""
    if date is None:
        return ""
    year, month, day = date.split("-")
    return f"{date} {int(day)} {_MONTHS[int(month) - 1]} {year}"


class Groups:
    """Documents under one category: neighbours in file order, and the category as a document of its own."""

    # What a document's words count for those after it at distances 1, 2, 3, and for those before it.
    AFTER, BEFORE = (0.5, 0.4, 0.2), (0.3, 0.1)
    # A question's words count so much more for what follows: the answer is there.
    REPLY = 1.5
    # A category in which so many end in a question mark is a dialogue.
    DIALOGUE = 0.1

    def __init__(self, of: list[int], title_lengths: Numbers, body_lengths: Numbers, asks: Numbers) -> None:
        self.of = of
        self.asks = asks
        self.dialogues = self._dialogues()
        self.lengths = [0.0] * (max(of, default=-1) + 1)
        for number, group in enumerate(of):
            if group >= 0:
                self.lengths[group] += body_lengths[number] + title_lengths[number]
        self.reach = [self._reach(number) for number in range(len(of))] if self.lengths else [()] * len(of)

    def __len__(self) -> int:
        return len(self.lengths)

    def _dialogues(self) -> frozenset[int]:
        """The categories that are dialogues."""
        sizes = Counter(group for group in self.of if group >= 0)
        asked = Counter(group for group, asks in zip(self.of, self.asks, strict=True) if asks and group >= 0)
        return frozenset(group for group, count in asked.items() if count >= self.DIALOGUE * sizes[group])

    def _reach(self, number: int) -> tuple[tuple[int, float], ...]:
        """The (document, share) pairs that a document's words count for too."""
        group = self.of[number]
        if group < 0:
            return ()
        found = []
        reply = self.REPLY if self.asks[number] and group in self.dialogues else 1.0
        for step, factor, shares in ((1, reply, self.AFTER), (-1, 1.0, self.BEFORE)):
            for distance, share in enumerate(shares, 1):
                other = number + step * distance
                if not 0 <= other < len(self.of) or self.of[other] != group:
                    break
                found.append((other, factor * share))
        return tuple(found)
