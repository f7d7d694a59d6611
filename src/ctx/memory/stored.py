"""What a context holds as flat arrays and texts, and back: entries are made when they are looked at."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, overload

from ctx.memory.entry import Entry

if TYPE_CHECKING:
    from ctx.memory.frame import Frame
    from ctx.memory.read_memory import Memory
    from ctx.memory.task import Task

Parts = dict[str, "array[int] | bytes"]
_NUMBERS = ("line", "start", "end", "position", "level")
_TEXTS = ("id", "title", "stamp", "digest", "category", "status", "tags", "fields", "body")
# Where the labels stand among the fields of a task.
_LABELS = 4
_ARCHIVED, _BULLET, _LIVE = 1, 2, 4


class Shelf(Protocol):
    """Where the parts are read from."""

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Sequence[int]:
        """A stretch of an array."""

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""


def encode(memory: Memory) -> Parts:
    """The parts that `Stored` reads."""
    entries = memory.entries
    kinds: dict[str, int] = {}
    paths: dict[str, int] = {}
    dates: dict[str | None, int] = {}
    parts: Parts = {name: array("I", (getattr(e, name) for e in entries)) for name in _NUMBERS}
    parts["flags"] = array(
        "I", (e.archived * _ARCHIVED + e.bullet * _BULLET + e.live * _LIVE for e in entries)
    )
    parts["kind"] = array("I", (kinds.setdefault(e.kind, len(kinds)) for e in entries))
    parts["path"] = array("I", (paths.setdefault(e.path, len(paths)) for e in entries))
    parts["date"] = array("I", (dates.setdefault(e.date, len(dates)) for e in entries))
    rows = [_dump([getattr(entry, name) for name in _TEXTS]) for entry in entries]
    ends, end = array("Q"), 0
    for row in rows:
        end += len(row)
        ends.append(end)
    parts["text_ends"], parts["texts"] = ends, b"".join(rows)
    parts["names"] = _dump([list(kinds), list(paths), list(dates)])
    parts["tags"] = _dump([[n, entry.tags] for n, entry in enumerate(entries) if entry.tags])
    parts["few"] = _dump(
        {
            "marks": [[n, entry.marks] for n, entry in enumerate(entries) if any(entry.marks)],
            "pinned": [n for n, entry in enumerate(entries) if entry.pinned],
            "limited": [n for n, entry in enumerate(entries) if entry.applies_to],
        }
    )
    parts["rules"] = _dump(memory.constitution)
    parts["tasks"] = _dump([list(asdict(task).values()) for task in memory.tasks])
    parts["frames"] = _dump([list(asdict(frame).values()) for frame in memory.frames])
    return parts


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _task(row: list[Any]) -> Task:
    from ctx.memory.task import Task

    row[_LABELS] = tuple(map(tuple, row[_LABELS]))
    return Task(*row)


class Stored:
    """A memory that is read from its parts when it is asked."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.kinds_known, self.paths_known, self.dates_known = self._load("names")
        self.entries: Sequence[Entry] = _Entries(self)

    def _load(self, name: str) -> Any:
        return json.loads(self._shelf.data(name))

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry."""
        return self._shelf.numbers(name)

    def row(self, number: int) -> list[Any]:
        """The texts of an entry."""
        start, end = self._text_ends[number - 1] if number else 0, self._text_ends[number]
        return json.loads(self._shelf.data("texts", start, end))  # type: ignore[no-any-return]

    @cached_property
    def _text_ends(self) -> Sequence[int]:
        return self._shelf.numbers("text_ends")

    @cached_property
    def constitution(self) -> str:
        """The rules."""
        return str(self._load("rules"))

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks."""
        return [_task(row) for row in self._load("tasks")]

    @cached_property
    def frames(self) -> list[Frame]:
        """The frames."""
        from ctx.memory.frame import Frame

        return [Frame(*row) for row in self._load("frames")]

    @cached_property
    def live_numbers(self) -> Sequence[int]:
        """The entries that take part in the ranking, by their numbers."""
        return [n for n, flags in enumerate(self.column("flags")) if flags & _LIVE]

    @cached_property
    def kinds(self) -> Sequence[str]:
        """The kind of each entry."""
        return [self.kinds_known[kind] for kind in self.column("kind")]

    @cached_property
    def dates(self) -> Sequence[str | None]:
        """The date of each entry."""
        return [self.dates_known[date] for date in self.column("date")]

    @cached_property
    def _few(self) -> dict[str, Any]:
        return self._load("few")  # type: ignore[no-any-return]

    @property
    def marks(self) -> Mapping[int, tuple[int, int]]:
        """How often entries were marked helpful and harmful, where they were."""
        return {number: (helpful, harmful) for number, (helpful, harmful) in self._few["marks"]}

    @property
    def pinned(self) -> Sequence[int]:
        """The pinned entries."""
        return self._few["pinned"]  # type: ignore[no-any-return]

    @property
    def limited(self) -> frozenset[int]:
        """The entries that apply to some paths only."""
        return frozenset(self._few["limited"])

    @cached_property
    def tags(self) -> Mapping[int, Sequence[str]]:
        """The tags of the entries that have any."""
        return dict(self._load("tags"))

    def under(self, holds: Callable[[str], bool]) -> list[Entry]:
        """The live entries of the files whose paths are meant."""
        wanted = {at for at, path in enumerate(self.paths_known) if holds(path)}
        if not wanted:
            return []
        flags = self.column("flags")
        return [
            self.entries[n] for n, at in enumerate(self.column("path")) if at in wanted and flags[n] & _LIVE
        ]


class _Entries(Sequence[Entry]):
    """The entries of a stored memory, each made once."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._made: dict[int, Entry] = {}
        self._columns: dict[str, Sequence[int]] = {}

    @cached_property
    def _length(self) -> int:
        return len(self._stored.column("kind"))

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self._length))]
        number = place + self._length if place < 0 else place
        if not 0 <= number < self._length:
            raise IndexError(place)
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(number)
        return made

    def _number(self, name: str, number: int) -> int:
        if name not in self._columns:
            self._columns[name] = self._stored.column(name)
        return self._columns[name][number]

    def _make(self, number: int) -> Entry:
        stored = self._stored
        known: dict[str, Any] = dict(zip(_TEXTS, stored.row(number), strict=True))
        known["tags"] = tuple(known["tags"])
        known |= {name: self._number(name, number) for name in _NUMBERS}
        flags = self._number("flags", number)
        return Entry(
            **known,
            kind=stored.kinds_known[self._number("kind", number)],
            path=stored.paths_known[self._number("path", number)],
            date=stored.dates_known[self._number("date", number)],
            archived=bool(flags & _ARCHIVED),
            bullet=bool(flags & _BULLET),
        )
