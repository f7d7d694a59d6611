"""The lists of entries of a reading that is kept as a base and a patch, in terms of the base's lists."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from ctx.memory.entry import Entry
from ctx.memory.roster import Joined, View
from ctx.memory.stored import PatchedMemory, Stored
from ctx.memory.views import frame_entry


class ListPatch(NamedTuple):
    """A list of entries by a list that is known.

    `origin` says for each entry its place in the known `entries`, or behind them its place among the
    `fresh` ones. `base` is the stamp of what was made of the known list. Entries may raise Damaged.
    """

    base: str
    entries: Sequence[Entry]
    origin: array[int]
    fresh: Sequence[Entry]

    @property
    def is_empty(self) -> bool:
        """Whether the list is the known one."""
        return len(self.origin) == len(self.entries) and self.origin == array("I", range(len(self.origin)))

    @property
    def stamp(self) -> str:
        """What names this list as a patch: equal stamps, equal origins."""
        return f"{self.base} {hashlib.sha256(self.origin.tobytes()).hexdigest()}"


class Layers:
    """A base that `base_stamp` names, and the memory `now`, which is kept as a patch to it."""

    def __init__(self, base_stamp: str, patched: PatchedMemory, now: Stored) -> None:
        self._stamp, self._patched = base_stamp, patched
        self.base, self.now = Stored(patched.base), now

    @cached_property
    def live(self) -> ListPatch:
        """The live entries, in file order."""
        return self._list(self.base.live_numbers, self.now.live_numbers)

    @cached_property
    def searchable(self) -> ListPatch:
        """Every entry read, then the sessions."""
        every = range(self._patched.count), range(len(self._patched.origin))
        entries, before = self._list(*every), self.base.frames
        places = {frame: len(entries.entries) + n for n, frame in enumerate(before)}
        total = len(entries.entries) + len(before)
        found = array("I", [n + (n >= self._patched.count) * len(before) for n in entries.origin])
        new = []
        for frame in self.now.frames:
            if frame not in places:
                new.append(frame)
            found.append(places.get(frame, total + len(entries.fresh) + len(new) - 1))
        return ListPatch(
            self._stamp,
            Joined(entries.entries, [frame_entry(frame) for frame in before]),
            found,
            Joined(entries.fresh, [frame_entry(frame) for frame in new]),
        )

    def _list(self, before: Sequence[int], numbers: Sequence[int]) -> ListPatch:
        """Some entries of now, by some of the base, both given by their numbers."""
        origin, count = self._patched.origin, self._patched.count
        known = View(self.base.entries, before)
        if len(before) == count and len(numbers) == len(origin):
            fresh = [number for number, at in enumerate(origin) if at >= count]
            return ListPatch(self._stamp, known, array("I", origin), View(self.now.entries, fresh))
        places = {number: place for place, number in enumerate(before)}
        found, fresh = array("I"), []
        for number in numbers:
            place = places.get(origin[number])
            if place is None:
                place = len(before) + len(fresh)
                fresh.append(number)
            found.append(place)
        return ListPatch(self._stamp, known, found, View(self.now.entries, fresh))
