"""The patch that a change makes to a memory that is kept; `stored.PatchedMemory` reads it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from ctx.kinds import Kinds
from ctx.memory import handle
from ctx.memory.encode import columns, encode_entries, encode_names
from ctx.memory.entry import Entry
from ctx.memory.shelf import Parts
from ctx.memory.stored import ARCHIVED, COLUMNS, DIGEST, NAMED, PLACES, PatchedMemory, Stored
from ctx.memory.window import Reread

# A patch may hold so many fresh entries, and a share of all entries besides.
_FEW, _SHARE = 8, 32


class Draft:
    """The next state of a stored memory, before it is written down."""

    def __init__(self, stored: Stored, kinds: Kinds) -> None:
        kept = stored.kept
        self._stored, self._kinds = stored, kinds
        # The entries in their new order: those that are as they were by their numbers.
        self._items: list[int | Entry] = list(range(len(stored.entries)))
        self._columns = {name: _array(kept.column(name)) for name in COLUMNS}
        known = (stored.kinds_known, stored.paths_known, stored.dates_known)
        self._names: dict[str, dict[Any, int]] = {
            name: {one: number for number, one in enumerate(row)}
            for name, row in zip(NAMED, known, strict=True)
        }
        self._digests = bytearray(kept.part("digests"))
        self._ids = kept.part("ids").decode().split("\n") if self._items else []
        self._renamed = False

    def replace(self, block: tuple[int, int], read: Reread) -> None:
        """Put in what was read of a file, whose entries are these; files are to come last to first."""
        low, high = block
        first, last = low + read.first, low + read.last
        for name, by in zip(PLACES, (read.lines, read.chars, read.chars, read.places), strict=True):
            column = self._columns[name]
            if by:
                column[last:high] = array("I", [number + by for number in column[last:high]])
        for name, numbers in columns(read.entries, self._names).items():
            self._columns[name][first:last] = numbers
        old = self._stored.entries[first:last]
        known = {_content(entry): number for number, entry in zip(range(first, last), old, strict=True)}
        self._items[first:last] = [known.pop(_content(entry), entry) for entry in read.entries]
        digests = bytes.fromhex("".join(entry.digest for entry in read.entries))
        moved = [entry.category for entry in old] != [entry.category for entry in read.entries]
        if moved or digests != self._digests[first * DIGEST : last * DIGEST]:
            self._digests[first * DIGEST : last * DIGEST] = digests
            self._renamed = True

    def parts(self) -> Parts | None:
        """The patch to the base, or None where too much is new."""
        kept = self._stored.kept
        base = kept.count if isinstance(kept, PatchedMemory) else len(self._stored.entries)
        origin = kept.origin if isinstance(kept, PatchedMemory) else range(base)
        ids = self._new_ids() if self._renamed else self._ids
        fresh: list[Entry] = []
        origins = array("I")
        for name, item in zip(ids, self._items, strict=True):
            if isinstance(item, int) and self._ids[item] == name and origin[item] < base:
                origins.append(origin[item])
                continue
            origins.append(base + len(fresh))
            fresh.append((self._stored.entries[item] if isinstance(item, int) else item).named(name))
        if len(fresh) > _FEW + len(ids) // _SHARE:
            return None
        parts: Parts = {**self._columns, **encode_entries(fresh), "origin": origins}
        parts["names"] = self._in_order()
        return parts | {"ids": "\n".join(ids).encode(), "digests": bytes(self._digests)}

    def _new_ids(self) -> list[str]:
        """The handles of all entries."""
        prefixes = [self._kinds[kind].prefix for kind in self._names["kind"]]
        digests, width = self._digests.hex(), 2 * DIGEST
        identities = [
            (prefixes[kind], digests[at : at + width])
            for kind, at in zip(self._columns["kind"], range(0, len(digests), width), strict=True)
        ]
        live = sum(not flags & ARCHIVED for flags in self._columns["flags"])
        return handle.assign_all(identities, live, self._category)

    def _category(self, number: int) -> str:
        item = self._items[number]
        return (self._stored.entries[item] if isinstance(item, int) else item).category

    def _in_order(self) -> bytes:
        """Kinds, paths and dates, numbered as they first occur."""
        used: dict[str, list[Any]] = {}
        for name, known in self._names.items():
            column, names = self._columns[name], list(known)
            order = list(dict.fromkeys(column))
            used[name] = [names[number] for number in order]
            if order != list(range(len(order))):
                new = {number: at for at, number in enumerate(order)}
                column[:] = array("I", [new[number] for number in column])
        return encode_names(used)


def _array(numbers: Sequence[int]) -> array[int]:
    """The numbers to be changed, copied as they lie in memory where that can be."""
    return array("I", numbers.tobytes() if isinstance(numbers, memoryview) else numbers)


def block_of(stored: Stored, path: str) -> tuple[int, int]:
    """Where the entries of a file stand among all of them. Raises ValueError where it has none."""
    column = _array(stored.kept.column("path"))
    number = stored.paths_known.index(path)
    low = column.index(number)
    return low, low + column.count(number)


def _content(entry: Entry) -> tuple[object, ...]:
    """What the texts of an entry in a file depend on, but for its handle."""
    return entry.title, entry.stamp, entry.category, entry.level, entry.bullet, entry.body
