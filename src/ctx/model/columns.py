"""Columns: what ranking must know of every entry, without the entries themselves."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar, overload

from ctx.model.entry import Entry

_T = TypeVar("_T")


class EntryColumns(NamedTuple):
    """A list of entries by columns; an entry is known by its place in it.

    `marks` says how often entries were marked helpful and harmful, where a failure counts as marked helpful
    once more, `tags` what tags there are of those that have any; `limited` are the entries that apply to some
    paths only.
    """

    entries: Sequence[Entry]
    kinds: Sequence[str]
    dates: Sequence[str | None]
    marks: Mapping[int, tuple[int, int]]
    pinned: Sequence[int]
    limited: frozenset[int]
    tags: Mapping[int, Sequence[str]]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> EntryColumns:
        """The columns of entries at hand."""
        numbered = [*enumerate(entries)]
        return cls(
            entries,
            kinds=[entry.kind for entry in entries],
            dates=[entry.date for entry in entries],
            marks={n: entry.feedback for n, entry in numbered if any(entry.feedback)},
            pinned=[n for n, entry in numbered if entry.pinned],
            limited=frozenset(n for n, entry in numbered if entry.applies_to),
            tags={n: entry.tags for n, entry in numbered if entry.tags},
        )

    def choose(self, numbers: Sequence[int]) -> EntryColumns:
        """The columns of some of the entries."""
        if len(numbers) == len(self.entries):
            return self
        places = {number: place for place, number in enumerate(numbers)}
        return EntryColumns(
            View(self.entries, numbers),
            kinds=[self.kinds[n] for n in numbers],
            dates=[self.dates[n] for n in numbers],
            marks={places[n]: marks for n, marks in self.marks.items() if n in places},
            pinned=[places[n] for n in self.pinned if n in places],
            limited=frozenset(places[n] for n in self.limited if n in places),
            tags={places[n]: tags for n, tags in self.tags.items() if n in places},
        )


class Lazy(Sequence[_T]):
    """A sequence whose items are made when they are looked at."""

    @abstractmethod
    def item(self, place: int) -> _T:
        """The item at a place, counted from 0."""

    @overload
    def __getitem__(self, place: int) -> _T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_T]: ...
    def __getitem__(self, place: int | slice) -> _T | Sequence[_T]:
        if isinstance(place, slice):
            return [self.item(number) for number in range(*place.indices(len(self)))]
        return self.item(range(len(self))[place])


class View(Sequence[Entry]):
    """Some entries of a sequence, made when they are looked at."""

    def __init__(self, entries: Sequence[Entry], numbers: Sequence[int]) -> None:
        self._entries, self._numbers = entries, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(place, slice):
            return View(self._entries, self._numbers[place])
        return self._entries[self._numbers[place]]

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entries.__getitem__, self._numbers)


class Joined(Lazy[Entry]):
    """Two sequences of entries one behind the other."""

    def __init__(self, first: Sequence[Entry], second: Sequence[Entry]) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def item(self, place: int) -> Entry:
        """The entry at a place."""
        first = len(self._first)
        return self._first[place] if place < first else self._second[place - first]
