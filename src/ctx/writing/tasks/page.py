"""TASKS.md as it is edited: its text, its tasks by handle, and the proof that an edit did no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from ctx.errors import CtxError
from ctx.kinds import TASK_PREFIX, TASKS
from ctx.markdown.document import Document
from ctx.markdown.lines import newline_of
from ctx.model import handle
from ctx.model.file_roles import in_context
from ctx.model.task import Task
from ctx.reading.read_tasks import read_tasks

PATH = in_context(TASKS)
_CANDIDATES = 8


@dataclass(frozen=True)
class TaskPage:
    """One text of TASKS.md; handles are those that `ctx list task` shows."""

    text: str
    path: str = PATH

    @cached_property
    def document(self) -> Document:
        """The text's blocks and sections."""
        return Document.parse(self.text)

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks in file order."""
        found = list(read_tasks(self.text, self.path))
        names = handle.assign([(TASK_PREFIX, task.digest) for task in found])
        return [task.named(name) for task, name in zip(found, names, strict=True)]

    @property
    def newline(self) -> str:
        """The line ending most lines have."""
        return newline_of(self.text)

    def nested(self, task: Task) -> list[Task]:
        """The tasks inside another one, at any depth."""
        following = (self.tasks[at] for at in range(task.position + 1, len(self.tasks)))
        return list(takewhile(lambda other: other.mark < task.end, following))


def find_task(tasks: Sequence[Task], reference: str) -> Task:
    """The task a handle or a unique prefix of one names. Raises CtxError, naming the candidates."""
    wanted = reference.strip().lower()
    found = [task for task in tasks if task.id.lower() == wanted]
    if not found and wanted:
        found = [task for task in tasks if task.id.lower().startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CtxError(f"there is no task {reference!r}", hint="`ctx task list --all` shows every handle")
    named = ", ".join(f"{task.id} {task.lead[:40]!r}" for task in found[:_CANDIDATES])
    more = f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
    raise CtxError(f"{reference!r} could be {named}{more}", hint="give more of the handle")


def verify(
    before: TaskPage,
    after: TaskPage,
    changed: Collection[int],
    *,
    added: int | None = None,
    headed: bool = False,
    reworded: Collection[int] = (),
) -> None:
    """Raise CtxError unless all tasks are what they were but for the states and labels of those `changed`.

    Those `reworded` may say something else. All of them are positions, and so is `added`, that of a task new
    in `after`; `headed` says that its last heading is new.
    """
    now = [task for task in after.tasks if task.position != added]
    same = len(now) == len(before.tasks) and len(after.tasks) == len(now) + (added is not None)
    for old, new in zip(before.tasks, now, strict=False):
        same = same and _outline(before, old, reworded) == _outline(after, new, reworded)
        if old.position not in changed:
            same = same and (old.state, old.labels) == (new.state, new.labels)
    headings = [[heading.text for heading in page.document.blocks.headings] for page in (before, after)]
    if not same or headings[0] != (headings[1][:-1] if headed else headings[1]):
        at = next((task for task in before.tasks if task.position in changed), None)
        raise CtxError(
            "this change would make other items of the file mean something else; nothing was written",
            path=before.path,
            line=at.line if at else None,
            hint="change the file by hand",
        )


def _outline(page: TaskPage, task: Task, reworded: Collection[int]) -> tuple[str, str, str | None]:
    """What a task says, its heading, and what the task around it says; nothing for those `reworded`."""
    above = None if task.parent is None else page.tasks[task.parent].digest
    if task.parent in reworded:
        above = ""
    return "" if task.position in reworded else task.digest, task.heading, above
