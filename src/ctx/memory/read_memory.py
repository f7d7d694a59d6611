"""All files of a context → what they say, with every handle given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ctx.kinds import CONSTITUTION, TASK_PREFIX, Kinds
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.memory import handle
from ctx.memory.entry import Entry
from ctx.memory.frame import Frame, read_frame
from ctx.memory.layout import CONTEXT, Holds, Role
from ctx.memory.read_entries import entries_of
from ctx.memory.read_tasks import read_tasks
from ctx.memory.task import Task
from ctx.memory.window import clear_from

RULES = f"{CONTEXT}/{CONSTITUTION}"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a context holds. Entries stand in table order of their kinds, then by file, then in file order.

    `clear` says of each file with entries from where on it may be read again in parts.
    """

    constitution: str
    entries: list[Entry]
    tasks: list[Task]
    frames: list[Frame]
    clear: dict[str, int] = field(default_factory=dict)

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
    clear: dict[str, int] = {}
    for path in sorted(texts):
        role = roles[path]
        if role.holds is Holds.TASKS:
            tasks += read_tasks(texts[path], path, archived=role.archived)
        elif role.holds is Holds.FRAME:
            frames.append(read_frame(texts[path], path))
        elif role.kind is not None:
            document = Document.parse(texts[path])
            clear[path] = clear_from(document, role)
            entries += entries_of(document, role, path)
    entries.sort(key=lambda e: (e.archived, ranks[e.kind], roles[e.path].page, e.path, e.position))
    return Memory(
        constitution=rules_of(texts.get(RULES, "")),
        entries=_name_entries(entries, kinds),
        tasks=name_tasks(tasks),
        frames=frames,
        clear=clear,
    )


def rules_of(text: str) -> str:
    """The constitution's rules: its text without comments and without its own title."""
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    bare = strip_comments(text).strip()
    title, _, rest = bare.partition("\n")
    return rest.strip("\n") if title.startswith("# ") else bare


def _name_entries(entries: list[Entry], kinds: Kinds) -> list[Entry]:
    identities = [(kinds[e.kind].prefix, e.digest) for e in entries]
    live = sum(not e.archived for e in entries)
    names = handle.assign_all(identities, live, lambda number: entries[number].category)
    return [entry.named(name) for entry, name in zip(entries, names, strict=True)]


def name_tasks(tasks: list[Task]) -> list[Task]:
    """The tasks of all files in order, under their handles."""
    tasks = sorted(tasks, key=lambda t: (t.archived, t.path, t.position))
    identities = [(TASK_PREFIX, t.digest) for t in tasks]
    names = handle.assign_all(identities, sum(not t.archived for t in tasks))
    return [task.named(name) for task, name in zip(tasks, names, strict=True)]
