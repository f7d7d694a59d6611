"""What a context holds, read out of flat arrays and texts: entries are made when they are looked at.

Two sets of arrays hold it (`manifest` makes both): the texts of the *base* entries, which stay, and the
manifest, which says for each entry of now where it stands, its key, and its row: a number among the base
entries or, behind them, among the *delta* entries, whose texts are in the manifest itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ctx.errors import CacheCorrupt
from ctx.model.arrays import KEY, Arrays
from ctx.model.columns import EntryColumns, Lazy
from ctx.model.entry import Entry

if TYPE_CHECKING:
    from ctx.model.task import Task

# The lists of entries that are indexed: the live ones, and what a search covers without and with the archive.
LISTS = ("live", "searchable", "whole")
# Where an entry stands, which changes with what stands above it, and what else is a number.
PLACES = ("line", "start", "end", "position")
NUMBERS = (*PLACES, "level")
NAMED = ("kind", "path", "date")
COLUMNS = (*NUMBERS, "flags", *NAMED)
# What few entries have.
FEW = ("marks", "pinned", "limited", "tags")
# What is not about entries.
REST = ("rules", "tasks", "archived_tasks")
DIGEST = 32
ARCHIVED, BULLET, LIVE = 1, 2, 4


def keys_of(listed: str, keys: list[bytes], flags: Sequence[int], about: Mapping[str, Any]) -> list[bytes]:
    """The keys of the entries of a list, from those of all."""
    if listed == "live":
        return [key for key, flag in zip(keys, flags, strict=False) if flag & LIVE]
    return keys if listed == "whole" else keys[: about["current"]]


class Texts(NamedTuple):
    """What an entry says: the fields of an `Entry` that are no numbers and no names of many entries."""

    id: str
    title: str
    stamp: str | None
    category: str
    status: str
    tags: tuple[str, ...]
    fields: dict[str, str]
    body: str


class EntryTexts:
    """The texts of some entries by their rows."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._ends = arrays.numbers("text_ends")

    def __len__(self) -> int:
        return len(self._ends)

    def read(self, row: int) -> Texts:
        """The texts of an entry. Raises CacheCorrupt where the arrays are a damaged file."""
        start, end = self._ends[row - 1] if row else 0, self._ends[row]
        name, title, stamp, category, status, tags, fields, body = json.loads(
            self._arrays.data("texts", start, end)
        )
        if body is None:
            start, end = self._arrays.numbers("bodies", 2 * row, 2 * row + 2)
            body = self._arrays.data("sources", start, end).decode("utf-8", "surrogatepass")
        whole = {name: at if isinstance(at, str) else body[at[0] : at[1]] for name, at in fields.items()}
        return Texts(name, title, stamp, category, status, tuple(tags), whole, body)


class LazyMemory:
    """A memory that is read from a manifest and a base; without the `archive` if that is not asked for.

    Whatever it is asked may raise CacheCorrupt; but entries, which may be looked at long after, are
    `read_again` from the files where that is set.
    """

    def __init__(self, manifest: Arrays, base: Arrays, *, archive: bool) -> None:
        self.manifest, self._archive = manifest, archive
        self.base, self._delta = EntryTexts(base), EntryTexts(manifest)
        self.about: dict[str, Any] = json.loads(manifest.data("about"))
        self.kinds_known, self.paths_known, self.dates_known = (self.about[name] for name in NAMED)
        self.read_again: Callable[[], Sequence[Entry]] | None = None
        count = self.about["whole" if archive else "current"]
        self.entries: Sequence[Entry] = _Entries(self, count)

    def column(self, name: str) -> Sequence[int]:
        """One number of every entry, see COLUMNS."""
        return self.manifest.numbers(name, 0, len(self.entries))

    def few(self, name: str) -> list[tuple[int, Any]]:
        """What only a few entries have, see FEW, by their numbers."""
        count = len(self.entries)
        return [(number, what) for number, what in json.loads(self.manifest.data(name)) if number < count]

    def texts(self, number: int) -> Texts:
        """The texts of an entry."""
        row = self.rows[number]
        return self.base.read(row) if row < len(self.base) else self._delta.read(row - len(self.base))

    @cached_property
    def rows(self) -> Sequence[int]:
        """The row of each entry."""
        return self.manifest.numbers("rows")

    @cached_property
    def ids(self) -> list[str]:
        """The handle of each entry, the archive included."""
        text = self.manifest.data("ids").decode()
        return text.split("\n") if text else []

    @cached_property
    def keys(self) -> list[bytes]:
        """The key of each entry, the archive included, and then of each session."""
        keys = self.manifest.data("keys")
        return [keys[at : at + KEY] for at in range(0, len(keys), KEY)]

    def list_keys(self, name: str) -> list[bytes]:
        """The keys of a list of entries, by its name in LISTS."""
        return keys_of(name, self.keys, self.manifest.numbers("flags"), self.about)

    @property
    def rest_digest(self) -> str:
        """A digest over the rules and the tasks."""
        rest = self.manifest.data("rules") + b"\0" + self.manifest.data("tasks")
        return hashlib.sha256(rest).hexdigest()

    @cached_property
    def constitution(self) -> str:
        """The rules."""
        return str(json.loads(self.manifest.data("rules")))

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks."""
        names = ("tasks", "archived_tasks") if self._archive else ("tasks",)
        return [_loaded_task(row) for name in names for row in json.loads(self.manifest.data(name))]

    @property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking."""
        return [self.entries[number] for number in self.live_numbers]

    @cached_property
    def live_numbers(self) -> Sequence[int]:
        """The entries that take part in the ranking, by their numbers."""
        return [n for n, flags in enumerate(self.column("flags")) if flags & LIVE]

    def columns(self) -> EntryColumns:
        """The entries by columns."""
        return EntryColumns(
            self.entries,
            kinds=[self.kinds_known[kind] for kind in self.column("kind")],
            dates=[self.dates_known[date] for date in self.column("date")],
            marks={number: (helpful, harmful) for number, (helpful, harmful) in self.few("marks")},
            pinned=[number for number, _ in self.few("pinned")],
            limited=frozenset(number for number, _ in self.few("limited")),
            tags=dict(self.few("tags")),
        )

    def under(self, holds: Callable[[str], bool]) -> list[Entry]:
        """The live entries of the files whose paths are meant."""
        wanted = {at for at, path in enumerate(self.paths_known) if holds(path)}
        if not wanted:
            return []
        flags, paths = self.column("flags"), self.column("path")
        return [self.entries[n] for n, at in enumerate(paths) if at in wanted and flags[n] & LIVE]


def _loaded_task(row: list[Any]) -> Task:
    """A task out of JSON, which has no tuples."""
    from ctx.model.task import Task

    task = Task(*row)
    return task._replace(labels=tuple((name, value) for name, value in task.labels))


class _Entries(Lazy[Entry]):
    """The entries of a lazy memory, each made once."""

    def __init__(self, memory: LazyMemory, count: int) -> None:
        self._memory, self._count = memory, count
        self._made: dict[int, Entry] = {}
        self._columns: dict[str, Sequence[int]] = {}
        self._read: Sequence[Entry] | None = None

    def __len__(self) -> int:
        return self._count

    def item(self, place: int) -> Entry:
        """The entry of that number."""
        made = self._made.get(place)
        if made is None:
            made = self._made[place] = self._find(place)
        return made

    def _find(self, number: int) -> Entry:
        """An entry as it is kept, or else as it is read from the files."""
        if self._read is None:
            try:
                return self._make(number)
            except CacheCorrupt:
                if self._memory.read_again is None:
                    raise
                self._read = self._memory.read_again()
        return self._read[number]

    def _number(self, name: str, number: int) -> int:
        if name not in self._columns:
            self._columns[name] = self._memory.column(name)
        return self._columns[name][number]

    def _make(self, number: int) -> Entry:
        memory = self._memory
        flags = self._number("flags", number)
        known: dict[str, Any] = memory.texts(number)._asdict()
        known |= {name: self._number(name, number) for name in NUMBERS}
        return Entry(
            **known,
            digest=memory.manifest.data("digests", number * DIGEST, (number + 1) * DIGEST).hex(),
            kind=memory.kinds_known[self._number("kind", number)],
            path=memory.paths_known[self._number("path", number)],
            date=memory.dates_known[self._number("date", number)],
            archived=bool(flags & ARCHIVED),
            bullet=bool(flags & BULLET),
        )
