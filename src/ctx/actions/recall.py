"""What the disposable index remembers of a context: what was read, its terms, sizes and answers."""

from __future__ import annotations

import hashlib
import json
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ctx.errors import CtxError, Damaged
from ctx.memory.task import active
from ctx.packet.tokens import Counts
from ctx.retrieval.index import Document, Held, Index, build, document_of, document_text
from ctx.store.cache import Cache, CacheFile
from ctx.store.workspace import CONFIG, Worktree

if TYPE_CHECKING:
    from ctx.memory.entry import Entry
    from ctx.memory.read_memory import Memory
    from ctx.memory.task import Task
    from ctx.packet.blocks import Press
    from ctx.retrieval.ask import Found

Parts = dict[str, "array[int] | bytes"]
Signature = Sequence[Sequence[object]]
# File systems keep times this roughly at worst: what was written less long before it was read may have been
# written again since, with the same time.
_ROUGH = 2_000_000_000
_KEY = 16


class Healing:
    """A cache file; what turns out to be damaged in it is made again, in memory."""

    def __init__(self, file: CacheFile, again: Callable[[], Parts]) -> None:
        self._shelf: CacheFile | Held = file
        self._again = again

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> Sequence[int]:
        """A stretch of an array."""
        try:
            return self._shelf.numbers(name, start, stop)
        except Damaged:
            return self._healed().numbers(name, start, stop)

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """A stretch of bytes."""
        try:
            return self._shelf.data(name, start, stop)
        except Damaged:
            return self._healed().data(name, start, stop)

    def text(self, name: str) -> str:
        """A text."""
        try:
            return self._shelf.text(name)
        except Damaged:
            return self._healed().text(name)

    def _healed(self) -> Held:
        healed = self._shelf = Held(self._again())
        return healed


class Recall:
    """One context's cache files that are about one state of its files, which `stamp` names."""

    def __init__(self, cache: Cache, stamp: str) -> None:
        self.cache = cache
        self.stamp = stamp
        self._answered: frozenset[str] = frozenset()

    def _open(self, name: str) -> CacheFile | None:
        found = self.cache.find(name)
        return found if found is not None and found.stamp == self.stamp else None

    def index(self, name: str, entries: Callable[[], Sequence[Entry]]) -> Index:
        """The index of some entries, read or else made and kept."""
        name = f"index-{name}"
        if (found := self._open(name)) is not None:
            return Index(Healing(found, lambda: build([document_of(entry) for entry in entries()])))
        parts = self._build(entries())
        self.cache.put(name, self.stamp, parts)
        return Index(Held(parts))

    def _build(self, entries: Sequence[Entry]) -> Parts:
        """The arrays of an index; entries that the last one held too are not analysed again."""
        keys = [_key(entry) for entry in entries]
        try:
            known = _documents(self.cache.find("index-live")) | _documents(self.cache.find("index-whole"))
            documents = [
                found() if (found := known.get(key)) else document_of(entry)
                for key, entry in zip(keys, entries, strict=True)
            ]
        except Damaged:
            documents = [document_of(entry) for entry in entries]
        return build(documents) | {"keys": b"".join(keys)}

    def answers(self) -> dict[str, Found]:
        """What the tasks of TASKS.md have found, by their texts."""
        found = self._open("answers")
        try:
            known: dict[str, Found] = {} if found is None else json.loads(found.data("found"))
        except Damaged:
            known = {}
        self._answered = frozenset(known)
        return known

    def keep_answers(self, found: Mapping[str, Found]) -> None:
        """Keep what tasks have found."""
        if not found.keys() <= self._answered:
            self.cache.put("answers", self.stamp, {"found": json.dumps(found).encode()})

    def counts(self, tokenizer: str) -> Counts:
        """The token counts that are known."""
        found = self.cache.find(f"tokens-{tokenizer}")
        try:
            return Counts() if found is None else Counts(found.numbers("keys"), found.numbers("counts"))
        except Damaged:
            return Counts()

    def keep_counts(self, known: Counts, press: Press) -> None:
        """Keep the token counts, where any was added, and those of the lines that count what is left out."""
        if not known.added:
            return
        from ctx.packet.render import more_entries, more_tasks

        for digits in range(7):
            press(more_tasks(10**digits))
            press(more_tasks(10**digits) + "\n")
            press(more_entries(10**digits))
        keys, numbers = known.merged()
        self.cache.put(f"tokens-{press.counter.name}", "", {"keys": keys, "counts": numbers})

    def sizes(self, memory: Memory, entries: Sequence[Entry], press: Press) -> StoredSizes:
        """What the rules, tasks and live entries look like in a packet, read or else worked out and kept."""
        name = f"sizes-{press.counter.name}"
        if (found := self._open(name)) is not None:
            shelf: Healing | Held = Healing(found, lambda: _measure(memory, entries, press))
        else:
            parts = _measure(memory, entries, press)
            self.cache.put(name, self.stamp, parts)
            shelf = Held(parts)
        sizes = StoredSizes(shelf)
        for item, units, last in sizes.items.values():
            press.learn(item, units)
            press.learn(item + "\n", last)
        return sizes


_SIZES = ("whole_units", "whole_chars", "line_units", "line_chars")


def _measure(memory: Memory, entries: Sequence[Entry], press: Press) -> Parts:
    from ctx.packet.render import entry_line, entry_whole, head, task_item

    columns = [array("I") for _ in _SIZES]
    texts, ends = bytearray(), array("Q")
    for entry in entries:
        whole, line = press(entry_whole(entry)), press(entry_line(entry))
        for column, size in zip(columns, (*whole[1:], *line[1:]), strict=True):
            column.append(size)
        texts += whole.text.encode("utf-8", "surrogatepass")
        ends.append(len(texts))
    rest: Parts = {
        "texts": bytes(texts),
        "ends": ends,
        "head": head(memory.constitution).encode("utf-8", "surrogatepass"),
    }
    items = [(task.id, task_item(task)) for task in active(memory.tasks)]
    rows = [(name, item, press(item).units, press(item + "\n").units) for name, item in items]
    rest["items"] = json.dumps(rows).encode()
    rest.update(zip(_SIZES, columns, strict=True))
    return rest


class StoredSizes:
    """The sizes of the live entries, or of those at some `places` in their list."""

    def __init__(self, shelf: Healing | Held, places: Sequence[int] | None = None) -> None:
        self._shelf, self._places = shelf, places

    def of(self, places: Sequence[int]) -> StoredSizes:
        """The sizes of some of them."""
        some = StoredSizes(self._shelf, places)
        some.items = self.items
        return some

    @cached_property
    def head(self) -> str:
        """The title and the rules."""
        return self._shelf.data("head").decode("utf-8", "surrogatepass")

    @cached_property
    def items(self) -> dict[str, tuple[str, int, int]]:
        """The active tasks by their handles: text, units, and units where it ends the section."""
        rows = json.loads(self._shelf.data("items"))
        return {name: (item, units, last) for name, item, units, last in rows}

    def item(self, task: Task) -> str:
        """An active task's text."""
        return self.items[task.id][0]

    def whole_text(self, number: int) -> str:
        """A whole entry's text."""
        at = number if self._places is None else self._places[number]
        start, end = self._ends[at - 1] if at else 0, self._ends[at]
        return self._shelf.data("texts", start, end).decode("utf-8", "surrogatepass")

    @cached_property
    def _ends(self) -> Sequence[int]:
        return self._shelf.numbers("ends")

    @cached_property
    def _columns(self) -> list[Sequence[int]]:
        return [self._shelf.numbers(name) for name in _SIZES]

    def whole(self, number: int) -> tuple[int, int]:
        """The (units, characters) of a whole entry."""
        at = number if self._places is None else self._places[number]
        return self._columns[0][at], self._columns[1][at]

    def line(self, number: int) -> tuple[int, int]:
        """The (units, characters) of an entry's one line."""
        at = number if self._places is None else self._places[number]
        return self._columns[2][at], self._columns[3][at]


def signature_holds(worktree: Worktree, head: Mapping[str, Any], signature: Signature) -> bool:
    """Whether the files are those that were read, by their stats or else by their bytes."""
    before, files, taken = head["signature"], head["files"], head["taken"]
    if [row[0] for row in before] != [row[0] for row in signature]:
        return False
    for old, new in zip(before, signature, strict=True):
        path = str(new[0])
        fresh = max(int(str(new[1])), int(str(new[4]))) > taken - _ROUGH
        if (fresh or old != list(new)) and path in files:
            try:
                data = worktree.read_bytes(path)
            except CtxError:
                return False
            if data is None or hashlib.sha256(data).hexdigest() != files[path]:
                return False
    return True


def make_head(texts: Mapping[str, str], config: str, signature: Signature, taken: int, digest: str) -> bytes:
    """What `signature_holds` compares with."""
    files = {path: _sha256(text) for path, text in texts.items()} | {CONFIG: _sha256(config)}
    head = {"signature": list(map(list, signature)), "files": files, "taken": taken, "digest": digest}
    return json.dumps(head).encode()


def now() -> int:
    """The time, to be taken before files are looked at."""
    return time.time_ns()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _key(entry: Entry) -> bytes:
    """What an entry's terms depend on."""
    return hashlib.blake2b(document_text(entry).encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()


def _documents(file: CacheFile | None) -> dict[bytes, Callable[[], Document]]:
    """The documents of an index by the keys of their entries."""
    if file is None:
        return {}
    keys, index = bytes(file.data("keys")), Index(file)
    places = range(0, len(keys), _KEY)
    return {keys[at : at + _KEY]: _later(index, at // _KEY) for at in places}


def _later(index: Index, number: int) -> Callable[[], Document]:
    return lambda: index.document(number)
