"""The manifest: which entries there are now, in their order, each under the key of all that it says.

It is made of the files, or of the manifest before and the files that changed; `lazy_memory` reads it. Compare
the segments_N file of Lucene.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from ctx.cache.encode import columns, dump, encode_few, encode_texts
from ctx.cache.lazy_memory import (
    ARCHIVED,
    COLUMNS,
    DIGEST,
    FEW,
    LISTS,
    NAMED,
    PLACES,
    LazyMemory,
    keys_of,
)
from ctx.kinds import Kinds
from ctx.model import handle
from ctx.model.arrays import KEY, Parts
from ctx.model.entry import Entry
from ctx.model.file_roles import Role
from ctx.reading.chunks import Chunk, KnownChunk, ReadChunk, read_chunks

# There may be so many delta entries, and a share of all entries besides; so many characters of them, and a
# share of all entries' besides.
_FEW, _SHARE = 8, 32
_FEW_CHARS, _SHARE_CHARS = 1 << 16, 16


def entry_key(entry: Entry) -> bytes:
    """A digest over all that is derived from an entry, in a packet and in an index, but for its place."""
    what = (entry.kind, entry.path, entry.id, entry.category, entry.stamp or "", entry.title, entry.body)
    how = f"{entry.level}{entry.bullet:d}{entry.archived:d}"
    return _digest("\0".join((how, *what)).encode("utf-8", "surrogatepass"))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=KEY).digest()


class _Stretch(NamedTuple):
    """Entries of before from `first` to before `last`, and by how much their PLACES changed."""

    first: int
    last: int
    shift: tuple[int, int, int, int]


class Manifest:
    """The entries of now, file by file; those that were there `before` are known by their numbers."""

    def __init__(self, kinds: Kinds, before: LazyMemory | None = None) -> None:
        self._kinds, self._before = kinds, before
        self._columns = {name: array("I") for name in COLUMNS}
        known = [getattr(before, f"{name}s_known") if before else [] for name in NAMED]
        self._names: dict[str, dict[Any, int]] = {
            name: {value: number for number, value in enumerate(values)}
            for name, values in zip(NAMED, known, strict=True)
        }
        # The entries in their order: those of before by their numbers, and those that were read.
        self._entries: list[int | Entry] = []
        self._chunks: dict[str, tuple[int, list[Chunk]]] = {}
        self._digests = bytearray()

    def add_file(self, path: str, chunks: list[Chunk], entries: Sequence[Entry]) -> None:
        """Add a file that was read as a whole, whose entries have their handles.

        Files come in the order of their entries.
        """
        self._chunks[path] = len(self._entries), chunks
        self._add(entries)

    def keep_file(self, path: str) -> None:
        """Add a file that is as it was before."""
        first, chunks = self._chunks_before(path)
        self._chunks[path] = len(self._entries), chunks
        self._keep(_Stretch(first, first + sum(chunk.entries for chunk in chunks), (0, 0, 0, 0)))

    def change_file(self, path: str, role: Role, text: str) -> None:
        """Add a file of which some chunks may be as they were before."""
        found = read_chunks(text, role, path, self._known_chunks(path))
        self._chunks[path] = len(self._entries), [one.chunk for one in found]
        stretches: list[_Stretch | list[Entry]] = []
        line = chars = position = 0
        for one in found:
            if isinstance(one, ReadChunk):
                shift = (line, chars, chars, position)
                stretches.append([_moved(entry, shift) for entry in one.entries])
            else:
                by_chars = chars - one.start
                shift = (line - one.line, by_chars, by_chars, position - one.position)
                stretch = _Stretch(one.first, one.first + one.chunk.entries, shift)
                last = stretches[-1] if stretches else None
                if isinstance(last, _Stretch) and (last.last, last.shift) == (stretch.first, shift):
                    stretches[-1] = last._replace(last=stretch.last)
                else:
                    stretches.append(stretch)
            line, chars = line + one.chunk.lines, chars + one.chunk.chars
            position += one.chunk.entries
        for stretch_or_entries in stretches:
            if isinstance(stretch_or_entries, _Stretch):
                self._keep(stretch_or_entries)
            else:
                self._add(stretch_or_entries)

    def _chunks_before(self, path: str) -> tuple[int, list[Chunk]]:
        """The number of the first entry of a file as it was, and its chunks."""
        if self._before is None or path not in self._before.about["files"]:
            return 0, []
        manifest, about = self._before.manifest, self._before.about
        first, start, end = about["files"][path]
        keys = manifest.data("chunk_keys", start * KEY, end * KEY)
        sizes = manifest.numbers("chunk_sizes", 3 * start, 3 * end)
        after = about["after"].get(path, {})
        found = []
        for at in range(end - start):
            chars, lines, entries = sizes[3 * at : 3 * at + 3]
            key = keys[at * KEY : (at + 1) * KEY]
            found.append(Chunk(key, chars, lines, entries, after.get(str(at), "")))
        return first, found

    def _known_chunks(self, path: str) -> dict[bytes, KnownChunk]:
        """The chunks of a file of before that may stand elsewhere now."""
        first, chunks = self._chunks_before(path)
        known, line, start, position = {}, 0, 0, 0
        for chunk in chunks:
            if chunk.after is not None:
                known[chunk.key] = KnownChunk(chunk, first + position, line, start, position)
            line, start, position = line + chunk.lines, start + chunk.chars, position + chunk.entries
        return known

    def _keep(self, stretch: _Stretch) -> None:
        """Add entries of before."""
        first, last, shift = stretch
        if self._before is None or first == last:
            return
        shifts = dict(zip(PLACES, shift, strict=True))
        for name, column in self._columns.items():
            numbers, by = self._before.column(name)[first:last], shifts.get(name, 0)
            column.extend([number + by for number in numbers] if by else numbers)
        self._entries.extend(range(first, last))
        self._digests += self._before.manifest.data("digests", first * DIGEST, last * DIGEST)

    def _add(self, entries: Sequence[Entry]) -> None:
        for name, numbers in columns(entries, self._names).items():
            self._columns[name].extend(numbers)
        self._entries.extend(entries)
        self._digests += bytes.fromhex("".join(entry.digest for entry in entries))

    def encode(self, rest: Parts) -> Parts | None:
        """The parts of the manifest, or None where so much is new that the base is to be made again.

        `rest` is what is not about entries.
        """
        ids = self._ids()
        keys, rows, delta = _Rows(self._before, self._entries, ids).find()
        chars = sum(len(entry.body) for entry in delta)
        if self._before is not None and (
            len(delta) > _FEW + len(ids) // _SHARE
            or chars > _FEW_CHARS + self._before.about["chars"] // _SHARE_CHARS
        ):
            return None
        total = self._before.about["chars"] if self._before else chars
        current = sum(not flags & ARCHIVED for flags in self._columns["flags"])
        about = {**self._about_chunks(), **{name: [*known] for name, known in self._names.items()}}
        about |= {"current": current, "whole": len(ids), "chars": total}
        lists = {name: keys_of(name, keys, self._columns["flags"], about) for name in LISTS}
        about["lists"] = {name: _digest(b"".join(found)).hex() for name, found in lists.items()}
        chunks = [chunk for _, found in self._chunks.values() for chunk in found]
        sizes = (number for chunk in chunks for number in (chunk.chars, chunk.lines, chunk.entries))
        parts: Parts = {**self._columns, **rest, **self._few(), **encode_texts(delta)}
        return parts | {
            "about": dump(about),
            "rows": rows,
            "keys": b"".join(keys),
            "ids": "\n".join(ids).encode(),
            "digests": bytes(self._digests),
            "chunk_keys": b"".join(chunk.key for chunk in chunks),
            "chunk_sizes": array("I", sizes),
        }

    def _ids(self) -> list[str]:
        """The handles of all entries."""
        # Where nothing but places changed, so that the categories are those of before too.
        stood = all(item == number for number, item in enumerate(self._entries))
        if self._before and stood and self._before.manifest.data("digests") == self._digests:
            return self._before.ids
        prefixes = [self._kinds[kind].prefix for kind in self._names["kind"]]
        digests, width = self._digests.hex(), 2 * DIGEST
        identities = [
            (prefixes[kind], digests[at : at + width])
            for kind, at in zip(self._columns["kind"], range(0, len(digests), width), strict=True)
        ]
        live = sum(not flags & ARCHIVED for flags in self._columns["flags"])
        return handle.assign_all(identities, live, self._category)

    def _category(self, number: int) -> str:
        """The category of an entry by its number."""
        entry = self._entries[number]
        if isinstance(entry, Entry):
            return entry.category
        return self._before.entries[entry].category if self._before else ""

    def _few(self) -> Parts:
        """What only a few entries have."""
        read = {number: entry for number, entry in enumerate(self._entries) if isinstance(entry, Entry)}
        found = encode_few(read)
        if self._before is not None:
            places = {old: number for number, old in enumerate(self._entries) if isinstance(old, int)}
            for name in FEW:
                found[name] += [(places[old], what) for old, what in self._before.few(name) if old in places]
        return {name: dump(sorted(rows, key=lambda row: row[0])) for name, rows in found.items()}

    def _about_chunks(self) -> dict[str, Any]:
        """Where the chunks of each file are among all, and what those leave open that leave anything."""
        files, after, start = {}, {}, 0
        for path, (first, chunks) in self._chunks.items():
            files[path] = (first, start, start + len(chunks))
            start += len(chunks)
            if some := {at: chunk.after for at, chunk in enumerate(chunks) if chunk.after != ""}:
                after[path] = some
        return {"files": files, "after": after}


class _Rows:
    """Finds the key and the row of each entry of a list in which those of before are known by number."""

    def __init__(self, before: LazyMemory | None, entries: Sequence[int | Entry], ids: Sequence[str]) -> None:
        self._before, self._entries, self._ids = before, entries, ids
        self._delta: list[Entry] = []

    def find(self) -> tuple[list[bytes], array[int], list[Entry]]:
        """The keys, the rows, and the entries whose rows are behind those of the base, in their order."""
        before = self._before
        if before is None:
            # They were named when they were read.
            keys = [entry_key(entry) for entry in self._entries if isinstance(entry, Entry)]
            return keys, array("I", range(len(keys))), []
        ids, old_keys = before.ids, before.keys
        known = {key: number for number, key in enumerate(old_keys)}
        keys, rows = list[bytes](), array("I")
        for entry, name in zip(self._entries, self._ids, strict=True):
            if isinstance(entry, int) and ids[entry] == name:
                number, key = entry, old_keys[entry]
            else:
                fresh = (before.entries[entry] if isinstance(entry, int) else entry).named(name)
                key = entry_key(fresh)
                number = known.get(key, -1)
            if number >= 0 and before.rows[number] < len(before.base):
                rows.append(before.rows[number])
            else:
                rows.append(len(before.base) + len(self._delta))
                self._delta.append(before.entries[number] if number >= 0 else fresh)
            keys.append(key)
        return keys, rows, self._delta


def _moved(entry: Entry, shift: Sequence[int]) -> Entry:
    """An entry in its place in the file, given its place in a chunk."""
    by = {name: getattr(entry, name) + more for name, more in zip(PLACES, shift, strict=True)}
    return entry._replace(**by)
