"""Everything a rule may know, gathered beforehand: rules read no file and ask git nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ctx.config import Config, Problem
from ctx.drift.places import Places
from ctx.kinds import CONSTITUTION
from ctx.markdown.document import Document
from ctx.model.entry import Entry
from ctx.model.file_roles import Role, in_context
from ctx.model.memory import Memory
from ctx.model.task import Task

CONFIG_FILE = ".contextrc"
RULES_FILE = in_context(CONSTITUTION)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read whole, and why."""

    path: str
    line: int | None
    message: str
    hint: str


@dataclass(frozen=True)
class Facts:
    """One context as it stands.

    `texts` holds every Markdown file of the context folder, and the pages that `references` names, by path;
    `roles` what those mean that ctx reads. `today` is an ISO date, `count` counts tokens, `blamed` has the
    date on which git saw a line (path, number from 1) last change, and `places` what is known of files that
    texts speak of. `config_text` is `.contextrc` as written; where it is wrong, `problems` says how and
    `config` holds the defaults. `tracked_cache` are the files of the cache that are in git's index.
    """

    config: Config
    memory: Memory
    texts: Mapping[str, str]
    roles: Mapping[str, Role]
    today: str
    count: Callable[[str], int] = len
    problems: tuple[Problem, ...] = ()
    config_text: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    places: Places = field(default_factory=Places)
    blamed: Mapping[tuple[str, int], str] = field(default_factory=dict)
    tracked_cache: Sequence[str] = ()
    _documents: dict[str, Document] = field(default_factory=dict, repr=False, compare=False)

    def document(self, path: str) -> Document:
        """A file's blocks and sections, scanned once."""
        if path not in self._documents:
            self._documents[path] = Document.parse(self.texts[path])
        return self._documents[path]

    def line_at(self, path: str, offset: int) -> int:
        """The line, from 1, in which an offset of a file's text lies."""
        return bisect_right(self.document(path).blocks.offsets, offset) if offset else 1

    @cached_property
    def entries(self) -> list[Entry]:
        """The entries that still hold, in files that ctx writes: all but sections of references."""
        return [entry for entry in self.memory.live if entry.kind != "reference"]

    @cached_property
    def owned(self) -> dict[str, list[Entry | Task]]:
        """The entries and tasks of each file, in file order."""
        owned: dict[str, list[Entry | Task]] = {}
        everything: list[Entry | Task] = [*self.memory.entries, *self.memory.tasks]
        for one in everything:
            owned.setdefault(one.path, []).append(one)
        for those in owned.values():
            those.sort(key=lambda one: one.start)
        return owned

    def owner(self, path: str, offset: int) -> Entry | Task | None:
        """The entry or innermost task in which an offset lies."""
        those = self.owned.get(path, [])
        at = bisect_right(those, offset, key=lambda one: one.start) - 1
        while at >= 0 and offset >= those[at].end:
            at = self._around[path][at]
        return those[at] if at >= 0 else None

    @cached_property
    def _around(self) -> dict[str, list[int]]:
        """For each of what a file owns, the place of the innermost one around it; -1 where there is none."""
        around: dict[str, list[int]] = {}
        for path, those in self.owned.items():
            open_ones: list[int] = []
            around[path] = []
            for place, one in enumerate(those):
                while open_ones and those[open_ones[-1]].end <= one.start:
                    open_ones.pop()
                around[path].append(open_ones[-1] if open_ones else -1)
                open_ones.append(place)
        return around
