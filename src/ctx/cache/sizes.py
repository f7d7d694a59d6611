"""What rules, tasks and entries look like in a packet, and their sizes, as the cache keeps them."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from ctx.model.arrays import KEY, Arrays, Parts
from ctx.model.task import open_tasks
from ctx.packet.blocks import Size
from ctx.packet.content import FORMS, FULL, SUMMARY

if TYPE_CHECKING:
    from ctx.model.entry import Entry
    from ctx.model.memory import Memory
    from ctx.packet.blocks import BlockCounter

# What an entry counts in each form, and what it says as a number.
_SIZES = {form: tuple(f"{form}_{unit}" for unit in Size._fields) for form in FORMS}
_WORDINGS = "wordings"
_TYPES = {name: "I" for names in _SIZES.values() for name in names} | {_WORDINGS: "Q"}


class CachedTexts:
    """The texts of those entries that have one, by number."""

    def __init__(self, arrays: Arrays, form: str) -> None:
        self._arrays, self._form = arrays, form

    @cached_property
    def places(self) -> Mapping[int, tuple[int, int]]:
        """Where the text of each of these entries stands."""
        numbers, ends = (self._arrays.numbers(f"{self._form}_{name}") for name in ("with_text", "ends"))
        return dict(zip(numbers, zip([0, *ends], ends, strict=False), strict=True))

    def text(self, number: int) -> str | None:
        """The text of an entry, None where it has none."""
        place = self.places.get(number)
        if place is None:
            return None
        return self._arrays.data(f"{self._form}_texts", *place).decode("utf-8", "surrogatepass")


def _keep_texts(texts: Mapping[int, str], form: str) -> Parts:
    """The parts that hold the texts of some entries by number."""
    encoded = [texts[number].encode("utf-8", "surrogatepass") for number in sorted(texts)]
    return {
        f"{form}_with_text": array("I", sorted(texts)),
        f"{form}_ends": array("Q", accumulate(map(len, encoded))),
        f"{form}_texts": b"".join(encoded),
    }


class EntrySizes:
    """The sizes of some entries by number, and the texts of those that do not look as `plain_text` has them.

    The `columns` hold every number by its name; they are read at once, for they may be asked for long after.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.texts = {form: CachedTexts(arrays, form) for form in FORMS}
        self.columns = {name: arrays.numbers(name) for name in _TYPES}
        self._sizes = {form: tuple(self.columns[name] for name in names) for form, names in _SIZES.items()}

    def numbers(self) -> dict[bytes, int]:
        """The number of each entry by its key."""
        keys = self._arrays.data("keys")
        return {keys[at : at + KEY]: number for number, at in enumerate(range(0, len(keys), KEY))}

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""
        units, chars, size = self._sizes[form]
        return Size(units[number], chars[number], size[number])

    def wording(self, number: int) -> int:
        """What an entry says, as a number."""
        return self.columns[_WORDINGS][number]


def measure(
    keys: Sequence[bytes], entries: Sequence[Entry], block_counter: BlockCounter, before: EntrySizes | None
) -> Parts:
    """The arrays of the sizes of some entries; those that were measured before are not rendered again."""
    numbers = before.numbers() if before else {}
    origin = [numbers.get(key, -1) for key in keys]
    fresh = [place for place, number in enumerate(origin) if number < 0]
    known = before.columns if before else dict.fromkeys(_TYPES, ())
    columns = {
        name: array(code, [known[name][number] if number >= 0 else 0 for number in origin])
        for name, code in _TYPES.items()
    }
    texts: dict[str, dict[int, str]] = {form: {} for form in FORMS}
    if before:
        places = {number: place for place, number in enumerate(origin)}
        for form, kept in before.texts.items():
            texts[form] = {places[n]: kept.text(n) or "" for n in kept.places if n in places}
    for place, row, own in _measured(fresh, entries, block_counter):
        for name, number in row.items():
            columns[name][place] = number
        for form, text in own.items():
            texts[form][place] = text
    parts: Parts = {"keys": b"".join(keys), **columns}
    for form in FORMS:
        parts |= _keep_texts(texts[form], form)
    return parts


def _measured(
    places: Sequence[int], entries: Sequence[Entry], block_counter: BlockCounter
) -> Iterator[tuple[int, dict[str, int], dict[str, str]]]:
    """The numbers of each entry, and its text in each form where it does not look as `plain_text` has it."""
    from ctx.packet.entry_text import entry_line, entry_whole, wording
    from ctx.packet.plain_text import plain_text

    chosen = [entries[place] for place in places]
    wholes = block_counter.many([*map(entry_whole, chosen)])
    lines = block_counter.many([*map(entry_line, chosen)])
    for place, entry, whole, line in zip(places, chosen, wholes, lines, strict=True):
        row, texts = {_WORDINGS: wording(whole.text)}, {}
        for form, made in ((FULL, whole), (SUMMARY, line)):
            row |= zip(_SIZES[form], made.size, strict=True)
            if made.text != plain_text(entry, form):
                texts[form] = made.text
        yield place, row, texts


def measure_rest(memory: Memory, block_counter: BlockCounter) -> Parts:
    """The texts and sizes of the rules and the tasks."""
    from ctx.packet.render import head
    from ctx.packet.task_text import task_line, task_whole

    todo, _ = open_tasks(memory.tasks)
    texts = [(task_whole(task), task_line(task)) for task in todo]
    block_counter.many([text for both in texts for text in both])
    rows = [
        (task.id, [(text, block_counter(text).size.units) for text in both])
        for task, both in zip(todo, texts, strict=True)
    ]
    return {
        "head": head(memory.constitution).encode("utf-8", "surrogatepass"),
        "tasks": json.dumps(rows).encode(),
    }


class PacketSizes:
    """What packing asks of the live entries at some `places` in their list, and of rules and tasks."""

    def __init__(
        self, sizes: EntrySizes, rest: Arrays, entries: Sequence[Entry], places: Sequence[int]
    ) -> None:
        self._sizes, self._entries, self._places = sizes, entries, places
        self.head = rest.data("head").decode("utf-8", "surrogatepass")
        self._tasks: dict[str, list[tuple[str, int]]] = dict(json.loads(rest.data("tasks")))

    def entry(self, number: int, form: str) -> Size:
        """The size of an entry."""
        return self._sizes.size(self._places[number], form)

    def entry_text(self, number: int, form: str) -> str:
        """The text of an entry."""
        from ctx.packet.plain_text import plain_text

        place = self._places[number]
        kept = self._sizes.texts[form].text(place)
        return plain_text(self._entries[place], form) if kept is None else kept

    def wording(self, number: int) -> int:
        """What an entry says, as a number that others have that say the same."""
        return self._sizes.wording(self._places[number])

    def task(self, handle: str, form: str) -> tuple[str, int] | None:
        """The text of a task and its units, None where they are not known."""
        return self._tasks[handle][FORMS.index(form)] if handle in self._tasks else None
