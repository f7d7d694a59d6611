"""What rules, tasks and entries look like in a packet, and their sizes, as the cache keeps them."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from ctx.memory.shelf import Mended, Parts, Shelf
from ctx.memory.task import active

if TYPE_CHECKING:
    from ctx.memory.entry import Entry
    from ctx.memory.read_memory import Memory
    from ctx.memory.stored import Stored
    from ctx.memory.task import Task
    from ctx.packet.blocks import Press

_WHOLE, _LINE = ("whole_units", "whole_chars"), ("line_units", "line_chars")


def measure(entries: Sequence[Entry], press: Press) -> Parts:
    """The texts and sizes of some entries."""
    from ctx.packet.render import entry_line, entry_whole

    wholes = press.many([entry_whole(entry) for entry in entries])
    lines = press.many([entry_line(entry) for entry in entries])
    texts = [block.text.encode("utf-8", "surrogatepass") for block in wholes]
    parts: Parts = {"texts": b"".join(texts), "ends": array("Q", accumulate(map(len, texts)))}
    for (units, chars), blocks in ((_WHOLE, wholes), (_LINE, lines)):
        parts[units] = array("I", [block.units for block in blocks])
        parts[chars] = array("I", [block.chars for block in blocks])
    return parts


def measure_rest(memory: Memory | Stored, press: Press) -> Parts:
    """The texts and sizes of the rules and the tasks."""
    from ctx.packet.render import head, task_item

    items = [(task.id, task_item(task)) for task in active(memory.tasks)]
    rows = [(name, item, press(item).units, press(item + "\n").units) for name, item in items]
    return {
        "head": head(memory.constitution).encode("utf-8", "surrogatepass"),
        "items": json.dumps(rows).encode(),
    }


class Measured(Protocol):
    """The sizes of some entries, as they are kept."""

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""

    def text(self, number: int) -> str:
        """A whole entry's text."""

    def part(self, name: str) -> bytes:
        """What is about rules and tasks."""


class WholeSizes:
    """Sizes that are kept in one piece."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @cached_property
    def _ends(self) -> Sequence[int]:
        return self._shelf.numbers("ends")

    @cached_property
    def _wholes(self) -> list[Sequence[int]]:
        return [self._shelf.numbers(name) for name in _WHOLE]

    @cached_property
    def _lines(self) -> list[Sequence[int]]:
        return [self._shelf.numbers(name) for name in _LINE]

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""
        units, chars = self._wholes
        return units[number], chars[number]

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""
        units, chars = self._lines
        return units[number], chars[number]

    def text(self, number: int) -> str:
        """A whole entry's text."""
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        return self._shelf.data("texts", start, end).decode("utf-8", "surrogatepass")

    def part(self, name: str) -> bytes:
        """What is about rules and tasks."""
        return self._shelf.data(name)


class PatchedSizes:
    """Sizes that are kept as those of a base and of the entries that are fresh since, see `ListPatch`."""

    def __init__(self, base: WholeSizes, fresh: WholeSizes, origin: Sequence[int], count: int) -> None:
        self._base, self._fresh, self._origin, self._count = base, fresh, origin, count

    def _at(self, number: int) -> tuple[WholeSizes, int]:
        origin = self._origin[number]
        return (self._base, origin) if origin < self._count else (self._fresh, origin - self._count)

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""
        sizes, at = self._at(number)
        return sizes.whole(at)

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""
        sizes, at = self._at(number)
        return sizes.line(at)

    def text(self, number: int) -> str:
        """A whole entry's text."""
        sizes, at = self._at(number)
        return sizes.text(at)

    def part(self, name: str) -> bytes:
        """What is about rules and tasks."""
        return self._fresh.part(name)


class StoredSizes(Mended[Measured]):
    """The sizes of the live entries, or of those at some `places` in their list, mended where damaged."""

    def __init__(
        self, kept: Measured, again: Callable[[], Measured], places: Sequence[int] | None = None
    ) -> None:
        super().__init__(kept, again)
        self._places = places

    def of(self, places: Sequence[int]) -> StoredSizes:
        """The sizes of some of them."""
        some = StoredSizes(self._kept, self._again, places)
        some.items = self.items
        return some

    def _at(self, number: int) -> int:
        return number if self._places is None else self._places[number]

    @cached_property
    def head(self) -> str:
        """The title and the rules."""
        return self._ask(lambda kept: kept.part("head")).decode("utf-8", "surrogatepass")

    @cached_property
    def items(self) -> dict[str, tuple[str, int, int]]:
        """The active tasks by their handles: text, units, and units where it ends the section."""
        rows = json.loads(self._ask(lambda kept: kept.part("items")))
        return {name: (item, units, last) for name, item, units, last in rows}

    def item(self, task: Task) -> str:
        """An active task's text."""
        return self.items[task.id][0]

    def whole_text(self, number: int) -> str:
        """A whole entry's text."""
        return self._ask(lambda kept: kept.text(self._at(number)))

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""
        return self._ask(lambda kept: kept.whole(self._at(number)))

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""
        return self._ask(lambda kept: kept.line(self._at(number)))
