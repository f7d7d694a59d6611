"""`ctx task list` and `ctx task next`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ctx.actions.read_context import Reader
from ctx.errors import UsageError
from ctx.model.task import DONE, OPEN, SKIPPED, Task, active, standing
from ctx.writing.tasks.labels import PRIORITIES, check_label, check_priority
from ctx.writing.tasks.new import is_named

_SAME = {"urgent": PRIORITIES[0]}
STATES = (OPEN, "in-progress", "blocked", DONE, SKIPPED)


class TaskFilter(NamedTuple):
    """Which tasks are meant; what is left empty does not restrict, but that only open ones are listed.

    One of the `priorities` and all of the `labels` (`name`, or `name:value`) must be a task's own; `section`
    is its heading or the start of it; `everything` takes in tasks of every state.
    """

    state: str = ""
    priorities: Sequence[str] = ()
    labels: Sequence[str] = ()
    section: str = ""
    everything: bool = False

    def admits(self, task: Task) -> bool:
        """Whether a task is one of those meant."""
        labels = {name for name, _ in task.labels} | {f"{name}:{value}" for name, value in task.labels}
        return (
            ((self.everything and not self.state) or _is(task, self.state or OPEN))
            and (not self.priorities or _rank(task) in self.priorities)
            and all(label in labels for label in self.labels)
            and (not self.section or is_named(task.heading, self.section))
        )

    @property
    def said(self) -> str:
        """What restricts besides the state, for a message."""
        parts = [*self.priorities, *(f"#{label}" for label in self.labels)]
        parts += [f"under {self.section!r}"] if self.section else []
        return f" ({', '.join(parts)})" if parts else ""


def list_tasks(reader: Reader, only: TaskFilter = TaskFilter()) -> list[Task]:  # noqa: B008 - a constant
    """The tasks meant, in file order. Raises UsageError for a state or priority that cannot be."""
    if only.state and only.state not in STATES:
        raise UsageError(f"unknown state {only.state!r}", hint=f"choose one of {', '.join(STATES)}")
    asked = [check_priority(one).partition(":")[2] for one in only.priorities]
    labels = [check_label(one) for one in only.labels]
    only = only._replace(priorities=[_SAME.get(one, one) for one in asked], labels=labels)
    return [task for task in reader.read().memory.tasks if only.admits(task)]


def _rank(task: Task) -> str:
    """The name of a task's priority: medium where none is given, critical for urgent."""
    return PRIORITIES[task.priority]


def next_task(reader: Reader) -> Task | None:
    """The most urgent open task that is not blocked: in progress first, then by priority, then file order."""
    return next(iter(active(reader.read().memory.tasks)), None)


def task_json(task: Task, parents: dict[int, Task]) -> dict[str, Any]:
    """The JSON object of a task; `parents` maps positions to tasks."""
    above = parents.get(task.parent) if task.parent is not None else None
    return {
        "id": task.id,
        "state": standing(task),
        "title": task.lead,
        "path": task.path,
        "line": task.line,
        "section": task.heading,
        "parent": above.id if above else None,
        "priority": task.label("priority"),
        "labels": [f"{name}:{value}" if value else name for name, value in task.labels],
        "text": task.text,
    }


def _is(task: Task, state: str) -> bool:
    if state == "in-progress":
        return task.state == OPEN and task.in_progress
    if state == "blocked":
        return task.state == OPEN and task.blocked
    return task.state == state
