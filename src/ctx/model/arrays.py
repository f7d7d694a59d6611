"""Flat arrays and bytes by their names, in memory or in a file that is read part by part."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Protocol

Numbers = Sequence[int]
KEY = 16  # bytes of the digest that names a chunk or an entry
# What arrays are made from.
Parts = dict[str, "array[int] | bytes"]


class Arrays(Protocol):
    """Where parts are. Whatever it is asked may raise CacheCorrupt where that is a file."""

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
