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
from ctx.packet.blocks import Size
from ctx.packet.content import FORMS, FULL, SUMMARY

if TYPE_CHECKING:
    from ctx.memory.entry import Entry
    from ctx.memory.read_memory import Memory
    from ctx.memory.stored import Stored
    from ctx.packet.blocks import Press

# Of each form of an entry: the texts, where they end, and what they count.
_TEXTS = {form: f"{form}_texts" for form in FORMS}
_ENDS = {form: f"{form}_ends" for form in FORMS}
_WORDINGS = "wordings"
_COUNTS = {form: tuple(f"{form}_{unit}" for unit in Size._fields) for form in FORMS}


def measure(entries: Sequence[Entry], press: Press) -> Parts:
    """The texts and sizes of some entries."""
    from ctx.packet.entry_text import entry_line, entry_whole, wording

    parts: Parts = {}
    for form, render in ((FULL, entry_whole), (SUMMARY, entry_line)):
        blocks = press.many([render(entry) for entry in entries])
        texts = [block.text.encode("utf-8", "surrogatepass") for block in blocks]
        parts[_TEXTS[form]] = b"".join(texts)
        parts[_ENDS[form]] = array("Q", accumulate(map(len, texts)))
        if form == FULL:
            parts[_WORDINGS] = array("Q", [wording(block.text) for block in blocks])
        for unit, name in enumerate(_COUNTS[form]):
            parts[name] = array("I", [block.size[unit] for block in blocks])
    return parts


def measure_rest(memory: Memory | Stored, press: Press) -> Parts:
    """The texts and sizes of the rules and the tasks."""
    from ctx.packet.render import head
    from ctx.packet.task_text import task_line, task_whole

    tasks = [(task.id, (task_whole(task), task_line(task))) for task in active(memory.tasks)]
    press.many([text for _, texts in tasks for text in texts])
    rows = [(name, [(text, press(text).size.units) for text in texts]) for name, texts in tasks]
    return {
        "head": head(memory.constitution).encode("utf-8", "surrogatepass"),
        "tasks": json.dumps(rows).encode(),
    }


class Measured(Protocol):
    """The sizes of some entries, as they are kept."""

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""

    def text(self, number: int, form: str) -> str:
        """The text of an entry."""

    def wording(self, number: int) -> int:
        """What an entry says, as a number."""

    def part(self, name: str) -> bytes:
        """What is about rules and tasks."""


class WholeSizes:
    """Sizes that are kept in one piece."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @cached_property
    def _ends(self) -> dict[str, Sequence[int]]:
        return {form: self._shelf.numbers(name) for form, name in _ENDS.items()}

    @cached_property
    def _counts(self) -> dict[str, list[Sequence[int]]]:
        return {form: [self._shelf.numbers(name) for name in names] for form, names in _COUNTS.items()}

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""
        units, chars, size = self._counts[form]
        return Size(units[number], chars[number], size[number])

    def text(self, number: int, form: str) -> str:
        """The text of an entry."""
        ends = self._ends[form]
        start, end = ends[number - 1] if number else 0, ends[number]
        return self._shelf.data(_TEXTS[form], start, end).decode("utf-8", "surrogatepass")

    @cached_property
    def _wordings(self) -> Sequence[int]:
        return self._shelf.numbers(_WORDINGS)

    def wording(self, number: int) -> int:
        """What an entry says, as a number."""
        return self._wordings[number]

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

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""
        sizes, at = self._at(number)
        return sizes.size(at, form)

    def text(self, number: int, form: str) -> str:
        """The text of an entry."""
        sizes, at = self._at(number)
        return sizes.text(at, form)

    def wording(self, number: int) -> int:
        """What an entry says, as a number."""
        sizes, at = self._at(number)
        return sizes.wording(at)

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
        some.tasks = self.tasks
        return some

    def _at(self, number: int) -> int:
        return number if self._places is None else self._places[number]

    @cached_property
    def head(self) -> str:
        """The title and the rules."""
        return self._ask(lambda kept: kept.part("head")).decode("utf-8", "surrogatepass")

    @cached_property
    def tasks(self) -> dict[str, list[tuple[str, int]]]:
        """The texts of the active tasks and their units, by handle, in the order of the forms."""
        return dict(json.loads(self._ask(lambda kept: kept.part("tasks"))))

    def task(self, handle: str, form: str) -> tuple[str, int] | None:
        """The text of a task and its units, None where they are not known."""
        return self.tasks[handle][FORMS.index(form)] if handle in self.tasks else None

    def entry_text(self, number: int, form: str) -> str:
        """The text of an entry."""
        return self._ask(lambda kept: kept.text(self._at(number), form))

    def entry(self, number: int, form: str) -> Size:
        """The size of an entry."""
        return self._ask(lambda kept: kept.size(self._at(number), form))

    def wording(self, number: int) -> int:
        """What an entry says, as a number."""
        return self._ask(lambda kept: kept.wording(self._at(number)))
