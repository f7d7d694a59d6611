"""`ctx task start`, `done` and `block`: the state of tasks that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader
from ctx.actions.task_plan import Plan, Read, carry_out, edited, read_page, today_or, touched
from ctx.errors import CtxError, UsageError
from ctx.markdown.edits import Edit
from ctx.memory import task_edits
from ctx.memory.task import DONE, OPEN, Task
from ctx.memory.task_page import PATH, TaskPage, find_task, verify

Change = Callable[[TaskPage, Task], list[Edit]]


def finish_tasks(
    reader: Reader,
    references: Sequence[str],
    *,
    undo: bool = False,
    today: str | None = None,
    dry_run: bool = False,
) -> Plan:
    """Mark tasks done with today's date, or open them again."""
    date = today_or(today)
    change: Change = task_edits.reopen if undo else lambda page, task: task_edits.finish(page, task, date)
    return _change(reader, references, change, dry_run=dry_run)


def start_tasks(
    reader: Reader, references: Sequence[str], *, undo: bool = False, dry_run: bool = False
) -> Plan:
    """Mark tasks as being worked on, which ends a block, or take that back."""
    change = task_edits.stop if undo else task_edits.start
    return _change(reader, references, change, dry_run=dry_run, starts=not undo)


def block_tasks(
    reader: Reader, references: Sequence[str], why: str = "", *, undo: bool = False, dry_run: bool = False
) -> Plan:
    """Mark tasks as waiting for something, or take that back."""
    if not undo and not why.strip():
        raise UsageError("a block needs its reason", hint="--why TEXT says what the task waits for")
    check_texts({"reason": why}, allowable=False)
    change: Change = task_edits.unblock if undo else lambda page, task: task_edits.block(page, task, why)
    return _change(reader, references, change, dry_run=dry_run)


def _change(
    reader: Reader, references: Sequence[str], change: Change, *, dry_run: bool, starts: bool = False
) -> Plan:
    def think(read: Read) -> Plan:
        page = read_page(read, PATH)
        meant = {found.position: found for found in (find_task(page.tasks, ref) for ref in references)}
        after = page
        for position in meant:  # one by one: a task and its parent may end at the same place
            after = edited(after, change(after, after.tasks[position]))
        verify(page, after, meant)
        plan = Plan(texts={PATH: after.text})
        for position, old in meant.items():
            task = after.tasks[position]
            if starts and task.blocked:
                raise CtxError(
                    f"{task.id} stands under a heading that says #blocked",
                    path=PATH,
                    line=task.line,
                    hint=f"change the heading {task.heading!r}",
                )
            plan.touched.append(touched(task))
            plan.remarks += _remarks(page, old, after)
        return plan

    return carry_out(reader, think, dry_run=dry_run)


def _remarks(before: TaskPage, old: Task, after: TaskPage) -> list[str]:
    new = after.tasks[old.position]
    if before.text == after.text or (old.state, old.labels) == (new.state, new.labels):
        return [f"{new.id} was so already"] if before.text == after.text else []
    left = [task for task in after.nested(new) if task.state == OPEN]
    if new.state == DONE and left:
        return [f"{len(left)} open below {new.id}: {', '.join(task.id for task in left[:8])}"]
    return []
