"""A reading as the cache keeps it: a base, and a patch to it once files changed since."""

from __future__ import annotations

from contextlib import suppress

from ctx.actions.cache.signature import FileState, Signature, doubtful
from ctx.errors import Damaged
from ctx.memory.shelf import Held, Parts
from ctx.memory.stored import Kept, PatchedMemory, WholeMemory
from ctx.store.cache import Cache, CacheFile


class Snapshot:
    """A base and the patch to it, as they were found. Whatever it is asked may raise Damaged."""

    def __init__(self, base: CacheFile, patch: CacheFile | Held | None) -> None:
        self.base, self.patch = base, patch
        self.state = FileState.load((patch or base).data("state"))
        whole = WholeMemory(base)
        self.kept: Kept = whole
        if patch:
            self.kept = PatchedMemory(whole, WholeMemory(patch), patch.numbers("origin"))

    @classmethod
    def find(cls, cache: Cache, name: str) -> Snapshot | None:
        """What is kept under a name."""
        base = cache.find(name)
        if base is None:
            return None
        found = cls(base, cache.find(_patch_name(name), base.stamp))
        with suppress(Damaged):
            if again := cache.find(_seen_name(name), found.state.digest):
                found.state = FileState.load(again.data("state"))
        return found

    def confirm(self, signature: Signature, taken: int, cache: Cache, name: str) -> None:
        """Keep how the same files looked later, where their stats then are enough to know them by."""
        state = self.state.seen(signature, taken)
        if not doubtful(state, signature, state.files):
            cache.put(_seen_name(name), state.digest, {"state": state.dump()})

    def patched(self, parts: Parts, cache: Cache, name: str) -> Snapshot:
        """The base with another patch, which is kept under the name."""
        cache.put(_patch_name(name), self.base.stamp, parts)
        return Snapshot(self.base, Held(parts))


def _patch_name(name: str) -> str:
    return f"{name}-patch"


def _seen_name(name: str) -> str:
    return f"{name}-seen"
