"""The task: an item of TASKS.md with everything below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LABEL = re.compile(r"(?<![\w`/#&])#(?P<name>[^\W\d_][\w-]*)(?::(?P<value>[^\s`,;)]+))?")
RANKS = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "low": 3}
OPEN, DONE, SKIPPED = "open", "done", "skipped"
# Any one character may stand in a box; what is not here means open, and drift names it.
BOX_PATTERN = r"\[(?P<mark>[^\[\]\r\n])\](?=\s|$)"
STATES = {" ": OPEN, "x": DONE, "X": DONE, "-": SKIPPED, ">": SKIPPED, "/": OPEN, "~": OPEN}
UNDER_WAY = "/~"


class Task(NamedTuple):
    """One checkbox item.

    `text` is its source without the marker, with all wrapped lines and nested items; `lead` is its own
    words on one line without labels; `parent` is the position of the task it is nested in. `heading` is the
    heading it stands under, whose labels count for it too. `mark` is the offset of the character in its box,
    `own_end` where its own words have ended: at the first item nested in it, or with it.
    """

    id: str
    state: str
    text: str
    lead: str
    labels: tuple[tuple[str, str], ...]
    path: str
    line: int
    start: int
    end: int
    digest: str
    heading: str = ""
    position: int = 0
    parent: int | None = None
    archived: bool = False
    mark: int = 0
    own_end: int = 0

    @property
    def blocked(self) -> bool:
        """Whether it waits for something."""
        return any(name == "blocked" for name, _ in self.labels)

    @property
    def in_progress(self) -> bool:
        """Whether someone is at it."""
        return any(name == "in-progress" for name, _ in self.labels)

    @property
    def priority(self) -> int:
        """From 0, critical, to 3, low; 2 where none is given."""
        named = [RANKS.get(value.lower(), 2) for name, value in self.labels if name == "priority"]
        return named[0] if named else 2

    @property
    def tags(self) -> tuple[str, ...]:
        """Its plain `#word` labels other than the states."""
        return tuple(
            name for name, value in self.labels if not value and name not in {"blocked", "in-progress"}
        )

    @property
    def words(self) -> str:
        """Everything it says without labels, line by line: what it asks of the entries."""
        return LABEL.sub("", self.text)

    def label(self, name: str) -> str | None:
        """The value of `#name:value`, or None."""
        return next((value for key, value in self.labels if key == name), None)

    def named(self, handle: str) -> Task:
        """The same task under its handle."""
        return self._replace(id=handle)


def read_labels(text: str) -> tuple[tuple[str, str], ...]:
    """The labels of a task's own words as (name, value) pairs; a bare `#word` has the value ''."""
    return tuple((match["name"].lower(), match["value"] or "") for match in LABEL.finditer(text))


def without_labels(text: str) -> str:
    """A task's words on one line without labels: what its handle is made of."""
    return " ".join(LABEL.sub(" ", text).split())


def standing(task: Task) -> str:
    """Its state in one word: an open task may be in progress or blocked."""
    if task.state != OPEN:
        return task.state
    if task.blocked:
        return "blocked"
    return "in-progress" if task.in_progress else OPEN


def urgency(task: Task) -> tuple[bool, int, int]:
    """Sort key: in progress first, then by priority, then file order."""
    return (not task.in_progress, task.priority, task.position)


def active(tasks: Sequence[Task]) -> list[Task]:
    """The open, unblocked tasks not nested in another one of them, most urgent first."""
    return open_tasks(tasks)[0]


def open_tasks(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """The open tasks not nested in another one of them, most urgent first: those to do, and the blocked."""
    # The tasks that are open or stand in one that is; each comes behind the one around it.
    covering: set[tuple[str, int | None]] = set()
    todo: list[Task] = []
    blocked: list[Task] = []
    for task in tasks:
        covered = (task.path, task.parent) in covering
        if covered or task.state == OPEN:
            covering.add((task.path, task.position))
        if task.state == OPEN and not covered:
            (blocked if task.blocked else todo).append(task)
    return sorted(todo, key=urgency), sorted(blocked, key=urgency)
