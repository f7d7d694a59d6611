"""The index of a list of entries: found in the cache, brought up to date with a delta, or made and kept."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ctx.cache.lazy_memory import LISTS
from ctx.model.arrays import KEY, Held, Parts
from ctx.model.entry import Entry
from ctx.retrieval.index.delta_index import DeltaIndex, build_delta, is_few
from ctx.retrieval.index.document import Document, document_of
from ctx.retrieval.index.index import Index
from ctx.store.cache import Cache, CacheFile

# Documents by their keys: the index that holds each, and its number there.
_Held = dict[bytes, tuple[Index, int]]


class EntryList(NamedTuple):
    """A list of entries by its name, a digest over their keys, the keys, and the entries themselves."""

    name: str
    digest: str
    keys: Callable[[], Sequence[bytes]]
    entries: Callable[[], Sequence[Entry]]


class Indexing:
    """Finds and keeps the indexes of lists."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def find(self, listed: EntryList) -> Index:
        """The index of a list."""
        return self._found(listed) or self._updated(listed) or self._made(listed)

    def _found(self, listed: EntryList) -> Index | None:
        """The index that is kept of exactly this list, in one piece or as a delta."""
        if whole := self._cache.find(_name(listed.name), listed.digest):
            return Index(whole)
        delta = self._cache.find(_delta_name(listed.name), listed.digest)
        return self._delta_index(delta) if delta else None

    def _delta_index(self, delta: CacheFile) -> DeltaIndex | None:
        """A delta beside its base, where that is still kept."""
        name, stamp = json.loads(delta.data("base"))
        base = self._cache.find(name, stamp)
        return DeltaIndex(base, delta) if base else None

    def _updated(self, listed: EntryList) -> Index | None:
        """An index that is kept of nearly this list, with a delta, where that will do."""
        for name in dict.fromkeys((listed.name, *LISTS)):
            if base := self._cache.find(_name(name)):
                delta = self._delta(base, name, listed)
                if delta:
                    self._cache.put(_delta_name(listed.name), listed.digest, delta)
                    return DeltaIndex(base, Held(delta))
        return None

    def _delta(self, base: CacheFile, name: str, listed: EntryList) -> Parts | None:
        """The delta that makes a base the index of a list, where that will do."""
        known = {key: number for number, key in enumerate(_keys_of(base))}
        keys = listed.keys()
        fresh = [place for place, key in enumerate(keys) if key not in known]
        if not is_few(len(fresh), len(keys)):
            return None
        known |= {keys[place]: number for number, place in enumerate(fresh, len(known))}
        documents = [*self._documents(listed, fresh, self._held_by_deltas())]
        parts = build_delta(Index(base), array("I", map(known.__getitem__, keys)), documents)
        if parts is None:
            return None
        held = b"".join(map(keys.__getitem__, parts["moved"]))
        return parts | {"keys": held, "base": json.dumps([_name(name), base.stamp]).encode()}

    def _made(self, listed: EntryList) -> Index:
        """A new index."""
        from ctx.retrieval.index.build_index import index_documents

        keys = listed.keys()
        known = self._held_by_bases() | self._held_by_deltas()
        documents = self._documents(listed, range(len(keys)), known)
        parts: Parts = index_documents(documents) | {"keys": b"".join(keys)}
        self._cache.put(_name(listed.name), listed.digest, parts)
        return Index(Held(parts))

    def _documents(self, listed: EntryList, places: Sequence[int], known: _Held) -> Iterator[Document]:
        """The documents at some places of a list; those that are held by an index are not analysed again."""
        keys, entries = listed.keys(), listed.entries()
        for place in places:
            found = known.get(keys[place])
            yield found[0].document(found[1]) if found else document_of(entries[place])

    def _held_by_bases(self) -> _Held:
        """The documents that indexes hold in one piece."""
        held: _Held = {}
        for name in LISTS:
            if base := self._cache.find(_name(name)):
                index = Index(base)
                held |= {key: (index, number) for number, key in enumerate(_keys_of(base))}
        return held

    def _held_by_deltas(self) -> _Held:
        """The documents that deltas hold."""
        held: _Held = {}
        for name in LISTS:
            delta = self._cache.find(_delta_name(name))
            if delta and (index := self._delta_index(delta)):
                first = len(index.documents)
                held |= {key: (index, number) for number, key in enumerate(_keys_of(delta), first)}
        return held


def _name(listed: str) -> str:
    return f"index-{listed}"


def _delta_name(listed: str) -> str:
    return f"index-{listed}-delta"


def _keys_of(file: CacheFile) -> list[bytes]:
    """The keys of the documents that an index holds."""
    keys = file.data("keys")
    return [keys[at : at + KEY] for at in range(0, len(keys), KEY)]
