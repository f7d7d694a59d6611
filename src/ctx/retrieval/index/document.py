"""Documents: what the index keeps of entries, as flat arrays of term numbers.

Terms are numbered as they first occur; 0 is the gap between a title and its body, and no term.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from ctx.model.arrays import Arrays, Numbers, Parts
from ctx.model.entry import Entry
from ctx.retrieval.analysis.terms import Terms, analyse

_MONTHS = "January February March April May June July August September October November December".split()
GAP = 0


class Document(NamedTuple):
    """The terms of an entry by field; `label` is its date, tags and category.

    `group` is shared by neighbours; what `asks` ends in a question mark.
    """

    title: Terms
    body: Terms
    label: Terms
    group: str = ""
    asks: bool = False


def document_of(entry: Entry) -> Document:
    """The terms of an entry."""
    asks = entry.body.rstrip().endswith("?")
    return Document(analyse(entry.title), analyse(entry.body), analyse(_label(entry)), _group(entry), asks)


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


class Vocabulary(dict[str, int]):
    """The number of each term; a term that is asked for with `[]` and has none gets the next one."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


def code_for(count: int) -> Literal["H", "I"]:
    """The type code of an array that holds numbers below a count."""
    return "H" if count <= 1 << 16 else "I"


def encode(documents: Iterable[Document], vocabulary: Vocabulary) -> Parts:
    """The arrays that `Documents` reads; the vocabulary, which begins with the gap, is added to."""
    number = vocabulary.__getitem__
    columns = {name: (array("I"), array("I")) for name in ("words", "wholes", "labels")}
    title_lengths, groups, asks, names = array("I"), array("I"), array("B"), {"": 0}
    for title, body, label, group, asking in documents:
        fields = (title.words, body.words), (title.wholes, body.wholes), (label.words, label.wholes)
        for (first, second), (flat, ends) in zip(fields, columns.values(), strict=True):
            flat.extend(map(number, first))
            flat.append(GAP)
            flat.extend(map(number, second))
            ends.append(len(flat))
        title_lengths.append(len(title.words))
        groups.append(names.setdefault(group, len(names)))
        asks.append(asking)
    parts: Parts = {
        "title_lengths": title_lengths,
        "groups": groups,
        "group_names": "\0".join(names).encode("utf-8", "surrogatepass"),
        "asks": asks,
    }
    for name, (flat, ends) in columns.items():
        parts |= {name: array(code_for(len(vocabulary)), flat), f"{name}_ends": ends}
    return parts


def encode_terms(terms: Iterable[str]) -> bytes:
    """The terms in the order of their numbers, as `decode_terms` reads them."""
    return "\n".join(terms).encode("utf-8", "surrogatepass")


def decode_terms(text: str) -> list[str]:
    """The terms by their numbers; the first one is the gap."""
    return text.split("\n")


class Documents:
    """Documents as arrays; one is known by its place."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays

    def __len__(self) -> int:
        return len(self.title_lengths)

    @cached_property
    def _ends(self) -> dict[str, Numbers]:
        return {name: self.arrays.numbers(f"{name}_ends") for name in ("words", "wholes", "labels")}

    def row(self, name: str, place: int) -> Numbers:
        """The `words` or `wholes` of a document (title, gap, body), or its `labels`."""
        ends = self._ends[name]
        return self.arrays.numbers(name, ends[place - 1] if place else 0, ends[place])

    def body_length(self, place: int) -> int:
        """How many words a document's body has."""
        ends = self._ends["words"]
        size = ends[place] - (ends[place - 1] if place else 0)
        return size - self.title_lengths[place] - 1

    @cached_property
    def title_lengths(self) -> Numbers:
        """How many words each title has."""
        return self.arrays.numbers("title_lengths")

    @cached_property
    def group_names(self) -> list[str]:
        """The names of the groups; the first one stands for none."""
        return self.arrays.text("group_names").split("\0")

    @cached_property
    def groups(self) -> Numbers:
        """The group of each document, by number."""
        return self.arrays.numbers("groups")

    @cached_property
    def asks(self) -> Numbers:
        """Whether each document ends in a question mark."""
        return self.arrays.numbers("asks")

    def document(self, place: int, terms: Sequence[str]) -> Document:
        """A document as it was encoded, given the terms by their numbers."""
        fields = []
        for name in ("words", "wholes", "labels"):
            row = list(self.row(name, place))
            gap = row.index(GAP)
            fields.append([[terms[number] for number in part] for part in (row[:gap], row[gap + 1 :])])
        (title, body), (title_wholes, wholes), (label, label_wholes) = fields
        return Document(
            Terms(title, title_wholes),
            Terms(body, wholes),
            Terms(label, label_wholes),
            self.group_names[self.groups[place]],
            bool(self.asks[place]),
        )
