"""What the task commands share: think on the files as they are under the lock, then write, or only show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ctx.actions.changes import Staging, change, relink
from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.markdown.edits import Edit, apply
from ctx.model.task import Task, standing
from ctx.writing.tasks.page import TaskPage

Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Touched:
    """A task and where it is now."""

    id: str
    path: str
    line: int
    lead: str = ""
    standing: str = ""
    status: str = "changed"

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a writing command."""
        return {"id": self.id, "path": self.path, "line": self.line, "status": self.status}


@dataclass(slots=True)
class Plan:
    """New texts of files in the order they are written, the tasks concerned, remarks, and the diff.

    `names` are the new handles of tasks by their old ones, which links are to follow.
    """

    texts: dict[str, str] = field(default_factory=dict)
    touched: list[Touched] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    diff: str = ""
    names: dict[str, str] = field(default_factory=dict)


def carry_out(reader: Reader, think: Callable[[Read], Plan], *, dry_run: bool) -> Plan:
    """Plan on the files as they are and write what was planned in one transaction; nothing of a dry run."""

    def act(changes: Staging) -> Plan:
        plan = think(changes.read)
        for path, text in plan.texts.items():
            if text != changes.read(path):
                changes.write(path, text)
        relink(changes, plan.names)
        plan.diff = changes.diff()
        return plan

    return change(reader, act, dry_run=dry_run)


def read_page(read: Read, path: str) -> TaskPage:
    """TASKS.md. Raises CtxError where there is none."""
    text = read(path)
    if text is None:
        raise CtxError("there is no such file", path=path, hint="`ctx task add TEXT` makes it")
    return TaskPage(text, path)


def edited(page: TaskPage, edits: Sequence[Edit]) -> TaskPage:
    """The page after some edits."""
    return TaskPage(apply(page.text, edits), page.path)


def touched(task: Task, *, changed: bool = True) -> Touched:
    """A task as a result."""
    status = "changed" if changed else "unchanged"
    return Touched(task.id, task.path, task.line, task.lead, standing(task), status)


def today_or(given: str | None) -> str:
    """The date to write: the one given, else today's in UTC."""
    return given or datetime.now(tz=UTC).date().isoformat()
