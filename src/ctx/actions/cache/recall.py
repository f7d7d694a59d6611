"""What was made of a context and is kept in the cache: its indexes, sizes, answers and token counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import TYPE_CHECKING

from ctx.actions.cache.answers import Answers
from ctx.actions.cache.indexing import ListName, find_index, make_index
from ctx.actions.cache.sizes import Measured, PatchedSizes, StoredSizes, WholeSizes, measure, measure_rest
from ctx.errors import Damaged
from ctx.memory.shelf import Held, Parts
from ctx.packet.tokens import Counts
from ctx.store.cache import Cache

if TYPE_CHECKING:
    from ctx.actions.cache.layers import Layers, ListPatch
    from ctx.memory.entry import Entry
    from ctx.memory.read_memory import Memory
    from ctx.packet.blocks import Press
    from ctx.retrieval.collection import Collection
    from ctx.retrieval.index import Index

# So many new token counts are kept beside those that are sorted.
_LAST = 2000
# The lines that say how much was left out are counted up to numbers of so many digits.
_DIGITS = 7


class Recall:
    """One context's cache files that are about one state of its files, which `stamp` names.

    `name` is that of its snapshot; `layers` is there where that is a base and a patch.
    """

    def __init__(self, cache: Cache, name: str, stamp: str, layers: Layers | None = None) -> None:
        self.cache = cache
        self.name = name
        self.stamp = stamp
        self.layers = layers
        self._counted = 0

    def index(self, listed: ListName, entries: Callable[[], Sequence[Entry]]) -> Index:
        """The index of the entries of a list, read or else made and kept."""
        name, (stamp, patch) = f"{self.name}-{listed}", self._state_of(listed)
        index = find_index(self.cache, name, stamp, entries, patch)
        if index is None:
            index = make_index(self.cache, name, stamp, entries())
            if patch:
                # The next run makes a new base, which this index belongs to.
                self.cache.drop(self.name)
        return index

    def answers(self, tasks: AbstractSet[str], collection: Callable[[], Collection]) -> Answers:
        """What the texts of the tasks of TASKS.md find among the live entries."""
        stamp, patch = self._state_of("live")
        return Answers(self.cache, stamp, patch.base if patch else stamp, tasks, collection)

    def _state_of(self, listed: ListName) -> tuple[str, ListPatch | None]:
        """What names the entries of a list, and the patch to the base where they are not the base's."""
        if self.layers is None:
            return self.stamp, None
        try:
            patch = self.layers.live if listed == "live" else self.layers.searchable
        except Damaged:
            # The base is of no use any more, and the next run makes a new one.
            self.layers = None
            self.cache.drop(self.name)
            return self.stamp, None
        return (patch.base, None) if patch.is_empty else (self.stamp, patch)

    def counts(self, tokenizer: str) -> Counts:
        """The token counts that are known; those that came last stand in a small file of their own."""
        many, last = self.cache.find(f"tokens-{tokenizer}"), self.cache.find(f"tokens-{tokenizer}-last")
        try:
            known = Counts() if many is None else Counts(many.numbers("keys"), many.numbers("counts"))
            known.added |= {} if last is None else json.loads(last.data("added"))
        except Damaged:
            known = Counts()
        self._counted = len(known.added)
        return known

    def keep_counts(self, known: Counts, press: Press) -> None:
        """Keep the token counts, where any was added, and those of the lines that count what is left out."""
        if len(known.added) == self._counted:
            return
        from ctx.packet.render import more_entries

        for digits in range(_DIGITS):
            # With another section behind it a blank line follows.
            press.many([more_entries(10**digits), more_entries(10**digits) + "\n"])
        name, last = f"tokens-{press.counter.name}", known.added
        if len(last) > _LAST:
            keys, numbers = known.merged()
            self.cache.put(name, "", {"keys": keys, "counts": numbers})
            last = {}
        self.cache.put(f"{name}-last", "", {"added": json.dumps(last).encode()})

    def sizes(self, memory: Memory, entries: Sequence[Entry], press: Press) -> StoredSizes:
        """What the rules, tasks and live entries look like in a packet, read or else worked out and kept."""

        def again() -> Parts:
            return measure(entries, press) | measure_rest(memory, press)

        name = f"sizes-{press.counter.name}"
        kept: Measured | None = self._find_sizes(name, self.stamp)
        if kept is None and self.layers:
            with suppress(Damaged):
                kept = self._patched_sizes(name, self.layers, press)
        if kept is None:
            kept = self._make_sizes(name, self.stamp, again)
        return StoredSizes(kept, lambda: WholeSizes(Held(again())))

    def _patched_sizes(self, name: str, layers: Layers, press: Press) -> PatchedSizes:
        """The sizes of the base's entries and of those that are fresh."""
        patch, before, memory = layers.live, layers.base, layers.now

        def measure_base() -> Parts:
            return measure(patch.entries, press) | measure_rest(before, press)

        def measure_fresh() -> Parts:
            return measure(patch.fresh, press) | measure_rest(memory, press)

        fresh_name, fresh_stamp = f"{name}-patch", f"{self.stamp} {patch.stamp}"
        base = self._find_sizes(name, patch.base) or self._make_sizes(name, patch.base, measure_base)
        fresh = self._find_sizes(fresh_name, fresh_stamp)
        fresh = fresh or self._make_sizes(fresh_name, fresh_stamp, measure_fresh)
        return PatchedSizes(base, fresh, patch.origin, len(patch.entries))

    def _find_sizes(self, name: str, stamp: str) -> WholeSizes | None:
        """Sizes that were kept."""
        found = self.cache.find(name, stamp)
        return None if found is None else WholeSizes(found)

    def _make_sizes(self, name: str, stamp: str, make: Callable[[], Parts]) -> WholeSizes:
        """Sizes that are worked out and kept."""
        parts = make()
        self.cache.put(name, stamp, parts)
        return WholeSizes(Held(parts))
