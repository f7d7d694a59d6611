"""Shelves: flat arrays and bytes by their names, in memory or in a file that is read part by part."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from ctx.errors import Damaged

Numbers = Sequence[int]
# What a shelf is filled with.
Parts = dict[str, "array[int] | bytes"]
_Kept = TypeVar("_Kept")
_Answer = TypeVar("_Answer")


class Shelf(Protocol):
    """Where parts are. Whatever it is asked may raise Damaged where that is a file."""

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Numbers:
        """A stretch of an array."""

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""

    def text(self, name: str) -> str:
        """A text."""


class Held:
    """Parts in memory."""

    def __init__(self, parts: Mapping[str, array[int] | bytes]) -> None:
        self._parts = parts

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Numbers:
        """A stretch of an array."""
        return memoryview(self._parts[name])[start:stop]

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""
        return bytes(memoryview(self._parts[name]).cast("B")[start:stop])

    def text(self, name: str) -> str:
        """A text."""
        return bytes(self._parts[name]).decode("utf-8", "surrogatepass")


class MendedShelf:
    """Parts in a file; where any turns out to be damaged, all are made again, in memory."""

    def __init__(self, file: Shelf, again: Callable[[], Parts]) -> None:
        self._shelf = file
        self._again = again

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Numbers:
        """A stretch of an array."""
        try:
            return self._shelf.numbers(name, start, stop)
        except Damaged:
            return self._mended().numbers(name, start, stop)

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""
        try:
            return self._shelf.data(name, start, stop)
        except Damaged:
            return self._mended().data(name, start, stop)

    def text(self, name: str) -> str:
        """A text."""
        try:
            return self._shelf.text(name)
        except Damaged:
            return self._mended().text(name)

    def _mended(self) -> Shelf:
        mended = self._shelf = Held(self._again())
        return mended


class Mended(Generic[_Kept]):
    """What reads a shelf; where that turns out to be damaged, it is made again, in memory."""

    def __init__(self, kept: _Kept, again: Callable[[], _Kept]) -> None:
        self._kept, self._again = kept, again

    def _ask(self, question: Callable[[_Kept], _Answer]) -> _Answer:
        try:
            return question(self._kept)
        except Damaged:
            self._kept = self._again()
            return question(self._kept)
