"""Tasks and frames seen as entries, so that one list, one search and one `show` serve all."""

from __future__ import annotations

from ctx.model.entry import Entry
from ctx.model.frame import Frame
from ctx.model.handle import digest
from ctx.model.stamp import find_date
from ctx.model.task import Task

TASK, SESSION = "task", "session"


def task_entry(task: Task) -> Entry:
    """A task as an entry of the kind `task`; its state is its status."""
    status = "in-progress" if task.in_progress and task.state == "open" else task.state
    return Entry(
        id=task.id,
        kind=TASK,
        title=task.lead,
        stamp=None,
        date=find_date(task.label("added") or ""),
        path=task.path,
        line=task.line,
        start=task.start,
        end=task.end,
        body=task.text,
        digest=task.digest,
        category=task.heading,
        position=task.position,
        status="blocked" if task.blocked and task.state == "open" else status,
        tags=task.tags,
        archived=task.archived,
    )


def frame_entry(frame: Frame) -> Entry:
    """A frame as an entry of the kind `session`, under its path below `sessions/`."""
    return Entry(
        id=frame.id,
        kind=SESSION,
        title=frame.goal,
        stamp=None,
        date=frame.date,
        path=frame.path,
        line=1,
        start=0,
        end=len(frame.text),
        body=frame.text,
        digest=digest(SESSION, frame.id),
        status=frame.status,
    )
