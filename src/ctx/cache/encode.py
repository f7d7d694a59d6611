"""What a context holds as flat arrays and texts, to be read by `lazy_memory`."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ctx.cache.lazy_memory import ARCHIVED, BULLET, LIVE, NUMBERS
from ctx.model.arrays import Parts
from ctx.model.entry import Entry

if TYPE_CHECKING:
    from ctx.model.task import Task

_TEXTS = ("id", "title", "stamp", "category", "status", "tags")


def columns(entries: Sequence[Entry], names: Mapping[str, dict[Any, int]]) -> dict[str, array[int]]:
    """The numbers of some entries; `names` numbers kinds, paths and dates and is added to."""
    made = {name: array("I", [getattr(entry, name) for entry in entries]) for name in NUMBERS}
    made["flags"] = array("I", [e.archived * ARCHIVED + e.bullet * BULLET + e.live * LIVE for e in entries])
    for name, known in names.items():
        made[name] = array("I", [known.setdefault(getattr(e, name), len(known)) for e in entries])
    return made


def encode_texts(entries: Sequence[Entry], sources: Sources | None = None) -> Parts:
    """The texts of some entries; the bodies that stand in the sources are not repeated."""
    rows, bodies = [], array("Q")
    for entry in entries:
        span = sources.find(entry) if sources else None
        bodies.extend(span or (0, 0))
        row = [getattr(entry, name) for name in _TEXTS]
        rows.append(dump([*row, _fields(entry), None if span else entry.body]))
    return {
        "text_ends": array("Q", accumulate(map(len, rows))),
        "texts": b"".join(rows),
        "bodies": bodies,
        "sources": b"".join(sources.files) if sources else b"",
    }


def encode_few(entries: Mapping[int, Entry]) -> dict[str, list[tuple[int, Any]]]:
    """What only a few entries have, each by the entry's number."""
    rows = entries.items()
    return {
        "marks": [(n, entry.feedback) for n, entry in rows if any(entry.feedback)],
        "pinned": [(n, True) for n, entry in rows if entry.pinned],
        "limited": [(n, True) for n, entry in rows if entry.applies_to],
        "tags": [(n, entry.tags) for n, entry in rows if entry.tags],
    }


def encode_rest(rules: str, tasks: Sequence[Task]) -> Parts:
    """What is not about entries."""
    return {
        "rules": dump(rules),
        "tasks": dump([list(task) for task in tasks if not task.archived]),
        "archived_tasks": dump([list(task) for task in tasks if task.archived]),
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
    """The files with entries as bytes, one behind the other."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.files: list[bytes] = []
        # Where the last body that was found in each file starts, in characters and in bytes of all files.
        self._last: dict[str, tuple[int, int]] = {}
        end = 0
        for path, text in texts.items():
            data = text.encode("utf-8", "surrogatepass")
            self.files.append(data)
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
