"""`ctx task list` and `ctx task next`."""

from __future__ import annotations

from typing import Any

from ctx.actions.read_context import Reader
from ctx.errors import UsageError
from ctx.memory.task import DONE, OPEN, SKIPPED, Task, active

STATES = (OPEN, "in-progress", "blocked", DONE, SKIPPED)


def list_tasks(reader: Reader, state: str = "", *, everything: bool = False) -> list[Task]:
    """The tasks in file order: the open ones, those in a state, or all. Raises UsageError."""
    if state and state not in STATES:
        raise UsageError(f"unknown state {state!r}", hint=f"choose one of {', '.join(STATES)}")
    wanted = state or OPEN
    return [task for task in reader.read().memory.tasks if everything or _is(task, wanted)]


def next_task(reader: Reader) -> Task | None:
    """The most urgent open task that is not blocked: in progress first, then by priority, then file order."""
    return next(iter(active(reader.read().memory.tasks)), None)


def standing(task: Task) -> str:
    """Its state in one word: an open task may be in progress or blocked."""
    if task.state != OPEN:
        return task.state
    if task.blocked:
        return "blocked"
    return "in-progress" if task.in_progress else OPEN


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
