"""All files of a context → what they say, with every handle given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ctx.kinds import CONSTITUTION, TASK_PREFIX, Kinds
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.model import handle
from ctx.model.entry import Entry
from ctx.model.file_roles import Holds, Role, in_context
from ctx.model.task import Task
from ctx.reading.chunks import Chunk, split_document
from ctx.reading.read_entries import entries_of
from ctx.reading.read_tasks import read_tasks

RULES = in_context(CONSTITUTION)


@dataclass(frozen=True, slots=True)
class ParsedMemory:
    """What a context holds, read as a whole."""

    constitution: str
    entries: list[Entry]
    tasks: list[Task]

    @property
    def live(self) -> list[Entry]:
        """The entries that take part in the ranking."""
        return [entry for entry in self.entries if entry.live]


def read_memory(
    texts: Mapping[str, str],
    roles: Mapping[str, Role],
    kinds: Kinds,
    chunks: dict[str, list[Chunk]] | None = None,
) -> ParsedMemory:
    """Read every file by its role; `texts` maps paths to contents, in any order.

    The `chunks` of the files with entries are put in where they are asked for.
    """
    entries: list[Entry] = []
    tasks: list[Task] = []
    for path in sorted(texts):
        role = roles[path]
        if role.holds is Holds.TASKS:
            tasks += read_tasks(texts[path], path, archived=role.archived)
        elif role.kind is not None:
            document = Document.parse(texts[path])
            found = [*entries_of(document, role, path)]
            if chunks is not None:
                chunks[path] = split_document(document, found, role, path)
            entries += found
    places = {path: place for place, path in enumerate(in_order(roles, kinds))}
    entries.sort(key=lambda entry: (places[entry.path], entry.position))
    return ParsedMemory(
        constitution=rules_of(texts.get(RULES, "")),
        entries=_name_entries(entries, kinds),
        tasks=name_tasks(tasks),
    )


def in_order(roles: Mapping[str, Role], kinds: Kinds) -> list[str]:
    """The files with entries in the order of these: by archive, table order of their kinds, then by path."""
    ranks = {name: rank for rank, name in enumerate(kinds.names)}
    keys = {
        path: (role.archived, ranks[role.kind.name], role.page, path)
        for path, role in roles.items()
        if role.kind is not None
    }
    return sorted(keys, key=keys.__getitem__)


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
