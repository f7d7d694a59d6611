"""What rules, tasks and entries look like in a packet, and their sizes, as the cache keeps them."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from ctx.memory.lazy_memory import KEY
from ctx.memory.shelf import Numbers, Parts, Shelf
from ctx.memory.task import active

if TYPE_CHECKING:
    from ctx.memory.entry import Entry
    from ctx.memory.memory import Memory
    from ctx.memory.task import Task
    from ctx.packet.blocks import Press

# The units and characters of whole entries, and of their lines.
_COLUMNS = ("whole_units", "whole_chars", "line_units", "line_chars")


class EntrySizes:
    """The sizes of some entries by number, and the texts of those that are not printed as they stand."""

    def __init__(self, arrays: Shelf) -> None:
        self._arrays = arrays
        self.columns: list[Numbers] = [arrays.numbers(name) for name in _COLUMNS]

    def numbers(self) -> dict[bytes, int]:
        """The number of each entry by its key."""
        keys = self._arrays.data("keys")
        return {keys[at : at + KEY]: number for number, at in enumerate(range(0, len(keys), KEY))}

    @cached_property
    def texts(self) -> dict[int, tuple[int, int]]:
        """Where the texts of the entries stand that have one."""
        numbers, ends = self._arrays.numbers("with_text"), self._arrays.numbers("ends")
        return dict(zip(numbers, zip([0, *ends], ends, strict=False), strict=True))

    def text(self, number: int) -> str:
        """The text of a whole entry; empty where it is printed as it stands."""
        if number not in self.texts:
            return ""
        return self._arrays.data("texts", *self.texts[number]).decode("utf-8", "surrogatepass")


def measure(
    keys: Sequence[bytes], entries: Sequence[Entry], press: Press, before: EntrySizes | None
) -> Parts:
    """The arrays of the sizes of some entries; those that were measured before are not rendered again."""
    numbers = before.numbers() if before else {}
    origin = [numbers.get(key, -1) for key in keys]
    fresh = [place for place, number in enumerate(origin) if number < 0]
    columns = [
        array("I", [column[number] if number >= 0 else 0 for number in origin])
        for column in (before.columns if before else [()] * len(_COLUMNS))
    ]
    places = {number: place for place, number in enumerate(origin)}
    texts = {places[n]: before.text(n) for n in before.texts if n in places} if before else {}
    for place, (sizes, text) in zip(fresh, _measured([entries[n] for n in fresh], press), strict=True):
        for column, size in zip(columns, sizes, strict=True):
            column[place] = size
        if text:
            texts[place] = text
    encoded = [texts[place].encode("utf-8", "surrogatepass") for place in sorted(texts)]
    parts: Parts = dict(zip(_COLUMNS, columns, strict=True))
    return parts | {
        "keys": b"".join(keys),
        "with_text": array("I", sorted(texts)),
        "ends": array("Q", accumulate(map(len, encoded))),
        "texts": b"".join(encoded),
    }


def _measured(entries: Sequence[Entry], press: Press) -> Iterator[tuple[tuple[int, ...], str]]:
    """The sizes of each entry, and its text where it is not printed as it stands."""
    from ctx.packet.render import entry_line, entry_plain, entry_whole

    wholes = press.many([entry_whole(entry) for entry in entries])
    lines = press.many([entry_line(entry) for entry in entries])
    for entry, whole, line in zip(entries, wholes, lines, strict=True):
        text = "" if whole.text == entry_plain(entry) else whole.text
        yield (whole.units, whole.chars, line.units, line.chars), text


def measure_rest(memory: Memory, press: Press) -> Parts:
    """The texts and sizes of the rules and the tasks."""
    from ctx.packet.render import head, task_item

    items = [(task.id, task_item(task)) for task in active(memory.tasks)]
    rows = [(name, item, press(item).units, press(item + "\n").units) for name, item in items]
    return {
        "head": head(memory.constitution).encode("utf-8", "surrogatepass"),
        "items": json.dumps(rows).encode(),
    }


class PacketSizes:
    """What packing asks of the live entries at some `places` in their list, and of rules and tasks."""

    def __init__(
        self, sizes: EntrySizes, rest: Shelf, entries: Sequence[Entry], places: Sequence[int], press: Press
    ) -> None:
        self._sizes, self._entries, self._places = sizes, entries, places
        self.head = rest.data("head").decode("utf-8", "surrogatepass")
        self._items: dict[str, str] = {}
        for name, item, units, last in json.loads(rest.data("items")):
            self._items[name] = item
            press.learn(item, units)
            press.learn(item + "\n", last)

    def item(self, task: Task) -> str:
        """An active task's text."""
        return self._items[task.id]

    def whole_text(self, number: int) -> str:
        """A whole entry's text."""
        from ctx.packet.render import entry_plain

        place = self._places[number]
        return self._sizes.text(place) or entry_plain(self._entries[place])

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""
        units, chars, _, _ = self._sizes.columns
        place = self._places[number]
        return units[place], chars[place]

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""
        _, _, units, chars = self._sizes.columns
        place = self._places[number]
        return units[place], chars[place]
