"""`ctx status`: what is there, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ctx.actions.read_context import Reader
from ctx.memory.task import DONE, OPEN, SKIPPED, active


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
    """What a context holds; `constitution` and `missing` are about its core files."""

    root: str
    kinds: tuple[KindStock, ...]
    tasks: dict[str, int]
    sessions: int
    constitution: bool

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
        sessions=sum(frame.is_session for frame in memory.frames),
        constitution=bool(memory.constitution),
    )
