"""Rosters: what ranking must know of every entry, without the entries themselves."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeVar, overload

from ctx.memory.entry import Entry

_T = TypeVar("_T")


class Roster(Protocol):
    """A list of entries by columns; an entry is known by its place in it."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries themselves."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kind of each entry."""

    @property
    def dates(self) -> Sequence[str | None]:
        """The date of each entry."""

    @property
    def marks(self) -> Mapping[int, tuple[int, int]]:
        """How often entries were marked helpful and harmful, where they were."""

    @property
    def pinned(self) -> Sequence[int]:
        """The pinned entries."""

    @property
    def limited(self) -> frozenset[int]:
        """The entries that apply to some paths only."""

    @property
    def tags(self) -> Mapping[int, Sequence[str]]:
        """The tags of the entries that have any."""


class Listed:
    """The roster of entries at hand."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

    @cached_property
    def kinds(self) -> Sequence[str]:
        """The kind of each entry."""
        return [entry.kind for entry in self.entries]

    @cached_property
    def dates(self) -> Sequence[str | None]:
        """The date of each entry."""
        return [entry.date for entry in self.entries]

    @cached_property
    def marks(self) -> Mapping[int, tuple[int, int]]:
        """How often entries were marked helpful and harmful, where they were."""
        return {n: entry.marks for n, entry in enumerate(self.entries) if any(entry.marks)}

    @cached_property
    def pinned(self) -> Sequence[int]:
        """The pinned entries."""
        return [n for n, entry in enumerate(self.entries) if entry.pinned]

    @cached_property
    def limited(self) -> frozenset[int]:
        """The entries that apply to some paths only."""
        return frozenset(n for n, entry in enumerate(self.entries) if entry.applies_to)

    @cached_property
    def tags(self) -> Mapping[int, Sequence[str]]:
        """The tags of the entries that have any."""
        return {n: entry.tags for n, entry in enumerate(self.entries) if entry.tags}


class Chosen:
    """Some of a roster's entries, by their numbers in it."""

    def __init__(self, roster: Roster, numbers: Sequence[int]) -> None:
        self._roster, self._numbers = roster, numbers
        self._places = {number: place for place, number in enumerate(numbers)}
        self.entries = View(roster.entries, numbers)

    @cached_property
    def kinds(self) -> Sequence[str]:
        """The kind of each entry."""
        return [self._roster.kinds[n] for n in self._numbers]

    @cached_property
    def dates(self) -> Sequence[str | None]:
        """The date of each entry."""
        return [self._roster.dates[n] for n in self._numbers]

    @cached_property
    def marks(self) -> Mapping[int, tuple[int, int]]:
        """How often entries were marked helpful and harmful, where they were."""
        return {self._places[n]: value for n, value in self._roster.marks.items() if n in self._places}

    @cached_property
    def pinned(self) -> Sequence[int]:
        """The pinned entries."""
        return [self._places[n] for n in self._roster.pinned if n in self._places]

    @cached_property
    def limited(self) -> frozenset[int]:
        """The entries that apply to some paths only."""
        return frozenset(self._places[n] for n in self._roster.limited if n in self._places)

    @cached_property
    def tags(self) -> Mapping[int, Sequence[str]]:
        """The tags of the entries that have any."""
        return {self._places[n]: value for n, value in self._roster.tags.items() if n in self._places}


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
