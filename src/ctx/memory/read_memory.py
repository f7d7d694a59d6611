"""All files of a context → what they say, with every handle given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ctx.kinds import CONSTITUTION, TASK_PREFIX, Kinds
from ctx.markdown.inline import strip_comments
from ctx.memory import handle
from ctx.memory.entry import Entry
from ctx.memory.frame import Frame, read_frame
from ctx.memory.layout import CONTEXT, Holds, Role, wanted
from ctx.memory.read_entries import read_entries
from ctx.memory.read_tasks import read_tasks
from ctx.memory.task import Task

__all__ = ["Memory", "read_memory", "rules_of", "wanted"]

_RULES = f"{CONTEXT}/{CONSTITUTION}"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a context holds. Entries stand in table order of their kinds, then by file, then in file order."""

    constitution: str
    entries: list[Entry]
    tasks: list[Task]
    frames: list[Frame]

    @property
    def live(self) -> list[Entry]:
        """The entries that take part in the ranking."""
        return [entry for entry in self.entries if entry.live]


def read_memory(texts: Mapping[str, str], roles: Mapping[str, Role], kinds: Kinds) -> Memory:
    """Read every file by its role; `texts` maps paths to contents, in any order."""
    ranks = {name: rank for rank, name in enumerate(kinds.names)}
    entries: list[Entry] = []
    tasks: list[Task] = []
    frames: list[Frame] = []
    for path in sorted(texts):
        role = roles[path]
        if role.holds is Holds.TASKS:
            tasks += read_tasks(texts[path], path, archived=role.archived)
        elif role.holds is Holds.FRAME:
            frames.append(read_frame(texts[path], path))
        elif role.kind is not None:
            entries += read_entries(texts[path], role.kind, path, archived=role.archived, page=role.page)
    entries.sort(key=lambda e: (e.archived, ranks[e.kind], roles[e.path].page, e.path, e.position))
    tasks.sort(key=lambda t: (t.archived, t.path, t.position))
    return Memory(
        constitution=rules_of(texts.get(_RULES, "")),
        entries=_name_entries(entries, kinds),
        tasks=_name_tasks(tasks),
        frames=frames,
    )


def rules_of(text: str) -> str:
    """The constitution's rules: its text without comments and without its own title."""
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    bare = strip_comments(text).strip()
    title, _, rest = bare.partition("\n")
    return rest.strip("\n") if title.startswith("# ") else bare


def _name_entries(entries: list[Entry], kinds: Kinds) -> list[Entry]:
    live = [(kinds[e.kind].prefix, e.digest) for e in entries if not e.archived]
    archived = [(kinds[e.kind].prefix, e.digest) for e in entries if e.archived]
    handles = _name(live, archived)
    return [entry.named(name) for entry, name in zip(entries, handles, strict=True)]


def _name_tasks(tasks: list[Task]) -> list[Task]:
    live = [(TASK_PREFIX, t.digest) for t in tasks if not t.archived]
    archived = [(TASK_PREFIX, t.digest) for t in tasks if t.archived]
    return [task.named(name) for task, name in zip(tasks, _name(live, archived), strict=True)]


def _name(live: list[tuple[str, str]], archived: list[tuple[str, str]]) -> list[str]:
    """Handles of the live ones, which do not depend on the archive, then of the archived ones."""
    first = handle.assign(live)
    taken = [(*identity, name) for identity, name in zip(live, first, strict=True)]
    return first + handle.assign(archived, taken)
