"""A reading as the cache keeps it: a base, and a patch to it once files changed since."""

from __future__ import annotations

from ctx.actions.signature import Head
from ctx.memory.stored import Kept, Parts, Patched, Whole
from ctx.retrieval.document import Held
from ctx.store.cache import Cache, CacheFile


class Snapshot:
    """A base and the patch to it, as they were found. Whatever it is asked may raise Damaged."""

    def __init__(self, base: CacheFile, patch: CacheFile | Held | None) -> None:
        self.base, self.patch = base, patch
        self.head = Head.load((patch or base).data("head"))
        whole = Whole(base)
        self.kept: Kept = Patched(whole, Whole(patch), patch.numbers("origin")) if patch else whole

    @classmethod
    def find(cls, cache: Cache, name: str) -> Snapshot | None:
        """What is kept under a name."""
        base, patch = cache.find(name), cache.find(_patch_name(name))
        if base is None:
            return None
        return cls(base, patch if patch and patch.stamp == base.stamp else None)

    def patched(self, parts: Parts, cache: Cache, name: str) -> Snapshot:
        """The base with another patch, which is kept under the name."""
        cache.put(_patch_name(name), self.base.stamp, parts)
        return Snapshot(self.base, Held(parts))


def _patch_name(name: str) -> str:
    return f"{name}-patch"
