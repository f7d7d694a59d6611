"""`ctx status`: what is there, in numbers."""

from __future__ import annotations

from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ctx.actions.read_context import Reader, Reading
from ctx.errors import CacheCorrupt
from ctx.model.file_roles import role_of
from ctx.model.task import DONE, OPEN, SKIPPED, active

_KEPT = "unread"  # the cache file


@dataclass(frozen=True, slots=True)
class KindStock:
    """The entries of one kind: live ones, retired ones, and the soft cap (0: none)."""

    kind: str
    file: str
    live: int
    retired: int
    cap: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What a context holds; `unread` counts the lines in files of kinds that belong to no entry."""

    root: str
    kinds: tuple[KindStock, ...]
    tasks: dict[str, int]
    sessions: int
    constitution: bool
    unread: int

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `ctx status --json`."""
        kinds = [
            {"kind": k.kind, "file": k.file, "live": k.live, "retired": k.retired, "cap": k.cap}
            for k in self.kinds
        ]
        return {
            "root": self.root,
            "constitution": self.constitution,
            "kinds": kinds,
            "tasks": self.tasks,
            "sessions": self.sessions,
            "unread": self.unread,
        }


def take_stock(reader: Reader) -> Stock:
    """Count what a context holds."""
    reading = reader.read()
    memory = reading.memory
    counts = Counter((entry.kind, entry.live) for entry in memory.entries)
    states = Counter(task.state for task in memory.tasks)
    open_tasks = [task for task in memory.tasks if task.state == OPEN]
    return Stock(
        root=reader.root.as_posix(),
        kinds=tuple(
            KindStock(kind.name, kind.file, counts[kind.name, True], counts[kind.name, False], kind.cap)
            for kind in reading.config.kinds
        ),
        tasks={
            "open": states[OPEN],
            "active": len(active(memory.tasks)),
            "in_progress": sum(task.in_progress for task in open_tasks),
            "blocked": sum(task.blocked for task in open_tasks),
            "done": states[DONE],
            "skipped": states[SKIPPED],
        },
        sessions=len(reading.sessions.paths),
        constitution=bool(memory.constitution),
        unread=_unread(reader, reading),
    )


def _unread(reader: Reader, reading: Reading) -> int:
    """The lines that belong to no entry, counted once for each state of the files."""
    kept = reader.cache.find(_KEPT, reading.digest) if reader.cache.on else None
    if kept is not None:
        with suppress(CacheCorrupt):
            return kept.numbers("lines")[0]
    found = _count_unread(reader, reading)
    if reader.cache.on:
        reader.cache.put(_KEPT, reading.digest, {"lines": array("I", [found])})
    return found


def _count_unread(reader: Reader, reading: Reading) -> int:
    from ctx.markdown.document import Document  # these scan Markdown
    from ctx.reading.unread import find_unread

    count = 0
    for path in reader.worktree.paths():
        role = role_of(path, reading.config.kinds, lambda _path: False)
        if role is None or role.archived or (text := reader.worktree.read(path)) is None:
            continue
        stretches = find_unread(Document.parse(text), role, PurePosixPath(path).stem)
        count += sum(stretch.lines for stretch in stretches)
    return count
