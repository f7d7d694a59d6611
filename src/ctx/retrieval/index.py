"""The inverted index: which documents hold a term, where, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ctx.memory.entry import Entry
from ctx.retrieval.bm25 import idf
from ctx.retrieval.terms import analyse

_MONTHS = "January February March April May June July August September October November December".split()


class Posting(NamedTuple):
    """One document's frequencies of a term in its title, its body and its label (date, tags, category)."""

    document: int
    title: int
    body: int
    label: int


@dataclass(frozen=True, slots=True)
class Document:
    """What the index keeps of an entry: its terms in order and how often each occurs.

    `sequence` is the words of the title, a gap, and those of the body. `frequencies` counts title and body
    together, `title` the title alone, compounds included. `group` is shared by neighbours.
    """

    sequence: tuple[str, ...]
    frequencies: dict[str, int]
    title: dict[str, int]
    label: dict[str, int]
    title_length: int
    body_length: int
    group: str


class Index:
    """Postings over a list of documents; a document is known by its number in that list."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.postings: dict[str, list[Posting]] = {}
        self._idf: dict[str, float] = {}
        for number, document in enumerate(documents):
            title, both, label = document.title, document.frequencies, document.label
            for term, frequency in both.items():
                of_title = title.get(term, 0)
                row = Posting(number, of_title, frequency - of_title, label.get(term, 0))
                self.postings.setdefault(term, []).append(row)
            for term, frequency in label.items():
                if term not in both:
                    self.postings.setdefault(term, []).append(Posting(number, 0, 0, frequency))

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        """The index of some entries, numbered as they come."""
        return cls([document_of(entry) for entry in entries])

    def __len__(self) -> int:
        return len(self.documents)

    def idf(self, term: str) -> float:
        """The weight of a term by how many documents hold it; 0 for one that none holds."""
        known = self._idf.get(term)
        if known is None:
            found = self.postings.get(term)
            known = self._idf[term] = idf(len(self), len(found)) if found else 0.0
        return known

    @cached_property
    def groups(self) -> Groups:
        """The documents by category."""
        return Groups(self.documents)


def document_of(entry: Entry) -> Document:
    """The terms of an entry."""
    title, body = analyse(entry.title), analyse(entry.body)
    label = analyse(" ".join((_date_text(entry.date), *entry.tags, entry.category)))
    in_title = Counter([*title.words, *title.wholes])
    both = in_title + Counter([*body.words, *body.wholes])
    return Document(
        sequence=(*title.words, "", *body.words),
        frequencies=dict(both),
        title=dict(in_title),
        label=dict(Counter([*label.words, *label.wholes])),
        title_length=len(title.words),
        body_length=len(body.words),
        group=f"{entry.path}\n{entry.category}" if entry.category else "",
    )


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

    def __init__(self, documents: Sequence[Document]) -> None:
        names: dict[str, int] = {}
        self.of = [names.setdefault(d.group, len(names)) if d.group else -1 for d in documents]
        self.lengths = [0.0] * len(names)
        for number, document in enumerate(documents):
            if self.of[number] >= 0:
                self.lengths[self.of[number]] += document.body_length + document.title_length
        self.reach = [self._reach(number) if names else () for number in range(len(documents))]

    def __len__(self) -> int:
        return len(self.lengths)

    def _reach(self, number: int) -> tuple[tuple[int, float], ...]:
        """The (document, share) pairs that a document's words count for too."""
        group = self.of[number]
        if group < 0:
            return ()
        found = []
        for step, shares in ((1, self.AFTER), (-1, self.BEFORE)):
            for distance, share in enumerate(shares, 1):
                other = number + step * distance
                if not 0 <= other < len(self.of) or self.of[other] != group:
                    break
                found.append((other, share))
        return tuple(found)
