"""The index of a list of entries: found in the cache, patched, or made and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from ctx.errors import Damaged
from ctx.memory.entry import Entry
from ctx.memory.shelf import Held, MendedShelf, Parts
from ctx.retrieval.document import Document, document_of, document_text
from ctx.retrieval.index import Index
from ctx.retrieval.terms import Terms
from ctx.store.cache import Cache, CacheFile

if TYPE_CHECKING:
    from ctx.actions.cache.layers import ListPatch

ListName = Literal["live", "searchable"]
# The indexes there may be: of the live entries, and of what `search` covers without and with the archive.
_NAMES = ("context-live", "context-searchable", "context-whole-searchable")
_KEY = 16


def find_index(
    cache: Cache, name: str, stamp: str, entries: Callable[[], Sequence[Entry]], patch: ListPatch | None
) -> Index | None:
    """The index of some entries that is kept, or that of the list they are patched from, patched."""
    found = cache.find(name)
    if found is None:
        return None
    if found.stamp == stamp:
        return Index(MendedShelf(found, lambda: _parts(entries())))
    if patch is None or found.stamp != patch.base:
        return None
    with suppress(Damaged):
        fresh = _fresh(cache, f"{name}-patch", f"{stamp} {patch.stamp}", patch)
        return _patched(found, patch, fresh)
    return None


def _patched(found: CacheFile, patch: ListPatch, fresh: Sequence[Document]) -> Index | None:
    """The index of a known list, patched, where that answers as a new one would."""
    from ctx.retrieval.patched_index import PatchedIndex

    shelf = MendedShelf(found, lambda: _parts(patch.entries))
    index = PatchedIndex(shelf, patch.origin, fresh)
    return index if index.holds else None


def _parts(entries: Sequence[Entry]) -> Parts:
    from ctx.retrieval.build_index import index_entries

    return index_entries(entries)


def _fresh(cache: Cache, name: str, stamp: str, patch: ListPatch) -> list[Document]:
    """The documents of the fresh entries of a patch; those that the last one held too are known."""
    known: dict[bytes, Document] = {}
    with suppress(Damaged):
        if found := cache.find(name):
            documents = load_documents(found.data("documents"))
            if found.stamp == stamp:
                return documents
            known = dict(zip(_keys_of(found), documents, strict=True))
    keys = list(map(_key, patch.fresh))
    documents = [known.get(key) or document_of(one) for key, one in zip(keys, patch.fresh, strict=True)]
    cache.put(name, stamp, {"documents": dump_documents(documents), "keys": b"".join(keys)})
    return documents


def dump_documents(documents: Sequence[Document]) -> bytes:
    """Documents as they are kept."""
    return json.dumps(documents).encode()


def load_documents(data: bytes) -> list[Document]:
    """Documents that were kept."""
    return [
        Document(Terms(*title), Terms(*body), Terms(*label), group, asks)
        for title, body, label, group, asks in json.loads(data)
    ]


def make_index(cache: Cache, name: str, stamp: str, entries: Sequence[Entry]) -> Index:
    """The index of some entries, kept; those that the last one held too are not analysed again."""
    from ctx.retrieval.build_index import index_documents

    keys = [_key(entry) for entry in entries]
    try:
        known = {key: one for name in _NAMES for key, one in _documents(cache.find(name)).items()}
        documents = [
            found() if (found := known.get(key)) else document_of(entry)
            for key, entry in zip(keys, entries, strict=True)
        ]
    except Damaged:
        documents = [document_of(entry) for entry in entries]
    parts: Parts = index_documents(documents) | {"keys": b"".join(keys)}
    cache.put(name, stamp, parts)
    return Index(Held(parts))


def _key(entry: Entry) -> bytes:
    """What an entry's terms depend on."""
    return hashlib.blake2b(document_text(entry).encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def _documents(file: CacheFile | None) -> dict[bytes, Callable[[], Document]]:
    """The documents of an index by the keys of their entries."""
    if file is None:
        return {}
    index = Index(file)
    return {key: _later(index, number) for number, key in enumerate(_keys_of(file))}


def _keys_of(file: CacheFile) -> list[bytes]:
    """The keys of the entries whose documents a file holds."""
    keys = file.data("keys")
    return [keys[at : at + _KEY] for at in range(0, len(keys), _KEY)]


def _later(index: Index, number: int) -> Callable[[], Document]:
    return lambda: index.document(number)
