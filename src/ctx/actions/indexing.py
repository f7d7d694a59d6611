"""The index of a list of entries: found in the cache, patched, or made and kept."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

from ctx.actions.layers import Patch
from ctx.errors import Damaged
from ctx.memory.entry import Entry
from ctx.retrieval.document import Document, Held, document_of, document_text
from ctx.retrieval.index import Index, Patched
from ctx.retrieval.postings import build
from ctx.retrieval.terms import Terms
from ctx.store.cache import Cache, CacheFile

Parts = dict[str, "array[int] | bytes"]
ListName = Literal["live", "searchable"]
# The indexes there may be: of the live entries, and of what `search` covers without and with the archive.
_NAMES = ("context-live", "context-searchable", "context-whole-searchable")
_KEY = 16


class Healing:
    """A cache file; what turns out to be damaged in it is made again, in memory."""

    def __init__(self, file: CacheFile, again: Callable[[], Parts]) -> None:
        self._shelf: CacheFile | Held = file
        self._again = again

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Sequence[int]:
        """A stretch of an array."""
        try:
            return self._shelf.numbers(name, start, stop)
        except Damaged:
            return self._healed().numbers(name, start, stop)

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""
        try:
            return self._shelf.data(name, start, stop)
        except Damaged:
            return self._healed().data(name, start, stop)

    def text(self, name: str) -> str:
        """A text."""
        try:
            return self._shelf.text(name)
        except Damaged:
            return self._healed().text(name)

    def _healed(self) -> Held:
        healed = self._shelf = Held(self._again())
        return healed


def find_index(
    cache: Cache, name: str, stamp: str, entries: Callable[[], Sequence[Entry]], patch: Patch | None
) -> Index | None:
    """The index of some entries that is kept, or that of the list they are patched from, patched."""
    found = cache.find(name)
    if found is not None and found.stamp == stamp:
        return Index(Healing(found, lambda: build([document_of(entry) for entry in entries()])))
    if found is not None and patch is not None and found.stamp == patch.base:
        with suppress(Damaged):
            fresh = _fresh(cache, f"{name}-patch", f"{stamp} {patch.stamp}", patch)
            shelf = Healing(found, lambda: build([document_of(entry) for entry in patch.entries]))
            patched = Patched(shelf, patch.origin, fresh)
            return patched if patched.holds else None
    return None


def _fresh(cache: Cache, name: str, stamp: str, patch: Patch) -> list[Document]:
    """The documents of the fresh entries of a patch."""
    found = cache.find(name)
    if found is not None and found.stamp == stamp:
        with suppress(Damaged):
            return [_document(*row) for row in json.loads(found.data("documents"))]
    documents = [document_of(entry) for entry in patch.fresh]
    cache.put(name, stamp, {"documents": json.dumps(documents).encode()})
    return documents


def _document(
    title: list[list[str]], body: list[list[str]], label: list[list[str]], group: str, asks: bool
) -> Document:
    return Document(Terms(*title), Terms(*body), Terms(*label), group, asks)


def make_index(cache: Cache, name: str, stamp: str, entries: Sequence[Entry]) -> Index:
    """The index of some entries, kept; those that the last one held too are not analysed again."""
    keys = [_key(entry) for entry in entries]
    try:
        known = {key: one for name in _NAMES for key, one in _documents(cache.find(name)).items()}
        documents = [
            found() if (found := known.get(key)) else document_of(entry)
            for key, entry in zip(keys, entries, strict=True)
        ]
    except Damaged:
        documents = [document_of(entry) for entry in entries]
    parts: Parts = build(documents) | {"keys": b"".join(keys)}
    cache.put(name, stamp, parts)
    return Index(Held(parts))


def _key(entry: Entry) -> bytes:
    """What an entry's terms depend on."""
    return hashlib.blake2b(document_text(entry).encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def _documents(file: CacheFile | None) -> dict[bytes, Callable[[], Document]]:
    """The documents of an index by the keys of their entries."""
    if file is None:
        return {}
    keys, index = bytes(file.data("keys")), Index(file)
    places = range(0, len(keys), _KEY)
    return {keys[at : at + _KEY]: _later(index, at // _KEY) for at in places}


def _later(index: Index, number: int) -> Callable[[], Document]:
    return lambda: index.document(number)
