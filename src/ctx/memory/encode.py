"""What a context holds as flat arrays and texts, to be read by `stored`."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ctx.memory.entry import Entry
from ctx.memory.shelf import Parts
from ctx.memory.stored import ARCHIVED, BULLET, LIVE, NAMED, NUMBERS

if TYPE_CHECKING:
    from ctx.memory.frame import Frame
    from ctx.memory.read_memory import Memory
    from ctx.memory.task import Task

_TEXTS = ("id", "title", "stamp", "digest", "category", "status", "tags")


def encode(memory: Memory, texts: Mapping[str, str]) -> Parts:
    """The parts of a memory that was read from some texts."""
    sources = Sources(texts, memory.clear)
    entries = memory.entries
    names: dict[str, dict[Any, int]] = {name: {} for name in NAMED}
    parts: Parts = {**columns(entries, names), **encode_entries(entries, sources)}
    parts["names"] = encode_names(names)
    parts["ids"] = "\n".join(entry.id for entry in entries).encode()
    parts["digests"] = bytes.fromhex("".join(entry.digest for entry in entries))
    parts["sources"] = b"".join(sources.files)
    parts["files"] = dump(sources.spans)
    return parts | encode_rest(memory.constitution, memory.tasks, memory.frames)


def columns(entries: Sequence[Entry], names: Mapping[str, dict[Any, int]]) -> dict[str, array[int]]:
    """The numbers of some entries; `names` numbers kinds, paths and dates and is added to."""
    made = {name: array("I", [getattr(entry, name) for entry in entries]) for name in NUMBERS}
    made["flags"] = array("I", [e.archived * ARCHIVED + e.bullet * BULLET + e.live * LIVE for e in entries])
    for name, known in names.items():
        made[name] = array("I", [known.setdefault(getattr(e, name), len(known)) for e in entries])
    return made


def encode_entries(entries: Sequence[Entry], sources: Sources | None = None) -> Parts:
    """The texts of some entries; the bodies that stand in the sources are not repeated."""
    rows, bodies = [], array("Q")
    for entry in entries:
        span = sources.find(entry) if sources else None
        bodies.extend(span or (0, 0))
        row = [getattr(entry, name) for name in _TEXTS]
        rows.append(dump([*row, _fields(entry), None if span else entry.body]))
    few: Parts = {
        "marks": dump([[n, entry.marks] for n, entry in enumerate(entries) if any(entry.marks)]),
        "pinned": dump([[n, True] for n, entry in enumerate(entries) if entry.pinned]),
        "limited": dump([[n, True] for n, entry in enumerate(entries) if entry.applies_to]),
        "tags": dump([[n, entry.tags] for n, entry in enumerate(entries) if entry.tags]),
    }
    return few | {
        "text_ends": array("Q", accumulate(map(len, rows))),
        "texts": b"".join(rows),
        "bodies": bodies,
    }


def encode_names(names: Mapping[str, Iterable[Any]]) -> bytes:
    """The kinds, paths and dates by their numbers."""
    return dump([list(names[name]) for name in NAMED])


def encode_rest(rules: str, tasks: Iterable[Task], frames: Iterable[Frame]) -> Parts:
    """What is not about entries."""
    return {
        "rules": dump(rules),
        "tasks": dump([list(task) for task in tasks]),
        "frames": dump([list(frame) for frame in frames]),
    }


def dump(value: Any) -> bytes:
    """A value as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def _fields(entry: Entry) -> dict[str, list[int] | str]:
    """The texts of the fields as spans of the body, where all of them stand."""
    body = entry.body
    places = ((name, text, body.find(text)) for name, text in entry.fields.items())
    return {name: [at, at + len(text)] if at >= 0 else text for name, text, at in places}


class Sources:
    """The files with entries as bytes, one behind the other.

    `spans` are their places by path, each with where the file is clear from.
    """

    def __init__(self, texts: Mapping[str, str], clear: Mapping[str, int]) -> None:
        self._texts = texts
        self.files: list[bytes] = []
        self.spans: dict[str, list[int]] = {}
        # Where the last body that was found in each file starts, in characters and in bytes of all files.
        self._last: dict[str, tuple[int, int]] = {}
        end = 0
        for path, clear_from in clear.items():
            data = texts[path].encode("utf-8", "surrogatepass")
            self.files.append(data)
            self.spans[path] = [end, end + len(data), clear_from]
            self._last[path] = (0, end)
            end += len(data)

    def find(self, entry: Entry) -> tuple[int, int] | None:
        """Where the body of an entry stands, as it is; to be asked in the order of each file."""
        text, body = self._texts[entry.path], entry.body
        at = entry.start + len(text[entry.start : entry.end].rstrip()) - len(body)
        if not body or not text.startswith(body, max(at, 0)):
            return None
        before, offset = self._last[entry.path]
        start = offset + _size(text[before:at]) if at >= before else offset - _size(text[at:before])
        self._last[entry.path] = (at, start)
        return start, start + _size(body)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
