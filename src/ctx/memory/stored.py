"""What a context holds, from flat arrays and texts (`encode`): entries are made when they are looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ctx.memory.entry import Entry
from ctx.memory.roster import Lazy
from ctx.memory.shelf import Mended, Shelf

if TYPE_CHECKING:
    from ctx.memory.frame import Frame
    from ctx.memory.task import Task

# Where an entry stands, which changes with what stands above it, and what else is a number.
PLACES = ("line", "start", "end", "position")
NUMBERS = (*PLACES, "level")
NAMED = ("kind", "path", "date")
COLUMNS = (*NUMBERS, "flags", *NAMED)
# What few entries have.
FEW = ("marks", "pinned", "limited", "tags")
# What is not about entries.
REST = ("rules", "tasks", "frames")
DIGEST = 32
ARCHIVED, BULLET, LIVE = 1, 2, 4


class Texts(NamedTuple):
    """What an entry says: the fields of an `Entry` that are no numbers and no names of many entries."""

    id: str
    title: str
    stamp: str | None
    digest: str
    category: str
    status: str
    tags: tuple[str, ...]
    fields: dict[str, str]
    body: str


class Kept(Protocol):
    """A memory as it is kept."""

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry, see COLUMNS."""

    def part(self, name: str) -> bytes:
        """What is kept as a whole."""

    def few(self, name: str) -> list[list[Any]]:
        """What only a few entries have, see FEW: rows of an entry's number and what it has."""

    def texts(self, number: int) -> Texts:
        """The texts of an entry."""


class WholeMemory:
    """A memory that is kept in one piece."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry."""
        return self.shelf.numbers(name)

    def part(self, name: str) -> bytes:
        """What is kept as a whole."""
        return self.shelf.data(name)

    def few(self, name: str) -> list[list[Any]]:
        """The entries that have something, by their numbers, each with what it is."""
        return json.loads(self.shelf.data(name))  # type: ignore[no-any-return]

    def texts(self, number: int) -> Texts:
        """The texts of an entry."""
        start, end = self._text_ends[number - 1] if number else 0, self._text_ends[number]
        *row, tags, fields, body = json.loads(self.shelf.data("texts", start, end))
        if body is None:
            start, end = self.shelf.numbers("bodies", 2 * number, 2 * number + 2)
            body = self.shelf.data("sources", start, end).decode("utf-8", "surrogatepass")
        whole = {name: at if isinstance(at, str) else body[at[0] : at[1]] for name, at in fields.items()}
        name, title, stamp, digest, category, status = row
        return Texts(name, title, stamp, digest, category, status, tuple(tags), whole, body)

    @cached_property
    def _text_ends(self) -> Sequence[int]:
        return self.shelf.numbers("text_ends")


class PatchedMemory:
    """A memory that is kept as a base and a patch to it.

    The columns of the patch are those of the memory as it is now, number for number what `encode` would make.
    Of the texts it holds those of fresh entries only; `origin` says for each entry where its texts are: a
    number among the entries of the base or, behind them, among the fresh ones.
    """

    def __init__(self, base: WholeMemory, patch: WholeMemory, origin: Sequence[int]) -> None:
        self.base, self.patch, self.origin = base, patch, origin

    @cached_property
    def count(self) -> int:
        """How many entries the base has."""
        return len(self.base.column("kind"))

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry."""
        return self.patch.column(name)

    def part(self, name: str) -> bytes:
        """What is kept as a whole."""
        return self.patch.part(name)

    def few(self, name: str) -> list[list[Any]]:
        """The entries that have something, by their numbers, each with what it is."""
        rows = self.base.few(name) + [[n + self.count, what] for n, what in self.patch.few(name)]
        places = self._places if rows else {}
        return sorted([places[n], what] for n, what in rows if n in places)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {origin: place for place, origin in enumerate(self.origin)}

    def texts(self, number: int) -> Texts:
        """The texts of an entry."""
        origin = self.origin[number]
        return self.base.texts(origin) if origin < self.count else self.patch.texts(origin - self.count)


class MendedMemory(Mended[Kept]):
    """A memory that is kept, mended where it is damaged."""

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry."""
        return self._ask(lambda kept: kept.column(name))

    def part(self, name: str) -> bytes:
        """What is kept as a whole."""
        return self._ask(lambda kept: kept.part(name))

    def few(self, name: str) -> list[list[Any]]:
        """The entries that have something, by their numbers, each with what it is."""
        return self._ask(lambda kept: kept.few(name))

    def texts(self, number: int) -> Texts:
        """The texts of an entry."""
        return self._ask(lambda kept: kept.texts(number))


class Stored:
    """A memory that is read from what is kept when it is asked."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.kinds_known, self.paths_known, self.dates_known = self._load("names")
        self.entries: Sequence[Entry] = _Entries(self)

    def _load(self, name: str) -> Any:
        return json.loads(self.kept.part(name))

    @cached_property
    def constitution(self) -> str:
        """The rules."""
        return str(self._load("rules"))

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks."""
        return [_loaded_task(row) for row in self._load("tasks")]

    @cached_property
    def frames(self) -> list[Frame]:
        """The frames."""
        from ctx.memory.frame import Frame

        return [Frame(*row) for row in self._load("frames")]

    @cached_property
    def live_numbers(self) -> Sequence[int]:
        """The entries that take part in the ranking, by their numbers."""
        return [n for n, flags in enumerate(self.kept.column("flags")) if flags & LIVE]

    @cached_property
    def kinds(self) -> Sequence[str]:
        """The kind of each entry."""
        return [self.kinds_known[kind] for kind in self.kept.column("kind")]

    @cached_property
    def dates(self) -> Sequence[str | None]:
        """The date of each entry."""
        return [self.dates_known[date] for date in self.kept.column("date")]

    @cached_property
    def marks(self) -> Mapping[int, tuple[int, int]]:
        """How often entries were marked helpful and harmful, where they were."""
        return {number: (helpful, harmful) for number, (helpful, harmful) in self.kept.few("marks")}

    @cached_property
    def pinned(self) -> Sequence[int]:
        """The pinned entries."""
        return [number for number, _ in self.kept.few("pinned")]

    @cached_property
    def limited(self) -> frozenset[int]:
        """The entries that apply to some paths only."""
        return frozenset(number for number, _ in self.kept.few("limited"))

    @cached_property
    def tags(self) -> Mapping[int, Sequence[str]]:
        """The tags of the entries that have any."""
        return dict(self.kept.few("tags"))

    def under(self, holds: Callable[[str], bool]) -> list[Entry]:
        """The live entries of the files whose paths are meant."""
        wanted = {at for at, path in enumerate(self.paths_known) if holds(path)}
        if not wanted:
            return []
        flags, paths = self.kept.column("flags"), self.kept.column("path")
        return [self.entries[n] for n, at in enumerate(paths) if at in wanted and flags[n] & LIVE]


def _loaded_task(row: list[Any]) -> Task:
    """A task out of JSON, which has no tuples."""
    from ctx.memory.task import Task

    task = Task(*row)
    return task._replace(labels=tuple((name, value) for name, value in task.labels))


class _Entries(Lazy[Entry]):
    """The entries of a stored memory, each made once."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._made: dict[int, Entry] = {}
        self._columns: dict[str, Sequence[int]] = {}

    @cached_property
    def _length(self) -> int:
        return len(self._stored.kept.column("kind"))

    def __len__(self) -> int:
        return self._length

    def item(self, place: int) -> Entry:
        """The entry of that number."""
        made = self._made.get(place)
        if made is None:
            made = self._made[place] = self._make(place)
        return made

    def _number(self, name: str, number: int) -> int:
        if name not in self._columns:
            self._columns[name] = self._stored.kept.column(name)
        return self._columns[name][number]

    def _make(self, number: int) -> Entry:
        stored = self._stored
        flags = self._number("flags", number)
        known: dict[str, Any] = stored.kept.texts(number)._asdict()
        known |= {name: self._number(name, number) for name in NUMBERS}
        return Entry(
            **known,
            kind=stored.kinds_known[self._number("kind", number)],
            path=stored.paths_known[self._number("path", number)],
            date=stored.dates_known[self._number("date", number)],
            archived=bool(flags & ARCHIVED),
            bullet=bool(flags & BULLET),
        )
