"""A piece table: files as they are now, as stretches of what they were and the bytes that are new."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ctx.memory.encode import dump
from ctx.memory.shelf import Parts, Shelf

# The new bytes may be so many, and a share of those that were there besides.
_FEW, _SHARE = 1 << 16, 16
# So much is compared at a time: large stretches of memory cost more to get than to compare.
_CHUNK = 1 << 16

# A stretch of the base's sources, or new bytes.
Piece = tuple[int, int] | bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file by its pieces; `clear` says from where on it may be read again in parts."""

    pieces: Sequence[Piece]
    clear: int


class Pieces:
    """The files with entries, as they were when a patch to a base was written, or the base itself."""

    def __init__(self, base: Shelf, patch: Shelf | None) -> None:
        self._base = base
        spans: dict[str, list[int]] = json.loads(base.data("files"))
        self._size = sum(end - start for start, end, _ in spans.values())
        if patch is None:
            self.files = {path: File([(start, end)], clear) for path, (start, end, clear) in spans.items()}
        else:
            self.files = _load(json.loads(patch.data("files")), patch.data("sources"))

    def size(self, path: str) -> int:
        """The bytes of a file."""
        return sum(map(_length, self.files[path].pieces))

    def read(self, path: str, start: int, stop: int) -> bytes:
        """A stretch of a file."""
        return b"".join(map(self._read, _cut(self.files[path].pieces, start, stop)))

    def _read(self, piece: Piece) -> bytes:
        return piece if isinstance(piece, bytes) else self._base.data("sources", *piece)

    def common(self, path: str, data: bytes) -> tuple[int, int]:
        """How many bytes a file has in common with others at its start, and then at its end.

        No character is cut in two.
        """
        old, new = self.size(path), len(data)
        most = min(old, new)
        head = longest(most, lambda at, to: self.read(path, at, to) == data[at:to])
        tail = longest(
            most - head, lambda at, to: self.read(path, old - to, old - at) == data[new - to : new - at]
        )
        while head and _is_inside(data, head):
            head -= 1
        while tail and _is_inside(data, new - tail):
            tail -= 1
        return head, tail

    def replace(self, path: str, same: tuple[int, int], data: bytes, clear: int) -> None:
        """Put in what a file holds now, of which so many bytes at its start and end are as they were."""
        pieces, size = self.files[path].pieces, self.size(path)
        head, tail = same
        made = [*_cut(pieces, 0, head), data[head : len(data) - tail], *_cut(pieces, size - tail, size)]
        self.files[path] = File([piece for piece in made if _length(piece)], clear)

    def encode(self) -> Parts | None:
        """The parts that it is made again from, or None where too much is new."""
        new = [piece for file in self.files.values() for piece in file.pieces if isinstance(piece, bytes)]
        if sum(map(len, new)) > _FEW + self._size // _SHARE:
            return None
        rows = {
            path: [file.clear, [len(one) if isinstance(one, bytes) else one for one in file.pieces]]
            for path, file in self.files.items()
        }
        return {"files": dump(rows), "sources": b"".join(new)}


def _load(rows: dict[str, tuple[int, list[int | list[int]]]], data: bytes) -> dict[str, File]:
    files, at = {}, 0
    for path, (clear, spans) in rows.items():
        pieces: list[Piece] = []
        for span in spans:
            if isinstance(span, int):
                pieces.append(data[at : at + span])
                at += span
            else:
                pieces.append((span[0], span[1]))
        files[path] = File(pieces, clear)
    return files


def longest(limit: int, holds: Callable[[int, int], bool]) -> int:
    """The largest number up to a limit for which something holds of every stretch below it."""
    low = 0
    while low < limit and holds(low, min(low + _CHUNK, limit)):
        low += _CHUNK
    high = min(low + _CHUNK - 1, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if holds(low, middle):
            low = middle
        else:
            high = middle - 1
    return min(low, limit)


def _is_inside(data: bytes, at: int) -> bool:
    """Whether a place is inside of a character."""
    return at < len(data) and data[at] & 0xC0 == 0x80


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def _cut(pieces: Sequence[Piece], start: int, stop: int) -> list[Piece]:
    """The stretch of some pieces from `start` to `stop`."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        first, last = max(start - at, 0), min(stop - at, _length(piece))
        if first < last:
            found.append(
                piece[first:last] if isinstance(piece, bytes) else (piece[0] + first, piece[0] + last)
            )
        at += _length(piece)
    return found
